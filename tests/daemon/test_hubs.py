"""WebSub from end to end on loopback: a publisher, a hub that speaks TLS, and the daemon's own web server."""

from __future__ import annotations

import hashlib
import hmac
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import trustme
from aiohttp import web
from sqlalchemy import func, select

from config.load import load
from config.outbound import Outbound
from config.settings import Config, Feed, Polling, Settings
from monitor.daemon.door import Door
from monitor.daemon.hubs import Hubs
from monitor.daemon.rooms import open_works
from monitor.daemon.works import Surroundings
from monitor.feeds.fetch import Fetcher
from monitor.pipeline import Pipeline
from monitor.store import Store, feeds, hubs, schema, url_for
from monitor.store.hubs import State, Subscribed
from monitor.types import Reading

START = datetime(2025, 11, 3, 12, tzinfo=UTC)


def document(hub: str, topic: str, *titles: str) -> str:
    items = "".join(
        f"<item><guid isPermaLink='false'>{title}</guid><title>{title}</title><description>{title}</description></item>"
        for title in titles
    )
    links = f"<atom:link rel='hub' href='{hub}'/><atom:link rel='self' href='{topic}'/>" if hub else ""
    return (
        "<?xml version='1.0'?><rss version='2.0' xmlns:atom='http://www.w3.org/2005/Atom'><channel>"
        f"<title>T</title>{links}{items}</channel></rss>"
    )


@dataclass
class Hub:
    """A hub that verifies at once, before it answers, as many do."""

    url: str = ""
    lease: str = "864000"
    #: Its answer to the next requests; the last one stays.
    status: int = 202
    verify: bool = True
    asked: list[dict[str, str]] = field(default_factory=list)
    #: (status, body) of the subscriber's answers to its questions.
    answers: list[tuple[int, str]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        form = {str(key): str(value) for key, value in (await request.post()).items()}
        self.asked.append(form)
        if self.verify and self.status == 202:
            await self.question(form["hub.callback"], form["hub.topic"])
        return web.Response(status=self.status)

    async def question(self, callback: str, topic: str, mode: str = "subscribe") -> tuple[int, str]:
        query = {"hub.mode": mode, "hub.topic": topic, "hub.challenge": "ch<b>&", "hub.lease_seconds": self.lease}
        async with aiohttp.ClientSession() as session, session.get(callback, params=query) as answer:
            self.answers.append((answer.status, await answer.text()))
        return self.answers[-1]

    async def push(self, body: str, *, secret: str | None = None, method: str = "sha256") -> int:
        form = self.asked[-1]
        key = secret if secret is not None else form.get("hub.secret", "")
        mark = hmac.new(key.encode(), body.encode(), getattr(hashlib, method)).hexdigest()
        headers = {"Content-Type": "application/rss+xml", "X-Hub-Signature": f"{method}={mark}"}
        async with (
            aiohttp.ClientSession() as session,
            session.post(form["hub.callback"], data=body.encode(), headers=headers) as answer,
        ):
            return answer.status


@dataclass
class World:
    store: Store
    config: Config
    hubs: Hubs
    hub: Hub
    pipeline: Pipeline
    base: str
    documents: dict[str, str]
    polls: list[str]
    events: list[tuple[str, Mapping[str, object]]]
    now: datetime = START

    def add(self, name: str = "paper", *titles: str, hub: str | None = None, **settings: Any) -> None:
        topic = f"{self.base}/{name}"
        self.documents[name] = document(self.hub.url if hub is None else hub, topic, *titles)
        with self.store.begin() as connection:
            feeds.add(connection, Feed.model_validate({"name": name, "url": topic} | settings), self.now)

    def subscribed(self, name: str = "paper") -> Subscribed | None:
        with self.store.read() as connection:
            return hubs.listing(connection).get(name)

    def items(self) -> int:
        with self.store.read() as connection:
            return int(connection.scalar(select(func.count()).select_from(schema.items)) or 0)

    def wait(self, name: str = "paper") -> timedelta:
        with self.store.read() as connection:
            return feeds.get(connection, name).state.next_poll_at - self.now


@asynccontextmanager
async def serving(routes: dict[str, Any], context: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    app = web.Application()
    for path, handler in routes.items():
        app.router.add_route("*", path, handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
        yield f"{'https' if context else 'http'}://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    hub, documents, polls = Hub(), dict[str, str](), list[str]()
    events: list[tuple[str, Mapping[str, object]]] = []

    async def feed(request: web.Request) -> web.Response:
        polls.append(request.path.strip("/"))
        return web.Response(text=documents[request.path.strip("/")], content_type="application/rss+xml")

    store = Store.open(url_for(tmp_path))
    async with serving({"/{name}": feed}) as base, serving({"/": hub.take, "/plain": hub.take}, context) as address:
        hub.url = f"{address}/"
        settings = Settings.model_validate({"ca_file": tmp_path / "ca.pem", "polling": Polling(host_pause=0, jitter=0)})
        world: World

        def config() -> Config:
            return world.config

        def clock() -> datetime:
            return world.now

        outbound = Outbound(["127.0.0.1"])
        ours = Hubs(store, config, lambda: outbound, clock, lambda: 0.0, lambda n, p: events.append((n, p)))
        door = Door(store, config, clock, ours.add_routes)
        port = await door.open("127.0.0.1:0")
        http = {"listen": f"127.0.0.1:{port}", "public_url": f"http://127.0.0.1:{port}"}
        settings = Settings.model_validate(settings.model_dump() | {"http": http})
        async with Fetcher(settings, outbound, clock=clock) as fetcher:
            pipeline = Pipeline(store, fetcher, config, clock, lambda _: Reading(), draw=lambda: 0.0)
            world = World(store, Config(settings=settings), ours, hub, pipeline, base, documents, polls, events)
            yield world
        await door.close()
    store.close()


async def live(world: World) -> None:
    """A feed that is subscribed to, whose hub has delivered once, and that was polled since."""
    world.add("paper", "one")
    await world.pipeline.poll_due()
    assert await world.hubs.run() == 1
    assert await world.hub.push(document("", "", "one", "two")) == 204
    world.now += timedelta(minutes=30)
    await world.pipeline.poll_due()


async def test_the_whole_way(world: World) -> None:
    world.add("paper", "one")
    await world.pipeline.poll_due()
    found = world.subscribed()
    assert found is not None and (found.state, found.topic) == (State.WANTED, f"{world.base}/paper")
    assert await world.hubs.run() == 1
    (asked,) = world.hub.asked
    assert asked["hub.callback"].endswith(f"/websub/{found.token}")
    assert (asked["hub.topic"], asked["hub.mode"], len(asked["hub.secret"])) == (found.topic, "subscribe", 48)
    assert world.hub.answers == [(200, "ch<b>&")]
    found = world.subscribed()
    assert found is not None and found.state is State.LIVE
    assert found.lease_until == START + timedelta(days=10)
    assert START + timedelta(days=6) < found.next_at < START + timedelta(days=9)
    assert await world.hubs.run() == 0

    assert await world.hub.push(document("", "", "one", "two"), method="sha1") == 204
    assert (world.items(), world.hubs.brought(), world.hubs.brought()) == (2, 1, 0)
    assert [name for name, _ in world.events] == ["feed_pushed", "item_stored"]
    with world.store.read() as connection:
        silent = dict(row for row in connection.execute(select(schema.items.c.title, schema.items.c.baseline)))
    assert silent == {"one": True, "two": False}


async def test_once_a_hub_has_delivered_polls_are_a_daily_net(world: World) -> None:
    world.add("paper", "one")
    await world.pipeline.poll_due()
    await world.hubs.run()
    world.now += timedelta(hours=1)
    await world.pipeline.poll_due()
    assert world.wait() < timedelta(hours=1)  # a promise is no delivery yet
    await world.hub.push(document("", "", "one", "two"))
    world.documents["paper"] = document(world.hub.url, f"{world.base}/paper", "one", "two")
    world.now += timedelta(hours=1)
    await world.pipeline.poll_due()
    assert world.wait() == timedelta(days=1)
    world.now += timedelta(days=1)
    assert await world.pipeline.poll_due() == 1
    assert world.wait() == timedelta(days=1)


async def test_a_hub_that_misses_an_item_is_not_relied_on_until_it_delivers_again(world: World) -> None:
    await live(world)
    assert world.wait() == timedelta(days=1)
    world.documents["paper"] = document(world.hub.url, f"{world.base}/paper", "one", "two", "three")
    world.now += timedelta(days=1)
    await world.pipeline.poll_due()
    assert world.items() == 3
    assert world.wait() <= timedelta(hours=1)
    world.now += timedelta(minutes=1)
    await world.hub.push(document("", "", "four"))
    world.now += timedelta(hours=1)
    await world.pipeline.poll_due()
    assert world.wait() == timedelta(days=1)


async def test_a_lease_is_renewed_and_one_that_ran_out_is_polled_again(world: World) -> None:
    await live(world)
    world.now = START + timedelta(days=8)
    assert await world.hubs.run() == 1
    found = world.subscribed()
    assert found is not None and found.lease_until == START + timedelta(days=18)
    world.hub.status = 500
    world.now = START + timedelta(days=16)
    await world.hubs.run()
    found = world.subscribed()
    assert found is not None and (found.failures, found.state) == (1, State.ASKED)
    assert "500" in found.last_error
    with world.store.begin() as connection:
        connection.execute(schema.feeds.update().values(next_poll_at=START + timedelta(days=19)))
    world.now = START + timedelta(days=18, minutes=1)
    await world.hubs.run()
    assert world.wait() <= timedelta(0)
    found = world.subscribed()
    assert found is not None and found.lease_until is None


async def test_a_delivery_that_is_not_signed_by_the_hub_is_ignored(world: World) -> None:
    await live(world)
    before = world.items()
    assert await world.hub.push(document("", "", "forged"), secret="guessed") == 204
    assert await world.hub.push(document("", "", "forged"), secret="", method="sha512") == 204
    assert world.items() == before
    assert await world.hub.push(document("", "", "true"), method="sha512") == 204
    assert world.items() == before + 1


async def test_only_what_was_asked_for_is_affirmed(world: World) -> None:
    world.add("paper", "one")
    await world.pipeline.poll_due()
    found = world.subscribed()
    assert found is not None
    callback = f"{world.config.settings.http.public_url}/websub/{found.token}"
    assert (await world.hub.question(callback, found.topic))[0] == 404  # not asked yet
    await world.hubs.run()
    assert (await world.hub.question(callback, "https://other.example/"))[0] == 404
    assert (await world.hub.question(callback, found.topic, "unsubscribe"))[0] == 404
    assert (await world.hub.question(callback[:-4] + "aaaa", found.topic))[0] == 404
    assert (await world.hub.question(callback, found.topic))[0] == 200  # hubs may ask again
    assert (await world.hub.question(callback, found.topic, "denied"))[0] == 200
    found = world.subscribed()
    assert found is not None and (found.state, found.lease_until) == (State.DENIED, None)
    assert await world.hub.push(document("", "", "late")) == 410
    world.now += timedelta(days=1)
    assert await world.hubs.run() == 1  # once a day it is asked again


async def test_a_feed_that_is_taken_away_is_gone_for_its_hub(world: World) -> None:
    await live(world)
    with world.store.begin() as connection:
        feeds.remove(connection, "paper")
    assert await world.hub.push(document("", "", "late")) == 410
    world.now += timedelta(days=9)
    assert await world.hubs.run() == 0


async def test_a_feed_that_names_no_hub_any_more_is_polled(world: World) -> None:
    await live(world)
    world.documents["paper"] = document("", "", "one", "two")
    world.now += timedelta(days=1)
    await world.pipeline.poll_due()
    assert world.subscribed() is None
    assert world.wait() <= timedelta(hours=1)


async def test_without_https_a_delivery_is_a_hint_to_poll(world: World) -> None:
    async with serving({"/": world.hub.take}) as plain:
        world.add("paper", "one", hub=f"{plain}/")
        await world.pipeline.poll_due()
        await world.hubs.run()
        assert "hub.secret" not in world.hub.asked[0]
        assert await world.hub.push(document("", "", "claimed")) == 204
    assert world.items() == 1
    assert world.wait() == timedelta(minutes=5)  # never more often than polling.min_interval


async def test_a_signed_delivery_that_is_no_feed_is_a_hint_too(world: World) -> None:
    await live(world)
    assert world.wait() == timedelta(days=1)
    assert await world.hub.push("something is new") == 204
    assert world.wait() == timedelta(minutes=5)


@pytest.mark.parametrize(
    "settings", [{"http": {}}, {"http": {"listen": "127.0.0.1:0"}}, {"polling": {"websub": False}}]
)
async def test_where_no_hub_can_reach_us_none_is_asked(world: World, settings: dict[str, Any]) -> None:
    changed = world.config.settings.model_dump() | settings
    world.config = world.config.model_copy(update={"settings": Settings.model_validate(changed)})
    world.add("paper", "one")
    await world.pipeline.poll_due()
    assert (await world.hubs.run(), world.hub.asked) == (0, [])


async def test_feeds_with_a_login_and_paused_ones_stay_between_us_and_their_publisher(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEED_TOKEN", "x")
    world.add("locked", "one", login={"token": "env:FEED_TOKEN"})
    world.add("held", "one")
    await world.pipeline.poll_due()
    with world.store.begin() as connection:
        feeds.pause(connection, "held", "", world.now)
    assert await world.hubs.run() == 0


async def test_a_hub_at_a_private_address_is_never_asked(world: World) -> None:
    world.add("paper", "one", hub="http://169.254.169.254/latest")
    await world.pipeline.poll_due()
    assert await world.hubs.run() == 1
    found = world.subscribed()
    assert found is not None and "metadata" in found.last_error
    assert found.next_at >= world.now + timedelta(minutes=10)


async def test_an_endless_delivery_is_cut(world: World) -> None:
    await live(world)
    small = world.config.settings.model_dump() | {"polling": {"max_bytes": 10_000}}
    world.config = world.config.model_copy(update={"settings": Settings.model_validate(small)})
    assert await world.hub.push("x" * 20_000) == 413


async def test_the_daemons_rooms_subscribe_listen_and_read_what_a_hub_brings(tmp_path: Path) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    hub, documents = Hub(), dict[str, str]()

    async def feed(request: web.Request) -> web.Response:
        return web.Response(text=documents["paper"], content_type="application/rss+xml")

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    async with serving({"/paper": feed}) as base, serving({"/": hub.take}, context) as address:
        hub.url = f"{address}/"
        documents["paper"] = document(hub.url, f"{base}/paper", "one")
        (tmp_path / "pactwatch.yaml").write_text(
            f"settings: {{data_dir: {tmp_path}, ca_file: {tmp_path}/ca.pem, allow_private: [127.0.0.1], "
            f"http: {{listen: '127.0.0.1:{port}', public_url: 'http://127.0.0.1:{port}'}}}}\n"
            f"catalogue: false\nfeeds: [{{name: paper, url: '{base}/paper', language: qaa}}]\n"
        )
        loaded = load(tmp_path, {})
        store = Store.open(url_for(tmp_path))
        around = Surroundings(
            loaded=loaded, store=store, clock=lambda: START, draw=lambda: 0.0, on_event=lambda *_: None,
            wake=lambda: None,
        )  # fmt: skip
        rooms = await open_works(around)
        try:
            assert await rooms.poll() == 1
            await rooms.settle()
            assert len(hub.asked) == 1 and hub.answers[0][0] == 200
            assert await hub.push(document("", "", "one", "two")) == 204
            # Nothing is due, and yet there is something to read.
            assert (await rooms.poll(), await rooms.poll(), await rooms.read()) == (1, 0, 2)
        finally:
            await rooms.close()
            store.close()
