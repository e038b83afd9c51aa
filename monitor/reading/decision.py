"""One figure's way through the models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from monitor.reading.quantities import Quantity
from monitor.reading.told import Told
from monitor.types import Claim

#: What is weighed besides what was chosen: a scope that may be in the list too, or other sides.
FURTHER_SCOPE, OTHER_SIDES = "scope", "sides"
#: What is settled before the first figure.
NOTHING_TOLD = Told()


class Odds(NamedTuple):
    """How sure one decision after the other was on the way to a claim, 0 to 1."""

    #: That the figure is a term.
    term: float
    #: Of the figure's sides, and how far ahead of the next best they are.
    sides: float
    sides_ahead: float
    #: Of the figure's scopes with this one among them, and how far ahead those that were chosen are.
    scopes: float
    scopes_ahead: float
    status: float
    #: Among how many scopes it was.
    choices: int
    #: Of the claim's own sides and scope, each by itself.
    own_sides: float = 1.0
    own_scope: float = 1.0
    #: Why it is weighed where it is not what was chosen: `FURTHER_SCOPE` or `OTHER_SIDES`.
    besides: str = ""

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
    #: How sure each decision was, for each claim that was drafted; none where the figure is no term.
    odds: tuple[Odds, ...] = ()
