"""Weights from instances: conditional logit and multinomial logistic regression, by L-BFGS, deterministic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

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


@dataclass
class Labelled:
    """One thing with its features and its label."""

    features: list[str]
    label: str
    group: str = ""


def _vocabulary(feature_lists: Sequence[tuple[str, list[str]]], least: int) -> dict[str, int]:
    seen: dict[str, set[str]] = {}
    counts: Counter[str] = Counter()
    for group, features in feature_lists:
        for feature in set(features):
            groups = seen.setdefault(feature, set())
            if len(groups) < least:
                groups.add(group)
            counts[feature] += 1
    return {name: index for index, name in enumerate(sorted(f for f, g in seen.items() if len(g) >= least))}


def _matrix(feature_lists: Sequence[list[str]], vocabulary: dict[str, int]) -> csr_matrix:
    indices: list[int] = []
    pointers = [0]
    for features in feature_lists:
        indices += sorted({vocabulary[f] for f in features if f in vocabulary})
        pointers.append(len(indices))
    shape = (len(feature_lists), len(vocabulary))
    return csr_matrix((np.ones(len(indices)), indices, pointers), shape=shape)


def rank(choices: Sequence[Choice], strength: float, least: int = 3) -> dict[str, float]:
    """Weights of a conditional logit: the log of the summed probability of the right candidates, less an L2 penalty."""
    rows = [(c.group, f) for c in choices for f in c.candidates]
    vocabulary = _vocabulary(rows, least)
    x = _matrix([f for _, f in rows], vocabulary)
    starts = np.cumsum([0] + [len(c.candidates) for c in choices])[:-1]
    sizes = np.array([len(c.candidates) for c in choices])
    right = np.array([k in c.right for c in choices for k in range(len(c.candidates))], dtype=float)
    transposed = x.T.tocsr()

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        scores = x @ w
        top = np.repeat(np.maximum.reduceat(scores, starts), sizes)
        powers = np.exp(scores - top)
        total = np.add.reduceat(powers, starts)
        good = np.add.reduceat(powers * right, starts)
        good = np.maximum(good, 1e-300)
        p = powers / np.repeat(total, sizes)
        p_right = powers * right / np.repeat(good, sizes)
        value = float(np.sum(np.log(total) - np.log(good)) + 0.5 * strength * (w @ w))
        return value, transposed @ (p - p_right) + strength * w

    w = minimize(loss, np.zeros(len(vocabulary)), jac=True, method="L-BFGS-B", options={"maxiter": 200}).x
    return {name: v for name, index in vocabulary.items() if (v := round(float(w[index]), DIGITS))}


def labels(things: Sequence[Labelled], strength: float, least: int = 3) -> tuple[list[str], dict[str, list[float]]]:
    """Labels in alphabetical order, and for each feature one weight a label: multinomial logistic regression with L2."""
    names = sorted({t.label for t in things})
    vocabulary = _vocabulary([(t.group, t.features) for t in things], least)
    x = _matrix([t.features for t in things], vocabulary)
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

    flat = minimize(
        loss, np.zeros(len(vocabulary) * len(names)), jac=True, method="L-BFGS-B", options={"maxiter": 200}
    ).x
    w = flat.reshape(len(vocabulary), len(names))
    weights = {name: [round(float(v), DIGITS) for v in w[index]] for name, index in vocabulary.items()}
    return names, {name: row for name, row in weights.items() if any(row)}
