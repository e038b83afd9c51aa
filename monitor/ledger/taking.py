"""The newest report taken in: what the rules decide becomes a version, a position, evidence, or a note. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import NamedTuple, TypeVar

from config.words import SETTLED, Status, Trust
from monitor.ledger import handwork, settled, stance
from monitor.ledger.case import Act, Case, Verdict, resolve
from monitor.ledger.changes import Note, NoteKind, event, moved, rises, taken
from monitor.ledger.evidence import attested, trust
from monitor.ledger.figures import equal
from monitor.ledger.making import maker
from monitor.ledger.policy import Policy
from monitor.ledger.terms import PENDING, Evidence, Position, Term, Version, also, by_order, changed, full_date
from monitor.types import Change, ChangeClass

#: How many pieces of evidence a version, a position and a term's history keep. The claims table holds every one; here
#: they are what trust and the telling anew need, and a bound keeps a busy term quick.
_KEPT = 24
_KEPT_OTHERS = 48
Holder = TypeVar("Holder", Version, Position)
_note = maker(Note)


class Step(NamedTuple):
    """The term after a claim, the changes that it made, and a note where it made none of substance."""

    term: Term
    changes: tuple[Change, ...] = ()
    note: Note | None = None


def take(term: Term, evidence: Evidence, policy: Policy) -> Step:
    """The newest report taken in."""
    claim = evidence.claim
    value = resolve(term, claim)
    if value is None:
        reason = "nothing stands that the difference could move" if claim.delta is not None else "it gives no figure"
        return kept(term, evidence, Verdict(Act.KEEP, reason))
    if claim.status is Status.SPECULATED:
        return kept(term, evidence, Verdict(Act.KEEP, "a guess or hearsay: no change"))
    case = Case(term, evidence, policy, value)
    verdict = settled.decide(case) if claim.status in SETTLED else stance.decide(case)
    if claim.confidence < policy.min_confidence and not handwork.accepted(term, evidence):
        return kept(term, evidence, _doubted(case, verdict))
    return _settle(case, verdict) if claim.status in SETTLED else _position(case, verdict)


def _doubted(case: Case, verdict: Verdict) -> Verdict:
    """What is done with a claim that the reader itself doubts: it counts for nothing, and where it would move
    something a person looks at it."""
    reason = f"read with confidence {case.claim.confidence:.2f} only"
    idle = verdict.act in (Act.KEEP, Act.SUPPORT)
    if verdict.act is Act.SUPPORT and case.claim.status in SETTLED and case.claim.effective is not None:
        idle = case.term.versions[verdict.place].effective == case.claim.effective
    return Verdict(Act.KEEP, f"{reason}; {verdict.reason}") if idle else Verdict(Act.HOLD, reason)


def kept(term: Term, evidence: Evidence, verdict: Verdict) -> Step:
    """The term with evidence that moves nothing, in its place among the others, and why."""
    kind = NoteKind.REVIEW if verdict.act is Act.HOLD else NoteKind.KEPT
    others = also(term.others, evidence)
    if len(others) > 1 and others[-2].order > evidence.order:
        others = tuple(sorted(others, key=by_order))
    return Step(term=changed(term, others=others[-_KEPT_OTHERS:]), note=noted(term, evidence, kind, verdict.reason))


def noted(term: Term, evidence: Evidence, kind: NoteKind, reason: str) -> Note:
    """Why the evidence moved nothing."""
    return _note((kind, term.key, evidence.article, evidence.claim, reason))


def _settle(case: Case, verdict: Verdict) -> Step:
    term, evidence = case.term, case.evidence
    if verdict.act in (Act.KEEP, Act.HOLD):
        return kept(term, evidence, verdict)
    if verdict.act is Act.SUPPORT:
        return _support(term, evidence, verdict)
    if verdict.act is Act.CONTEST:
        return _contest(case, verdict)
    version = _version(case)
    if verdict.act is Act.MOVE:
        after = changed(term, versions=(*term.versions, version), positions=_answered(case))
    else:
        after = replace(term, versions=(*term.versions[:-1], version, *term.versions[-1:]))
    if verdict.act is Act.BACKFILL:
        return Step(term=after, note=noted(term, evidence, NoteKind.EVIDENCE, verdict.reason))
    return Step(term=after, changes=(moved(term, after, version, reason=verdict.reason, evidence=evidence),))


def _version(case: Case) -> Version:
    """The version that the claim opens. A next step of the status keeps the dates that the last one had."""
    claim, evidence, standing = case.claim, case.evidence, case.standing
    step = standing is not None and case.says(standing) and standing.status in PENDING
    effective, dated, until = claim.effective, evidence.published if claim.effective else None, claim.until
    if step and standing is not None and claim.status not in (Status.SUSPENDED, Status.ENDED):
        effective, dated = (effective, dated) if effective else (standing.effective, standing.dated)
        until = until or standing.until
    difference = claim.value is None and standing is not None
    rivals = standing.rivals if standing is not None and standing.trust is Trust.CONTESTED else ()
    support = (*(e for e in rivals if equal(e.claim.value, case.value)), evidence)
    return Version(
        value=case.value,
        unit=standing.unit if difference and standing is not None else claim.unit,
        status=claim.status,
        since=evidence.published,
        recorded=evidence.observed,
        trust=trust(support),
        qualifier=claim.qualifier,
        high=claim.high,
        effective=effective,
        dated=dated,
        until=until,
        article=evidence.article,
        evidence=support,
        reports=len(support),
    )


def _answered(case: Case) -> tuple[Position, ...]:
    """The positions, closed where the new version answers them: another value, or a settlement. That a date comes
    or that what was settled is applied answers no threat."""
    applied = case.claim.status is Status.IN_EFFECT and case.says(case.standing)
    if applied:
        return case.term.positions
    at = case.evidence.published
    return tuple(p if p.closed else replace(p, closed=at) for p in case.term.positions)


def _grown(held: Holder, evidence: Evidence) -> Holder:
    """The version or position with one more report. Of many the first are kept, and the last: by it the term knows what
    arrives late."""
    cited = also(held.evidence[: _KEPT - 1], evidence)
    rivals = held.rivals if isinstance(held, Version) else ()
    settled_already = held.trust is Trust.CONFIRMED and not rivals
    grown = held.trust if settled_already else attested(cited, rivals)
    return changed(held, evidence=cited, reports=held.reports + 1, trust=grown)


def _support(term: Term, evidence: Evidence, verdict: Verdict) -> Step:
    """One more report of a version: it may confirm it, give its date, or move its date."""
    held = term.versions[verdict.place]
    grown = _grown(held, evidence)
    dated = _dated(grown, evidence)
    last = verdict.place == len(term.versions) - 1
    before, behind = term.versions[: verdict.place], term.versions[verdict.place + 1 :]
    versions = also(before, dated) if last else (*before, dated, *behind)
    after = changed(term, versions=versions)
    changes = []
    if last:
        if rises(held.trust, dated.trust):
            reason = "an official source" if evidence.tier == 1 else "a second independent source"
            changes.append(event(ChangeClass.CONFIRMED, after, dated, reason=reason, evidence=evidence))
        if dated.effective != held.effective:
            reason = f"date {dated.effective}" + (f", was {held.effective}" if held.effective else " is known now")
            details = {"from": held.effective or "", "to": dated.effective or ""}
            changes.append(event(ChangeClass.DATE, after, dated, reason=reason, evidence=evidence, details=details))
    return Step(term=after, changes=tuple(changes), note=noted(term, evidence, NoteKind.EVIDENCE, verdict.reason))


def _dated(version: Version, evidence: Evidence) -> Version:
    """The version with the day that the report gives it. A weaker source does not move a day that is known."""
    claim = evidence.claim
    until = claim.until or version.until
    if claim.effective is None or claim.status is not version.status or claim.effective == version.effective:
        return version if until == version.until else replace(version, until=until)
    best = min((e.tier for e in version.evidence if e.claim.effective == version.effective), default=3)
    vaguer = version.effective is not None and version.effective.startswith(claim.effective)
    moves = version.status in PENDING and full_date(claim.effective) is not None and evidence.tier <= best
    if vaguer or not (version.effective is None or moves):
        return replace(version, until=until)
    return replace(version, effective=claim.effective, dated=evidence.published, until=until)


def _contest(case: Case, verdict: Verdict) -> Step:
    """Another value for the same event from a source of like weight: both are kept, one alert."""
    term, evidence, standing = case.term, case.evidence, case.standing
    assert standing is not None
    new = not any(equal(e.claim.value, case.value) for e in standing.rivals)
    rivals = (*standing.rivals, evidence)[:_KEPT]
    held = replace(standing, rivals=rivals, trust=attested(standing.evidence, rivals))
    after = replace(term, versions=(*term.versions[:-1], held))
    note = noted(term, evidence, NoteKind.KEPT, f"contested: {verdict.reason}")
    if not new or held.trust is not Trust.CONTESTED:
        return Step(term=after, note=note)
    details = {"stands": f"{standing.value:.15g}", "contested": f"{case.value:.15g}", "by": evidence.publisher}
    told = event(ChangeClass.CONTESTED, after, held, reason=verdict.reason, evidence=evidence, details=details)
    return Step(term=after, changes=(told,), note=note)


def _position(case: Case, verdict: Verdict) -> Step:
    term, evidence = case.term, case.evidence
    if verdict.act is Act.KEEP:
        return kept(term, evidence, verdict)
    if verdict.act is Act.SUPPORT:
        return _support_position(case, verdict)
    claim = case.claim
    position = Position(
        value=case.value,
        unit="percent" if claim.unit == "percentage_points" else claim.unit,
        status=claim.status,
        since=evidence.published,
        recorded=evidence.observed,
        trust=trust([evidence]),
        qualifier=claim.qualifier,
        high=claim.high,
        effective=claim.effective,
        article=evidence.article,
        evidence=(evidence,),
        renewed=evidence.published,
    )
    after = replace(term, positions=(*_taken_back(case, term.positions), position))
    return Step(term=after, changes=(taken(term, position, reason=verdict.reason, evidence=evidence),))


def _taken_back(case: Case, positions: tuple[Position, ...]) -> tuple[Position, ...]:
    """The positions, with what the claim refuses or takes back closed."""
    if case.claim.status is not Status.REJECTED:
        return positions
    at: datetime = case.evidence.published
    return tuple(replace(p, closed=p.closed or at) if equal(p.value, case.value) else p for p in positions)


def _support_position(case: Case, verdict: Verdict) -> Step:
    term, evidence = case.term, case.evidence
    held = term.positions[verdict.place]
    grown = _grown(held, evidence)
    if stance.renews(case):
        grown = replace(grown, renewed=evidence.published)
    after = replace(term, positions=(*term.positions[: verdict.place], grown, *term.positions[verdict.place + 1 :]))
    note = noted(term, evidence, NoteKind.EVIDENCE, verdict.reason)
    if not rises(held.trust, grown.trust):
        return Step(term=after, note=note)
    reason = "an official source" if evidence.tier == 1 else "a second independent source"
    told = event(ChangeClass.CONFIRMED, after, grown, reason=reason, evidence=evidence)
    return Step(term=after, changes=(told,), note=note)
