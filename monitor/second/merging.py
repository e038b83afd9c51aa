"""Two readings of one article as one: what both say, what one says alone, and where they differ. Pure.

The rules and why they are so: docs/decisions/0009-two-readers.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import isclose

from config.settings import Ledger, Second
from config.words import POSITIONS, SETTLED, WORLD, Topic
from monitor.reading.classify import TOPIC_OF
from monitor.types import Claim, Reading, unit_family


class Voice(StrEnum):
    """Who says a claim."""

    #: Both readers, in the same words of the ledger.
    BOTH = "both"
    #: Both, but one step of status apart: the built-in reader's counts, no surer than before.
    STATUS = "both, with another status"
    FIRST = "built-in reader"
    SECOND = "second reader"
    #: They contradict each other: held for review.
    DISPUTED = "disputed"


@dataclass(frozen=True, slots=True)
class Merged:
    """What two readers make of an article together."""

    reading: Reading
    #: Who says each of the reading's claims, in their order.
    voices: tuple[Voice, ...]


def merged(first: Reading, second: Iterable[Claim], how: Second, ledger: Ledger) -> Merged:
    """The built-in reading with the second reader's claims, which are already held to the article."""
    found = list(second)
    told: list[tuple[Claim, Voice]] = []
    left = list(found)
    open_: list[Claim] = []
    for claim in first.claims:
        twin = next((other for other in left if _same(claim, other)), None)
        if twin is None:
            open_.append(claim)
            continue
        left.remove(twin)
        told.append(_paired(claim, twin, how, ledger))
    disputed = _disputed(open_, left, found)
    told += [(_held(claim, ledger), Voice.DISPUTED) if claim in disputed else (claim, Voice.FIRST) for claim in open_]
    told += [_alone(claim, disputed, how, ledger) for claim in left]
    told.sort(key=lambda pair: (pair[0].start, pair[0].end))
    claims = tuple(claim for claim, _ in told)
    counted = [claim for claim, voice in told if voice is Voice.SECOND]
    return Merged(_reading(first, claims, counted), tuple(voice for _, voice in told))


def _paired(claim: Claim, twin: Claim, how: Second, ledger: Ledger) -> tuple[Claim, Voice]:
    """A claim that both make. What the first left open, the second's date and older figure, is taken over."""
    if _stage(claim) != _stage(twin):
        return _held(claim, ledger), Voice.DISPUTED
    if claim.status is not twin.status:
        return claim, Voice.STATUS
    raised = claim.confidence + (1 - claim.confidence) * how.agreement
    filled = replace(
        claim,
        confidence=round(raised, 3),
        previous=claim.previous if claim.previous is not None else twin.previous,
        effective=claim.effective or twin.effective,
    )
    return filled, Voice.BOTH


def _alone(claim: Claim, disputed: Sequence[Claim], how: Second, ledger: Ledger) -> tuple[Claim, Voice]:
    if claim in disputed:
        return _held(claim, ledger), Voice.DISPUTED
    return replace(claim, confidence=how.confidence), Voice.SECOND


def _disputed(first: Sequence[Claim], second: Sequence[Claim], all_second: Sequence[Claim]) -> list[Claim]:
    """Claims of either that contradict one of the other: another value of one term, or other sides of one figure.

    A term has several values where a text tells steps; so only what is left when those that agree are paired off
    counts. A figure has several terms where it is for several goods; so it is disputed only where the second reader
    has none of the first's terms for it.
    """
    found: list[Claim] = []
    terms: dict[tuple[object, ...], list[Claim]] = defaultdict(list)
    for claim in second:
        terms[_term(claim)].append(claim)
    for claim in first:
        against = [other for other in terms.get(_term(claim), ()) if _one_actor(claim, other)]
        figures = [other for other in second if _one_figure(claim, other)]
        if not any(_one_figure(claim, other) for other in all_second if other not in second):
            against += [other for other in figures if other.kind is claim.kind]
        if against:
            found += [claim, *against]
    return found


def _held(claim: Claim, ledger: Ledger) -> Claim:
    """The claim with so little confidence that the ledger holds it for a person."""
    least = max(0.0, ledger.min_confidence - 0.01)
    return replace(claim, confidence=round(min(claim.confidence, least), 3))


def _reading(first: Reading, claims: tuple[Claim, ...], added: Sequence[Claim]) -> Reading:
    """Topics and countries of the first reading, and those of the claims that the second adds."""
    topics = {*first.topics, *(TOPIC_OF[claim.kind] for claim in added if claim.kind in TOPIC_OF)}
    codes = [code for claim in added for code in (claim.party, claim.counterparty) if code != WORLD]
    return Reading(
        topics=tuple(topic for topic in Topic if topic in topics),
        countries=tuple(dict.fromkeys((*first.countries, *codes))),
        claims=claims,
    )


def _term(claim: Claim) -> tuple[object, ...]:
    return claim.kind, claim.party, claim.counterparty, claim.scope, unit_family(claim.unit), claim.actor is None


def _same(one: Claim, other: Claim) -> bool:
    return _term(one) == _term(other) and _one_actor(one, other) and _one_value(one, other)


def _one_actor(one: Claim, other: Claim) -> bool:
    """One shared word is enough: "Hyundai" and "Hyundai Motor Group"."""
    if one.actor is None or other.actor is None:
        return one.actor is other.actor
    return bool(set(one.actor.lower().split()) & set(other.actor.lower().split()))


def _one_value(one: Claim, other: Claim) -> bool:
    pairs = ((one.value, other.value), (one.delta, other.delta))
    alike = all(a is b if a is None or b is None else isclose(a, b, rel_tol=1e-6, abs_tol=1e-9) for a, b in pairs)
    return alike and one.unit == other.unit


def _one_figure(one: Claim, other: Claim) -> bool:
    """Whether two claims quote the same figure: one value, and quotes that overlap."""
    return _one_value(one, other) and one.start < other.end and other.start < one.end


def _stage(claim: Claim) -> str:
    """Settled, a position, or a guess: what decides whether the ledger moves."""
    return "settled" if claim.status in SETTLED else "position" if claim.status in POSITIONS else "guess"
