"""When two figures are the same, and how the days that texts name compare."""

from __future__ import annotations

from datetime import date, datetime

from config.words import Qualifier
from monitor.ledger.terms import full_date
from monitor.types import Claim, unit_family

#: How far a figure told as "about" may lie off, and how far above "at least" the exact one may be.
_ABOUT = 0.03
_AT_LEAST = 0.1
#: Families whose figures are told rounded ("$36 billion" for $36.2 billion). Rates and counts are told exactly.
_ROUNDED = frozenset({"money", "tonnes"})


def equal(a: float | None, b: float | None) -> bool:
    """Whether two numbers are one, up to floating-point noise. None equals nothing."""
    if a is None or b is None:
        return False
    return a == b or abs(a - b) <= 1e-6 * max(1.0, abs(a), abs(b))


def same_figure(claim: Claim, value: float, known: float, known_unit: str) -> bool:
    """Whether a claim's value says the same as a known one: equal, or rounded, about or at least that.

    Sums of money in two currencies are never the same figure; `comparable` tells whether they can differ.
    """
    if claim.unit != known_unit and not comparable(claim.unit, known_unit):
        return False
    if value == known or equal(value, known):
        return True
    if unit_family(claim.unit) in ("percent", "years") or equal(claim.previous, known):
        return False
    if claim.qualifier is Qualifier.ABOUT:
        return abs(value - known) <= _ABOUT * abs(known)
    if claim.qualifier is Qualifier.AT_LEAST and value < known <= (1 + _AT_LEAST) * value:
        return True
    return unit_family(claim.unit) in _ROUNDED and (_rounds_to(known, value) or _rounds_to(value, known))


def comparable(unit: str, other: str) -> bool:
    """Whether figures in the two units can be held against each other: not across currencies."""
    return unit == other or unit_family(unit) == unit_family(other) != "money"


def _rounds_to(exact: float, rounded: float) -> bool:
    """Whether `rounded` has at least two significant digits and `exact` gives it when rounded to as many."""
    digits = len(f"{rounded:.0f}".strip("-").rstrip("0"))
    return digits >= 2 and float(f"{exact:.{digits - 1}e}") == rounded


def last_day(text: str | None) -> date | None:
    """The last day that an ISO date or prefix can mean: of `2025-11` 30 November, of `2025` 31 December."""
    if text is None:
        return None
    day = full_date(text)
    if day is not None:
        return day
    year, month = int(text[:4]), int(text[5:7]) if len(text) == 7 else 12
    following = date(year + month // 12, month % 12 + 1, 1)
    return date.fromordinal(following.toordinal() - 1)


def ahead(effective: str | None, published: datetime) -> bool:
    """Whether the named day, or the whole of the named month or year, is still to come on the day of publication."""
    if effective is None:
        return False
    return effective > published.date().isoformat()[: len(effective)]


def said(value: float) -> str:
    """A figure in a reason, in full: `15`, `12.5`, `350,000,000,000`."""
    return f"{value:,.15g}"
