"""One article's claims against all terms that they touch. Pure; `Book` holds terms in memory for replays and tests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from heapq import heappop, heappush
from itertools import count
from typing import Protocol

from config.words import Kind
from monitor.ledger import actors, due, hands
from monitor.ledger.changes import Note, NoteKind, Outcome
from monitor.ledger.evidence import fingerprint
from monitor.ledger.making import maker
from monitor.ledger.policy import Policy
from monitor.ledger.reconcile import explain
from monitor.ledger.reported import as_evidence
from monitor.ledger.terms import Hand, Term, midnight
from monitor.types import Article, Change, Claim, TermKey, unit_family

_key, _outcome = maker(TermKey), maker(Outcome)


class Shelves(Protocol):
    """Where terms are kept."""

    def keys(self, kind: Kind, party: str, counterparty: str) -> Iterable[TermKey]:
        """The keys of the terms between two sides, in the order in which they were first heard of."""
        ...

    def get(self, key: TermKey) -> Term | None:
        """The term under the key, or None."""
        ...


def record(
    kept: Shelves, article: Article, claims: Sequence[Claim], policy: Policy, mark: str | None = None
) -> Outcome:
    """The terms that the claims touch, as they are after the article, with the changes in the order of the text.

    `kept` is asked for what is recorded between the claims' sides, and written to by nobody here. `mark` is the
    fingerprint of the article's text, where it is known already.
    """
    shelf = _Shelf(kept)
    mark = fingerprint(f"{article.title}\n{article.text}") if mark is None else mark
    told: list[_Place] = []
    passed: dict[int, tuple[str, ...]] = {}
    notes: list[Note] = []
    for claim in claims:
        place = shelf.own(claim)
        if place.term.into is not None:
            *merged, place = shelf.onward(place)
            passed[id(claim)] = tuple(str(each.key) for each in merged)
        if claim.value is None and claim.delta is None:
            notes.append(_passed(place.key, article, claim, "it gives no figure"))
            continue
        if not place.claims:
            told.append(place)
        place.claims.append(claim)
    changes: list[Change] = []
    touched: dict[TermKey, Term] = {}
    for place in told:
        notes += place.leave_differences(article)
        term = place.term
        for evidence in as_evidence(place.claims, article, mark, partial(shelf.beside, place.key, claims)):
            if passed:
                evidence = replace(evidence, via=passed.get(id(evidence.claim), ()))
            step = explain(term, evidence, policy)
            term = step.term
            changes += step.changes
            if step.note is not None:
                notes.append(step.note)
        touched[term.key] = term
    return _outcome((touched, tuple(changes), tuple(notes)))


def _passed(key: TermKey, article: Article, claim: Claim, reason: str) -> Note:
    return Note(kind=NoteKind.PASSED, key=key, article=article.id, claim=claim, reason=reason)


class _Place:
    """A term as an article finds it, and what the article says of it."""

    __slots__ = ("claims", "key", "term")

    def __init__(self, key: TermKey, term: Term) -> None:
        self.key = key
        self.term = term
        self.claims: list[Claim] = []

    def leave_differences(self, article: Article) -> list[Note]:
        """Leaves out differences whose article also tells what they come to: "takes 10 points off, down to 20%"."""
        differences = [claim for claim in self.claims if claim.value is None]
        if not differences:
            return []
        come_to = {claim.status for claim in self.claims if claim.value is not None}
        left = [claim for claim in differences if claim.status in come_to]
        self.claims = [claim for claim in self.claims if claim.value is not None or claim.status not in come_to]
        return [_passed(self.key, article, claim, "the article tells what the difference comes to") for claim in left]


class _Shelf:
    """The terms that one article touches, as they are kept."""

    def __init__(self, kept: Shelves) -> None:
        self._kept = kept
        self._places: dict[TermKey, _Place] = {}
        self._fresh: set[TermKey] = set()

    def onward(self, place: _Place) -> list[_Place]:
        """The place, and where merges lead on from it."""
        found = [place]
        while (onward := found[-1].term.into) is not None and onward not in [each.key for each in found]:
            found.append(self._place(onward))
        return found

    def own(self, claim: Claim) -> _Place:
        """The recorded term that the claim is about, or a new one."""
        family = unit_family(claim.unit)
        own = _key((claim.kind, claim.party, claim.counterparty, claim.scope, family, claim.actor))
        if self._places and own in self._places:
            return self._places[own]
        if (known := self._kept.get(own)) is not None:
            place = self._places[known.key] = _Place(known.key, known)
            return place
        best, found = 0, None
        for key in self._keys(claim.kind, claim.party, claim.counterparty):
            if key.scope == claim.scope and key.family == family:
                fit = actors.match(key.actor, claim.actor)
                if fit > best:
                    best, found = fit, key
        if found is None:
            found = own
            self._fresh.add(found)
        return self._place(found)

    def _place(self, key: TermKey) -> _Place:
        place = self._places.get(key)
        if place is None:
            place = self._places[key] = _Place(key, self._kept.get(key) or Term(key=key))
        return place

    def _keys(self, kind: Kind, party: str, counterparty: str) -> Iterator[TermKey]:
        yield from self._kept.keys(kind, party, counterparty)
        yield from (
            k for k in sorted(self._fresh, key=str) if (k.kind, k.party, k.counterparty) == (kind, party, counterparty)
        )

    def beside(self, key: TermKey, claims: Sequence[Claim]) -> list[float]:
        """Values, recorded or told in the same article, of the same kind between the same sides for other scopes.

        None for rates, which are no addends of each other's.
        """
        if key.family == "percent":
            return []
        told = [
            c.value
            for c in claims
            if (c.kind, c.party, c.counterparty) == (key.kind, key.party, key.counterparty)
            and c.scope != key.scope
            and c.actor is None
            and unit_family(c.unit) == key.family
            and c.value is not None
        ]
        others = (
            self._kept.get(k)
            for k in self._kept.keys(key.kind, key.party, key.counterparty)
            if k.scope != key.scope and k.family == key.family and k.actor is None
        )
        return [*told, *(term.standing.value for term in others if term is not None and term.standing is not None)]


class Book:
    """Terms in memory: what a replay and the tests keep their ledger in."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._terms: dict[TermKey, Term] = {}
        self._between: dict[tuple[Kind, str, str], list[TermKey]] = defaultdict(list)
        #: When the days begin that will bring something of themselves, the earliest first; some may be outdated.
        self._days: list[tuple[datetime, int, TermKey]] = []
        self._turn = count()

    def find(self, kind: Kind, party: str, counterparty: str) -> list[Term]:
        """What is recorded between the two sides, in the order in which it was first heard of."""
        return [self._terms[key] for key in self._between[kind, party, counterparty]]

    def keys(self, kind: Kind, party: str, counterparty: str) -> list[TermKey]:
        """The keys of what is recorded between the two sides."""
        return list(self._between[kind, party, counterparty])

    @property
    def terms(self) -> Iterator[Term]:
        """Every term."""
        for keys in self._between.values():
            yield from map(self._terms.__getitem__, keys)

    def get(self, key: TermKey) -> Term | None:
        """The term under the key, or None."""
        return self._terms.get(key)

    def record(self, article: Article, claims: Sequence[Claim], mark: str | None = None) -> Outcome:
        """Takes in what an article claims; what became of it."""
        return self._keep(record(self, article, claims, self.policy, mark))

    def apply(self, hand: Hand, undone: Hand | None = None) -> Outcome:
        """Carries out what a person decided. Raises `hands.HandError`."""
        return self._keep(hands.apply(self.get, hand, undone, self.policy))

    def advance(self, now: datetime) -> None:
        """Gives every date up to `now` its effect, reminders aside; costs nothing where none has come."""
        while self._days and self._days[0][0] <= now:
            _, _, key = heappop(self._days)
            term = self.get(key)
            if term is not None:
                self._keep(Outcome(terms={key: due.mature(term, now)[0]}))

    def due(self, since: datetime, now: datetime) -> Outcome:
        """Takes in what the dates since then have brought; what became of it."""
        return self._keep(due.due(self.terms, since, now, self.policy))

    def _keep(self, outcome: Outcome) -> Outcome:
        for key, term in outcome.terms.items():
            known = len(self._terms)
            self._terms[key] = term
            if len(self._terms) > known:
                self._between[key.kind, key.party, key.counterparty].append(key)
            day = due.next_date(term)
            if day is not None:
                heappush(self._days, (midnight(day), next(self._turn), key))
        return outcome
