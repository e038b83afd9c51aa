"""Digests collect and go out at their time; what they say when nothing moved. Trouble is told once, and once over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Engine, select

from alerts import digests, operator, outbox, silences
from alerts.digests import Blind, Sight
from alerts.outcomes import Made
from alerts.rendering import text
from alerts.tables import alerts as alert_rows
from alerts.tables import deliveries
from alerts.tables import digests as digest_rows
from alerts.types import Answer, Lease
from config.settings import Config

if TYPE_CHECKING:
    from tests.alerts.conftest import Clock

Make = Callable[..., Any]
WELL = Sight(feeds=12, blind=(), last_good_check=datetime(2025, 11, 15, 6, 58, tzinfo=UTC))
BLIND = Sight(
    feeds=12,
    blind=(
        Blind(name="Gazette", since=datetime(2025, 11, 13, 5, 0, tzinfo=UTC), error="503"),
        Blind(name="X", since=None),
    ),
    last_good_check=datetime(2025, 11, 15, 6, 58, tzinfo=UTC),
)


@pytest.fixture
def config(make_config: Make, subscribe: Make) -> Config:
    made: Config = make_config(
        subscribe("desk@example.org", name="daily", digest="daily", at="08:00", zone="Europe/Berlin"),
        subscribe("ops@example.org", name="ops", quiet="18:00-06:00", group="5m"),
    )
    return made.model_copy(update={"settings": made.settings.model_copy(update={"operator": "ops"})})


def compose(engine: Engine, config: Config, clock: Clock, sight: Sight = WELL) -> list[str]:
    """Composes; that a look beforehand tells whether there is anything to write is held at every turn."""
    tables = (alert_rows, deliveries, digest_rows)
    with engine.begin() as connection:
        expected = digests.waits(connection, config, clock())
        before = [connection.execute(select(table)).all() for table in tables]
        made = digests.compose(connection, config, sight, clock())
        assert ([connection.execute(select(table)).all() for table in tables] != before) == expected
        return made


def put(engine: Engine, config: Config, clock: Clock, *alerts: Any) -> None:
    with engine.begin() as connection:
        outbox.enqueue(connection, alerts, config, clock())


def claim(engine: Engine, clock: Clock, name: str) -> list[Lease]:
    with engine.begin() as connection:
        return outbox.claim(connection, clock(), 9, timedelta(minutes=1), subscriptions=[name])


def reasons(engine: Engine, name: str) -> list[tuple[str, str]]:
    with engine.begin() as connection:
        rows = connection.execute(select(deliveries).where(deliveries.c.subscription == name))
        return [(row.state, row.reason) for row in rows]


def test_a_digest_collects_and_goes_out_once(engine: Engine, config: Config, clock: Clock, make_alert: Make) -> None:
    assert compose(engine, config, clock) == []
    put(engine, config, clock, make_alert(id="a"), make_alert(id="b"))
    (first, _) = reasons(engine, "daily")
    assert first[0] == "held"
    assert first[1].endswith("waits for the digest of 15 Nov 2025 07:00 UTC")
    clock.now = datetime(2025, 11, 15, 6, 59, tzinfo=UTC)
    assert compose(engine, config, clock) == []
    clock.advance(minutes=1)
    (id,) = compose(engine, config, clock)
    assert compose(engine, config, clock) == []
    (lease,) = claim(engine, clock, "daily")
    assert (lease.id, {part.id for part in lease.alert.parts}) == (id, {"a", "b"})
    assert lease.alert.title == "korea: 2 changes (daily digest, Saturday 15 Nov 2025, 08:00)"
    with engine.begin() as connection:
        outbox.finish_all(
            connection, [Made(lease=lease, answer=Answer(ok=True), seconds=0.0, max_attempts=1)], clock(), lambda: 0.0
        )
    assert [state for state, _ in reasons(engine, "daily")] == ["sent"] * 3


def test_a_digest_in_which_nothing_moved_says_how_well_we_saw(engine: Engine, config: Config, clock: Clock) -> None:
    compose(engine, config, clock)
    clock.advance(days=1)
    compose(engine, config, clock, BLIND)
    (lease,) = claim(engine, clock, "daily")
    said = text(lease.alert, config.subscriptions[0], lease.reason)
    assert "korea: nothing moved (daily digest" in said
    for part in (
        "10 of 12 could be read",
        "15 Nov 2025, 07:58 CET",
        "what was published in the feeds below was not seen",
        "since 13 Nov 2025, 06:00 CET: 503",
        "never read yet",
    ):
        assert part in said


def test_missed_digests_are_one(engine: Engine, config: Config, clock: Clock, make_alert: Make) -> None:
    compose(engine, config, clock)
    put(engine, config, clock, make_alert(id="a"))
    clock.advance(days=3)
    assert len(compose(engine, config, clock)) == 1
    (lease,) = claim(engine, clock, "daily")
    assert "Monday 17 Nov" in lease.alert.title


def test_what_was_held_for_a_digest_that_is_no_more(
    engine: Engine, config: Config, clock: Clock, make_alert: Make
) -> None:
    put(engine, config, clock, make_alert(id="a"))
    plain = config.subscriptions[0].model_copy(update={"digest": None})
    assert len(compose(engine, config.model_copy(update={"subscriptions": (plain,)}), clock)) == 1
    put(engine, config, clock, make_alert(id="b"))
    compose(engine, config.model_copy(update={"subscriptions": ()}), clock)
    assert ("skipped", "the subscription is no longer in the configuration") in reasons(engine, "daily")


def test_quiet_hours_hold_and_then_group(engine: Engine, config: Config, clock: Clock, make_alert: Make) -> None:
    clock.now = datetime(2025, 11, 14, 20, 0, tzinfo=UTC)
    put(engine, config, clock, make_alert(id="a"))
    clock.advance(hours=9)
    put(engine, config, clock, make_alert(id="b"))
    assert claim(engine, clock, "ops") == []
    clock.advance(hours=1)
    (lease,) = claim(engine, clock, "ops")
    assert [part.id for part in lease.alert.parts] == ["a", "b"]


def test_a_silence_holds_until_it_expires(engine: Engine, config: Config, clock: Clock, make_alert: Make) -> None:
    with engine.begin() as connection:
        labels = ["deal=US-KR", "move>=5"]
        until = clock() + timedelta(hours=1)
        made = silences.add(connection, labels, "anna", "talks all week", clock(), until)
    put(engine, config, clock, make_alert(id="a"), make_alert(id="b", move=1.0))
    said = f"silenced until 14 Nov 2025 10:00 UTC by anna: talks all week ({made.id})"
    assert sorted(reasons(engine, "ops"))[1] == ("skipped", said)
    assert [state for state, _ in sorted(reasons(engine, "ops"))] == ["queued", "skipped"]
    clock.advance(hours=1)
    put(engine, config, clock, make_alert(id="c"))
    assert [state for state, _ in reasons(engine, "ops")].count("skipped") == 1


def test_a_silence_ends_by_hand_and_needs_a_label(engine: Engine, clock: Clock) -> None:
    with engine.begin() as connection:
        for labels, length in ([], 1), (["deal"], 1), (["deal=US-KR"], 0):
            with pytest.raises(ValueError, match=r"label|selector|later"):
                silences.add(connection, labels, "a", "b", clock(), clock() + timedelta(hours=length))
        made = silences.add(connection, ["deal=US-KR"], "a", "b", clock(), clock() + timedelta(hours=1))
        assert silences.expire(connection, made.id[:3], clock()) == made
        assert silences.expire(connection, made.id, clock()) is None
        assert silences.listing(connection, clock()) == []
        assert len(silences.listing(connection)) == 1


def test_trouble_is_told_once_and_once_when_it_is_over(engine: Engine, config: Config, clock: Clock) -> None:
    def tell(**found: str) -> list[str]:
        with engine.begin() as connection:
            return operator.tell(connection, config, found, clock())

    assert len(tell(disk="412 MB left", feed="down")) == 2
    clock.advance(minutes=1)
    assert tell(disk="398 MB left", feed="down") == []
    assert len(tell(disk="301 MB left")) == 1
    titles = [lease.alert.title for lease in claim(engine, clock, "ops")]
    assert sorted(titles) == ["Over: down", "Trouble: 412 MB left", "Trouble: down"]
    clock.advance(hours=1)
    assert len(tell(disk="again", feed="down again")) == 1, "one that comes back is told again"


def test_without_an_operator_nobody_is_told(engine: Engine, config: Config, clock: Clock) -> None:
    alone = config.model_copy(update={"settings": config.settings.model_copy(update={"operator": None})})
    with engine.begin() as connection:
        assert operator.tell(connection, alone, {"disk": "full"}, clock()) == []
        assert operator.tell(connection, config, {"disk": "full"}, clock()) == []


def test_an_address_that_refused_for_good_is_a_trouble(engine: Engine, config: Config, clock: Clock) -> None:
    with engine.begin() as connection:
        outbox.stop(connection, config.subscriptions[0], "550 no such user", clock())
        outbox.stop(connection, config.subscriptions[1], "unsubscribed: its reader wants no more", clock())
        (found,) = operator.stopped(connection).items()
    assert found[0] == "stopped:daily"
    assert "550 no such user" in found[1]
