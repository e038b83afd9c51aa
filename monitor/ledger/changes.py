"""What is told of the ledger's moves: changes, events about them, and notes on what moved nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from config.words import Trust
from monitor.ledger.terms import Evidence, Position, Term, Version
from monitor.types import Change, ChangeClass, Claim, TermKey


class NoteKind(StrEnum):
    """Why a claim made no change."""

    #: It says what is recorded already.
    EVIDENCE = "evidence"
    #: History, guesses, parts of sums, late reports: kept, and nothing moved.
    KEPT = "kept"
    #: It waits for a person to accept or reject it.
    REVIEW = "review"
    #: It is no claim about a value, or was read before.
    PASSED = "passed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A claim that made no change of substance, and why, in plain words."""

    kind: NoteKind
    key: TermKey
    article: str
    claim: Claim
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of some claims or of a date: the terms that are different now, and what is to be told."""

    terms: dict[TermKey, Term] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    notes: tuple[Note, ...] = ()


def moved(before: Term, after: Term, version: Version, *, reason: str, evidence: Evidence | None = None) -> Change:
    """The change of class `term` by which `version` came to be; by `evidence`, or by its date where that is None."""
    was = before.standing
    applied = after.applied
    cited = evidence or (version.evidence[0] if version.evidence else None)
    return Change(
        cls=ChangeClass.TERM,
        key=after.key,
        before=None if was is None else was.value,
        after=version.value,
        unit=version.unit,
        status=version.status,
        status_before=None if was is None else was.status,
        trust=version.trust,
        at=version.recorded if evidence is None else evidence.observed,
        article=None if evidence is None else evidence.article,
        qualifier=version.qualifier,
        high=version.high,
        effective=version.effective,
        until=version.until,
        applied=applied.value if applied is not None and applied.value != version.value else None,
        quote="" if cited is None else cited.quote,
        source="" if cited is None else cited.publisher,
        link=None if cited is None else cited.link,
        confidence=1.0 if cited is None else cited.claim.confidence,
        reason=reason,
        details=None if cited is None else cited.claim.beside or None,
    )


def taken(before: Term, position: Position, *, reason: str, evidence: Evidence) -> Change:
    """The change of class `position` by which a side's stance came to be known."""
    was = before.standing
    applied = before.applied
    return Change(
        cls=ChangeClass.POSITION,
        key=before.key,
        before=None if was is None else was.value,
        after=position.value,
        unit=position.unit,
        status=position.status,
        status_before=None if was is None else was.status,
        trust=position.trust,
        at=evidence.observed,
        article=evidence.article,
        qualifier=position.qualifier,
        high=position.high,
        effective=position.effective,
        applied=applied.value if applied is not None and was is not None and applied.value != was.value else None,
        quote=evidence.quote,
        source=evidence.publisher,
        link=evidence.link,
        confidence=evidence.claim.confidence,
        reason=reason,
        details=evidence.claim.beside or None,
    )


def event(
    cls: ChangeClass,
    term: Term,
    about: Version | Position,
    *,
    reason: str,
    at: datetime | None = None,
    evidence: Evidence | None = None,
    details: Mapping[str, str] | None = None,
) -> Change:
    """An event about a version or position that stays what it is; by `evidence`, or by a date `at`."""
    moment = evidence.observed if evidence is not None else at
    assert moment is not None, "an event needs its evidence or its moment"
    cited = evidence or (about.evidence[0] if about.evidence else None)
    return Change(
        cls=cls,
        key=term.key,
        before=about.value,
        after=about.value,
        unit=about.unit,
        status=about.status,
        status_before=about.status,
        trust=about.trust,
        at=moment,
        article=None if evidence is None else evidence.article,
        qualifier=about.qualifier,
        high=about.high,
        effective=about.effective,
        until=about.until if isinstance(about, Version) else None,
        quote="" if cited is None else cited.quote,
        source="" if cited is None else cited.publisher,
        link=None if cited is None else cited.link,
        confidence=1.0 if cited is None else cited.claim.confidence,
        reason=reason,
        details=details,
    )


def rises(before: Trust, after: Trust) -> bool:
    """Whether something that was less than confirmed is confirmed now."""
    return after is Trust.CONFIRMED and before is not Trust.CONFIRMED
