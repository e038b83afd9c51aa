"""Two votes as one: the shares that the small models give, and the encoder's log odds.

They are pooled by product (Genest and Zidek, 1986): what either holds for impossible stays so, and where one is unsure
the other decides.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from monitor.reading.models import softmax

Option = TypeVar("Option")
#: What the encoder's vote counts for beside a small model's, by decision.
KIND, SIDES, SCOPES, STATUS = 1.0, 0.8, 0.7, 0.8
#: From this share on the encoder is believed without asking the small models, which takes most of the time.
SURE = 0.97
#: A code that the encoder does not see stands so far behind the least that it sees; a scope has these log odds.
BEHIND, UNSEEN = 1.0, -4.0


@dataclass(frozen=True)
class Pooled(Generic[Option]):
    """How likely each option is, and what either vote alone makes of it."""

    shares: Mapping[Option, float]
    #: Empty where the small models were not asked.
    small: Mapping[Option, float]
    #: Empty where the encoder has no vote.
    encoder: Mapping[Option, float]

    @property
    def best(self) -> Option:
        """The likeliest option, the first of several."""
        return max(self.shares, key=self.shares.__getitem__)

    @property
    def sureness(self) -> tuple[float | None, float | None]:
        """What the small models and the encoder each make of the likeliest option; None where they have no vote."""
        return self.small.get(self.best), self.encoder.get(self.best)


def pooled(shares: Mapping[Option, float], scores: Mapping[Option, float], weight: float) -> Pooled[Option]:
    """The shares, each weighed by the encoder's log odds of the same option; without scores they stay."""
    if not scores or not shares:
        return Pooled(shares, shares, {})
    alone = dict(zip(shares, softmax([scores[option] for option in shares]), strict=True))
    found = {option: share * alone[option] ** weight for option, share in shares.items()}
    total, whole = sum(found.values()), sum(shares.values())
    if not total:
        return Pooled(shares, shares, alone)
    return Pooled({option: share * whole / total for option, share in found.items()}, shares, alone)


def sure(shares: Mapping[Option, float]) -> Pooled[Option] | None:
    """The encoder's vote alone, where it is sure."""
    return Pooled(shares, {}, shares) if max(shares.values(), default=0.0) >= SURE else None


def sure_status(scores: Mapping[str, float]) -> Pooled[str] | None:
    """How far a term has come, where the encoder is sure."""
    return sure(dict(zip(scores, softmax(list(scores.values())), strict=True))) if scores else None


def sure_scopes(scores: Mapping[str, float]) -> Pooled[tuple[str, ...]] | None:
    """On which goods a figure is, where the encoder is sure of each scope whether it is one of them."""
    names = tuple(name for name, score in scores.items() if score > 0)
    return sure({names: math.prod(1 / (1 + math.exp(-abs(score))) for score in scores.values())}) if names else None


def kinds(shares: Mapping[str, float], scores: Mapping[str, float]) -> Pooled[str]:
    """What a figure is."""
    return pooled(shares, _full(shares, scores), KIND)


def statuses(shares: Mapping[str, float], scores: Mapping[str, float]) -> Pooled[str]:
    """How far a term has come."""
    return pooled(shares, _full(shares, scores), STATUS)


def _full(shares: Mapping[str, float], scores: Mapping[str, float]) -> Mapping[str, float]:
    """A score for each label; one that the encoder does not know has its least."""
    least = min(scores.values(), default=0.0)
    return {label: scores.get(label, least) for label in shares} if scores else {}


def sides(
    shares: Mapping[tuple[str, str], float], party: Mapping[str, float], counterparty: Mapping[str, float]
) -> Pooled[tuple[str, str]]:
    """Whose a figure is."""
    if not party:
        return pooled(shares, {}, SIDES)
    one, other = min(party.values()) - BEHIND, min(counterparty.values()) - BEHIND
    return pooled(shares, {(p, c): party.get(p, one) + counterparty.get(c, other) for p, c in shares}, SIDES)


def scopes(shares: Mapping[tuple[str, ...], float], scores: Mapping[str, float]) -> Pooled[tuple[str, ...]]:
    """On which goods a figure is: the log odds of a list are those of its scopes together."""
    found = {names: sum(scores.get(name, UNSEEN) for name in names) for names in shares} if scores else {}
    return pooled(shares, found, SCOPES)
