"""One claim against one term: what stands then, what moved, and why. Pure.

A term is what its evidence makes of it in the order of publication. A claim that is published after all that is known
is one step; one that arrives late is put in its place, and the term is told anew from there. So the order of arrival
does not matter, and a late report undoes nothing that is newer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from config.words import SETTLED, Status, Trust
from monitor.ledger import handwork, settled, stance
from monitor.ledger.case import Act, Case, Verdict, resolve
from monitor.ledger.changes import Note, NoteKind, event, moved, rises, taken
from monitor.ledger.due import mature
from monitor.ledger.evidence import attested, trust
from monitor.ledger.figures import equal
from monitor.ledger.policy import Policy
from monitor.ledger.terms import LADDER, PENDING, Evidence, Position, Term, Version, bare, full_date, is_position
from monitor.types import Change, ChangeClass, Claim

#: How many pieces of evidence a version, a position and a term's history keep. The claims table holds every one; here
#: they are what trust and the telling anew need, and a bound keeps a busy term quick.
_KEPT = 24
_KEPT_OTHERS = 48
Holder = TypeVar("Holder", Version, Position)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The term after a claim, the changes that it made, and a note where it made none of substance."""

    term: Term
    changes: tuple[Change, ...] = ()
    note: Note | None = None


def reconcile(term: Term, claim: Claim, evidence: Evidence, policy: Policy) -> tuple[Term, tuple[Change, ...]]:
    """The term with the claim taken in, and what moved; each change carries its reason.

    `evidence.claim` is the claim. Taking in the same evidence again changes nothing.
    """
    step = explain(term, replace(evidence, claim=claim), policy)
    return step.term, step.changes


def explain(term: Term, evidence: Evidence, policy: Policy) -> Step:
    """As `reconcile`, with a note that says why a claim changed nothing."""
    known = list(term.all_evidence())
    if handwork.set_aside(term, evidence):
        kept = _note(term, evidence, NoteKind.KEPT, "a person set this report aside")
        return Step(term=replace(term, aside=(*term.aside, evidence)), note=kept)
    if any(e.article == evidence.article and _identity(e) == _identity(evidence) for e in known):
        return Step(term=term, note=_note(term, evidence, NoteKind.PASSED, "this report was taken in before"))
    newest = max((e.order for e in known), default=None)
    dated = max((v.since for v in term.versions if v.by_date), default=None)
    if (newest is None or evidence.order > newest) and (dated is None or evidence.published >= dated):
        grown, came = mature(term, evidence.published)
        step = _take(grown, evidence, policy)
        return replace(step, changes=(*came, *step.changes))
    return _late(term, evidence, policy, known)


def _identity(evidence: Evidence) -> tuple[str, int, Claim]:
    """What makes two pieces of evidence one: the same words of the same article, however sure the reading was."""
    return evidence.article, evidence.ordinal, replace(evidence.claim, confidence=1.0)


def _late(term: Term, evidence: Evidence, policy: Policy, known: Sequence[Evidence]) -> Step:
    """The term told anew with a report that arrived after younger ones, and what is different now."""
    unique = {_identity(e): e for e in (*known, evidence)}
    after = retell(bare(term), unique.values(), policy)
    reached = max([*(e.published for e in unique.values()), *(v.since for v in term.versions if v.by_date)])
    after, _ = mature(after, reached)
    if not _still_told(term, after, evidence):
        reason = "published before what stands, which it cannot undo"
        return _kept(term, evidence, Verdict(Act.KEEP, reason))
    changes = _differences(term, after, evidence)
    if changes:
        return Step(term=after, changes=changes)
    reason = "published before what is recorded: it takes its place in the history"
    return Step(term=after, note=_note(after, evidence, NoteKind.KEPT, reason))


def _still_told(before: Term, after: Term, late: Evidence) -> bool:
    """Whether what a younger report had made stand is still there: as its version, what stands or what is applied.

    The rules look at what was said before, so a late report can change how they judge a younger one (a figure that
    stood before is history when it is told again). It must not take back what the younger one announced.
    """
    was = before.standing
    if was is None or was.by_date or late.published >= was.since:
        return True
    if any((v.article, v.value, v.unit) == (was.article, was.value, was.unit) for v in after.versions):
        return True
    shown = [(v.value, v.unit) for v in (after.standing, after.applied) if v is not None]
    if was.status is Status.IN_EFFECT:
        return (was.value, was.unit) in shown
    now = after.standing
    advanced = was.status in PENDING and now is not None and now.status in LADDER
    return shown[:1] == [(was.value, was.unit)] and now is not None and (advanced or now.status is was.status)


def retell(term: Term, evidence: Iterable[Evidence], policy: Policy) -> Term:
    """The term after the evidence in the order of publication, dates taking effect on the way; tells nobody.

    What people decided has its effect at its time; what they set aside has none.
    """
    unique = {_identity(e): e for e in evidence if not e.by_hand}
    aside = {name for name, e in unique.items() if handwork.set_aside(term, e)}
    told = [e for name, e in unique.items() if name not in aside]
    for item in sorted((*told, *handwork.corrections(term)), key=lambda e: e.order):
        term, _ = mature(term, item.published)
        term = handwork.corrected(term, item) if item.by_hand else _take(term, item, policy).term
    return replace(term, aside=tuple(sorted((unique[name] for name in aside), key=lambda e: e.order)))


def _differences(before: Term, after: Term, evidence: Evidence) -> tuple[Change, ...]:
    """What a late report changed in what stands and in the open positions."""
    changes: list[Change] = []
    was, now = before.standing, after.standing
    if now is not None and (was is None or (was.value, was.status) != (now.value, now.status)):
        changes.append(moved(before, after, now, reason="a report that arrived late", evidence=evidence))
    elif now is not None and was is not None and rises(was.trust, now.trust):
        changes.append(event(ChangeClass.CONFIRMED, after, now, reason="a second source", evidence=evidence))
    if is_position(evidence.claim.status):
        known = {(p.status, p.value) for p in before.positions}
        for position in after.open_positions:
            if (position.status, position.value) not in known:
                changes.append(taken(after, position, reason="a report that arrived late", evidence=evidence))
    return tuple(changes)


def _take(term: Term, evidence: Evidence, policy: Policy) -> Step:
    """The newest report taken in."""
    claim = evidence.claim
    value = resolve(term, claim)
    if value is None:
        reason = "nothing stands that the difference could move" if claim.delta is not None else "it gives no figure"
        return _kept(term, evidence, Verdict(Act.KEEP, reason))
    if claim.status is Status.SPECULATED:
        return _kept(term, evidence, Verdict(Act.KEEP, "a guess or hearsay: no change"))
    if claim.confidence < policy.min_confidence and not handwork.accepted(term, evidence):
        return _kept(term, evidence, Verdict(Act.HOLD, f"read with confidence {claim.confidence:.2f} only"))
    case = Case(term, evidence, policy, value)
    if claim.status in SETTLED:
        return _settle(case, settled.decide(case))
    return _position(case, stance.decide(case))


def _kept(term: Term, evidence: Evidence, verdict: Verdict) -> Step:
    kind = NoteKind.REVIEW if verdict.act is Act.HOLD else NoteKind.KEPT
    others = (*term.others, evidence)[-_KEPT_OTHERS:]
    return Step(term=replace(term, others=others), note=_note(term, evidence, kind, verdict.reason))


def _note(term: Term, evidence: Evidence, kind: NoteKind, reason: str) -> Note:
    return Note(kind=kind, key=term.key, article=evidence.article, claim=evidence.claim, reason=reason)


def _settle(case: Case, verdict: Verdict) -> Step:
    term, evidence = case.term, case.evidence
    if verdict.act in (Act.KEEP, Act.HOLD):
        return _kept(term, evidence, verdict)
    if verdict.act is Act.SUPPORT:
        return _support(term, evidence, verdict)
    if verdict.act is Act.CONTEST:
        return _contest(case, verdict)
    version = _version(case)
    if verdict.act is Act.MOVE:
        after = replace(term, versions=(*term.versions, version), positions=_answered(case))
    else:
        after = replace(term, versions=(*term.versions[:-1], version, *term.versions[-1:]))
    if verdict.act is Act.BACKFILL:
        return Step(term=after, note=_note(term, evidence, NoteKind.EVIDENCE, verdict.reason))
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
    return tuple(replace(p, closed=p.closed or at) for p in case.term.positions)


def _grown(held: Holder, evidence: Evidence) -> Holder:
    """The version or position with one more report, as many kept as are of use."""
    kept = held.evidence if len(held.evidence) >= _KEPT else (*held.evidence, evidence)
    rivals = held.rivals if isinstance(held, Version) else ()
    settled_already = held.trust is Trust.CONFIRMED and not rivals
    grown = held.trust if settled_already else attested(kept, rivals)
    return replace(held, evidence=kept, reports=held.reports + 1, trust=grown)


def _support(term: Term, evidence: Evidence, verdict: Verdict) -> Step:
    """One more report of a version: it may confirm it, give its date, or move its date."""
    held = term.versions[verdict.index]
    grown = _grown(held, evidence)
    dated = _dated(grown, evidence)
    versions = (*term.versions[: verdict.index], dated, *term.versions[verdict.index + 1 :])
    after = replace(term, versions=versions)
    changes = []
    if verdict.index == len(term.versions) - 1:
        if rises(held.trust, dated.trust):
            reason = "an official source" if evidence.tier == 1 else "a second independent source"
            changes.append(event(ChangeClass.CONFIRMED, after, dated, reason=reason, evidence=evidence))
        if dated.effective != held.effective:
            reason = f"date {dated.effective}" + (f", was {held.effective}" if held.effective else " is known now")
            details = {"from": held.effective or "", "to": dated.effective or ""}
            changes.append(event(ChangeClass.DATE, after, dated, reason=reason, evidence=evidence, details=details))
    return Step(term=after, changes=tuple(changes), note=_note(term, evidence, NoteKind.EVIDENCE, verdict.reason))


def _dated(version: Version, evidence: Evidence) -> Version:
    """The version with the day that the report gives it. A weaker source does not move a day that is known."""
    claim = evidence.claim
    until = claim.until or version.until
    if claim.effective is None or claim.status is not version.status or claim.effective == version.effective:
        return replace(version, until=until)
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
    note = _note(term, evidence, NoteKind.KEPT, f"contested: {verdict.reason}")
    if not new or held.trust is not Trust.CONTESTED:
        return Step(term=after, note=note)
    details = {"stands": f"{standing.value:.15g}", "contested": f"{case.value:.15g}", "by": evidence.publisher}
    told = event(ChangeClass.CONTESTED, after, held, reason=verdict.reason, evidence=evidence, details=details)
    return Step(term=after, changes=(told,), note=note)


def _position(case: Case, verdict: Verdict) -> Step:
    term, evidence = case.term, case.evidence
    if verdict.act is Act.KEEP:
        return _kept(term, evidence, verdict)
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
    held = term.positions[verdict.index]
    grown = _grown(held, evidence)
    if stance.renews(case):
        grown = replace(grown, renewed=evidence.published)
    after = replace(term, positions=(*term.positions[: verdict.index], grown, *term.positions[verdict.index + 1 :]))
    note = _note(term, evidence, NoteKind.EVIDENCE, verdict.reason)
    if not rises(held.trust, grown.trust):
        return Step(term=after, note=note)
    reason = "an official source" if evidence.tier == 1 else "a second independent source"
    told = event(ChangeClass.CONFIRMED, after, grown, reason=reason, evidence=evidence)
    return Step(term=after, changes=(told,), note=note)
