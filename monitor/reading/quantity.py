"""One figure of a text."""

from __future__ import annotations

from dataclasses import dataclass

from config.words import Qualifier


@dataclass(frozen=True, slots=True)
class Quantity:
    """One figure: where it stands, what it measures, how it was written."""

    start: int
    end: int
    #: percent, points, money, tonnes, years, units, bare, fraction, share, zero, removal, multiple.
    family: str
    #: In base units; for `multiple` the factor; for `zero` and `removal` 0.
    value: float
    #: percent, percentage_points, an ISO 4217 code ("" where none is told), tonnes, years, units.
    unit: str
    #: The upper end of a range.
    high: float | None = None
    qualifier: Qualifier = Qualifier.EXACT
    #: The sum is per year.
    yearly: bool = False
