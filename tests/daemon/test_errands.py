"""What the daemon tells though no term changed: digests, trouble, feeds of changes; and who joined meanwhile."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select, update

from alerts import directory, outbox, rotation
from alerts.digests import Sight
from alerts.tables import alerts, deliveries
from alerts.types import Alert
from config.settings import Config, Feed, Settings, Subscription, Watchlist
from config.words import Kind, Qualifier, Status
from monitor.daemon.ailments import LONG, SHORT, ailments
from monitor.daemon.errands import Errands
from monitor.daemon.sight import sight
from monitor.daemon.subscribers import Subscribers
from monitor.feeds.entry import Entry
from monitor.ledger.terms import Act, Hand
from monitor.store import Store, decisions, feeds, items, ledger, pages, reports, url_for
from monitor.store.schema import feeds as feed_rows
from monitor.types import Claim, TermKey

START = datetime(2025, 11, 14, 9, 0, tzinfo=UTC)
DESK = Subscription(name="desk", watchlist="all", channel="mail", to="desk@example.org", digest="daily", at="08:00")
OPS = Subscription(name="ops", watchlist="all", channel="mail", to="ops@example.org")


class Clock:
    now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(url_for(tmp_path))
    with opened.begin() as connection:
        feeds.add(connection, Feed(name="Gazette", url="https://gazette.example/rss"), START)
    yield opened
    opened.close()


def config(**settings: Any) -> Config:
    made = Settings.model_validate({"operator": "ops"} | settings)
    return Config(settings=made, watchlists=(Watchlist(name="all"),), subscriptions=(DESK, OPS))


def titles(store: Store) -> list[str]:
    with store.read() as connection:
        return list(connection.scalars(select(alerts.c.title).order_by(alerts.c.created_at, alerts.c.id)))


def fail(store: Store, failures: int) -> None:
    with store.begin() as connection:
        values = {"failures": failures, "last_error": "503 Service Unavailable" if failures else ""}
        connection.execute(update(feed_rows).values(**values))


async def test_what_stands_in_no_database_is_told_once_and_once_over(
    store: Store, clock: Clock, tmp_path: Path
) -> None:
    trouble = {"second reader": "the second reader failed 3 times in a row: it answers 500"}
    errands = Errands(store, clock, lambda: None, lambda: trouble)
    for _ in range(2):
        await errands.run(config(), tmp_path)
        clock.now += timedelta(minutes=1)
    assert [title for title in titles(store) if "second reader" in title] == titles(store)
    assert len(titles(store)) == 1
    trouble = {}
    await errands.run(config(), tmp_path)
    assert len(titles(store)) == 2


async def test_a_feed_whose_articles_fail_is_told(store: Store, clock: Clock, tmp_path: Path) -> None:
    with store.begin() as connection:
        wire = Feed(name="Wire", url="https://wire.example/rss", full_text=True)
        feeds.add(connection, wire, START)
        entries = [
            Entry(
                guid=str(n), link=f"https://wire.example/{n}", canonical=None, title=f"T{n}", summary="s", content="",
                published=START, updated=None, language=None, author=None,
            )
            for n in range(3)
        ]  # fmt: skip
        items.save(connection, feeds.get(connection, "Wire"), entries, START, baseline=False)
        for one in pages.claim(connection, START, 10):
            pages.failed(connection, one, "the server answers 403 Forbidden", START, passing=False)
        found = ailments(connection, tmp_path, START)
    assert found.keys() == {"articles:Wire"}
    assert "3 of 3 full articles of Wire" in found["articles:Wire"]
    assert "403" in found["articles:Wire"]


async def test_while_no_digest_is_due_nothing_is_written_and_no_feed_is_looked_at(
    store: Store, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[datetime] = []

    def seen(connection: Connection, now: datetime) -> Sight:
        looks.append(now)
        return sight(connection, now)

    monkeypatch.setattr("monitor.daemon.errands.sight", seen)
    writes: list[datetime] = []
    begin = store.begin

    def written() -> AbstractContextManager[Connection]:
        writes.append(clock.now)
        return begin()

    monkeypatch.setattr(store, "begin", written)
    errands = Errands(store, clock, lambda: None)
    await errands.run(config(), tmp_path)
    assert looks == [START], "the subscription was not known yet"
    writes.clear()
    for _ in range(22):
        clock.now += timedelta(hours=1)
        await errands.run(config(), tmp_path)
    assert (looks[1:], writes) == ([], [])
    clock.now += timedelta(hours=1)
    await errands.run(config(), tmp_path)
    assert looks[1:] == [clock.now] == writes


async def test_a_digest_goes_out_and_says_what_was_blind(store: Store, clock: Clock, tmp_path: Path) -> None:
    woken: list[int] = []
    errands = Errands(store, clock, lambda: woken.append(1))
    assert await errands.run(config(), tmp_path) == 0
    fail(store, 3)
    clock.now = START + timedelta(days=1)
    assert await errands.run(config(), tmp_path) == 1
    assert woken == [1]
    assert titles(store) == ["all: nothing moved (daily digest, Saturday 15 Nov 2025, 08:00)"]
    with store.read() as connection:
        facts = dict(connection.execute(select(alerts.c.body)).scalar_one()["facts"])
    assert facts["Blind: Gazette"] == "never read yet: 503 Service Unavailable"
    assert facts["Feeds"] == "0 of 1 could be read"


async def test_the_operator_hears_of_a_feed_once_and_once_when_it_is_well(
    store: Store, clock: Clock, tmp_path: Path
) -> None:
    errands = Errands(store, clock, lambda: None)
    fail(store, 4)
    assert await errands.run(config(), tmp_path) == 0, "four failures are the weather of the web"
    for failures in (5, 6, 9):
        fail(store, failures)
        clock.now += timedelta(minutes=1)
        await errands.run(config(), tmp_path)
    fail(store, 0)
    clock.now += timedelta(minutes=1)
    assert await Errands(store, clock, lambda: None).run(config(), tmp_path) == 1, "a new daemon knows it too"
    text = "the feed Gazette failed 5 times in a row: 503 Service Unavailable"
    assert titles(store) == [f"Trouble: {text}", f"Over: {text}"]
    with store.read() as connection:
        assert set(connection.scalars(select(deliveries.c.subscription))) == {"ops"}


def test_what_ails(store: Store, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with store.begin() as connection:
        outbox.stop(connection, DESK, "the address refused for good: 550", START)
        outbox.put(connection, Alert(id="a", labels={}, title="t", at=START), "ops", "r", START)
        connection.execute(update(deliveries).values(state="dead", settled_at=START))
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 3_000_000})())
    with store.read() as connection:
        found = ailments(connection, tmp_path, START + timedelta(hours=1))
        later = ailments(connection, tmp_path, START + timedelta(days=2))
    assert found.keys() == {"stopped:desk", "dead:ops", "disk"}
    assert "pactwatch subscriptions resume desk" in found["stopped:desk"]
    assert later.keys() == {"stopped:desk", "disk"}


def hold(store: Store, number: int) -> list[Hand]:
    """So many claims wait for review; the decisions by which they would be set aside."""
    key = TermKey(kind=Kind.TARIFF, party="US", counterparty="KR", scope="autos", family="percent")
    told = [
        Claim(
            kind=Kind.TARIFF, party="US", counterparty="KR", actor=None, scope="autos", value=float(n), unit="percent",
            qualifier=Qualifier.EXACT, status=Status.AGREED, quote=f"{n} percent",
        )
        for n in range(number)
    ]  # fmt: skip
    entry = Entry(
        guid="a", link="https://gazette.example/a", canonical=None, title="T", summary="s", content="",
        published=START, updated=None, language=None, author=None,
    )  # fmt: skip
    with store.begin() as connection:
        (item,) = items.save(connection, feeds.get(connection, "Gazette"), [entry], START, baseline=False).new
        article = items.backlog(connection, 1)[0].article
        report = reports.add(connection, article, "", revision=1, baseline=False, reader="1", now=START)
        ids = ledger.record_claims(connection, item, 1, told, "1", START, report)
        decisions.hold(connection, [(id, key, "weak") for id in ids], START)
        return [
            Hand(
                act=Act.REJECT, at=START, by="me", reason="misread", key=one.key, claim=one.claim, articles=(str(item),)
            )
            for one in decisions.review_list(connection)
        ]


async def test_a_long_review_list_is_told_once_and_once_when_it_is_short(
    store: Store, clock: Clock, tmp_path: Path
) -> None:
    hands = hold(store, LONG)
    for left in (LONG, LONG - 1, SHORT):
        with store.begin() as connection:
            while len(decisions.review_list(connection)) > left:
                decisions.add(connection, hands.pop())
        await Errands(store, clock, lambda: None).run(config(), tmp_path)
        clock.now += timedelta(minutes=1)
    said = f"{LONG} claims wait for review and are told to nobody until then: pactwatch review list"
    assert titles(store) == [f"Trouble: {said}"]
    with store.begin() as connection:
        decisions.add(connection, hands.pop())
    await Errands(store, clock, lambda: None).run(config(), tmp_path)
    assert titles(store) == [f"Trouble: {said}", f"Over: {said}"]


async def test_a_review_list_that_is_not_long_is_no_trouble(store: Store, clock: Clock, tmp_path: Path) -> None:
    hold(store, LONG - 1)
    assert await Errands(store, clock, lambda: None).run(config(), tmp_path) == 0


def test_a_feed_that_was_read_lately_is_not_blind(store: Store) -> None:
    with store.begin() as connection:
        connection.execute(update(feed_rows).values(last_ok_at=START, failures=2))
        assert sight(connection, START + timedelta(hours=5)).blind == []
        (blind,) = sight(connection, START + timedelta(hours=7)).blind
    assert (blind.name, blind.since) == ("Gazette", START)


async def test_feeds_are_published(store: Store, clock: Clock, tmp_path: Path) -> None:
    with store.begin() as connection:
        outbox.enqueue(connection, [Alert(id="a", labels={"deal": "US-KR"}, title="t", at=START)], config(), START)
    await Errands(store, clock, lambda: None).run(config(publish=tmp_path / "out"), tmp_path)
    (item,) = json.loads((tmp_path / "out" / "deal-us-kr.json").read_bytes())["items"]
    assert item["title"] == "t"


async def test_who_joined_is_seen_at_the_next_look(store: Store, clock: Clock, tmp_path: Path) -> None:
    hook = Subscription.model_validate(
        {"name": "hook", "watchlist": "all", "channel": "webhook", "to": "https://h.example/", "secret": "whsec_AAAA"}
    )
    own = config().model_copy(update={"subscriptions": (hook,)})
    subscribers = Subscribers(store, own, tmp_path, clock)
    with store.begin() as connection:
        directory.add_subscription(connection, OPS, None, START, None)
        directory.pause(connection, "hook", "", START)
    assert [one.name for one in subscribers.config.subscriptions] == ["hook"]
    fresh = rotation.rotate(tmp_path, hook, START, timedelta(hours=1))
    await subscribers.refresh()
    assert [(one.name, one.paused) for one in subscribers.config.subscriptions] == [("hook", True), ("ops", False)]
    secret = subscribers.config.subscriptions[0].secret
    assert secret is not None
    assert secret.get_secret_value() == f"{fresh} whsec_AAAA"
