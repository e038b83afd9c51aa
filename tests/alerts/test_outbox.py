"""Alerts as rows: once only, leased to one, settled under the lease's token."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import StatementError
from sqlalchemy.schema import CreateTable

from alerts import outbox
from alerts.outbox import claim, delivery_id, enqueue, finish_all
from alerts.outcomes import Made
from alerts.tables import alerts, attempts, deliveries, metadata, stops
from alerts.types import Alert, Answer, Lease, Settled
from config.settings import Config, Subscription

NOW = datetime(2025, 11, 14, 9, 0, tzinfo=UTC)
LEASE = timedelta(minutes=1)
OK = Answer(ok=True, detail="200 OK")
FAILED = Answer(ok=False, detail="500 oops")
HOOK = "https://hooks.example/x"

Make = Callable[..., Any]


@pytest.fixture
def config(make_config: Make, subscribe: Make) -> Config:
    made = make_config(subscribe(HOOK), subscribe("desk@example.org", name="mail"))
    assert isinstance(made, Config)
    return made


def put(engine: Engine, config: Config, *new: Alert, now: datetime = NOW) -> list[str]:
    with engine.begin() as connection:
        return enqueue(connection, new, config, now)


def take(
    engine: Engine, *names: str, now: datetime = NOW, limit: int = 10, flying: tuple[str, ...] = ()
) -> list[Lease]:
    with engine.begin() as connection:
        return claim(connection, now, limit, LEASE, subscriptions=names, flying=flying)


def end(engine: Engine, lease: Lease, answer: Answer, now: datetime = NOW) -> Settled | None:
    with engine.begin() as connection:
        return finish_all(
            connection, [Made(lease=lease, answer=answer, seconds=0.0, max_attempts=10)], now, lambda: 0.0
        )[0]


def rows(engine: Engine) -> dict[str, Any]:
    with engine.begin() as connection:
        return {row.subscription: row for row in connection.execute(select(deliveries))}


def test_what_matches_is_queued_and_what_does_not_says_why(
    engine: Engine, make_config: Make, subscribe: Make, make_alert: Make
) -> None:
    config = make_config(
        subscribe(HOOK), subscribe(HOOK, name="calm", positions=False), subscribe(HOOK, name="lost", watchlist="gone")
    )
    queued = put(engine, config, make_alert(**{"class": "position"}))
    assert queued == [delivery_id("chg_1", "desk")]
    found = rows(engine)
    assert (found["desk"].state, found["desk"].next_attempt_at) == ("queued", NOW)
    assert (found["calm"].state, found["calm"].next_attempt_at) == ("skipped", None)
    assert "wants none" in found["calm"].reason
    assert found["lost"].reason == 'there is no watchlist "gone"'


def test_the_same_alert_is_written_once(engine: Engine, config: Config, make_config: Make, make_alert: Make) -> None:
    first = put(engine, config, make_alert(), make_alert())
    assert len(first) == 2
    assert put(engine, config, make_alert(title="told anew")) == []
    assert len(put(engine, config, make_alert(), make_alert(id="chg_2"))) == 2
    with engine.begin() as connection:
        assert connection.scalars(select(alerts.c.title).where(alerts.c.id == "chg_1")).all() == [make_alert().title]


def test_a_later_subscription_is_not_told_of_the_past(
    engine: Engine, config: Config, make_config: Make, subscribe: Make, make_alert: Make
) -> None:
    put(engine, make_config(subscribe(HOOK)), make_alert())
    assert put(engine, config, make_alert()) == []
    assert set(rows(engine)) == {"desk"}


def test_nothing_is_there_when_the_caller_rolls_back(engine: Engine, config: Config, make_alert: Make) -> None:
    with pytest.raises(RuntimeError), engine.begin() as connection:
        enqueue(connection, [make_alert()], config, NOW)
        raise RuntimeError
    with engine.begin() as connection:
        assert connection.scalar(select(func.count()).select_from(alerts)) == 0


def test_an_alert_comes_back_as_it_went_in(engine: Engine, config: Config, make_alert: Make) -> None:
    seoul = timezone(timedelta(hours=9))
    alert = make_alert(title='Zölle "auf" <Autos> 관세')
    put(engine, config, alert, now=NOW.astimezone(seoul))
    (lease,) = take(engine, "desk")
    assert lease.alert == alert
    assert lease.attempt == 1
    assert lease.alert.at.tzinfo is UTC


def test_ids_are_stable_and_differ_by_alert_and_subscription() -> None:
    assert delivery_id("chg_1", "desk") == "msg_102b350487d95fe6930218a6fa85d73a"
    assert len({delivery_id(a, s) for a in ("x", "y") for s in ("desk", "mail")}) == 4


def test_a_delivery_is_leased_to_one(engine: Engine, config: Config, make_alert: Make) -> None:
    put(engine, config, make_alert())
    assert len(take(engine, "desk")) == 1
    assert take(engine, "desk") == []
    assert take(engine, "desk", now=NOW + LEASE - timedelta(seconds=1)) == []


def test_a_lease_falls_back_and_the_late_one_is_fenced(engine: Engine, config: Config, make_alert: Make) -> None:
    put(engine, config, make_alert())
    (late,) = take(engine, "desk")
    (again,) = take(engine, "desk", now=NOW + LEASE)
    assert again.id == late.id
    assert again.attempt == 2
    assert end(engine, late, OK) is None
    assert rows(engine)["desk"].state == "leased"
    assert end(engine, again, FAILED) is not None
    assert rows(engine)["desk"].state == "queued"
    with engine.begin() as connection:
        assert [row.number for row in connection.execute(select(attempts).order_by(attempts.c.id))] == [1, 2]


def test_what_is_under_way_is_not_taken_again(engine: Engine, config: Config, make_alert: Make) -> None:
    put(engine, config, make_alert())
    (lease,) = take(engine, "desk")
    assert take(engine, "desk", now=NOW + timedelta(days=400), flying=(lease.id,)) == []
    assert end(engine, lease, OK, NOW + timedelta(days=400)) == Settled(state="sent", reason=lease.reason)


def test_a_claim_takes_the_longest_due_of_its_subscriptions(engine: Engine, config: Config, make_alert: Make) -> None:
    for number in range(5):
        put(engine, config, make_alert(id=f"chg_{number}"), now=NOW + timedelta(seconds=number))
    later = NOW + timedelta(minutes=1)
    assert [lease.alert.id for lease in take(engine, "desk", now=later, limit=2)] == ["chg_0", "chg_1"]
    assert {lease.subscription for lease in take(engine, "mail", now=later, limit=9)} == {"mail"}
    assert len(take(engine, "desk", "mail", now=later, limit=9)) == 3
    assert take(engine, now=later) == []


def test_outcomes(engine: Engine, config: Config, make_alert: Make) -> None:
    put(engine, config, make_alert())
    (lease,) = take(engine, "desk")
    again = end(engine, lease, FAILED)
    assert again == Settled(state="queued", reason=lease.reason, next_attempt_at=NOW + timedelta(seconds=5))
    row = rows(engine)["desk"]
    assert (row.state, row.attempts, row.last_answer, row.lease_token) == ("queued", 1, "500 oops", None)
    later = NOW + timedelta(seconds=5)
    (lease,) = take(engine, "desk", now=later)
    assert lease.attempt == 2
    assert end(engine, lease, OK, later) == Settled(state="sent", reason=lease.reason)
    assert (rows(engine)["desk"].settled_at, rows(engine)["desk"].next_attempt_at) == (later, None)


def test_given_up_after_the_last_try(engine: Engine, config: Config, make_alert: Make) -> None:
    put(engine, config, make_alert())
    now = NOW
    for number in range(1, 11):
        (lease,) = take(engine, "desk", now=now)
        assert lease.attempt == number
        settled = end(engine, lease, FAILED, now)
        assert settled is not None
        now = settled.next_attempt_at or now
    assert settled == Settled(state="dead", reason="given up after 10 attempts: 500 oops")
    assert take(engine, "desk", now=now + timedelta(days=30)) == []


def test_refused_for_good(engine: Engine, config: Config, make_alert: Make) -> None:
    put(engine, config, make_alert())
    (lease,) = take(engine, "mail")
    assert end(engine, lease, Answer(ok=False, permanent=True, detail="550 no such user")) == Settled(
        state="dead", reason="refused for good: 550 no such user"
    )


def test_what_is_due(engine: Engine, config: Config, make_alert: Make) -> None:
    with engine.begin() as connection:
        assert outbox.next_due(connection, NOW - LEASE) is None
    put(engine, config, make_alert())
    (lease,) = take(engine, "desk")
    end(engine, lease, FAILED)
    with engine.begin() as connection:
        assert outbox.due_subscriptions(connection, NOW) == ["mail"]
        assert outbox.due_subscriptions(connection, NOW - timedelta(seconds=1)) == []
        assert outbox.due_subscriptions(connection, NOW + timedelta(seconds=5)) == ["desk", "mail"]
        assert outbox.next_due(connection, NOW - LEASE) == NOW
        # What is overdue is no reason to wake again: a paused subscription's would be one for ever.
        assert outbox.next_due(connection, NOW) == NOW + timedelta(seconds=5)
        assert outbox.next_due(connection, NOW + LEASE) is None


def test_settling_what_waits_leaves_what_is_under_way(engine: Engine, config: Config, make_alert: Make) -> None:
    put(engine, config, make_alert(), make_alert(id="chg_2"), make_alert(id="chg_3"))
    (flying,) = take(engine, "desk", limit=1)
    with engine.begin() as connection:
        assert outbox.settle_pending(connection, "desk", "skipped", "removed", NOW) == 2
        assert outbox.settle_pending(connection, "desk", "skipped", "removed", NOW + LEASE, [flying.id]) == 0
        assert outbox.settle_pending(connection, "desk", "skipped", "removed", NOW + LEASE) == 1
    assert rows(engine)["mail"].state == "queued"


def test_a_stop_names_no_address_and_holds_for_it_only(engine: Engine, subscribe: Make) -> None:
    there: Subscription = subscribe(HOOK)
    moved: Subscription = subscribe(HOOK + "/new")
    with engine.begin() as connection:
        outbox.stop(connection, there, "410 Gone", NOW)
        outbox.stop(connection, there, "410 Gone again", NOW)
        reasons = outbox.stop_reasons(connection)
        assert reasons == {("desk", outbox.target_hash(there)): "410 Gone again"}
        assert ("desk", outbox.target_hash(moved)) not in reasons
        assert "hooks.example" not in str(connection.execute(select(stops)).all())
        assert outbox.lift(connection, "desk")
        assert not outbox.lift(connection, "desk")


def test_started_anew_by_hand(engine: Engine, config: Config, make_alert: Make, subscribe: Make) -> None:
    put(engine, config, make_alert())
    (dead,) = take(engine, "desk")
    end(engine, dead, Answer(ok=False, gone=True, permanent=True, detail="410"))
    (sent,) = take(engine, "mail")
    end(engine, sent, OK)
    later = NOW + timedelta(days=1)
    with engine.begin() as connection:
        outbox.stop(connection, subscribe(HOOK), "410", NOW)
        assert outbox.requeue(connection, ["chg_1"], later) == [dead.id]
        assert outbox.stop_reasons(connection) == {}
        assert outbox.requeue(connection, [sent.id, "nothing"], later) == []
    assert [(lease.id, lease.attempt) for lease in take(engine, "desk", now=later)] == [(dead.id, 1)]


def test_no_address_or_secret_is_stored(engine: Engine, config: Config, make_alert: Make) -> None:
    put(engine, config, make_alert())
    with engine.begin() as connection:
        stored = str([connection.execute(select(table)).all() for table in metadata.sorted_tables])
    assert "chg_1" in stored
    for secret in ("hooks.example", "desk@example.org", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"):
        assert secret not in stored


def test_a_time_without_zone_is_refused(engine: Engine, config: Config, make_alert: Make) -> None:
    with pytest.raises(StatementError, match="without a time zone"):
        put(engine, config, make_alert(), now=datetime(2025, 11, 14))  # noqa: DTZ001 - the point


def test_claiming_walks_the_index_of_what_waits(engine: Engine) -> None:
    with engine.begin() as connection:
        query = "EXPLAIN QUERY PLAN SELECT id FROM deliveries WHERE subscription IN (?) AND next_attempt_at <= ?"
        plan = str(connection.exec_driver_sql(query, ("desk", "2025-11-14")).all())
        assert "ix_deliveries_pending" in plan
        query = "EXPLAIN QUERY PLAN SELECT DISTINCT subscription FROM deliveries WHERE next_attempt_at <= ?"
        assert "ix_deliveries_pending" in str(connection.exec_driver_sql(query, ("2025-11-14",)).all())


def test_the_tables_are_postgresql_too() -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    made = [str(CreateTable(table).compile(dialect=dialect)) for table in metadata.sorted_tables]
    assert any("TIMESTAMP WITH TIME ZONE" in one for one in made)
