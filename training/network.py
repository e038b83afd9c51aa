"""Networks of one hidden layer over sets of named features: which label, which of several candidates.

A thing is the set of its features; each feature has a row of weights, and a thing is the sum of its rows. One part of
the sum goes straight to the outputs, as in logistic regression; the other passes a hidden layer (ReLU), which can tell
that two features mean something only together. Trained by Adam (Kingma and Ba, 2015) with a one-cycle step size
(Smith and Topin, 2018); features and hidden units are dropped at random on the way (Srivastava et al., 2014), so that
no decision comes to hang on one word. The same articles, seed and machine give the same weights.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from monitor.reading.models import Labels, Rank
from monitor.reading.network import Network
from training.optimise import Choice, Labelled, feature_matrix, feature_vocabulary

Array = np.ndarray


@dataclass(frozen=True)
class Plan:
    """How a network is trained."""

    hidden: int = 32
    epochs: int = 8
    #: Things in a step.
    batch: int = 96
    #: The largest step size of the cycle.
    rate: float = 4e-3
    #: The share of all steps on which the size grows to it.
    warm: float = 0.3
    #: Shares of the features and of the hidden units that are left out of a step.
    drop_features: float = 0.3
    drop_hidden: float = 0.3
    #: What a weight loses in a step, as a share of the step size.
    decay: float = 1e-2
    #: A feature of fewer articles is not learnt.
    least: int = 5
    seed: int = 1
    #: Networks that are trained apart, from seeds of their own, and then answer as one: their mean.
    members: int = 2


class Adam:
    """Steps down a gradient, each parameter at a pace of its own."""

    def __init__(self, parameters: Sequence[Array], plan: Plan, steps: int) -> None:
        self._parameters, self._plan, self._steps, self._step = parameters, plan, steps, 0
        self._mean = [np.zeros_like(p) for p in parameters]
        self._square = [np.zeros_like(p) for p in parameters]

    def step(self, gradients: Sequence[Array]) -> None:
        self._step += 1
        rate = self._plan.rate * self._pace()
        undo_mean, undo_square = 1 - 0.9**self._step, 1 - 0.999**self._step
        for p, gradient, mean, square in zip(self._parameters, gradients, self._mean, self._square, strict=True):
            mean *= 0.9
            mean += 0.1 * gradient
            square *= 0.999
            square += 0.001 * gradient * gradient
            p *= 1 - rate * self._plan.decay
            p -= (rate / undo_mean) * mean / (np.sqrt(square / undo_square) + 1e-8)

    def _pace(self) -> float:
        """The share of the largest step size: up to it on the first part of the way, then down to nothing."""
        at, peak = self._step / self._steps, self._plan.warm
        if at < peak:
            return float(0.04 + 0.96 * 0.5 * (1 - np.cos(np.pi * at / peak)))
        return float(0.5 * (1 + np.cos(np.pi * min(1.0, (at - peak) / (1 - peak)))))


class _Layer:
    """The parameters of a network with `outputs` outputs, over a table of so many features."""

    def __init__(self, size: int, outputs: int, plan: Plan, chance: np.random.Generator) -> None:
        self.outputs, self.plan, self.chance = outputs, plan, chance
        self.table = np.zeros((size, outputs + plan.hidden), dtype=np.float32)
        self.table[:, outputs:] = chance.normal(0, 0.05, (size, plan.hidden))
        self.bias = np.zeros(plan.hidden, dtype=np.float32)
        edge = 1 / np.sqrt(plan.hidden)
        self.out = chance.uniform(-edge, edge, (plan.hidden, outputs)).astype(np.float32)

    @property
    def parameters(self) -> list[Array]:
        return [self.table, self.bias, self.out]

    def forward(self, summed: Array) -> tuple[Array, Array]:
        """The scores of things whose rows are summed, and their hidden units as far as not dropped."""
        keep = self.chance.random((len(summed), self.plan.hidden)) >= self.plan.drop_hidden
        hidden = np.maximum(summed[:, self.outputs :] + self.bias, 0) * keep / np.float32(1 - self.plan.drop_hidden)
        return summed[:, : self.outputs] + hidden @ self.out, hidden

    def backward(self, hidden: Array, by_score: Array) -> tuple[Array, Array, Array]:
        """Gradients by the summed rows, the bias and the output weights."""
        by_hidden = (by_score @ self.out.T) * (hidden > 0) / np.float32(1 - self.plan.drop_hidden)
        summed = np.concatenate([by_score, by_hidden], axis=1).astype(np.float32)
        return summed, by_hidden.sum(axis=0), hidden.T @ by_score

    def thinned(self, x: csr_matrix) -> csr_matrix:
        """The features with some left out at random, the others weighing more."""
        kept = (self.chance.random(len(x.data)) >= self.plan.drop_features) / (1 - self.plan.drop_features)
        return csr_matrix((kept.astype(np.float32), x.indices, x.indptr), shape=x.shape)


def _batches(count: int, plan: Plan, chance: np.random.Generator) -> Iterator[Array]:
    for _ in range(plan.epochs):
        order = chance.permutation(count)
        for start in range(0, count, plan.batch):
            yield order[start : start + plan.batch]


def _steps(count: int, plan: Plan) -> int:
    return plan.epochs * -(-count // plan.batch)


def _softmax_by_segment(scores: Array, starts: Array, sizes: Array) -> Array:
    powers = np.exp(scores - np.repeat(np.maximum.reduceat(scores, starts), sizes))
    shares: Array = powers / np.repeat(np.add.reduceat(powers, starts), sizes)
    return shares


def labels(things: Sequence[Labelled], plan: Plan) -> Labels:
    """The labels in alphabetical order, and the network that gives each a score."""
    names = sorted({t.label for t in things})
    words = feature_vocabulary([(t.group, t.features) for t in things], plan.least)
    x = feature_matrix([t.features for t in things], words)
    right = np.array([names.index(t.label) for t in things])

    def trained(chance: np.random.Generator) -> _Layer:
        layer = _Layer(len(words), len(names), plan, chance)
        adam = Adam(layer.parameters, plan, _steps(len(things), plan))
        for rows in _batches(len(things), plan, chance):
            part = layer.thinned(x[rows])
            scores, hidden = layer.forward(part @ layer.table)
            shares = np.exp(scores - scores.max(axis=1, keepdims=True))
            shares /= shares.sum(axis=1, keepdims=True)
            shares[np.arange(len(rows)), right[rows]] -= 1
            summed, bias, out = layer.backward(hidden, shares / len(rows))
            adam.step([part.T @ summed, bias, out])
        return layer

    return Labels(tuple(names), _joined(_members(trained, plan), words))


def rank(choices: Sequence[Choice], plan: Plan) -> Rank:
    """The network that scores each candidate of a choice; it has one output."""
    rows = [(c.group, f) for c in choices for f in c.candidates]
    words = feature_vocabulary(rows, plan.least)
    x = feature_matrix([f for _, f in rows], words)
    sizes = np.array([len(c.candidates) for c in choices])
    begins = np.cumsum([0, *sizes])[:-1]
    right = np.array([k in c.right for c in choices for k in range(len(c.candidates))], dtype=np.float32)

    def trained(chance: np.random.Generator) -> _Layer:
        layer = _Layer(len(words), 1, plan, chance)
        adam = Adam(layer.parameters, plan, _steps(len(choices), plan))
        for picked in _batches(len(choices), plan, chance):
            at = np.concatenate([np.arange(begins[k], begins[k] + sizes[k]) for k in picked])
            part = layer.thinned(x[at])
            scores, hidden = layer.forward(part @ layer.table)
            by_score = _by_score(scores[:, 0], sizes[picked], right[at])
            summed, bias, out = layer.backward(hidden, by_score[:, None] / len(picked))
            adam.step([part.T @ summed, bias, out])
        return layer

    return Rank(_joined(_members(trained, plan), words))


def _by_score(scores: Array, sizes: Array, right: Array) -> Array:
    """The gradient of minus the log of what the right candidates of each choice have together."""
    starts = np.cumsum([0, *sizes])[:-1]
    shares = _softmax_by_segment(scores, starts, sizes)
    good = shares * right
    total = np.maximum(np.add.reduceat(good, starts), 1e-12)
    gradient: Array = (shares - good / np.repeat(total, sizes)).astype(np.float32)
    return gradient


def _members(trained: Callable[[np.random.Generator], _Layer], plan: Plan) -> list[_Layer]:
    return [trained(np.random.default_rng(plan.seed + k)) for k in range(plan.members)]


def _joined(layers: Sequence[_Layer], words: dict[str, int]) -> Network:
    """Several networks as one: the mean of their outputs, the hidden units of all beside each other."""
    outputs = layers[0].outputs
    parts = [np.mean([layer.table[:, :outputs] for layer in layers], axis=0)]
    parts += [layer.table[:, outputs:] for layer in layers]
    joined = np.concatenate(parts, axis=1)
    table = {name: joined[index].tolist() for name, index in words.items()}
    bias = np.concatenate([layer.bias for layer in layers])
    out = np.concatenate([layer.out for layer in layers]) / len(layers)
    return Network.of([table], outputs, bias.tolist(), out.tolist())
