"""The rules for positions: proposals, demands, threats and refusals about a term. The first that speaks decides."""

from __future__ import annotations

from datetime import datetime, timedelta

from config.words import Status
from monitor.ledger.case import Act, Case, Verdict
from monitor.ledger.figures import equal, said, same_figure
from monitor.ledger.terms import LADDER, Position, Role

#: What the side that would impose or give says: a figure that it threatens and one that it proposes is one position.
_OWN_SIDE = frozenset({Status.PROPOSED, Status.THREATENED})


def decide(case: Case) -> Verdict:
    """What a position does to the term, and why."""
    index = standing_position(case)
    if index is not None:
        return Verdict(Act.SUPPORT, f"already {case.term.positions[index].status}", index)
    if case.evidence.role is Role.PART:
        return Verdict(Act.KEEP, "a part of a sum told in the same report")
    standing = case.standing
    refusal = case.claim.status is Status.REJECTED
    if standing is not None and standing.status in LADDER and case.says(standing) and not refusal:
        return Verdict(Act.KEEP, f"{said(case.value)} is what stands: {standing.status}")
    if not refusal and _known(case) and not (renews(case) or case.told_lately_by_another(_last_told(case))):
        return Verdict(
            Act.KEEP, f"history: {said(case.value)} was spoken of before, nothing says that it is meant anew"
        )
    if _how_it_came_about(case):
        return Verdict(Act.KEEP, "history: how what stands came about, told beside it")
    return Verdict(Act.MOVE, f"{case.claim.status} {said(case.value)}")


def standing_position(case: Case) -> int | None:
    """The place of the open position that says the same, if it was not left lying for too long."""
    for index in range(len(case.term.positions) - 1, -1, -1):
        position = case.term.positions[index]
        if position.closed is None and _same(case, position):
            lapsed = case.evidence.published - position.renewed > case.policy.position_lapse
            return None if lapsed and renews(case) else index
    return None


def _how_it_came_about(case: Case) -> bool:
    """Whether a demand or an offer is told beside a settlement that is still fresh: the story of the bargain."""
    standing = case.standing
    if standing is None or standing.status not in LADDER or renews(case):
        return False
    bargained = case.claim.status in (Status.DEMANDED, Status.PROPOSED)
    fresh = timedelta() <= case.evidence.published - standing.since <= case.policy.contest_window
    return bargained and fresh and any(equal(value, standing.value) for value in case.evidence.beside)


def renews(case: Case) -> bool:
    """Whether the report tells the position as of now: it names what would be replaced, or a day to come."""
    return case.own_day_ahead or case.names_previous


def _same(case: Case, position: Position) -> bool:
    one_side = {position.status, case.claim.status} <= _OWN_SIDE
    if position.status is not case.claim.status and not one_side:
        return False
    return same_figure(case.claim, case.value, position.value, position.unit) or (
        equal(position.value, case.value) and position.unit == case.claim.unit
    )


def _last_told(case: Case) -> datetime:
    """When the figure was last a position that was answered or left lying, or what stands began."""
    times = [p.closed or p.renewed for p in case.term.positions if _same(case, p)]
    return max([*times, *((case.standing.since,) if case.standing else ())], default=case.evidence.published)


def _known(case: Case) -> bool:
    """Whether an earlier version or a position that was answered had the figure."""
    answered = (p for p in case.term.positions if _same(case, p))
    return case.earlier() is not None or next(answered, None) is not None
