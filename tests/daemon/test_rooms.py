"""The rooms together: what waits for its time leaves then."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import web
from sqlalchemy import select

from alerts import directory, outbox
from alerts.delivery import Deliverer
from alerts.tables import deliveries
from alerts.types import Alert
from config.load import Loaded
from config.outbound import Outbound
from config.settings import Config, Settings, Subscription, Watchlist
from monitor.daemon.recovery import take_back
from monitor.daemon.rooms import open_works
from monitor.daemon.subscribers import Subscribers
from monitor.daemon.works import Surroundings
from monitor.store import Store, url_for

NOW = datetime(2025, 11, 14, 9, 0, tzinfo=UTC)


class World:
    """A clock that is moved on shortly before the next attempt, and what the rooms tell."""

    def __init__(self) -> None:
        self.now = NOW
        self.woken = asyncio.Event()
        self.told: list[str] = []

    def clock(self) -> datetime:
        return self.now

    def hear(self, name: str, payload: Mapping[str, Any]) -> None:
        self.told.append(name)
        if payload.get("next_attempt_at"):
            self.now = payload["next_attempt_at"] - timedelta(milliseconds=20)


async def served(answer: Callable[[web.Request], Awaitable[web.Response]]) -> tuple[web.AppRunner, str]:
    """A receiver that answers so, and its address."""
    app = web.Application()
    app.router.add_post("/{name}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}"


async def test_another_try_comes_when_it_is_due_and_not_at_the_next_turn(
    tmp_path: Path, unused_tcp_port_factory: Callable[[], int]
) -> None:
    hook = Subscription(
        name="desk", watchlist="all", channel="webhook", to=f"http://127.0.0.1:{unused_tcp_port_factory()}/hook"
    )
    config = Config(
        settings=Settings(allow_private=("127.0.0.0/8",)), watchlists=(Watchlist(name="all"),), subscriptions=(hook,)
    )
    world, store = World(), Store.open(url_for(tmp_path))
    loaded = Loaded(
        config=config, files=(), warnings=(), source=tmp_path, config_dir=tmp_path, data_dir=tmp_path
    )  # fmt: skip
    rooms = await open_works(
        Surroundings(
            loaded=loaded, store=store, clock=world.clock, draw=lambda: 0.0, on_event=world.hear, wake=world.woken.set
        )
    )
    with store.begin() as connection:
        outbox.put(connection, Alert(id="a", labels={}, title="t", at=NOW), "desk", "r", NOW)
    assert await rooms.deliver() == 1
    assert world.told == ["delivery_retry"]
    async with asyncio.timeout(5):
        await world.woken.wait()
    world.now += timedelta(milliseconds=20)
    assert await rooms.deliver() == 1
    await rooms.close()
    world.woken.clear()
    await asyncio.sleep(0.05)
    assert not world.woken.is_set(), "no alarm goes off after the end"
    store.close()


async def test_what_is_written_for_a_subscription_of_just_now_is_not_settled_by_a_delivery_under_way(
    tmp_path: Path,
) -> None:
    """The delivery began when nobody knew of the subscription; a look within a later transaction did."""
    got, release = list[str](), asyncio.Event()

    async def answer(request: web.Request) -> web.Response:
        got.append(request.path)
        if request.path == "/slow":
            await release.wait()
        return web.Response()

    runner, base = await served(answer)
    slow, late = (
        Subscription(name=name, watchlist="all", channel="webhook", to=f"{base}/{name}") for name in ("slow", "late")
    )
    store = Store.open(url_for(tmp_path))
    config = Config(
        settings=Settings(allow_private=("127.0.0.0/8",)), watchlists=(Watchlist(name="all"),), subscriptions=(slow,)
    )
    subscribers = Subscribers(store, config, tmp_path, lambda: NOW)
    deliverer = Deliverer(store, lambda: subscribers.config, Outbound(("127.0.0.0/8",)), lambda: NOW, lambda: 0.0)
    with store.begin() as connection:
        outbox.put(connection, Alert(id="a", labels={}, title="t", at=NOW), "slow", "r", NOW)
    turn = asyncio.create_task(deliverer.deliver_due())
    async with asyncio.timeout(10):
        while not got:  # noqa: ASYNC110 - the receiver knows nothing of us
            await asyncio.sleep(0.01)
    with store.begin() as connection:
        directory.add_subscription(connection, late, None, NOW, None)
    with store.begin() as connection:
        assert [one.name for one in subscribers.within(connection).subscriptions] == ["slow", "late"]
        outbox.put(connection, Alert(id="b", labels={}, title="t", at=NOW), "late", "r", NOW)
    deliverer.wake()
    async with asyncio.timeout(10):
        while len(got) < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    release.set()
    assert await turn == 2
    assert got == ["/slow", "/late"]
    await deliverer.close()
    await runner.cleanup()
    store.close()


async def test_what_a_command_queues_for_its_new_subscription_is_not_settled_untried(tmp_path: Path) -> None:
    got: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        got.append(request.path)
        return web.Response()

    runner, base = await served(answer)
    store = Store.open(url_for(tmp_path))
    config = Config(settings=Settings(allow_private=("127.0.0.0/8",)), watchlists=(Watchlist(name="all"),))
    subscribers = Subscribers(store, config, tmp_path, lambda: NOW)
    deliverer = Deliverer(
        store,
        lambda: subscribers.config,
        Outbound(("127.0.0.0/8",)),
        lambda: NOW,
        lambda: 0.0,
        within=subscribers.within,
    )
    added = Subscription(name="new", watchlist="all", channel="webhook", to=f"{base}/new")
    with store.begin() as connection:  # by another process: what counts here does not know of it
        directory.add_subscription(connection, added, None, NOW, None)
        outbox.put(connection, Alert(id="a", labels={}, title="t", at=NOW), "new", "r", NOW)
        outbox.put(connection, Alert(id="b", labels={}, title="t", at=NOW), "never", "r", NOW)
    assert await deliverer.deliver_due() == 1
    assert got == ["/new"]
    with store.read() as connection:
        states = {row.subscription: row.state for row in connection.execute(select(deliveries))}
    assert states == {"new": "sent", "never": "skipped"}
    await deliverer.close()
    await runner.cleanup()
    store.close()


def test_what_was_claimed_before_a_crash_is_due_at_once_and_its_attempt_not_counted(tmp_path: Path) -> None:
    store = Store.open(url_for(tmp_path))
    lease = timedelta(minutes=1)
    with store.begin() as connection:
        outbox.put(connection, Alert(id="a", labels={}, title="t", at=NOW), "desk", "r", NOW)
        (lost,) = outbox.claim(connection, NOW, 9, lease, subscriptions=["desk"])
        assert take_back(connection, NOW) == (0, 1)
        (again,) = outbox.claim(connection, NOW, 9, lease, subscriptions=["desk"])
    assert (again.id, again.attempt) == (lost.id, 1)
    assert again.token != lost.token
    store.close()
