"""What people's decisions do when a term is told: claims accepted or set aside, corrections at their time."""

from __future__ import annotations

from dataclasses import replace

from config.words import Trust
from monitor.ledger.terms import Act, Evidence, Hand, Term, Version
from monitor.types import Claim


def accepted(term: Term, evidence: Evidence) -> bool:
    """Whether a person accepted this claim though the rules would hold it."""
    return any(hand.act is Act.ACCEPT and _about(hand, evidence) for hand in term.hands)


def set_aside(term: Term, evidence: Evidence) -> bool:
    """Whether a person rejected the claim or retracted the report. What the same source publishes later counts."""
    return any(
        (hand.act is Act.REJECT and _about(hand, evidence))
        or (hand.act is Act.RETRACT and evidence.article in hand.articles and evidence.observed <= hand.at)
        for hand in term.hands
    )


def corrections(term: Term) -> list[Evidence]:
    """The corrections of a term as evidence, each at the time at which it was made."""
    return [
        Evidence(
            claim=hand.claim,
            article=hand.article,
            ordinal=0,
            publisher=hand.by,
            tier=1,
            published=hand.at,
            observed=hand.at,
        )
        for hand in term.hands
        if hand.act is Act.CORRECT and hand.claim is not None
    ]


def corrected(term: Term, evidence: Evidence) -> Term:
    """The term with what a person says that it is, from when on the version that was wrong had stood.

    The wrong version stays in the history, so that a report that tells it again is known to be an old story.
    """
    claim, was = evidence.claim, term.standing
    assert claim.value is not None, "a correction gives a value"
    same_day = was is not None and was.effective == claim.effective
    version = Version(
        value=claim.value,
        unit=claim.unit,
        status=claim.status,
        since=evidence.published if was is None else was.since,
        recorded=evidence.observed,
        trust=Trust.CONFIRMED,
        qualifier=claim.qualifier,
        high=claim.high,
        effective=claim.effective,
        dated=was.dated if same_day and was is not None else evidence.published if claim.effective else None,
        until=claim.until,
        article=evidence.article,
        evidence=(evidence,),
    )
    return replace(term, versions=(*term.versions, version))


def _about(hand: Hand, evidence: Evidence) -> bool:
    return hand.claim is not None and evidence.article in hand.articles and said(hand.claim) == said(evidence.claim)


def said(claim: Claim) -> Claim:
    """The claim without how sure the reading was and where it stands."""
    return replace(claim, confidence=1.0, start=0, end=0)
