"""The deliverer with real receivers: at least once, the same id, and nobody waits for another."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from sqlalchemy import Engine, select
from standardwebhooks import Webhook

from alerts import outbox
from alerts.delivery import Deliverer
from alerts.events import Event
from alerts.outbox import enqueue
from alerts.tables import attempts, deliveries
from alerts.types import Alert
from config.outbound import Outbound
from config.settings import Config, Subscription

if TYPE_CHECKING:
    from tests.alerts.conftest import Clock, Mailbox, Receiver

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
Make = Callable[..., Any]
Hang = Callable[[web.Request], Awaitable[web.StreamResponse]]
#: Real seconds within which something must have come that comes at once.
SOON = 5.0


class Desk:
    """A deliverer over a database, its config replaceable, its events kept."""

    def __init__(self, engine: Engine, clock: Clock, config: Config) -> None:
        self.engine, self.clock, self.config = engine, clock, config
        self.events: list[Event] = []
        self.deliverer = self.another()

    def another(self) -> Deliverer:
        """A deliverer as a new process would have it."""
        outbound = Outbound(("127.0.0.0/8",))
        return Deliverer(self.engine, lambda: self.config, outbound, self.clock, lambda: 0.0, self.events.append)

    def put(self, *alerts: Alert) -> list[str]:
        with self.engine.begin() as connection:
            return enqueue(connection, alerts, self.config, self.clock.now)

    def rows(self) -> dict[str, Any]:
        with self.engine.begin() as connection:
            return {row.id: row for row in connection.execute(select(deliveries))}

    def states(self) -> list[str]:
        return sorted(row.state for row in self.rows().values())

    def answers(self) -> list[tuple[int, str]]:
        with self.engine.begin() as connection:
            found = connection.execute(select(attempts).order_by(attempts.c.id))
            return [(row.number, row.detail) for row in found]


@pytest.fixture
async def desk(engine: Engine, clock: Clock, make_config: Make) -> Any:
    desk = Desk(engine, clock, make_config())
    yield desk
    await desk.deliverer.close()


async def test_webhook_and_mail(
    desk: Desk,
    receiver: Receiver,
    make_mailbox: Make,
    mail_settings: Make,
    make_config: Make,
    subscribe: Make,
    make_alert: Make,
) -> None:
    mailbox: Mailbox = await make_mailbox()
    desk.config = make_config(
        subscribe(receiver.url, name="hook"), subscribe("desk@example.net", name="mail"), mail=mail_settings(mailbox)
    )
    hook, mail = desk.put(make_alert())
    assert await desk.deliverer.deliver_due() == 2
    assert desk.states() == ["sent", "sent"]
    ((headers, body),) = receiver.got
    assert headers["webhook-id"] == hook
    assert Webhook(SECRET).verify(body, headers)["data"]["subscription"] == "hook"
    assert mailbox.got[0]["Message-ID"] == f"<{mail}@example.org>"
    assert {(event.kind, event.channel, event.attempt) for event in desk.events} == {
        ("sent", "webhook", 1),
        ("sent", "mail", 1),
    }
    assert await desk.deliverer.deliver_due() == 0


async def test_tried_again_by_the_ladder_with_the_same_id(
    desk: Desk, receiver: Receiver, make_config: Make, subscribe: Make, make_alert: Make, clock: Clock
) -> None:
    desk.config = make_config(subscribe(receiver.url))
    receiver.will(web.Response(status=500), web.Response(status=503, headers={"retry-after": "3600"}), web.Response())
    (id,) = desk.put(make_alert())
    assert await desk.deliverer.deliver_due() == 1
    assert await desk.deliverer.deliver_due() == 0
    clock.advance(seconds=5)
    assert await desk.deliverer.deliver_due() == 1
    clock.advance(minutes=5)
    assert await desk.deliverer.deliver_due() == 0
    clock.advance(minutes=55)
    assert await desk.deliverer.deliver_due() == 1
    assert [headers["webhook-id"] for headers, _ in receiver.got] == [id] * 3
    assert [event.kind for event in desk.events] == ["retry", "retry", "sent"]
    assert desk.answers() == [(1, "500 Internal Server Error"), (2, "503 Service Unavailable"), (3, "200 OK")]


async def test_dead_after_the_last_try(
    desk: Desk, receiver: Receiver, make_config: Make, subscribe: Make, make_alert: Make, clock: Clock
) -> None:
    desk.config = make_config(subscribe(receiver.url))
    receiver.will(web.Response(status=500))
    desk.put(make_alert())
    for _ in range(12):
        await desk.deliverer.deliver_due()
        clock.advance(hours=25)
    assert len(receiver.got) == 10
    ((row),) = desk.rows().values()
    assert (row.state, row.reason) == ("dead", "given up after 10 attempts: 500 Internal Server Error")
    assert desk.events[-1].kind == "dead"


async def test_gone_ends_the_subscription_until_its_address_changes(
    desk: Desk, receiver: Receiver, make_config: Make, subscribe: Make, make_alert: Make
) -> None:
    desk.config = make_config(subscribe(receiver.url), per_target=1)
    receiver.will(web.Response(status=410))
    desk.put(make_alert(), make_alert(id="chg_2"))
    desk.put(make_alert(id="chg_3"))
    assert await desk.deliverer.deliver_due() == 1
    assert len(receiver.got) == 1
    assert desk.states() == ["dead"] * 3
    assert {row.reason for row in desk.rows().values()} == {
        "refused for good: 410 Gone",
        "the receiver is gone: 410 Gone",
    }
    assert [(event.kind, event.count) for event in desk.events] == [("dead", 1), ("dead", 2)]
    receiver.will(web.Response())
    desk.put(make_alert(id="chg_4"))
    assert await desk.deliverer.deliver_due() == 0
    desk.config = make_config(subscribe(receiver.url + "/new"))
    desk.put(make_alert(id="chg_5"))
    assert await desk.deliverer.deliver_due() == 1
    assert desk.states() == ["dead"] * 4 + ["sent"]


async def test_removed_is_skipped_and_paused_is_held(
    desk: Desk, receiver: Receiver, make_config: Make, subscribe: Make, make_alert: Make
) -> None:
    desk.config = make_config(subscribe(receiver.url, name="gone"), subscribe(receiver.url, name="held", paused=True))
    desk.put(make_alert())
    desk.config = make_config(*desk.config.subscriptions[1:])
    assert await desk.deliverer.deliver_due() == 0
    assert sorted((row.state, row.reason.split(":")[0]) for row in desk.rows().values()) == [
        ("queued", 'matches the watchlist "korea"'),
        ("skipped", "the subscription is no longer in the configuration"),
    ]
    desk.config = make_config(subscribe(receiver.url, name="held"))
    assert await desk.deliverer.deliver_due() == 1
    assert desk.states() == ["sent", "skipped"]


async def test_a_crash_between_sending_and_writing_repeats_with_the_same_id(
    desk: Desk,
    receiver: Receiver,
    make_config: Make,
    subscribe: Make,
    make_alert: Make,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk.config = make_config(subscribe(receiver.url))
    (id,) = desk.put(make_alert())

    def crash(*args: Any, **kwargs: Any) -> None:
        raise SystemError("the machine went down")

    with monkeypatch.context() as patch:
        patch.setattr(outbox, "finish_all", crash)
        with pytest.raises(SystemError):
            await desk.deliverer.deliver_due()
        with pytest.raises(SystemError):
            await desk.deliverer.close()
    assert desk.states() == ["leased"]
    restarted = desk.another()
    assert await restarted.deliver_due() == 0
    clock.advance(minutes=10)
    assert await restarted.deliver_due() == 1
    await restarted.close()
    assert [headers["webhook-id"] for headers, _ in receiver.got] == [id, id]
    assert receiver.got[0][1] == receiver.got[1][1]
    assert desk.states() == ["sent"]


async def test_an_outcome_that_could_not_be_written_is_written_later(
    desk: Desk,
    receiver: Receiver,
    make_config: Make,
    subscribe: Make,
    make_alert: Make,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk.config = make_config(subscribe(receiver.url))
    desk.put(make_alert())

    def full(*args: Any, **kwargs: Any) -> None:
        raise OSError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr(outbox, "finish_all", full)
        with pytest.raises(OSError, match="no space left"):
            await desk.deliverer.deliver_due()
    assert await desk.deliverer.deliver_due() == 0
    assert desk.states() == ["sent"]
    assert len(receiver.got) == 1


async def test_what_was_claimed_when_the_disk_was_full_is_sent_when_it_is_not(
    desk: Desk,
    receiver: Receiver,
    make_config: Make,
    subscribe: Make,
    make_alert: Make,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk.config = make_config(subscribe(receiver.url), per_target=2)
    desk.put(*(make_alert(id=f"chg_{number}") for number in range(12)))

    def full(*args: Any, **kwargs: Any) -> None:
        raise OSError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr(outbox, "finish_all", full)
        patch.setattr(outbox, "give_back", full)
        for _ in range(2):
            with pytest.raises(OSError, match="no space left"):
                await desk.deliverer.deliver_due()
    await desk.deliverer.deliver_due()
    assert desk.states() == ["sent"] * 12
    assert len(receiver.got) == len(desk.answers()) == 12


async def test_a_slow_receiver_holds_up_only_itself(
    desk: Desk, make_receiver: Make, make_config: Make, subscribe: Make, make_alert: Make, hang: Hang
) -> None:
    quick: Receiver = await make_receiver()
    slow: Receiver = await make_receiver()
    slow.will(hang)
    desk.config = make_config(subscribe(slow.url, name="slow"), subscribe(quick.url, name="quick"), timeout=60)
    desk.put(*(make_alert(id=f"chg_{number}") for number in range(30)))
    turn = asyncio.create_task(desk.deliverer.deliver_due())
    await until(lambda: len(quick.got) == 30)
    await until(lambda: len(slow.got) == 2)
    # What comes while the slow one hangs is not held up either.
    desk.put(make_alert(id="late"))
    desk.deliverer.wake()
    await until(lambda: len(quick.got) == 31)
    assert not turn.done()
    assert await desk.deliverer.close() == len(slow.got) == 2
    await asyncio.wait_for(turn, SOON)
    assert desk.states().count("sent") == len(desk.answers()) == 31


async def test_a_call_does_not_last_as_long_as_a_slow_queue(
    desk: Desk, receiver: Receiver, make_config: Make, subscribe: Make, make_alert: Make
) -> None:
    arrived, go = asyncio.Event(), asyncio.Event()

    async def wait(_: web.Request) -> web.StreamResponse:
        arrived.set()
        await go.wait()
        return web.Response()

    receiver.will(wait)
    desk.config = make_config(subscribe(receiver.url), timeout=60)
    desk.put(make_alert())
    async with asyncio.timeout(SOON):
        while not arrived.is_set():
            await desk.deliverer.deliver_due(patience=0.01)
    assert desk.states() == ["leased"]
    go.set()
    assert await desk.deliverer.deliver_due() == 0
    assert desk.states() == ["sent"]
    assert len(receiver.got) == 1


async def test_a_target_in_trouble_gets_one_attempt_at_a_time(
    desk: Desk, receiver: Receiver, make_config: Make, subscribe: Make, make_alert: Make, clock: Clock
) -> None:
    busy = most = 0

    async def fail(_: web.Request) -> web.StreamResponse:
        nonlocal busy, most
        busy += 1
        most = max(most, busy)
        await asyncio.sleep(0.005)
        busy -= 1
        return web.Response(status=500)

    receiver.will(fail)
    desk.config = make_config(subscribe(receiver.url), per_target=4)
    desk.put(*(make_alert(id=f"chg_{number}") for number in range(8)))
    await desk.deliverer.deliver_due()
    assert most == 2, "it has not answered well yet"
    most = 0
    clock.advance(seconds=5)
    assert await desk.deliverer.deliver_due() == 8
    assert most == 1


async def test_a_target_that_answers_well_gets_more_at_once(
    desk: Desk, receiver: Receiver, make_config: Make, subscribe: Make, make_alert: Make
) -> None:
    busy: list[int] = []
    now = 0

    async def count(_: web.Request) -> web.StreamResponse:
        nonlocal now
        now += 1
        busy.append(now)
        await asyncio.sleep(0.01)
        now -= 1
        return web.Response()

    receiver.will(count)
    desk.config = make_config(subscribe(receiver.url), per_target=4)
    desk.put(*(make_alert(id=f"chg_{number}") for number in range(30)))
    assert await desk.deliverer.deliver_due() == 30
    assert max(busy[:2]) <= 2
    assert max(busy) == 4
    assert desk.states() == ["sent"] * 30


async def test_what_was_claimed_ahead_goes_back_when_the_target_fails(
    desk: Desk, receiver: Receiver, make_config: Make, subscribe: Make, make_alert: Make, hang: Hang
) -> None:
    receiver.will(web.Response(status=500), hang)
    desk.config = make_config(subscribe(receiver.url), per_target=1, timeout=60)
    desk.put(*(make_alert(id=f"chg_{number}") for number in range(5)))
    turn = asyncio.create_task(desk.deliverer.deliver_due())
    await until(lambda: len(receiver.got) == 2)
    found = sorted((row.state, row.attempts) for row in desk.rows().values())
    assert found == [("leased", 1), ("queued", 0), ("queued", 0), ("queued", 0), ("queued", 1)]
    await desk.deliverer.close()
    await turn


async def test_what_waits_to_be_sent_goes_back_when_its_subscription_is_paused(
    desk: Desk, receiver: Receiver, make_config: Make, subscribe: Make, make_alert: Make
) -> None:
    async def pause(_: web.Request) -> web.StreamResponse:
        desk.config = make_config(subscribe(receiver.url, paused=True), per_target=1)
        return web.Response()

    receiver.will(pause)
    desk.config = make_config(subscribe(receiver.url), per_target=1)
    desk.put(*(make_alert(id=f"chg_{number}") for number in range(3)))
    assert await desk.deliverer.deliver_due() == 1
    assert sorted((row.state, row.attempts) for row in desk.rows().values()) == [
        ("queued", 0),
        ("queued", 0),
        ("sent", 1),
    ]


async def test_not_more_than_so_many_at_once(
    desk: Desk, make_receiver: Make, make_config: Make, subscribe: Make, make_alert: Make
) -> None:
    busy = most = 0

    async def count(_: web.Request) -> web.StreamResponse:
        nonlocal busy, most
        busy += 1
        most = max(most, busy)
        await asyncio.sleep(0.005)
        busy -= 1
        return web.Response()

    receivers = [await make_receiver() for _ in range(4)]
    for one in receivers:
        one.will(count)
    names = [subscribe(one.url, name=f"hook {number}") for number, one in enumerate(receivers)]
    desk.config = make_config(*names, concurrency=3)
    desk.put(*(make_alert(id=f"chg_{number}") for number in range(4)))
    assert await desk.deliverer.deliver_due() == 16
    assert most == 3


async def test_a_clock_that_jumps_does_not_send_twice(
    desk: Desk, receiver: Receiver, make_config: Make, subscribe: Make, make_alert: Make, clock: Clock
) -> None:
    async def jump(_: web.Request) -> web.StreamResponse:
        clock.advance(days=30)
        desk.deliverer.wake()
        await asyncio.sleep(0.05)
        return web.Response()

    receiver.will(jump)
    desk.config = make_config(subscribe(receiver.url))
    desk.put(make_alert())
    assert await desk.deliverer.deliver_due() == 1
    assert desk.states() == ["sent"]


async def test_woken_from_another_thread(desk: Desk) -> None:
    waiting = asyncio.create_task(desk.deliverer.wait())
    await asyncio.sleep(0)
    await asyncio.to_thread(desk.deliverer.wake)
    assert await asyncio.wait_for(waiting, SOON) is True
    assert await desk.deliverer.wait(0.001) is False
    desk.deliverer.wake()
    assert await asyncio.wait_for(desk.deliverer.wait(), SOON) is True


async def test_two_deliverers_share_the_work(
    desk: Desk, receiver: Receiver, make_config: Make, subscribe: Make, make_alert: Make
) -> None:
    desk.config = make_config(subscribe(receiver.url))
    ids = desk.put(*(make_alert(id=f"chg_{number}") for number in range(40)))
    other = desk.another()
    counts = await asyncio.gather(desk.deliverer.deliver_due(), other.deliver_due())
    await other.close()
    assert sum(counts) == 40
    assert sorted(headers["webhook-id"] for headers, _ in receiver.got) == sorted(ids)


async def test_settings_that_change_take_effect(
    desk: Desk,
    make_mailbox: Make,
    mail_settings: Make,
    make_config: Make,
    subscribe: Make,
    make_alert: Make,
    clock: Clock,
) -> None:
    desk.config = make_config(subscribe("desk@example.net"))
    desk.put(make_alert())
    assert await desk.deliverer.deliver_due() == 1
    assert desk.events[-1].detail.startswith("mail is not set up")
    mailbox: Mailbox = await make_mailbox()
    desk.config = make_config(subscribe("desk@example.net"), mail=mail_settings(mailbox))
    clock.advance(seconds=5)
    assert await desk.deliverer.deliver_due() == 1
    assert len(mailbox.got) == 1


async def test_draining_lets_what_is_under_way_end(
    desk: Desk, receiver: Receiver, make_config: Make, subscribe: Make, make_alert: Make
) -> None:
    arrived, go = asyncio.Event(), asyncio.Event()

    async def wait(_: web.Request) -> web.StreamResponse:
        arrived.set()
        await go.wait()
        return web.Response()

    receiver.will(wait)
    desk.config = make_config(subscribe(receiver.url), per_target=1)
    desk.put(make_alert(), make_alert(id="chg_2"))
    turn = asyncio.create_task(desk.deliverer.deliver_due())
    await asyncio.wait_for(arrived.wait(), SOON)
    closing = asyncio.create_task(desk.deliverer.close(drain=SOON))
    await asyncio.sleep(0)
    go.set()
    assert await closing == 0
    assert await turn == 1
    assert desk.states() == ["queued", "sent"]


async def test_what_leaves_is_dated_by_the_wall_clock(
    desk: Desk, receiver: Receiver, make_config: Make, subscribe: Make, make_alert: Make
) -> None:
    desk.config = make_config(subscribe(receiver.url))
    desk.put(make_alert())
    await desk.deliverer.deliver_due()
    ((headers, body),) = receiver.got
    sent = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    assert abs(datetime.now(UTC) - sent) < timedelta(minutes=1)
    assert json.loads(body)["timestamp"] == "2025-11-14T09:00:00Z"


async def test_no_secret_in_any_event_or_row(
    desk: Desk, receiver: Receiver, make_config: Make, subscribe: Make, make_alert: Make
) -> None:
    receiver.will(web.Response(status=400, text=f"unexpected signature for {SECRET}"))
    made: Subscription = subscribe(receiver.url)
    desk.config = make_config(made)
    desk.put(make_alert())
    await desk.deliverer.deliver_due()
    said = f"{desk.events}{desk.answers()}{desk.rows()}"
    assert "unexpected signature" in said
    assert SECRET[8:] not in said
    assert receiver.url not in said


async def until(true: Callable[[], bool]) -> None:
    """Waits until something is so, at most `SOON` seconds."""
    async with asyncio.timeout(SOON):
        while not true():  # noqa: ASYNC110 - the receiver tells nobody
            await asyncio.sleep(0.002)
