"""Changes of one deal within a window are one message; what follows a change follows it in its thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Connection, Engine, select

from alerts import outbox, silences
from alerts.outcomes import Made
from alerts.rendering import html, payload, text
from alerts.tables import deliveries
from alerts.types import Alert, Answer, Lease
from config.settings import Config, Subscription

if TYPE_CHECKING:
    from tests.alerts.conftest import Clock

Make = Callable[..., Any]
TAKEN = Answer(ok=True, detail="250 OK")
REFUSED = Answer(ok=False, permanent=True, detail="550 no")


class Desk:
    """One subscription by mail, and its outbox."""

    def __init__(self, engine: Engine, clock: Clock, config: Config) -> None:
        self.engine, self.clock, self.config = engine, clock, config

    def put(self, *alerts: Alert) -> list[str]:
        with self.engine.begin() as connection:
            return outbox.enqueue(connection, alerts, self.config, self.clock())

    def claim(self) -> list[Lease]:
        with self.engine.begin() as connection:
            return outbox.claim(connection, self.clock(), 9, timedelta(minutes=1), subscriptions=["desk"])

    def finish(self, lease: Lease, answer: Answer = TAKEN) -> None:
        with self.engine.begin() as connection:
            outbox.finish_all(
                connection, [Made(lease=lease, answer=answer, seconds=0.0, max_attempts=3)], self.clock(), lambda: 0.0
            )

    def states(self) -> dict[str, str]:
        with self.engine.begin() as connection:
            rows = connection.execute(select(deliveries.c.alert_id, deliveries.c.state))
            return {row.alert_id: row.state for row in rows}

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with self.engine.begin() as connection:
            yield connection


@pytest.fixture
def desk(engine: Engine, clock: Clock, make_config: Make, subscribe: Make) -> Callable[..., Desk]:
    def make(to: str = "desk@example.org", window: str = "5m", **more: Any) -> Desk:
        return Desk(engine, clock, make_config(subscribe(to, **more), group_window=window))

    return make


def test_what_comes_within_the_window_is_one_message(desk: Make, make_alert: Make, clock: Clock) -> None:
    one: Desk = desk()
    (leader,) = one.put(make_alert(id="a"), make_alert(id="b", title="US tariff on Korean steel: 50% → 25%"))
    clock.advance(minutes=4)
    assert one.put(make_alert(id="c")) == []
    assert (one.claim(), one.states()) == ([], {"a": "queued", "b": "grouped", "c": "grouped"})
    clock.advance(minutes=1)
    (lease,) = one.claim()
    assert (lease.id, [part.id for part in lease.alert.parts]) == (leader, ["a", "b", "c"])
    assert lease.alert.title == "3 changes on US-KR: US tariff on Korean cars: 25% → 15%, agreed"
    assert one.put(make_alert(id="d")) != [], "the group has left"
    one.finish(lease)
    assert one.states() == {"a": "sent", "b": "sent", "c": "sent", "d": "queued"}


def test_other_deals_and_no_deal_go_alone(desk: Make, make_alert: Make, clock: Clock) -> None:
    one: Desk = desk()
    other = replace(make_alert(id="b"), thread="US-KR-2")
    loose = [replace(make_alert(id=id), thread="") for id in ("c", "d")]
    assert len(one.put(make_alert(id="a"), other, *loose)) == 4
    clock.advance(minutes=5)
    assert sorted(len(lease.alert.parts) for lease in one.claim()) == [0, 0, 0, 0]


@pytest.mark.parametrize(("to", "window"), [("desk@example.org", "0s"), ("https://hooks.example/x", "5m")])
def test_at_once_where_nothing_is_grouped(desk: Make, make_alert: Make, to: str, window: str) -> None:
    one: Desk = desk(to, window)
    assert len(one.put(make_alert(id="a"), make_alert(id="b"))) == 2
    assert [lease.alert.parts for lease in one.claim()] == [(), ()]


def test_a_webhook_may_ask_for_groups(desk: Make, make_alert: Make, clock: Clock) -> None:
    one: Desk = desk("https://hooks.example/x", group="1m")
    one.put(make_alert(id="a"), make_alert(id="b"))
    clock.advance(minutes=1)
    (lease,) = one.claim()
    body: Any = payload(lease.alert, one.config.subscriptions[0], lease.reason)
    assert (body["type"], body["data"]["labels"]) == ("group", {"class": "group", "count": 2, "deal": "US-KR"})
    assert [event["id"] for event in body["data"]["alerts"]] == ["a", "b"]
    assert body["data"]["alerts"][0]["change"]["to"] == 15


def test_a_group_that_fails_is_tried_whole_with_the_same_id(desk: Make, make_alert: Make, clock: Clock) -> None:
    one: Desk = desk()
    (leader,) = one.put(make_alert(id="a"), make_alert(id="b"))
    clock.advance(minutes=5)
    (lease,) = one.claim()
    one.finish(lease, Answer(ok=False, detail="451 later"))
    clock.advance(minutes=10)
    (again,) = one.claim()
    assert (again.id, again.attempt, again.alert) == (leader, 2, lease.alert)
    one.finish(again, REFUSED)
    assert one.states() == {"a": "dead", "b": "dead"}
    with one.writing() as connection:
        assert outbox.requeue(connection, ["a", "b"], clock()) == [leader]
    (lease,) = one.claim()
    assert [part.id for part in lease.alert.parts] == ["a", "b"]
    one.finish(lease, REFUSED)
    with one.writing() as connection:
        assert len(outbox.requeue(connection, ["b"], clock())) == 1
    (lease,) = one.claim()
    assert (lease.alert.id, lease.alert.parts) == ("b", ())


def test_what_waits_for_a_subscription_that_is_gone_ends_whole(desk: Make, make_alert: Make, clock: Clock) -> None:
    one: Desk = desk()
    one.put(make_alert(id="a"), make_alert(id="b"))
    clock.advance(minutes=5)
    with one.writing() as connection:
        outbox.settle_pending(connection, "desk", "skipped", "gone", clock())
    assert one.states() == {"a": "skipped", "b": "skipped"}


def test_a_group_is_read_without_its_parts(desk: Make, make_alert: Make, clock: Clock) -> None:
    one: Desk = desk()
    one.put(make_alert(id="a"), make_alert(id="b", title="US <b>steel</b>: 50% → 25%"))
    clock.advance(minutes=5)
    (lease,) = one.claim()
    subscription: Subscription = one.config.subscriptions[0]
    said = text(lease.alert, subscription, lease.reason)
    assert said.count("Was        25%") == 2
    assert "US <b>steel</b>: 50% → 25%" in said
    assert said.index("US <b>steel</b>") > said.index("Yonhap")
    shown = html(lease.alert, subscription, lease.reason)
    assert "US &lt;b&gt;steel&lt;/b&gt;: 50% → 25%" in shown
    assert shown.count("25% → 15%</td>") == 2


def about(make_alert: Make, id: str, cls: str, term: str = "tariff:US:KR:autos", **labels: Any) -> Alert:
    made: Alert = make_alert(id=id, **{"class": cls}, **labels)
    return replace(made, data={"term": term})


def test_a_confirmation_follows_its_change(desk: Make, make_alert: Make, clock: Clock) -> None:
    one: Desk = desk(window="0s")
    (told,) = one.put(about(make_alert, "a", "term"))
    one.finish(one.claim()[0])
    clock.advance(hours=1)
    one.put(about(make_alert, "b", "confirmed"), about(make_alert, "c", "confirmed", "tariff:US:KR:steel"))
    assert {lease.alert.id: lease.follows for lease in one.claim()} == {"b": told, "c": None}


def test_what_was_told_is_taken_back_whatever_holds_now(desk: Make, make_alert: Make, clock: Clock) -> None:
    one: Desk = desk(window="0s")
    one.put(about(make_alert, "a", "term"))
    one.finish(one.claim()[0])
    with one.writing() as connection:
        silences.add(connection, ["deal=US-KR"], "anna", "talks", clock(), clock() + timedelta(days=9))
    assert one.put(about(make_alert, "b", "corrected", "tariff:US:KR:steel")) == [], "it was never told of steel"
    assert len(one.put(about(make_alert, "c", "retracted", deal="US-JP", counterparty="JP"))) == 1
