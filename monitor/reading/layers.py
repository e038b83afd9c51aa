"""The layers of the encoder, written once for reading and for training.

Tokens are embedded; gated convolutions (Dauphin et al., 2017) let each see its neighbours, and self-attention with a
bias by distance (Vaswani et al., 2017; Shaw et al., 2018) the whole article. A figure then looks over the article once
more; each place and each scope is scored as a side or as the goods of a figure by a biaffine product (Dozat and
Manning, 2017) of the two.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from monitor.reading.page import STREAMS, Array, Named, Numbers

#: Units of a token, heads of an attention.
WIDTH, HEADS = 96, 4
#: How far apart the tokens are that each convolution sees; `LOOKING` of them stand before the attention.
STEPS = (1, 2, 1, 3)
LOOKING = 2
#: Buckets of a distance to either side, and up to which distance each token has its own.
BUCKETS, EXACT = 32, 12
#: Where a score would grow beyond this it is bent down.
CAP = 12.0
#: Figures between two of which each distance is told apart; questions that are put to an article as a whole.
ORDER, QUESTIONS = 6, 4
#: What names can be to a figure, and codes to the article as a whole.
PARTS = ("party", "counterparty", "scope", "country")
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
    #: What is above zero; zero for the rest.
    positive: Callable[[Any], Any]
    #: (N, 2 T - 1), a value for each distance, as (N, T, T): that of each token from each.
    slid: Callable[[Any], Any]
    #: Leaves some units out.
    thin: Callable[[Any], Any]


def all_of(x: Any) -> Any:
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


def positive(x: Array) -> Array:
    """What is above zero; zero for the rest."""
    found: Array = np.maximum(x, 0)
    return found


def slid(values: Array) -> Array:
    """(N, 2 T - 1), a value for each distance from 1 - T on, as (N, T, T): that of each token from each."""
    return np.lib.stride_tricks.sliding_window_view(values, (values.shape[1] + 1) // 2, axis=1)[:, ::-1]


#: What reads.
READING = Tools(np, rows, part, moved, scaled, shares, gated, positive, slid, all_of)


@dataclass(frozen=True)
class Seen:
    """What the encoder made of articles: each token, and each figure with what it looked at."""

    #: (B, T, WIDTH).
    tokens: Any
    #: (B, F, 4 WIDTH).
    figures: Any


def seen(w: Weights, n: Numbers, t: Tools) -> Seen:
    """Articles, encoded."""
    x = t.take(w["marks"], n.marks) + t.take(w["class"], n.classes).sum(-2)
    x = x + t.take(w["issue"], n.issue).sum(1, keepdims=True)
    for name in STREAMS:
        x = x + t.take(w[name], n.streams[name])  # words may come in 16 bits, and the sum is wide
    x = t.thin(x)
    mask = n.mask[..., None]
    for k, step in enumerate(STEPS):
        if k == LOOKING:
            x = x + t.thin(_attended(w, x, n, t))
        x = x + t.thin(_convolved(w, f"conv{k}", x, mask, step, t))
    x = normed(x, w["norm.gain"], w["norm.bias"], t)
    apart = buckets(np.arange(x.shape[1])[None, None, :] - n.first[..., None])
    return Seen(x, _looked(w, x, n, apart, t))


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
    return t.shares(scores if mask.all() else scores + ABSENT * (1 - mask))


def _heads(x: Any) -> Any:
    """(B, N, WIDTH) as (B, HEADS, N, WIDTH / HEADS)."""
    return x.reshape((*x.shape[:2], HEADS, WIDTH // HEADS)).swapaxes(1, 2)


def _found(query: Any, key: Any, value: Any, bias: Any, mask: Array, t: Tools) -> Any:
    """(B, N, WIDTH): what each that asks finds, by heads; `mask`: (B, M), which of those that answer there are."""
    scores = query @ key.swapaxes(-1, -2) * (WIDTH // HEADS) ** -0.5 + bias
    found = (_shares(scores, mask[:, None, None, :], t) @ value).swapaxes(1, 2)
    return found.reshape((*found.shape[:2], WIDTH))


def _attended(w: Weights, x: Any, n: Numbers, t: Tools) -> Any:
    """Each token with all others of its article."""
    y = through(normed(x, w["look.gain"], w["look.bias"], t), w["look.in"])
    query, key, value = (_heads(t.part(y, k * WIDTH, (k + 1) * WIDTH)) for k in range(3))
    count = x.shape[1]
    bias = t.slid(t.take(w["look.apart"], buckets(np.arange(1 - count, count))).transpose())
    return through(_found(query, key, value, bias, n.mask, t), w["look.out"])


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
    alone = t.xp.concatenate([ends, _found(query, key, value, bias, n.mask, t)], -1)
    return t.xp.concatenate([alone, t.thin(_together(w, alone, n, own[..., 0], t))], -1)


def _together(w: Weights, x: Any, n: Numbers, sentences: Array, t: Tools) -> Any:
    """(B, F, WIDTH): what each figure finds in the others of its article; `sentences`: in which each of them stands."""
    y = through(x, w["beside.in"])
    query, key, value = (_heads(t.part(y, k * WIDTH, (k + 1) * WIDTH)) for k in range(3))
    same = (sentences[:, None, :] == sentences[..., None]).astype(np.int64)
    bias = (t.take(w["beside.order"], _order(n)) + t.take(w["beside.same"], same)).transpose((0, 3, 1, 2))
    return through(_found(query, key, value, bias, n.real, t), w["beside.out"])


def _order(n: Numbers) -> Array:
    """(F, F): how many figures each stands behind each, the far ones alike."""
    places = np.arange(n.first.shape[1])
    found: Array = np.clip(places[None, :] - places[:, None], -ORDER, ORDER) + ORDER
    return found


def kinds(w: Weights, s: Seen, t: Tools) -> Any:
    """(B, F, kinds): log odds of what each figure is."""
    return t.thin(t.positive(through(s.figures, w["kind.in"]) + w["kind.bias"])) @ w["kind.out"]


def settled(w: Weights, figures: Any, kind: Array, t: Tools) -> Any:
    """(B, F, WIDTH): figures, each as of a kind."""
    return t.positive(through(figures, w["figure.in"]) + t.take(w["figure.kind"], kind))


def statuses(w: Weights, figures: Any, t: Tools) -> Any:
    """(B, F, statuses): log odds of how far each figure's term has come."""
    return t.thin(t.positive(through(figures, w["status.in"]) + w["status.bias"])) @ w["status.out"]


def older(w: Weights, s: Seen, figures: Any, places: Array, n: Numbers, t: Tools) -> Any:
    """(B, N, 1 + F): log odds that each of the N figures at those places replaces none, or which figure."""
    mine = through(figures, w["older.figure"]) + w["older.bias"]
    theirs = through(s.figures, w["older.other"])
    apart = t.take(w["older.apart"], buckets(n.first[:, None, :] - n.first[:, places, None]))
    order = t.take(w["older.order"], _order(n)[places])
    scores = _matched(w, "older", mine, theirs, (order, apart), t)
    absent = ABSENT * (1 - n.real[:, None, :] * (1 - np.eye(n.first.shape[1], dtype=np.float32)[places]))
    none = t.positive(through(figures, w["older.none"]) + w["older.none.bias"]) @ w["older.none.out"]
    return t.xp.concatenate([none, scores + absent], -1)


def _matched(w: Weights, name: str, mine: Any, theirs: Any, between: Sequence[Any], t: Tools) -> Any:
    """(B, N, M): how well each of the N goes with each of the M, by a layer that sees both and what is between them."""
    both = mine[:, :, None, :] + theirs[:, None, :, :]
    for each in between:
        both = both + each
    return through(t.thin(t.positive(both)), w[f"{name}.out"]).reshape(both.shape[:-1])


def whole(w: Weights, s: Seen, n: Numbers, t: Tools) -> Any:
    """(B, 1, WIDTH): the article as a whole, by what some questions to all of its tokens find."""
    scores = through(s.tokens, w["whole.ask"]).swapaxes(1, 2)
    found = _shares(scores, n.mask[:, None, :], t) @ s.tokens
    return t.thin(t.positive(through(found.reshape((len(n.mask), 1, -1)), w["whole.in"]) + w["whole.bias"]))


def topics(w: Weights, about: Any) -> Any:
    """(B, topics): log odds that the article is about each."""
    return (about @ w["topic.out"])[:, 0]


def named(w: Weights, part: str, s: Seen, about: Any, first: Array, names: Named, t: Tools) -> Any:
    """(B, F, names): log odds of each code or scope as that part of what each of `about` tells, (B, F, WIDTH).

    A name speaks for itself, and each of its mentions for it. `first`: (B, F), the token at which each of `about` is.
    """
    table = w["scope.table" if part == "scope" else "code.table"]
    known = t.take(table, names.ids) + t.take(w["home"], names.home)
    prior = through(about, w[f"{part}.prior"]) @ known.swapaxes(-1, -2)
    rows, tokens = s.tokens.shape[:2]
    places = np.arange(rows)[:, None] * tokens + names.at
    theirs = through(t.take(s.tokens.reshape((-1, WIDTH)), places), w[f"{part}.token"])
    mine = through(about, w[f"{part}.figure"]) + w[f"{part}.bias"]
    apart = t.take(w[f"{part}.apart"], buckets(names.at[:, None, :] - first[..., None]))
    scores = CAP * t.xp.tanh(_matched(w, part, mine, theirs, (apart,), t) / CAP)
    return prior + t.xp.log(t.xp.exp(scores) @ names.of + 0.4)
