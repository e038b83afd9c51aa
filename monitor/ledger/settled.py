"""The rules for what is told as settled: agreed, ordered, in effect, suspended, ended. The first to speak decides."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from config.words import Status
from monitor.ledger.case import Act, Case, Verdict
from monitor.ledger.contradiction import contested, doubtful, part_of_recorded, told_again, told_together
from monitor.ledger.figures import equal, last_day, said
from monitor.ledger.terms import LADDER, PENDING, Role, Version, full_date

#: An end that nobody told us the beginning of is news only while it is fresh.
_FRESH = timedelta(days=30)
Rule = Callable[[Case], Verdict | None]


def decide(case: Case) -> Verdict:
    """What a settled claim does to the term, and why."""
    for rule in RULES:
        verdict = rule(case)
        if verdict is not None:
            return verdict
    standing = case.standing
    assert standing is not None
    return Verdict(Act.MOVE, f"new value {said(case.value)}, was {said(standing.value)}")


def part_or_strand(case: Case) -> Verdict | None:
    """A part of a sum, or one law's share of a rate, is not the whole."""
    if case.evidence.role is Role.PART:
        return Verdict(Act.KEEP, "a part of a sum told in the same report or recorded")
    if case.evidence.role is Role.STRAND:
        return Verdict(Act.KEEP, "a share that is counted in another way than what stands")
    return None


def first(case: Case) -> Verdict | None:
    """Nothing stands: the claim introduces the term, unless it tells of an end long past."""
    if case.standing is not None:
        return None
    if case.claim.status is Status.ENDED:
        day = last_day(case.claim.effective)
        if day is None or day < case.evidence.published.date() - _FRESH:
            return Verdict(Act.KEEP, "history: an end of something that was never recorded")
    return Verdict(Act.MOVE, f"first report, {said(case.value)} {case.claim.status}")


def repeated_difference(case: Case) -> Verdict | None:
    """A difference that the last step already made is told again."""
    if case.claim.delta is None or case.claim.value is not None or len(case.term.versions) < 2:
        return None
    index = next((i for i, v in enumerate(case.term.versions) if equal(v.value, case.term.versions[-1].value)), 0)
    if index == 0 or not equal(case.term.versions[-1].value - case.term.versions[index - 1].value, case.claim.delta):
        return None
    day = full_date(case.claim.effective)
    if day is not None and day > case.term.versions[index].start:
        return None
    return Verdict(Act.SUPPORT, "the difference that the last step made, told again", len(case.term.versions) - 1)


def stop(case: Case) -> Verdict | None:
    """A pause or an end moves what stands only if it speaks of it."""
    standing, status = case.standing, case.claim.status
    if standing is None or status not in (Status.SUSPENDED, Status.ENDED):
        return None
    last = len(case.term.versions) - 1
    if not case.says(standing):
        return Verdict(Act.KEEP, f"history or another strand: {said(case.value)} is not what stands")
    if standing.status is status:
        return Verdict(Act.SUPPORT, f"already recorded as {status}", last)
    if standing.status is Status.ENDED:
        return Verdict(Act.KEEP, "it has ended already")
    day = last_day(case.claim.effective)
    if day is not None and day < standing.start:
        return Verdict(Act.KEEP, "history: stopped before what stands began")
    return Verdict(Act.MOVE, f"{status}, was {standing.status}")


def same_value(case: Case) -> Verdict | None:
    """The value that stands: evidence, or the next step of its status."""
    standing, status = case.standing, case.claim.status
    if standing is None or not case.says(standing):
        return None
    last = len(case.term.versions) - 1
    if standing.status is status:
        return Verdict(Act.SUPPORT, "same value and status as what stands", last)
    if standing.status in LADDER:
        if LADDER.index(status) > LADDER.index(standing.status):
            return Verdict(Act.MOVE, f"{status}, was {standing.status}")
        index = case.earlier(status)
        reason = f"told again as {status}, it is {standing.status} already"
        return Verdict(Act.KEEP, reason) if index is None else Verdict(Act.SUPPORT, reason, index)
    return _resumed(case, standing)


def _resumed(case: Case, standing: Version) -> Verdict:
    """What was suspended or ended is told as settled again."""
    if case.own_day_ahead and case.claim.status in PENDING:
        return Verdict(Act.MOVE, f"{case.claim.status} again, was {standing.status}")
    day = last_day(case.claim.effective)
    stopped_since = case.evidence.published - standing.since
    restarted = day is not None and day > standing.start
    if case.claim.status is Status.AGREED or not (restarted or stopped_since > case.policy.contest_window):
        return Verdict(Act.KEEP, f"history: it is {standing.status} now")
    return Verdict(Act.MOVE, f"{case.claim.status} again, was {standing.status}")


def other_currency(case: Case) -> Verdict | None:
    """The same commitment told in another currency cannot be held against what stands."""
    if case.standing is None or case.comparable(case.standing):
        return None
    return Verdict(Act.KEEP, f"told in {case.claim.unit}, what stands is in {case.standing.unit}")


def applied_meanwhile(case: Case) -> Verdict | None:
    """A rate in effect while another is settled for later is what is applied until then, and undoes nothing."""
    standing = case.standing
    if standing is None or standing.status not in PENDING or case.claim.status is not Status.IN_EFFECT:
        return None
    applied = case.term.applied
    if applied is not None and case.says(applied):
        return Verdict(Act.SUPPORT, "what is applied until the settled one comes", case.term.versions.index(applied))
    step = _pending_step(case)
    if step is not None:
        return Verdict(Act.APPLY, f"in_effect, was {step.status}")
    if case.names_previous or case.starts_after(standing.start):
        return None
    comes = full_date(standing.effective)
    if applied is None:
        return Verdict(Act.BACKFILL, "what is applied until the settled one comes")
    older = began_before(case)
    if older is not None:
        return older
    if any(equal(value, applied.value) for value in case.evidence.beside):
        return Verdict(Act.KEEP, f"told beside {said(applied.value)}, which the same report says is applied")
    if comes is not None and comes > case.evidence.published.date() and not _returns_to(case, applied):
        return Verdict(Act.APPLY, f"applied now, {said(standing.value)} comes on {comes}")
    return None


def _pending_step(case: Case) -> Version | None:
    """An earlier settled step of the claim's figure that its own report opened together with what stands."""
    standing = case.standing
    assert standing is not None
    steps = (v for v in case.term.versions[:-1] if v.article == standing.article and v.status in PENDING)
    return next((v for v in steps if case.says(v)), None)


def _returns_to(case: Case, applied: Version) -> bool:
    return any(case.says(v) for v in case.term.versions[: case.term.versions.index(applied)])


def began_before(case: Case) -> Verdict | None:
    """A figure that applied from before what stands is history."""
    day = last_day(case.claim.effective)
    if case.standing is None or day is None or case.names_previous:
        return None
    known = case.term.applied if case.claim.status is Status.IN_EFFECT else None
    version = known or case.standing
    if day < min(version.start, version.since.date()):
        return Verdict(Act.KEEP, f"history: it applied from {case.claim.effective}, before what stands")
    return None


RULES: tuple[Rule, ...] = (
    part_or_strand,
    first,
    repeated_difference,
    stop,
    same_value,
    other_currency,
    applied_meanwhile,
    began_before,
    told_together,
    part_of_recorded,
    told_again,
    doubtful,
    contested,
)
