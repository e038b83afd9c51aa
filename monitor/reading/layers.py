"""The layers of the encoder, written once for reading and for training.

Tokens are embedded; gated convolutions (Dauphin et al., 2017) let each see its neighbours, and self-attention with a
bias by distance (Vaswani et al., 2017; Shaw et al., 2018) the whole article. A figure then looks over the article once
more; each place and each scope is scored as a side or as the goods of a figure by a biaffine product (Dozat and
Manning, 2017) of the two.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from monitor.reading.page import STREAMS, Array, Numbers

#: Units of a token, heads of an attention.
WIDTH, HEADS = 96, 4
#: How far apart the tokens are that each convolution sees; `LOOKING` of them stand before the attention.
STEPS = (1, 2, 1, 3)
LOOKING = 2
#: Buckets of a distance to either side, and up to which distance each token has its own.
BUCKETS, EXACT = 32, 12
#: Where a score would grow beyond this it is bent down.
CAP = 12.0
#: What an absent token adds to a score of attention.
ABSENT = -1e4
Weights = Mapping[str, Any]


@dataclass(frozen=True)
class Tools:
    """What reckons: numpy for reading; for training the same with gradients, and with units left out at random."""

    xp: Any
    #: The rows of a table by number.
    take: Callable[[Any, Array], Any]
    #: Some of the columns of the last axis: from, to.
    part: Callable[[Any, int, int], Any]
    #: (B, T, N) with every token where another stood so many behind; zeros come in at the edge.
    moved: Callable[[Any, int], Any]
    #: The last axis with mean 0 and deviation 1.
    scaled: Callable[[Any], Any]
    #: Softmax over the last axis.
    shares: Callable[[Any], Any]
    #: The first half of the last axis, each as far as the second half opens its gate.
    gated: Callable[[Any], Any]
    #: Leaves some units out.
    thin: Callable[[Any], Any]


def whole(x: Any) -> Any:
    """Nothing left out."""
    return x


def rows(table: Array, index: Array) -> Array:
    """The rows of a table by number."""
    found: Array = table[index]
    return found


def part(x: Array, first: int, last: int) -> Array:
    """Some of the columns of the last axis."""
    return x[..., first:last]


def moved(x: Array, step: int) -> Array:
    """Every token where another stood `step` behind, or before where it is negative; zeros at the edge."""
    out = np.zeros_like(x)
    if step > 0:
        out[:, step:] = x[:, :-step]
    else:
        out[:, :step] = x[:, -step:]
    return out


def deviation(x: Array) -> tuple[Array, Array]:
    """The last axis less its mean, and one through its deviation."""
    free = x - x.mean(-1, keepdims=True)
    return free, 1 / np.sqrt((free * free).mean(-1, keepdims=True) + np.float32(1e-5))


def scaled(x: Array) -> Array:
    """The last axis with mean 0 and deviation 1."""
    free, by = deviation(x)
    found: Array = free * by
    return found


def shares(scores: Array) -> Array:
    """Softmax over the last axis."""
    powers: Array = np.exp(scores - scores.max(-1, keepdims=True))
    powers /= powers.sum(-1, keepdims=True)
    return powers


def gate(z: Array) -> tuple[Array, Array]:
    """The first half of the last axis, and how far the second half opens the gate of each, from 0 to 1."""
    half = z.shape[-1] // 2
    return z[..., :half], 0.5 * np.tanh(0.5 * z[..., half:]) + 0.5


def gated(z: Array) -> Array:
    """The first half of the last axis, each as far as the second half opens its gate."""
    value, opened = gate(z)
    found: Array = value * opened
    return found


#: What reads.
READING = Tools(np, rows, part, moved, scaled, shares, gated, whole)


@dataclass(frozen=True)
class Seen:
    """What the encoder made of articles: each token, and each figure with what it looked at."""

    #: (B, T, WIDTH).
    tokens: Any
    #: (B, F, 3 WIDTH).
    figures: Any
    #: (B, F, T): the bucket of each token's distance from each figure.
    apart: Array


def seen(w: Weights, n: Numbers, t: Tools) -> Seen:
    """Articles, encoded."""
    x = t.take(w["marks"], n.marks) + t.take(w["class"], n.classes).sum(-2)
    x = x + t.take(w["issue"], n.issue).sum(1, keepdims=True)
    for name in STREAMS:
        x = x + t.take(w[name], n.streams[name])
    x = t.thin(x)
    mask = n.mask[..., None]
    for k, step in enumerate(STEPS):
        if k == LOOKING:
            x = x + t.thin(_attended(w, x, n, t))
        x = x + t.thin(_convolved(w, f"conv{k}", x, mask, step, t))
    x = normed(x, w["norm.gain"], w["norm.bias"], t)
    apart = buckets(np.arange(x.shape[1])[None, None, :] - n.first[..., None])
    return Seen(x, _looked(w, x, n, apart, t), apart)


def through(x: Any, matrix: Any) -> Any:
    """The last axis times a matrix; all rows of all pages at once, which is the quickest."""
    return (x.reshape((-1, x.shape[-1])) @ matrix).reshape((*x.shape[:-1], matrix.shape[-1]))


def normed(x: Any, gain: Any, bias: Any, t: Tools) -> Any:
    """Layer normalisation (Ba et al., 2016)."""
    return t.scaled(x) * gain + bias


def _convolved(w: Weights, name: str, x: Any, mask: Array, step: int, t: Tools) -> Any:
    """Each token with those a step to either side."""
    y = normed(x, w[f"{name}.gain"], w[f"{name}.bias"], t) * mask
    z = through(t.xp.concatenate([t.moved(y, step), y, t.moved(y, -step)], -1), w[f"{name}.in"]) + w[f"{name}.out"]
    return t.gated(z)


def buckets(distance: Array) -> Array:
    """Distances in tokens as numbers: each near one by itself, farther ones by their logarithm, either side its own."""
    far = np.abs(distance)
    steps = np.where(far < EXACT, far, EXACT + np.log2(np.maximum(far, EXACT) / EXACT) * 3).astype(np.int64)
    found: Array = np.minimum(steps, BUCKETS - 1) + BUCKETS * (distance > 0)
    return found


def _shares(scores: Any, mask: Array, t: Tools) -> Any:
    """Softmax over the last axis, absent tokens left out."""
    return t.shares(scores + ABSENT * (1 - mask))


def _heads(x: Any) -> Any:
    """(B, N, WIDTH) as (B, HEADS, N, WIDTH / HEADS)."""
    return x.reshape((*x.shape[:2], HEADS, WIDTH // HEADS)).swapaxes(1, 2)


def _attended(w: Weights, x: Any, n: Numbers, t: Tools) -> Any:
    """Each token with all others of its article."""
    y = through(normed(x, w["look.gain"], w["look.bias"], t), w["look.in"])
    query, key, value = (_heads(t.part(y, k * WIDTH, (k + 1) * WIDTH)) for k in range(3))
    places = np.arange(x.shape[1])
    bias = t.take(w["look.apart"], buckets(places[None, :] - places[:, None])).transpose((2, 0, 1))
    scores = query @ key.swapaxes(-1, -2) * (WIDTH // HEADS) ** -0.5 + bias
    found = _shares(scores, n.mask[:, None, None, :], t) @ value
    return through(found.swapaxes(1, 2).reshape(x.shape), w["look.out"])


def _looked(w: Weights, x: Any, n: Numbers, apart: Array, t: Tools) -> Any:
    """Each figure: its first token, its last, and what it finds in the article."""
    begins = np.arange(x.shape[0])[:, None] * x.shape[1]
    flat = x.reshape((-1, WIDTH))
    ends = t.xp.concatenate([t.take(flat, begins + n.first), t.take(flat, begins + n.last)], -1)
    query, both = _heads(through(ends, w["find.query"])), through(x, w["find.in"])
    key, value = _heads(t.part(both, 0, WIDTH)), _heads(t.part(both, WIDTH, 2 * WIDTH))
    own = np.take_along_axis(n.sentences, n.first, 1)[..., None]
    together = (n.sentences[:, None, :] == own).astype(np.int64)
    bias = (t.take(w["find.apart"], apart) + t.take(w["find.same"], together)).transpose((0, 3, 1, 2))
    scores = query @ key.swapaxes(-1, -2) * (WIDTH // HEADS) ** -0.5 + bias
    found = _shares(scores, n.mask[:, None, None, :], t) @ value
    return t.xp.concatenate([ends, found.swapaxes(1, 2).reshape((*n.first.shape, WIDTH))], -1)


def kinds(w: Weights, s: Seen, t: Tools) -> Any:
    """(B, F, kinds): log odds of what each figure is."""
    return t.thin(t.xp.maximum(through(s.figures, w["kind.in"]) + w["kind.bias"], 0)) @ w["kind.out"]


def settled(w: Weights, s: Seen, kind: Array, t: Tools) -> Any:
    """(B, F, WIDTH): each figure as of a kind."""
    return t.xp.maximum(through(s.figures, w["figure.in"]) + t.take(w["figure.kind"], kind), 0)


def statuses(w: Weights, figures: Any, t: Tools) -> Any:
    """(B, F, statuses): log odds of how far each figure's term has come."""
    return t.thin(t.xp.maximum(through(figures, w["status.in"]) + w["status.bias"], 0)) @ w["status.out"]


def named(w: Weights, part: str, s: Seen, figures: Any, names: Array, mentioned: Array, t: Tools) -> Any:
    """(B, F, names): log odds of each code or scope as a part of each figure's term.

    A name speaks for itself, and each of its mentions for it.
    """
    table = w["scope.table" if part == "scope" else "code.table"]
    prior = through(figures, w[f"{part}.prior"]) @ t.take(table, names).swapaxes(-1, -2)
    mine = t.thin(t.xp.maximum(through(figures, w[f"{part}.figure"]) + w[f"{part}.figure.bias"], 0))
    theirs = t.thin(t.xp.maximum(through(s.tokens, w[f"{part}.token"]) + w[f"{part}.token.bias"], 0))
    scores = mine @ theirs.swapaxes(-1, -2) * WIDTH**-0.5 + t.take(w[f"{part}.apart"], s.apart).reshape(s.apart.shape)
    scores = CAP * t.xp.tanh(scores / CAP)
    return prior + t.xp.log(t.xp.exp(scores) @ mentioned + 0.4)
