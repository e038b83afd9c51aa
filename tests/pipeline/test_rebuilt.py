"""Told anew, the ledger is what it became live: whatever was said, in any order, whatever people decided."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from config.settings import Config, Feed
from config.words import Kind, Qualifier, Status
from monitor.feeds.entry import Entry
from monitor.ledger.codec import to_json
from monitor.ledger.hands import HandError
from monitor.ledger.terms import Act, Hand, Term
from monitor.pipeline import deciding, rebuilding, steps
from monitor.store import Store, chain, decisions, feeds, items, ledger, url_for
from monitor.types import Article, Claim, Reading, TermKey

START = datetime(2025, 4, 1, tzinfo=UTC)
#: (hour at which it was published, hours until it was read, tier, claims)
Report = tuple[int, int, int, tuple[Claim, ...]]
KEY = TermKey(kind=Kind.TARIFF, party="US", counterparty="KR", scope="autos", family="percent")

values = st.sampled_from([10.0, 15.0, 20.0, 25.0])
days = st.integers(0, 100).map(lambda n: (START + timedelta(days=n)).date().isoformat())


@st.composite
def claims(draw: st.DrawFn) -> Claim:
    return Claim(
        kind=Kind.TARIFF,
        party="US",
        counterparty=draw(st.sampled_from(["KR", "KR", "JP"])),
        actor=None,
        scope=draw(st.sampled_from(["autos", "autos", "all"])),
        value=draw(values),
        unit="percent",
        qualifier=Qualifier.EXACT,
        status=draw(st.sampled_from(list(Status))),
        quote="a rate",
        previous=draw(st.none() | values),
        effective=draw(st.none() | days),
        confidence=draw(st.sampled_from([1.0, 0.5, 0.2])),
    )


said = st.lists(claims(), min_size=1, max_size=2).map(tuple)
reports: st.SearchStrategy[list[Report]] = st.lists(
    st.tuples(st.integers(0, 100 * 24), st.integers(0, 200), st.integers(1, 3), said), min_size=1, max_size=7
)
#: (after how many reports, what is decided)
acts = st.lists(st.tuples(st.integers(1, 7), st.sampled_from(["correct", "retract", "merge", "undo"])), max_size=3)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Store]:
    """Makes an empty ledger, copied from one that is migrated already."""
    first = tmp_path_factory.mktemp("empty")
    Store.open(url_for(first)).close()

    def make() -> Store:
        folder = tmp_path_factory.mktemp("ledger")
        shutil.copy(first / "pactwatch.db", folder)
        return Store.open(url_for(folder))

    return make


def live(store: Store, told: Sequence[Report], decided: Sequence[tuple[int, str]]) -> datetime:
    """Goes through the reports as they were read, dates settled and decisions made on the way; the time at the end."""
    now = START
    for number, (hour, late, tier, claimed) in enumerate(sorted(told, key=lambda each: each[0] + each[1]), start=1):
        published = START + timedelta(hours=hour)
        now = max(now + timedelta(seconds=1), published + timedelta(hours=late))
        with store.begin() as connection:
            steps.settle(connection, Config(), now)
            _read(connection, number, published, tier, claimed, now)
        for place, act in decided:
            if place == number:
                now += timedelta(seconds=1)
                _decide(store, act, number, now)
    return now


def _read(
    connection: Connection, number: int, published: datetime, tier: int, claimed: tuple[Claim, ...], now: datetime
) -> None:
    name = f"Paper {number % 3} of tier {tier}"
    feeds.add(connection, Feed.model_validate({"name": name, "url": "https://x.example/f", "tier": tier}), now)
    entry = Entry(
        guid=f"g{number}", link=None, canonical=None, title=f"T{number}", summary=f"s{number} says so in its own words",
        content="", published=published, updated=None, language=None, author=None,
    )  # fmt: skip
    items.save(connection, feeds.get(connection, name), [entry], now, baseline=False)
    (unread,) = items.backlog(connection, 5)
    assert steps.record(connection, unread, Reading(claims=claimed), "1", Config(), now) is not None


def _decide(store: Store, act: str, number: int, now: datetime) -> None:
    """What cannot be decided (there is nothing to retract) is left undone, as it is at the command line."""
    right = Claim(
        kind=Kind.TARIFF, party="US", counterparty="KR", actor=None, scope="autos", value=12.5, unit="percent",
        qualifier=Qualifier.EXACT, status=Status.AGREED, quote="",
    )  # fmt: skip
    hand = Hand(act=Act(act), at=now, by="Kim", reason="so", key=KEY)
    match act:
        case "correct":
            hand = replace(hand, claim=right)
        case "retract":
            hand = replace(hand, articles=(str(number),))
        case "merge":
            hand = replace(hand, other=replace(KEY, scope="all"))
        case "undo":
            hand = replace(hand, undoes=1)
    try:
        with store.begin() as connection:
            deciding.decide(connection, hand, Config())
    except HandError:
        return


#: A rate from the day on which it is told, and nothing after it by which that day could have come.
TODAY = Claim(
    kind=Kind.TARIFF, party="US", counterparty="KR", actor=None, scope="autos", value=10.0, unit="percent",
    qualifier=Qualifier.EXACT, status=Status.AGREED, quote="a rate", effective="2025-04-01",
)  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=reports, decided=acts)
@example(told=[(0, 0, 1, (TODAY,))], decided=[])
def test_a_rebuild_is_what_became_of_it_live(
    fresh: Callable[[], Store], told: list[Report], decided: list[tuple[int, str]]
) -> None:
    store = fresh()
    now = live(store, told, decided)
    with store.read() as connection:
        stored = {term.key: to_json(term) for term in ledger.all_terms(connection)}
        made = rebuilding.rebuild(connection, Config(), now)
        assert {term.key: to_json(term) for term in made.terms} == stored
        assert (made.differences, made.gone) == ((), ())
        assert chain.verify(connection).faults == ()
    store.close()


def test_what_is_stored_otherwise_is_found_whole(tmp_path: Path) -> None:
    store = Store.open(url_for(tmp_path))
    now = live(store, [(0, 0, 2, (TODAY,)), (9, 0, 2, (TODAY,))], [])
    empty, strange = Term(key=replace(KEY, scope="ships")), Term(key=replace(KEY, scope="steel"))
    with store.begin() as connection:
        (kept,) = ledger.all_terms(connection)
        wrong = replace(kept, versions=(replace(kept.versions[0], value=99.0), *kept.versions[1:-1]))
        told = replace(strange, versions=kept.versions[:1])
        ledger.save_terms(connection, [wrong, empty, told], now)
        made = rebuilding.rebuild(connection, Config(), now)
        assert sorted(made.gone, key=lambda term: term.key.scope) == [empty, told]
        found = {each.key: (each.before, each.after) for each in made.differences}
        assert found == {kept.key: (wrong, kept), told.key: (told, None)}
        rebuilding.accept(connection, made, "1", now)
        assert ledger.all_terms(connection) == [kept]
        assert chain.verify(connection).faults == ()
    store.close()


def test_what_a_better_reader_doubts_waits_and_what_it_no_longer_sees_does_not(tmp_path: Path) -> None:
    cars = Claim(
        kind=Kind.TARIFF, party="US", counterparty="KR", actor=None, scope="autos", value=15, unit="percent",
        qualifier=Qualifier.EXACT, status=Status.AGREED, quote="15 percent",
    )  # fmt: skip
    doubted = replace(cars, value=30, confidence=0.2)
    store = Store.open(url_for(tmp_path))
    now = live(store, [(0, 0, 2, (cars,)), (9, 0, 2, (cars,)), (20, 0, 3, (doubted,))], [])
    read: dict[str, tuple[Claim, ...]] = {"1": (cars,), "2": (replace(cars, value=35, confidence=0.1),), "3": ()}

    def reader(article: Article) -> tuple[Claim, ...]:
        return read[article.id]

    with store.begin() as connection:
        (one,) = decisions.review_list(connection)
        assert (one.item, one.claim.value) == (3, 30)
        made = rebuilding.rebuild(connection, Config(), now, reader)
        assert [note.claim.value for note in made.held] == [35]
        rebuilding.accept(connection, made, "2", now)
        (two,) = decisions.review_list(connection)
        assert (two.item, two.claim.value) == (2, 35)
        assert len(decisions.review_list(connection, every=True)) == 2
        assert chain.verify(connection).faults == ()
    store.close()
