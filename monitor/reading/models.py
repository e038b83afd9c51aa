"""Small models over named features: which label, which of several candidates. Data without code, in JSON.

Each model is a network of at most one hidden layer (see `monitor.reading.network`); with no hidden units it is a
logistic regression.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
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
class Models:
    """All models of one language, by their task."""

    labels: Mapping[str, Labels]
    ranks: Mapping[str, Rank]
    encoder: Encoder

    @classmethod
    def from_json(cls, data: Mapping[str, Any], encoder: Encoder) -> Models:
        """What `to_json` gave, and the encoder, which is a file of its own."""
        return cls(
            {n: Labels(tuple(m["labels"]), Network.from_json(m["network"])) for n, m in data["labels"].items()},
            {n: Rank(Network.from_json(m["network"])) for n, m in data["ranks"].items()},
            encoder,
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "labels": {n: {"labels": list(m.labels), "network": m.network.to_json()} for n, m in self.labels.items()},
            "ranks": {n: {"network": m.network.to_json()} for n, m in self.ranks.items()},
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
    data = json.loads((MODELS / f"{language}.json").read_text(encoding="utf-8"))
    return Models.from_json(data, Encoder.load(MODELS / f"{language}.encoder.npz"))
