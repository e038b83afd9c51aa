"""Small linear models over named features: which label, or which of several candidates. Data without code, in JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

MODELS = Path(__file__).parent / "models"


@dataclass(frozen=True)
class Labels:
    """Multinomial logistic regression: features to one of a fixed set of labels."""

    labels: tuple[str, ...]
    #: Feature → one weight a label.
    weights: Mapping[str, Sequence[float]]

    def probabilities(self, features: Iterable[str]) -> list[float]:
        """One probability a label, in the order of `labels`; they sum to 1."""
        get = self.weights.get
        rows = [row for feature in features if (row := get(feature)) is not None]
        if not rows:
            return [1.0 / len(self.labels)] * len(self.labels)
        return softmax([sum(column) for column in zip(*rows, strict=True)])


@dataclass(frozen=True)
class Rank:
    """Conditional logit: which of several candidates, each described by its own features."""

    weights: Mapping[str, float]

    def score(self, features: Iterable[str]) -> float:
        """The candidate's log odds, up to a constant that all candidates of one choice share."""
        weights = self.weights
        return sum([weights.get(feature, 0.0) for feature in features])


@dataclass(frozen=True)
class Models:
    """All models of one language, by their task."""

    labels: Mapping[str, Labels]
    ranks: Mapping[str, Rank]

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Models:
        return cls(
            {name: Labels(tuple(m["labels"]), m["weights"]) for name, m in data["labels"].items()},
            {name: Rank(m["weights"]) for name, m in data["ranks"].items()},
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "labels": {n: {"labels": list(m.labels), "weights": dict(m.weights)} for n, m in self.labels.items()},
            "ranks": {n: {"weights": dict(m.weights)} for n, m in self.ranks.items()},
        }


def softmax(scores: Sequence[float]) -> list[float]:
    """Scores as probabilities that sum to 1."""
    top = max(scores)
    powers = [math.exp(score - top) for score in scores]
    total = sum(powers)
    return [power / total for power in powers]


@cache
def models(language: str) -> Models:
    """The trained models of a language, read once per process."""
    return Models.from_json(json.loads((MODELS / f"{language}.json").read_text(encoding="utf-8")))
