"""Weights from instances: conditional logit and multinomial logistic regression, by L-BFGS, deterministic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from sys import intern

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

#: Weights are rounded to this many digits, which makes the file the same wherever it is trained.
DIGITS = 3


@dataclass
class Choice:
    """One choice among candidates, each described by its features; any of `right` would do."""

    candidates: list[list[str]]
    right: set[int]
    #: Which article it comes from: a feature counts once an article towards its support.
    group: str = ""

    def __post_init__(self) -> None:
        self.candidates = list(map(_once, self.candidates))


@dataclass
class Labelled:
    """One thing with its features and its label."""

    features: list[str]
    label: str
    group: str = ""

    def __post_init__(self) -> None:
        self.features = _once(self.features)


def _once(features: list[str]) -> list[str]:
    """The same features, each name held once: there are a hundred million, of a few hundred thousand names."""
    return [intern(name) for name in features]


def feature_vocabulary(feature_lists: Sequence[tuple[str, list[str]]], least: int) -> dict[str, int]:
    seen: dict[str, set[str]] = {}
    counts: Counter[str] = Counter()
    for group, features in feature_lists:
        for feature in set(features):
            groups = seen.setdefault(feature, set())
            if len(groups) < least:
                groups.add(group)
            counts[feature] += 1
    return {name: index for index, name in enumerate(sorted(f for f, g in seen.items() if len(g) >= least))}


def feature_matrix(feature_lists: Sequence[list[str]], vocabulary: dict[str, int]) -> csr_matrix:
    indices: list[int] = []
    pointers = [0]
    for features in feature_lists:
        indices += sorted({vocabulary[f] for f in features if f in vocabulary})
        pointers.append(len(indices))
    shape = (len(feature_lists), len(vocabulary))
    return csr_matrix((np.ones(len(indices)), indices, pointers), shape=shape)


class _Segments:
    """Softmax and its loss over runs of candidates, one run a choice."""

    def __init__(self, sizes: Sequence[int], right: Sequence[bool]) -> None:
        self.sizes = np.array(sizes)
        self.starts = np.cumsum([0, *sizes])[:-1]
        self.right = np.array(right, dtype=float)

    def loss(self, scores: np.ndarray) -> tuple[float, np.ndarray]:
        """Minus the log of the summed probability of the right candidates, and its gradient by score."""
        top = np.repeat(np.maximum.reduceat(scores, self.starts), self.sizes)
        powers = np.exp(scores - top)
        total = np.add.reduceat(powers, self.starts)
        good = np.maximum(np.add.reduceat(powers * self.right, self.starts), 1e-300)
        wanted = powers * self.right / np.repeat(good, self.sizes)
        value = float(np.sum(np.log(total) - np.log(good)))
        return value, powers / np.repeat(total, self.sizes) - wanted


def _minimise(loss: Callable[[np.ndarray], tuple[float, np.ndarray]], size: int) -> np.ndarray:
    return minimize(loss, np.zeros(size), jac=True, method="L-BFGS-B", options={"maxiter": 200}).x


def _rounded(vocabulary: dict[str, int], w: np.ndarray) -> dict[str, float]:
    return {name: v for name, index in vocabulary.items() if (v := round(float(w[index]), DIGITS))}


def rank(choices: Sequence[Choice], strength: float, least: int = 3) -> dict[str, float]:
    """Weights of a conditional logit with an L2 penalty."""
    rows = [(c.group, f) for c in choices for f in c.candidates]
    vocabulary = feature_vocabulary(rows, least)
    x = feature_matrix([f for _, f in rows], vocabulary)
    segments = _Segments(
        [len(c.candidates) for c in choices], [k in c.right for c in choices for k in range(len(c.candidates))]
    )
    transposed = x.T.tocsr()

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        value, by_score = segments.loss(x @ w)
        return value + 0.5 * strength * float(w @ w), transposed @ by_score + strength * w

    return _rounded(vocabulary, _minimise(loss, len(vocabulary)))


def labels(things: Sequence[Labelled], strength: float, least: int = 3) -> tuple[list[str], dict[str, list[float]]]:
    """Labels in alphabetical order, and for each feature a weight a label: multinomial logistic regression with L2."""
    names = sorted({t.label for t in things})
    vocabulary = feature_vocabulary([(t.group, t.features) for t in things], least)
    x = feature_matrix([t.features for t in things], vocabulary)
    y = np.zeros((len(things), len(names)))
    for row, thing in enumerate(things):
        y[row, names.index(thing.label)] = 1
    transposed = x.T.tocsr()

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        w = flat.reshape(len(vocabulary), len(names))
        scores = x @ w
        scores -= scores.max(axis=1, keepdims=True)
        logs = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        value = float(-(y * logs).sum() + 0.5 * strength * (flat @ flat))
        return value, (transposed @ (np.exp(logs) - y) + strength * w).ravel()

    w = _minimise(loss, len(vocabulary) * len(names)).reshape(len(vocabulary), len(names))
    weights = {name: [round(float(v), DIGITS) for v in w[index]] for name, index in vocabulary.items()}
    return names, {name: row for name, row in weights.items() if any(row)}
