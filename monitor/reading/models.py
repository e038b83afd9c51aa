"""Small models over named features: which label, which of several candidates, which pair. Data without code, in JSON.

Each model is a network of at most one hidden layer (see `monitor.reading.network`); with no hidden units it is a
logistic regression.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from monitor.reading.encoder import Encoder
from monitor.reading.network import Network

MODELS = Path(__file__).parent / "models"


@dataclass(frozen=True)
class Labels:
    """Features to one of a fixed set of labels."""

    labels: tuple[str, ...]
    network: Network

    @classmethod
    def linear(cls, labels: Sequence[str], weights: Mapping[str, Sequence[float]]) -> Labels:
        """Multinomial logistic regression: for each feature one weight a label."""
        return cls(tuple(labels), Network.linear([weights], len(labels)))

    def probabilities(self, features: Collection[str]) -> list[float]:
        """One probability a label, in the order of `labels`; they sum to 1."""
        return softmax(self.network.outputs(self.network.summed(0, features)))


@dataclass(frozen=True)
class Rank:
    """Which of several candidates, each described by its own features."""

    network: Network

    @classmethod
    def linear(cls, weights: Mapping[str, float]) -> Rank:
        """Conditional logit: one weight a feature."""
        return cls(Network.linear([{name: (weight,) for name, weight in weights.items()}], 1))

    def score(self, features: Collection[str]) -> float:
        """The candidate's log odds, up to a constant that all candidates of one choice share."""
        return self.network.outputs(self.network.summed(0, features))[0]


@dataclass(frozen=True)
class Pairs:
    """Which two of several things belong together, and which of them comes first."""

    network: Network

    def places(self, features: Collection[str]) -> tuple[int, int]:
        """What a thing counts for as the first and as the second of a pair."""
        return self.network.parted(self.network.summed(0, features))

    def alone(self, part: int) -> float:
        """The score of one part by itself: how far it can carry a pair."""
        return self.network.direct(part)[0]

    def score(self, first: int, second: int, features: Collection[str]) -> float:
        """The log odds of a pair, up to a constant. `features`: those of the two together."""
        return self.network.outputs(first + second + self.network.summed(1, features))[0]


@dataclass(frozen=True)
class Models:
    """All models of one language, by their task."""

    labels: Mapping[str, Labels]
    ranks: Mapping[str, Rank]
    pairs: Mapping[str, Pairs]
    #: The encoder, which votes on each decision, where there is one.
    encoder: Encoder | None = None

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Models:
        """What `to_json` gave; without an encoder, which is a file of its own."""
        return cls(
            {n: Labels(tuple(m["labels"]), Network.from_json(m["network"])) for n, m in data["labels"].items()},
            {n: Rank(Network.from_json(m["network"])) for n, m in data["ranks"].items()},
            {n: Pairs(Network.from_json(m["network"])) for n, m in data["pairs"].items()},
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "labels": {n: {"labels": list(m.labels), "network": m.network.to_json()} for n, m in self.labels.items()},
            "ranks": {n: {"network": m.network.to_json()} for n, m in self.ranks.items()},
            "pairs": {n: {"network": m.network.to_json()} for n, m in self.pairs.items()},
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
    found = Models.from_json(json.loads((MODELS / f"{language}.json").read_text(encoding="utf-8")))
    path = MODELS / f"{language}.encoder.npz"
    return replace(found, encoder=Encoder.load(path)) if path.exists() else found
