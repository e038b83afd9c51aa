"""What one article says of one term, as evidence: steps in their order, parts of sums, shares of a rate. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations

from config.words import SETTLED, Kind, Status
from monitor.ledger.figures import equal
from monitor.ledger.making import maker
from monitor.ledger.terms import Evidence, Role, is_position
from monitor.types import Article, Claim, unit_family

_evidence = maker(Evidence)
#: Among how many figures the addends of a sum are looked for.
_MOST_ADDENDS = 10


def as_evidence(
    told: Sequence[Claim], article: Article, mark: str, siblings: Callable[[], Sequence[float]]
) -> list[Evidence]:
    """An article's claims of one term as evidence, in the order in which they are taken in.

    `siblings` gives the figures of other scopes that may be addends of a sum; it is asked where there is a sum.
    """
    source = article.source
    report = (source.name, source.tier, article.published, article.observed, article.link, mark)
    if len(told) == 1:  # as nearly always
        return [_evidence((told[0], article.id, 0, *report, Role.PLAIN, (), ()))]
    return [
        _evidence((claim, article.id, place, *report, _role(claim, told, siblings), _told_beside(claim, told), ()))
        for place, claim in enumerate(_steps(told))
    ]


def _told_beside(claim: Claim, told: Sequence[Claim]) -> tuple[float, ...]:
    """The article's other values for the term in the same status; beside a position, the settled ones too."""
    position = is_position(claim.status)
    return tuple(
        c.value
        for c in told
        if c.value is not None
        and not equal(c.value, claim.value)
        and (c.status is claim.status or (position and c.status in SETTLED))
    )


def _steps(claims: Sequence[Claim]) -> Sequence[Claim]:
    """The claims in the order of the text, steps of one status by the day from which each applies."""
    ordered = list(claims)
    for status in (Status.AGREED, Status.ORDERED):
        places = [i for i, c in enumerate(claims) if c.status is status and c.effective is not None]
        for place, claim in zip(places, sorted((claims[i] for i in places), key=_effective), strict=True):
            ordered[place] = claim
    return ordered


def _effective(claim: Claim) -> str:
    return claim.effective or ""


def _role(claim: Claim, told: Sequence[Claim], siblings: Callable[[], Sequence[float]]) -> Role:
    """Whether the figure is a part of a sum of its article, or one of several counts that replace different figures."""
    if _part(claim, told, siblings):
        return Role.PART
    alike = [c for c in told if c.status is claim.status and not equal(c.value, claim.value)]
    settled = claim.status in SETTLED and claim.kind is Kind.TARIFF
    if settled and claim.previous is not None and any(_other_count(claim, c) for c in alike):
        return Role.STRAND
    return Role.PLAIN


def _part(claim: Claim, told: Sequence[Claim], siblings: Callable[[], Sequence[float]]) -> bool:
    """Whether the figure adds up with others of the article to a larger one that it gives for the same term.

    Rates are added only to a sum of the same status and day (34 ordered on top of 20 are 54 ordered); amounts of
    other scopes count as addends too (200 in cash and 150 in ships are 350).
    """
    value, rate = claim.value, unit_family(claim.unit) == "percent"
    if value is None:
        return False
    totals = [c.value for c in told if c.value is not None and c.value > value and _sums(c, claim, rate)]
    if not totals:
        return False
    others = [c.value for c in told if c is not claim and c.value is not None] + ([] if rate else list(siblings()))
    for total in totals:
        addends = [x for x in dict.fromkeys(others) if x < total][:_MOST_ADDENDS]
        sums = (sum(chosen) for n in range(1, 4) for chosen in combinations(addends, n))
        if any(equal(value + rest, total) for rest in sums):
            return True
    return False


def _sums(total: Claim, part: Claim, rate: bool) -> bool:
    """Whether one figure of an article may be the sum of which the other is a part."""
    if not rate:
        return total.status in SETTLED
    return total.status is part.status and total.effective == part.effective


def _other_count(claim: Claim, other: Claim) -> bool:
    """Whether two figures of one article replace different figures, neither being the step before the other."""
    if other.previous is None or claim.effective != other.effective:
        return False
    chained = equal(claim.previous, other.value) or equal(other.previous, claim.value)
    return not chained and not equal(claim.previous, other.previous)
