"""What a figure can be, and how likely it is each of that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from monitor.reading.models import softmax
from monitor.reading.quantities import Quantity

#: The label of points that are a rate of their own, "the 24 points in abeyance"; otherwise they tell a change.
SURCHARGE = "surcharge"
#: Labels that are no claim.
NO_TERM = ("none", "previous")
#: Which kinds a figure of a family can be.
POSSIBLE = {
    "percent": ("none", "previous", "tariff", "profit_share"),
    "bare": ("none", "previous", "tariff", "profit_share"),
    "fraction": ("none", "previous", "tariff", "profit_share"),
    "share": ("none", "profit_share"),
    "points": ("none", "tariff", SURCHARGE),
    "zero": ("none", "previous", "tariff"),
    "removal": ("none", "tariff"),
    "multiple": ("none", "tariff"),
    "money": ("none", "previous", "investment", "purchase", "annual_cap"),
    "years": ("none", "duration"),
    "units": ("none", "previous", "purchase"),
    "tonnes": ("none", "previous", "purchase"),
}
#: Probabilities are told by the step that they reach.
STEPS = (0.03, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.97)
#: Steps that are finer towards either end.
FINER = (0.005, 0.01, 0.02, 0.04, 0.08, 0.15, 0.25, 0.35, 0.5, 0.65, 0.75, 0.85, 0.92, 0.96, 0.98, 0.99, 0.995)


def possible(q: Quantity, scores: Mapping[str, float]) -> dict[str, float]:
    """How likely a figure is each kind that one of its family can be; `scores`: log odds, perhaps of more kinds.

    A kind without a score is out of the question.
    """
    names = [kind for kind in POSSIBLE[q.family] if kind in scores] or ["none"]
    return dict(zip(names, softmax([scores.get(kind, 0.0) for kind in names]), strict=True))


def taken(shares: Mapping[str, float]) -> float:
    """How likely a figure is a term."""
    return 1.0 - sum(shares.get(name, 0.0) for name in NO_TERM)


def step(probability: float, ladder: Sequence[float] = STEPS) -> int:
    """The number of steps that a probability reaches."""
    return sum(probability >= limit for limit in ladder)


def fine(share: float) -> int:
    """The number of those steps that a probability reaches."""
    return step(share, FINER)
