"""A term on another day, and two states of the ledger side by side. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from config.words import Status
from monitor.ledger.due import mature, pending
from monitor.ledger.terms import Term, Version, midnight
from monitor.types import TermKey


def as_of(term: Term, day: date) -> Term:
    """The term as it was on that day, by all that is known now: what had been settled by then, what was applied.

    A rate counts from the day on which it applied, even where it was told later; what was agreed or ordered counts from
    its publication. For a day to come, what its date will bring is given its effect.
    """
    ripe, _ = mature(term, midnight(day))
    versions = tuple(version for version in ripe.versions if began(version) <= day)
    positions = tuple(
        replace(position, closed=position.closed if position.closed and position.closed.date() <= day else None)
        for position in term.positions
        if position.since.date() <= day
    )
    return replace(ripe, versions=versions, positions=positions)


def began(version: Version) -> date:
    """The day from which a version counts: when a rate applied, when anything else was published."""
    published = version.since.date()
    return min(published, version.start) if version.status is Status.IN_EFFECT else published


#: How many reports of a version or a position a page cites.
PROOFS = 2


def glance(term: Term) -> Term:
    """The term as a page shows it: what stands, what is applied and what comes, the open positions, and of each the
    first reports. What it leaves out is counted in `left_out`.

    Most of a busy term is its evidence and its past; a page of hundreds of terms needs neither.
    """
    shown = [v for v in term.versions if v is term.standing or v is term.applied or (v.effective and pending(term, v))]
    stances = list(term.open_positions) or ([] if shown else list(term.positions[-1:]))
    all_told = sum(v.reports for v in term.versions) + sum(p.reports for p in term.positions)
    return replace(
        term,
        versions=tuple(replace(v, evidence=v.evidence[:PROOFS], rivals=()) for v in shown),
        positions=tuple(replace(p, evidence=p.evidence[:PROOFS]) for p in stances),
        others=(),
        hands=(),
        aside=(),
        left_out=all_told - sum(v.reports for v in shown) - sum(p.reports for p in stances),
    )


@dataclass(frozen=True, slots=True)
class Difference:
    """A term that stands otherwise in a second state than in a first. None: nothing stands there."""

    key: TermKey
    before: Term | None
    after: Term | None

    @property
    def stands(self) -> tuple[Version | None, Version | None]:
        return (self.before.standing if self.before else None, self.after.standing if self.after else None)

    @property
    def applies(self) -> tuple[Version | None, Version | None]:
        return (self.before.applied if self.before else None, self.after.applied if self.after else None)


def differences(first: Iterable[Term], second: Iterable[Term]) -> list[Difference]:
    """The terms of which what stands, what is applied or the open positions differ, by deal and key."""
    before, after = {t.key: t for t in first}, {t.key: t for t in second}
    found = [Difference(key, before.get(key), after.get(key)) for key in before.keys() | after.keys()]
    changed = [each for each in found if shown(each.before) != shown(each.after)]
    return sorted(changed, key=lambda each: (each.key.deal, str(each.key), each.key.family))


def shown(term: Term | None) -> tuple[object, ...]:
    """What of a term a reader sees: figures and statuses, dates and trust; not how many reports there are."""
    if term is None:
        return (None, None, ())
    stances = tuple(sorted((str(p.status), p.value, p.unit, str(p.trust)) for p in term.open_positions))
    return (figures(term.standing), figures(term.applied), stances)


def figures(version: Version | None) -> tuple[object, ...] | None:
    if version is None:
        return None
    told = (version.value, version.high, version.unit, version.qualifier, version.status, version.trust)
    return (*told, version.effective, version.until)
