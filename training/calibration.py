"""How sure the reading says that it is, beside how often it is right on articles that its models have not seen."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from monitor.reading.calibration import Calibration
from training.gold import GOLD

#: Groups of like size that the mapping is drawn through; of 9,000 claims each has 450.
GROUPS = 20
#: Digits of the mapping, which make the file the same wherever it is trained.
DIGITS = 3
#: No claim is surer than this, nor less sure than the rest of it: a group without a mistake proves no certainty.
SUREST = 0.99


@dataclass(frozen=True, slots=True)
class Said:
    """One claim of an article that the models have not seen: how sure they were, and whether it is annotated so.

    Right is what the measure counts as found: kind, sides, scope, firm, value and unit.
    """

    confidence: float
    right: bool
    #: Which of the folds its article was held out in.
    fold: int


@cache
def measure() -> Any:
    """The project's measure, `score.py`, which is a program of its own beside the annotated articles."""
    spec = importlib.util.spec_from_file_location("score", GOLD / "score.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def calibrated(said: Iterable[Said]) -> Calibration:
    """The mapping from confidence as said to the share that is right: never falling, through groups of like size."""
    ranked = sorted(said, key=lambda each: (each.confidence, each.right))
    size = len(ranked) / GROUPS
    parts = [ranked[round(k * size) : round((k + 1) * size)] for k in range(GROUPS)]
    blocks: list[tuple[float, float, int]] = []
    for part in parts:
        if part:
            blocks.append((_mean(s.confidence for s in part), _mean(float(s.right) for s in part), len(part)))
        while len(blocks) > 1 and blocks[-2][1] >= blocks[-1][1]:
            blocks[-2:] = [_pooled(blocks[-2], blocks[-1])]
    return Calibration(tuple((round(x, DIGITS), round(min(SUREST, max(1 - SUREST, y)), DIGITS)) for x, y, _ in blocks))


def _pooled(first: tuple[float, float, int], second: tuple[float, float, int]) -> tuple[float, float, int]:
    """Two neighbouring groups as one: what makes the mapping monotone (pool adjacent violators)."""
    size = first[2] + second[2]
    x, y = ((a * first[2] + b * second[2]) / size for a, b in zip(first[:2], second[:2], strict=True))
    return x, y, size


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found)


def cross_fitted(said: Sequence[Said]) -> list[Said]:
    """The same claims as sure as a mapping says that was drawn from the claims of the other folds."""
    out = []
    for fold in sorted({one.fold for one in said}):
        mapping: Callable[[float], float] = calibrated([one for one in said if one.fold != fold])
        out += [Said(mapping(one.confidence), one.right, fold) for one in said if one.fold == fold]
    return out
