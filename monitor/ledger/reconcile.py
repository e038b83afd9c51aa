"""One claim against one term: what stands then, what moved, and why. Pure.

A term is what its evidence makes of it in the order of publication. A claim that is published after all that is known
is one step; one that arrives late is put in its place, and the term is told anew from there. So the order of arrival
does not matter, and a late report undoes nothing that is newer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from config.words import Status
from monitor.ledger import handwork
from monitor.ledger.case import Act, Verdict
from monitor.ledger.changes import NoteKind, event, moved, rises, taken
from monitor.ledger.due import mature
from monitor.ledger.policy import Policy
from monitor.ledger.taking import Holder, Step, kept, noted, take
from monitor.ledger.terms import LADDER, PENDING, Evidence, Position, Term, Version, bare, by_order, is_position
from monitor.types import Change, ChangeClass, Claim


def reconcile(term: Term, claim: Claim, evidence: Evidence, policy: Policy) -> tuple[Term, tuple[Change, ...]]:
    """The term with the claim taken in, and what moved; each change carries its reason.

    `evidence.claim` is the claim. Taking in the same evidence again changes nothing.
    """
    step = explain(term, replace(evidence, claim=claim), policy)
    return step.term, step.changes


def explain(term: Term, evidence: Evidence, policy: Policy) -> Step:
    """As `reconcile`, with a note that says why a claim changed nothing."""
    if term.hands and handwork.set_aside(term, evidence) and not _known(term, evidence):
        note = noted(term, evidence, NoteKind.KEPT, "a person set this report aside")
        return Step(term=replace(term, aside=tuple(sorted((*term.aside, evidence), key=by_order))), note=note)
    # What is younger than everything kept cannot be among it: only the others are looked for.
    if term.ends_before(evidence.published) or _newest(term, evidence):
        grown, came = mature(term, evidence.published)
        step = take(grown, evidence, policy)
        step.term.reaches(evidence.published)
        return step._replace(changes=(*came, *step.changes)) if came else step
    if _known(term, evidence):
        return Step(term=term, note=noted(term, evidence, NoteKind.PASSED, "this report was taken in before"))
    return _late(term, evidence, policy)


def _newest(term: Term, evidence: Evidence) -> bool:
    """Whether nothing that the term keeps, and no date that had its effect, is younger than the evidence."""
    at = evidence.published
    for version in term.versions:
        if version.article is None and version.since > at:
            return False
        held = version.evidence
        if held and held[-1].published >= at and held[-1].order >= evidence.order:
            return False
        if version.rivals and version.rivals[-1].order >= evidence.order:
            return False
    for position in term.positions:
        held = position.evidence
        if held and held[-1].published >= at and held[-1].order >= evidence.order:
            return False
    for held in (term.others, term.aside):
        if held and held[-1].published >= at and held[-1].order >= evidence.order:
            return False
    return True


def _known(term: Term, evidence: Evidence) -> bool:
    """Whether the term keeps this evidence already."""
    own = [known for known in term.all_evidence() if known.article == evidence.article]
    return _identity(evidence) in map(_identity, own)


def _identity(evidence: Evidence) -> tuple[str, int, Claim]:
    """What makes two pieces of evidence one: the same words of the same article, however sure the reading was."""
    return evidence.article, evidence.ordinal, replace(evidence.claim, confidence=1.0)


def _late(term: Term, evidence: Evidence, policy: Policy) -> Step:
    """The term told anew with a report that arrived after younger ones, and what is different now."""
    unique = {_identity(e): e for e in (*term.all_evidence(), evidence)}
    after, own = _told(bare(term), unique.values(), policy, evidence)
    reached = max([*(e.published for e in unique.values()), *(v.since for v in term.versions if v.by_date)])
    after = recounted(term, mature(after, reached)[0])
    if not _still_told(term, after, evidence):
        reason = "published before what stands, which it cannot undo"
        return kept(term, evidence, Verdict(Act.KEEP, reason))
    changes = _differences(term, after, evidence)
    if own is not None and own.note is not None and own.note.kind is NoteKind.REVIEW:
        # In its place among the others it is one for a person to look at, late or not.
        return Step(term=after, changes=changes, note=own.note)
    if changes:
        return Step(term=after, changes=changes)
    reason = "published before what is recorded: it takes its place in the history"
    return Step(term=after, note=noted(after, evidence, NoteKind.KEPT, reason))


def recounted(before: Term, after: Term) -> Term:
    """The term told anew, with the reports counted that were no longer kept when it was."""
    told: list[Version | Position] = [*before.versions, *before.positions]
    gone = {
        (held.article, held.since, held.status): held.reports - len(held.evidence)
        for held in told
        if held.reports > len(held.evidence)
    }
    if not gone:
        return after

    def count(held: Holder) -> Holder:
        more = gone.get((held.article, held.since, held.status), 0)
        return replace(held, reports=held.reports + more) if more > 0 else held

    return replace(after, versions=tuple(map(count, after.versions)), positions=tuple(map(count, after.positions)))


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
    return _told(term, evidence, policy)[0]


def _told(
    term: Term, evidence: Iterable[Evidence], policy: Policy, watched: Evidence | None = None
) -> tuple[Term, Step | None]:
    """As `retell`, with the step that one piece of the evidence made on the way, None where it was set aside."""
    unique = {_identity(e): e for e in evidence if not e.by_hand}
    aside = {name for name, e in unique.items() if term.hands and handwork.set_aside(term, e)}
    told = [e for name, e in unique.items() if name not in aside]
    seen: Step | None = None
    for item in sorted((*told, *handwork.corrections(term)), key=by_order):
        term, _ = mature(term, item.published)
        if item.by_hand:
            term = handwork.corrected(term, item)
            continue
        step = take(term, item, policy)
        term = step.term
        seen = step if item is watched else seen
    return replace(term, aside=tuple(sorted((unique[name] for name in aside), key=by_order))), seen


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
