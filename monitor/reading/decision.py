"""One figure's way through the models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from monitor.reading.quantities import Quantity
from monitor.reading.roles import Told
from monitor.types import Claim

#: What is settled before the first figure.
NOTHING_TOLD = Told()


class Sureness(NamedTuple):
    """How sure one of two votes was of what both together chose, 0 to 1; None where it was not asked."""

    term: float
    sides: float | None
    scopes: float | None
    status: float | None


class Odds(NamedTuple):
    """How sure the models were of one decision after the other, 0 to 1, and of how many options the last two are."""

    #: That the figure is a term.
    term: float
    #: Of the sides, and how far ahead of the next best they are.
    sides: float
    sides_ahead: float
    #: Of the scopes, and how far ahead.
    scopes: float
    scopes_ahead: float
    status: float
    pairs: int
    lists: int
    #: What the small models alone, and the encoder alone, made of it; None where there is only one vote.
    small: Sureness | None = None
    encoder: Sureness | None = None

    @property
    def product(self) -> float:
        """How likely a claim is right if each decision went wrong by itself."""
        return self.term * self.sides * self.scopes


@dataclass(frozen=True)
class Decision:
    """One figure's way through the models, kept for `pactwatch explain`."""

    quantity: Quantity
    kind: str
    probability: float
    reason: str
    claims: tuple[Claim, ...] = ()
    #: What the figures before it had settled.
    told: Told = NOTHING_TOLD
    #: How sure each decision was; None where the figure is no term.
    odds: Odds | None = None
