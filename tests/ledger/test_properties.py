"""What holds of the ledger whatever is published, and in whatever order it arrives."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeVar

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from config.settings import Ledger
from config.words import Kind, Qualifier, Status, Trust
from monitor.ledger.book import Book
from monitor.ledger.codec import from_json, to_json
from monitor.ledger.due import coming
from monitor.ledger.policy import Policy
from monitor.ledger.terms import Term
from monitor.ledger.views import glance, shown
from monitor.types import Article, Change, ChangeClass, Claim, Source, TermKey

T = TypeVar("T")
POLICY = Policy.of(Ledger())
START = datetime(2025, 4, 1, tzinfo=UTC)
END = START + timedelta(days=400)
STATES = (Status.AGREED, Status.ORDERED, Status.IN_EFFECT)
Report = tuple[Article, tuple[Claim, ...]]


class Draw(Protocol):
    """What hypothesis hands to a strategy or a test to draw with."""

    def __call__(self, strategy: st.SearchStrategy[T], /) -> T: ...


values = st.sampled_from([5.0, 10.0, 15.0, 20.0, 25.0, 30.0])
days = st.integers(0, 300).map(lambda n: (START + timedelta(days=n)).date().isoformat())


@st.composite
def claims(draw: st.DrawFn, statuses: Sequence[Status] = tuple(Status)) -> Claim:
    difference = draw(st.sampled_from([None] * 9 + [5.0]))
    return Claim(
        kind=Kind.TARIFF,
        party="US",
        counterparty="KR",
        actor=None,
        scope=draw(st.sampled_from(["all", "all", "autos"])),
        value=draw(values) if difference is None else None,
        delta=difference,
        unit="percent" if difference is None else "percentage_points",
        qualifier=draw(st.sampled_from(list(Qualifier))),
        status=draw(st.sampled_from(list(statuses))),
        previous=draw(st.none() | values),
        effective=draw(st.none() | days | st.sampled_from(["2025", "2025-06"])),
        until=draw(st.none() | days),
        exemptions=draw(st.sampled_from([(), ("energy", "bullion")])),
        quote="a rate",
        confidence=draw(st.sampled_from([1.0, 0.5, 0.1])),
    )


@st.composite
def reports(draw: st.DrawFn, least: int = 1, most: int = 8, each: int = 3) -> list[Report]:
    """Articles in the order of publication, each at its own hour."""
    hours = draw(st.lists(st.integers(0, 300 * 24), min_size=least, max_size=most, unique=True))
    return [
        (
            _article(draw, f"a{n:02}", START + timedelta(hours=hour)),
            tuple(draw(st.lists(claims(), min_size=1, max_size=each))),
        )
        for n, hour in enumerate(sorted(hours))
    ]


def _article(draw: Draw, name: str, published: datetime) -> Article:
    return Article(
        id=name,
        source=Source(name=draw(st.sampled_from(["A", "B", "C", "D"])), tier=draw(st.integers(1, 3))),
        published=published,
        observed=published + timedelta(minutes=draw(st.integers(0, 60))),
        title=name,
        text=f"{name} of its own words that no other {name} article of the day has {name}",
        link=draw(st.none() | st.just("https://example.org/1")),
    )


def kept(told: Sequence[Report]) -> Book:
    book = Book(POLICY)
    for article, said in told:
        book.record(article, said)
    book.due(START, END)
    return book


def stands(book: Book) -> dict[str, tuple[object, ...]]:
    return {
        str(term.key): (term.standing.value, term.standing.status, term.applied and term.applied.value)
        for term in book.terms
        if term.standing is not None
    }


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_order_of_arrival_does_not_change_what_stands(data: st.DataObject) -> None:
    """Except where it must not: a late report that would take back what a younger one announced stays history."""
    told = data.draw(reports(least=2, most=6, each=2))
    book, held_back = Book(POLICY), False
    for article, said in data.draw(st.permutations(told)):
        held_back |= any("cannot undo" in note.reason for note in book.record(article, said).notes)
    book.due(START, END)
    if not held_back:
        assert stands(book) == stands(kept(told))


@settings(max_examples=150, deadline=None)
@given(reports())
def test_replaying_twice_changes_nothing(told: list[Report]) -> None:
    book = kept(told)
    before = list(book.terms)
    for article, said in told:
        assert book.record(article, said).changes == ()
    assert book.due(START, START).changes == ()
    assert list(book.terms) == before


class Forgetful(Book):
    """Terms that remember nothing of what was found out about them before, as after their JSON."""

    def get(self, key: TermKey) -> Term | None:
        term = super().get(key)
        return None if term is None else replace(term)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_what_a_term_remembers_of_its_youngest_report_changes_nothing(data: st.DataObject) -> None:
    told = data.draw(reports(least=2, most=6, each=2))
    book, forgetful = Book(POLICY), Forgetful(POLICY)
    for article, said in (*data.draw(st.permutations(told)), *told[:2]):
        book.advance(article.observed)
        forgetful.advance(article.observed)
        assert book.record(article, said) == forgetful.record(article, said)
        for term in book.terms:
            moments = [evidence.published for evidence in term.all_evidence()]
            moments += [version.since for version in term.versions if version.by_date]
            assert not term.ends_before(max(moments))
    assert list(book.terms) == list(forgetful.terms)


@settings(max_examples=300, deadline=None)
@given(reports(), st.data())
def test_a_late_report_undoes_nothing_newer(told: list[Report], data: st.DataObject) -> None:
    book = Book(POLICY)
    for article, said in told:
        book.record(article, said)
    one = data.draw(claims())
    before = _same_term(book, one)
    assume(before is not None and before.standing is not None and not before.standing.by_date)
    assert before is not None and before.standing is not None
    late = _article(data.draw, "late", before.standing.since - timedelta(minutes=data.draw(st.integers(1, 10**5))))
    book.record(late, (one,))
    after = _same_term(book, one)
    assert after is not None and after.standing is not None
    newest = before.standing
    kept_as_version = any((v.article, v.value) == (newest.article, newest.value) for v in after.versions)
    assert kept_as_version or newest.value == after.standing.value
    undone = after.standing.article == "late" and after.standing.value != newest.value
    assert not undone or (after.applied is not None and after.applied.value == newest.value)


def _same_term(book: Book, said: Claim) -> Term | None:
    return next((t for t in book.terms if t.key.scope == said.scope), None)


@settings(max_examples=200, deadline=None)
@given(claims(STATES), values, st.integers(1, 71), st.data())
def test_a_weak_report_that_names_no_change_undoes_nothing_confirmed(
    said: Claim, other: float, hours: int, data: st.DataObject
) -> None:
    plain = replace(said, previous=None, effective=None, delta=None, unit="percent", confidence=1.0)
    official, weak = replace(plain, value=12.0), replace(plain, value=other)
    book = Book(POLICY)
    first = replace(_article(data.draw, "a", START), source=Source(name="Ministry", tier=1))
    second = replace(_article(data.draw, "b", START + timedelta(hours=hours)), source=Source(name="Blog", tier=3))
    book.record(first, [official])
    outcome = book.record(second, [weak])
    (term,) = book.terms
    assert term.standing is not None
    assert (term.standing.value, term.standing.trust) == (12.0, Trust.CONFIRMED)
    assert outcome.changes == ()


@settings(max_examples=150, deadline=None)
@given(reports(), st.integers(0, 400))
def test_a_glance_shows_what_the_whole_term_shows(told: list[Report], day: int) -> None:
    today = (START + timedelta(days=day)).date()
    book = Book(POLICY)
    for article, said in told:
        book.record(article, said)
    for term in book.terms:
        small = glance(term)
        assert shown(small) == shown(term)
        assert [(c.day, c.what) for c in coming([small], today)] == [(c.day, c.what) for c in coming([term], today)]
        assert reports_of(small) == reports_of(term)
        assert (small.versions or small.positions) or not (term.versions or term.positions)


def reports_of(term: Term) -> int:
    return sum(v.reports for v in term.versions) + sum(p.reports for p in term.positions) + term.left_out


@settings(max_examples=150, deadline=None)
@given(reports(), st.data())
def test_what_holds_evidence_holds_it_in_its_order(told: list[Report], data: st.DataObject) -> None:
    """By which a report is known to be late without a look at all of them."""
    book = Book(POLICY)
    for article, said in data.draw(st.permutations(told)):
        book.record(article, said)
    for term in book.terms:
        for held in term.kept_evidence():
            assert list(held) == sorted(held, key=lambda each: each.order)


@settings(max_examples=150, deadline=None)
@given(reports())
def test_a_term_survives_its_json_exactly(told: list[Report]) -> None:
    for term in kept(told).terms:
        assert from_json(json.loads(json.dumps(to_json(term)))) == term


@settings(max_examples=150, deadline=None)
@given(reports())
def test_guesses_change_nothing_and_every_change_is_grounded(told: list[Report]) -> None:
    book = Book(POLICY)
    for article, said in told:
        outcome = book.record(article, said)
        for change in outcome.changes:
            assert change.reason
            assert change.status is not Status.SPECULATED
            assert change.article in (article.id, None)
            if change.article is not None:
                assert change.quote and change.source == article.source.name and change.at == article.observed
        moved = [c for c in outcome.changes if c.cls in (ChangeClass.TERM, ChangeClass.POSITION)]
        assert len([c for c in moved if c.article]) + len(outcome.notes) >= len(said)


@settings(max_examples=150, deadline=None)
@given(reports())
def test_dates_bring_each_version_into_effect_once(told: list[Report]) -> None:
    book = Book(POLICY)
    for article, said in told:
        book.record(article, said)
    first: tuple[Change, ...] = book.due(START, END).changes
    assert all(c.article is None and c.status is Status.IN_EFFECT for c in first if c.cls is ChangeClass.TERM)
    assert [c for c in book.due(START, END).changes if c.cls is ChangeClass.TERM] == []
