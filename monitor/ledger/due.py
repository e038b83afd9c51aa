"""What a date brings: a rate settled for a day is in effect on it, and what ends soon is worth a reminder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from config.words import Kind, Status
from monitor.ledger.changes import Outcome, event, moved
from monitor.ledger.policy import Policy
from monitor.ledger.terms import PENDING, Term, Version, full_date, midnight
from monitor.types import Change, ChangeClass, TermKey


def due(terms: Iterable[Term], since: datetime, now: datetime, policy: Policy) -> Outcome:
    """What came due by `now`, with the reminders whose lead time began after `since`; ordered by date, then by key.

    Asking again for the same span changes nothing more: a version that took effect is no longer pending.
    """
    updated: dict[TermKey, Term] = {}
    changes: list[Change] = []
    for term in terms:
        after, took_effect = mature(term, now)
        if took_effect:
            updated[term.key] = after
            changes += took_effect
        changes += _reminders(after, since, now, policy)
    changes.sort(key=lambda change: (change.at, str(change.key), change.cls))
    return Outcome(terms=updated, changes=tuple(changes))


def next_date(term: Term) -> date | None:
    """The earliest day that will bring something of itself to the term, or None."""
    days = [full_date(v.effective) for v in term.versions if v.effective and pending(term, v)]
    return min(day for day in days if day is not None) if days else None


def span(term: Term) -> tuple[date, date] | None:
    """The first and the last day that mean something for the term, None where no day does.

    What waits to take effect has no last day: however late it is looked at, it must be seen.
    """
    days = [each.day for each in _coming(term)]
    if not days:
        return None
    return min(days), date.max if next_date(term) is not None else max(days)


def mature(term: Term, moment: datetime) -> tuple[Term, list[Change]]:
    """The term at that moment, with a change for each version that took effect on its day, the earliest first."""
    changes: list[Change] = []
    while ripe := [
        (full_date(v.effective), i) for i, v in enumerate(term.versions) if v.effective and pending(term, v)
    ]:
        days = [(day, index) for day, index in ripe if day is not None and midnight(day) <= moment]
        if not days:
            break
        day, index = min(days)
        before, (term, version) = term, _take_effect(term, index, day)
        changes.append(moved(before, term, version, reason=f"its date, {day}, has come"))
    return term, changes


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """What a day to come means for a term."""

    day: date
    term: Term
    version: Version
    #: takes effect, is meant for (an amount, which no date carries out), stops, ends.
    what: str

    @property
    def by_itself(self) -> bool:
        """Whether the ledger gives it its effect on the day; what ends is a reminder and never assumed."""
        return self.what == "takes effect"


def coming(terms: Iterable[Term], today: date, until: date | None = None) -> list[Coming]:
    """What comes from today on, the next first; with `until` up to that day."""
    found = [each for term in terms for each in _coming(term) if today <= each.day <= (until or date.max)]
    return sorted(found, key=lambda each: (each.day, each.term.key.deal, str(each.term.key), each.what))


def _coming(term: Term) -> Iterator[Coming]:
    for version in term.versions:
        day = full_date(version.effective)
        if day is not None and pending(term, version):
            yield Coming(day=day, term=term, version=version, what="takes effect")
    now = term.standing
    if now is None:
        return
    begins, ends = full_date(now.effective), full_date(now.until)
    if begins is not None and now.status is not Status.IN_EFFECT and not pending(term, now):
        yield Coming(day=begins, term=term, version=now, what="stops" if now.status not in PENDING else "is meant for")
    if ends is not None:
        yield Coming(day=ends, term=term, version=now, what="ends")


def pending(term: Term, version: Version) -> bool:
    """Whether a date will put the version into effect: a settled rate with a day of its own that was ahead when told.

    A day that had passed when it was told (a cut that will reach back to the first of the month) is carried out by
    somebody, which is reported; it is not assumed. What a later settlement replaced from the same day or an earlier
    one does not come any more.
    """
    day = full_date(version.effective)
    if version.status not in PENDING or term.key.kind is not Kind.TARIFF or day is None or version.dated is None:
        return False
    if day < version.dated.date():
        return False
    place = term.versions.index(version)
    return all(_comes_later(term, version, later, day) for later in term.versions[place + 1 :])


def _comes_later(term: Term, version: Version, later: Version, day: date) -> bool:
    """Whether a later entry leaves the version to come: it is for a later day, or only what is applied meanwhile."""
    if later.status is Status.IN_EFFECT:
        return later is not term.standing and (later.value, later.unit) != (version.value, version.unit)
    start = full_date(later.effective)
    return later.status in PENDING and start is not None and start > day


def _take_effect(term: Term, index: int, day: date) -> tuple[Term, Version]:
    """The term with the version at `index` in effect: as what stands now, or before what stands for a later day."""
    version = replace(
        term.versions[index],
        status=Status.IN_EFFECT,
        since=midnight(day),
        recorded=midnight(day),
        article=None,
        rivals=(),
    )
    place = index + 1 if index == len(term.versions) - 1 else len(term.versions) - 1
    return replace(term, versions=(*term.versions[:place], version, *term.versions[place:])), version


def _reminders(term: Term, since: datetime, now: datetime, policy: Policy) -> list[Change]:
    """A reminder of what ends or takes effect on a day to come, if a lead time before it began in the span.

    Where several did, because nobody looked for a while, the nearest to the day is told alone.
    """
    version = term.standing
    if version is None:
        return []
    begins = full_date(version.effective) if version.status is not Status.IN_EFFECT else None
    found = []
    for day, what in (
        (full_date(version.until), "ends"),
        (begins, "takes effect" if version.status in PENDING else "stops"),
    ):
        if day is not None and now < midnight(day):
            leads = [lead for lead in policy.reminders if since < midnight(day) - lead <= now]
            found += [_reminder(term, version, day, what, lead) for lead in sorted(leads)[:1]]
    return found


def _reminder(term: Term, version: Version, day: date, what: str, lead: timedelta) -> Change:
    days = f"{lead.days} day" if lead.days == 1 else f"{lead.days} days"
    return event(
        ChangeClass.REMINDER,
        term,
        version,
        at=midnight(day) - lead,
        reason=f"{what} in {days}, on {day}",
        details={"date": day.isoformat(), "what": what},
    )
