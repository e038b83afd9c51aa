"""One article's claims against all terms that they touch. Pure; `Book` holds terms in memory for replays and tests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from heapq import heappop, heappush
from itertools import combinations, count
from typing import Protocol

from config.words import SETTLED, Kind, Status
from monitor.ledger import actors, due, hands
from monitor.ledger.changes import Note, NoteKind, Outcome
from monitor.ledger.evidence import fingerprint
from monitor.ledger.figures import equal
from monitor.ledger.policy import Policy
from monitor.ledger.reconcile import explain
from monitor.ledger.terms import Evidence, Hand, Role, Term, is_position, midnight
from monitor.types import Article, Change, Claim, TermKey, unit_family

#: Among how many figures the addends of a sum are looked for.
_MOST_ADDENDS = 10


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
    groups: dict[TermKey, list[tuple[int, Claim]]] = defaultdict(list)
    notes: list[Note] = []
    for ordinal, claim in enumerate(claims):
        key = shelf.route(claim)[-1]
        if claim.value is None and claim.delta is None:
            notes.append(_passed(key, article, claim))
        else:
            groups[key].append((ordinal, claim))
    changes: list[Change] = []
    for key, group in groups.items():
        for evidence in _evidence(group, article, mark, [c for _, c in group], shelf.beside(key, claims)):
            via = tuple(str(each) for each in shelf.route(evidence.claim)[:-1])
            step = explain(shelf.term(key), replace(evidence, via=via) if via else evidence, policy)
            shelf.put(step.term)
            changes += step.changes
            notes += [step.note] if step.note else []
    return Outcome(terms=shelf.touched, changes=tuple(changes), notes=tuple(notes))


def _passed(key: TermKey, article: Article, claim: Claim) -> Note:
    return Note(kind=NoteKind.PASSED, key=key, article=article.id, claim=claim, reason="it gives no figure")


class _Shelf:
    """The terms that one article touches: those found, with what the article made of them so far."""

    def __init__(self, kept: Shelves) -> None:
        self._kept = kept
        self.touched: dict[TermKey, Term] = {}
        self._fresh: set[TermKey] = set()
        self._routes: dict[int, list[TermKey]] = {}

    def route(self, claim: Claim) -> list[TermKey]:
        """The key of the recorded term that the claim is about, or a new one, and where merges lead on from it."""
        found = self._routes.get(id(claim))
        if found is None:
            found = self._routes[id(claim)] = [self._own(claim)]
            while (onward := self.term(found[-1]).into) is not None and onward not in found:
                found.append(onward)
        return found

    def _own(self, claim: Claim) -> TermKey:
        family = unit_family(claim.unit)
        own = TermKey(
            kind=claim.kind,
            party=claim.party,
            counterparty=claim.counterparty,
            scope=claim.scope,
            family=family,
            actor=claim.actor,
        )
        if own in self.touched or self._kept.get(own) is not None:
            return own
        best, found = 0, None
        for key in self._keys(claim.kind, claim.party, claim.counterparty):
            if key.scope == claim.scope and key.family == family:
                fit = actors.match(key.actor, claim.actor)
                if fit > best:
                    best, found = fit, key
        if found is None:
            found = own
            self._fresh.add(found)
        return found

    def _keys(self, kind: Kind, party: str, counterparty: str) -> Iterator[TermKey]:
        yield from self._kept.keys(kind, party, counterparty)
        yield from (
            k for k in sorted(self._fresh, key=str) if (k.kind, k.party, k.counterparty) == (kind, party, counterparty)
        )

    def term(self, key: TermKey) -> Term:
        return self.touched.get(key) or self._kept.get(key) or Term(key=key)

    def put(self, term: Term) -> None:
        self.touched[term.key] = term

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


def _evidence(
    group: Sequence[tuple[int, Claim]], article: Article, mark: str, told: Sequence[Claim], siblings: Sequence[float]
) -> list[Evidence]:
    """The claims of one term as evidence, in the order in which they are taken in."""
    return [
        Evidence(
            claim=claim,
            article=article.id,
            ordinal=place,
            publisher=article.source.name,
            tier=article.source.tier,
            published=article.published,
            observed=article.observed,
            link=article.link,
            fingerprint=mark,
            role=_role(claim, told, siblings),
            beside=_told_beside(claim, told),
        )
        for place, claim in enumerate(_steps([claim for _, claim in group]))
    ]


def _told_beside(claim: Claim, told: Sequence[Claim]) -> tuple[float, ...]:
    """The article's other values for the term in the same status; beside a position, the settled ones too."""
    position = is_position(claim.status)
    return tuple(
        c.value
        for c in told
        if c.value is not None
        and not equal(c.value, claim.value)
        and (c.status is claim.status or (position and c.status in SETTLED))
    )


def _steps(claims: list[Claim]) -> list[Claim]:
    """The claims in the order of the text, steps of one status by the day from which each applies."""
    if len(claims) == 1:
        return claims
    ordered = list(claims)
    for status in (Status.AGREED, Status.ORDERED):
        places = [i for i, c in enumerate(claims) if c.status is status and c.effective is not None]
        for place, claim in zip(places, sorted((claims[i] for i in places), key=_effective), strict=True):
            ordered[place] = claim
    return ordered


def _effective(claim: Claim) -> str:
    return claim.effective or ""


def _role(claim: Claim, told: Sequence[Claim], siblings: Sequence[float]) -> Role:
    """Whether the figure is a part of a sum of its article, or one of several counts that replace different figures."""
    if _part(claim, told, siblings):
        return Role.PART
    alike = [c for c in told if c.status is claim.status and not equal(c.value, claim.value)]
    settled = claim.status in SETTLED and claim.kind is Kind.TARIFF
    if settled and claim.previous is not None and any(_other_count(claim, c) for c in alike):
        return Role.STRAND
    return Role.PLAIN


def _part(claim: Claim, told: Sequence[Claim], siblings: Sequence[float]) -> bool:
    """Whether the figure adds up with others of the article to a larger one that it gives for the same term.

    Rates are added only to a sum of the same status and day (34 ordered on top of 20 are 54 ordered); amounts of
    other scopes count as addends too (200 in cash and 150 in ships are 350).
    """
    value, rate = claim.value, unit_family(claim.unit) == "percent"
    if value is None:
        return False
    others = [c.value for c in told if c is not claim and c.value is not None] + ([] if rate else list(siblings))
    for total in told:
        fits = total.status is claim.status and total.effective == claim.effective
        if total.value is None or total.value <= value or not (fits if rate else total.status in SETTLED):
            continue
        addends = [x for x in dict.fromkeys(others) if x < total.value][:_MOST_ADDENDS]
        sums = (sum(chosen) for n in range(1, 4) for chosen in combinations(addends, n))
        if any(equal(value + rest, total.value) for rest in sums):
            return True
    return False


def _other_count(claim: Claim, other: Claim) -> bool:
    """Whether two figures of one article replace different figures, neither being the step before the other."""
    if other.previous is None or claim.effective != other.effective:
        return False
    chained = equal(claim.previous, other.value) or equal(other.previous, claim.value)
    return not chained and not equal(claim.previous, other.previous)


class Book:
    """Terms in memory: what a replay and the tests keep their ledger in."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._terms: dict[tuple[Kind, str, str], dict[TermKey, Term]] = defaultdict(dict)
        #: The days that will bring something of themselves, the earliest first; some may be outdated.
        self._days: list[tuple[date, int, TermKey]] = []
        self._turn = count()

    def find(self, kind: Kind, party: str, counterparty: str) -> list[Term]:
        """What is recorded between the two sides, in the order in which it was first heard of."""
        return list(self._terms[kind, party, counterparty].values())

    def keys(self, kind: Kind, party: str, counterparty: str) -> list[TermKey]:
        """The keys of what is recorded between the two sides."""
        return list(self._terms[kind, party, counterparty])

    @property
    def terms(self) -> Iterator[Term]:
        """Every term."""
        for shelf in self._terms.values():
            yield from shelf.values()

    def get(self, key: TermKey) -> Term | None:
        """The term under the key, or None."""
        return self._terms[key.kind, key.party, key.counterparty].get(key)

    def record(self, article: Article, claims: Sequence[Claim], mark: str | None = None) -> Outcome:
        """Takes in what an article claims; what became of it."""
        return self._keep(record(self, article, claims, self.policy, mark))

    def apply(self, hand: Hand, undone: Hand | None = None) -> Outcome:
        """Carries out what a person decided. Raises `hands.HandError`."""
        return self._keep(hands.apply(self.get, hand, undone, self.policy))

    def advance(self, now: datetime) -> None:
        """Gives every date up to `now` its effect, reminders aside; costs nothing where none has come."""
        while self._days and midnight(self._days[0][0]) <= now:
            _, _, key = heappop(self._days)
            term = self.get(key)
            if term is not None:
                self._keep(Outcome(terms={key: due.mature(term, now)[0]}))

    def due(self, since: datetime, now: datetime) -> Outcome:
        """Takes in what the dates since then have brought; what became of it."""
        return self._keep(due.due(self.terms, since, now, self.policy))

    def _keep(self, outcome: Outcome) -> Outcome:
        for key, term in outcome.terms.items():
            self._terms[key.kind, key.party, key.counterparty][key] = term
            day = due.next_date(term)
            if day is not None:
                heappush(self._days, (day, next(self._turn), key))
        return outcome
