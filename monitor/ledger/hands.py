"""A person corrects, retracts, merges, splits, accepts, rejects or undoes: what becomes of the terms. Pure.

Nothing is edited. A decision is kept on the term and the term is told anew from its evidence with it; what is different
then is told to whoever heard of it. Undoing takes the decision off and tells anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from config.words import Trust
from monitor.ledger import handwork
from monitor.ledger.changes import Outcome, event, moved, taken
from monitor.ledger.due import mature
from monitor.ledger.policy import Policy
from monitor.ledger.reconcile import recounted, retell
from monitor.ledger.terms import Act, Evidence, Hand, Position, Term, Version, bare
from monitor.types import Change, ChangeClass, TermKey

Get = Callable[[TermKey], Term | None]
#: Acts that only change what is decided of one term.
_OWN = frozenset({Act.CORRECT, Act.RETRACT, Act.ACCEPT, Act.REJECT})


class HandError(ValueError):
    """The decision cannot be carried out; the text says why and what to do."""


def apply(get: Get, hand: Hand, undone: Hand | None, policy: Policy) -> Outcome:
    """The terms after the decision and what is to be told. `undone` is the decision that an `undo` takes back.

    Raises HandError where there is nothing that it could be about.
    """
    if hand.act is Act.UNDO:
        assert undone is not None, "an undo names what it takes back"
        pairs = _undo(get, undone, policy, hand.at)
    elif hand.act in _OWN:
        pairs = [_decide(_held(get, hand.key, hand.act), hand, policy)]
    else:
        pairs = _move(get, hand, policy)
    terms = {after.key: after for _, after in pairs}
    return Outcome(terms=terms, changes=tuple(c for before, after in pairs for c in told(before, after, hand)))


def again(term: Term, evidence: Iterable[Evidence], policy: Policy, now: datetime) -> Term:
    """The term told anew from the evidence with what people decided, dates up to `now` given their effect."""
    return recounted(term, mature(retell(bare(term), evidence, policy), now)[0])


def _held(get: Get, key: TermKey, act: Act) -> Term:
    term = get(key)
    if term is None:
        if act is Act.CORRECT:
            return Term(key=key)
        raise HandError(f"the ledger has no term {key}")
    if term.into is not None:
        raise HandError(f"{key} was merged into {term.into}: name that one, or undo the merge first")
    return term


def _decide(term: Term, hand: Hand, policy: Policy) -> tuple[Term, Term]:
    evidence = list(term.all_evidence())
    if hand.act is Act.RETRACT and not any(e.article in hand.articles for e in evidence):
        raise HandError(f"no report of {', '.join(hand.articles)} is kept for {term.key}")
    return term, again(replace(term, hands=(*term.hands, hand)), evidence, policy, hand.at)


def _move(get: Get, hand: Hand, policy: Policy) -> list[tuple[Term, Term]]:
    """Merge: all evidence goes to the other term, and what comes later too. Split: the named articles' goes."""
    assert hand.other is not None, "a merge or split names the other term"
    source = _held(get, hand.key, hand.act)
    if hand.other == hand.key or hand.other.family != hand.key.family:
        raise HandError(f"{hand.other} is no other term of the same unit ({hand.key.family})")
    target = get(hand.other) or Term(key=hand.other)
    if target.into is not None:
        raise HandError(f"{hand.other} was itself merged into {target.into}: name that one")
    evidence = [e for e in source.all_evidence() if not e.by_hand]
    goes = [e for e in evidence if hand.act is Act.MERGE or e.article in hand.articles]
    if not goes:
        raise HandError(f"no report of {', '.join(hand.articles) or 'any article'} is kept for {hand.key}")
    here = [e for e in evidence if e not in goes]
    there = [*target.all_evidence(), *(replace(e, via=(*e.via, str(source.key))) for e in goes)]
    left = replace(source, into=hand.other) if hand.act is Act.MERGE else source
    if hand.act is Act.MERGE:
        # Its corrections stay with it, for the day on which the merge is undone.
        return [(source, bare(left)), (target, again(target, there, policy, hand.at))]
    return [(source, again(left, here, policy, hand.at)), (target, again(target, there, policy, hand.at))]


def _undo(get: Get, undone: Hand, policy: Policy, now: datetime) -> list[tuple[Term, Term]]:
    term = get(undone.key)
    if term is None:
        raise HandError(f"the ledger has no term {undone.key}")
    if undone.act in _OWN:
        if all(hand.id != undone.id for hand in term.hands):
            raise HandError(f"number {undone.id} is no longer in force for {undone.key}")
        left = replace(term, hands=tuple(hand for hand in term.hands if hand.id != undone.id))
        return [(term, again(left, list(term.all_evidence()), policy, now))]
    other = get(undone.other) if undone.other is not None else None
    if other is None or other.into is not None or (undone.act is Act.MERGE and term.into != undone.other):
        raise HandError(f"what number {undone.id} moved has been moved on since: undo the later decision first")
    came = [e for e in other.all_evidence() if e.via[-1:] == (str(term.key),) and _moved(undone, e)]
    stays = [e for e in other.all_evidence() if e not in came]
    back = [*term.all_evidence(), *(replace(e, via=e.via[:-1]) for e in came)]
    return [
        (term, again(replace(term, into=None), back, policy, now)),
        (other, again(other, stays, policy, now)),
    ]


def _moved(undone: Hand, evidence: Evidence) -> bool:
    return undone.act is Act.MERGE or evidence.article in undone.articles


def told(before: Term, after: Term, hand: Hand) -> list[Change]:
    """What is different after a decision: in what stands, and in the open positions."""
    found = [_standing(before, after, hand)] if _figure(before.standing) != _figure(after.standing) else []
    known = {_stance(p) for p in before.open_positions}
    left = {_stance(p) for p in after.positions}
    found += [_withdrawn(before, p, hand) for p in before.open_positions if _stance(p) not in left]
    for position in after.open_positions:
        if _stance(position) not in known and position.evidence:
            new = taken(after, position, reason=_reason(hand), evidence=position.evidence[0])
            cls = new.cls if hand.act is Act.ACCEPT else ChangeClass.CORRECTED
            found.append(replace(new, cls=cls, details=_details(hand)))
    return found


def _standing(before: Term, after: Term, hand: Hand) -> Change:
    was, now = before.standing, after.standing
    if hand.act is Act.ACCEPT and now is not None:
        report = next((e for e in now.evidence if handwork.accepted(after, e)), None)
        return replace(moved(before, after, now, reason=_reason(hand), evidence=report), details=_details(hand))
    cls = _class(hand)
    details = _details(hand)
    if now is None:
        assert was is not None, "something is different"
        details["stands"] = "nothing" if after.into is None else f"under {after.into}"
        return replace(event(cls, after, was, reason=_reason(hand), at=hand.at, details=details), source=hand.by)
    change = moved(before, after, now, reason=_reason(hand))
    cited = next((v.evidence[0] for v in (was, now) if v is not None and v.evidence), None)
    quote, source = ("", hand.by) if cited is None else (cited.quote, cited.publisher)
    return replace(change, cls=cls, at=hand.at, trust=now.trust, quote=quote, source=source, details=details)


def _withdrawn(before: Term, position: Position, hand: Hand) -> Change:
    return event(_class(hand), before, position, reason=_reason(hand), at=hand.at, details=_details(hand))


def _class(hand: Hand) -> ChangeClass:
    return ChangeClass.RETRACTED if hand.act is Act.RETRACT else ChangeClass.CORRECTED


def _reason(hand: Hand) -> str:
    return f"{hand.reason} ({hand.act}, {hand.by})"


def _details(hand: Hand) -> dict[str, str]:
    return {"by": hand.by, "decision": str(hand.id)}


def _figure(version: Version | None) -> tuple[object, ...] | None:
    if version is None:
        return None
    told = (version.value, version.high, version.unit, version.qualifier, version.status)
    return (*told, version.effective, version.until, version.trust is Trust.CONTESTED)


def _stance(position: Position) -> tuple[object, ...]:
    return position.status, position.value, position.unit
