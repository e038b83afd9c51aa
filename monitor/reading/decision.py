"""One figure's way through the models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from monitor.reading.quantities import Quantity
from monitor.reading.told import Told
from monitor.types import Claim

#: What is settled before the first figure.
NOTHING_TOLD = Told()


class Odds(NamedTuple):
    """How sure one decision after the other was, 0 to 1."""

    #: That the figure is a term.
    term: float
    #: Of the sides, and how far ahead of the next best they are.
    sides: float
    sides_ahead: float
    #: Of the scopes, and how far ahead.
    scopes: float
    scopes_ahead: float
    status: float
    #: Among how many scopes it was.
    choices: int

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
