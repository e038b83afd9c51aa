"""A feed server on loopback, a reader that knows one sentence, and a pipeline between them on a real database."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from pathlib import Path

import pytest
from aiohttp import web

from config.outbound import Outbound
from config.settings import Config, Feed, Polling, Settings, Subscription, Watchlist
from config.words import Kind, Qualifier, Status, Topic
from monitor.feeds.fetch import Fetcher
from monitor.pipeline import Pipeline
from monitor.store import Store, feeds, url_for
from monitor.types import Article, Claim, Reading

SAYS = re.compile(r"cars at (\d+) percent(?: from (\d{4}-\d\d-\d\d))?")


def read(article: Article) -> Reading:
    """`cars at 15 percent from 2025-11-01` is an agreed US tariff on Korean cars; `boom` is a mistake of the reader."""
    if "boom" in article.text:
        raise RuntimeError("boom")
    claims = tuple(
        Claim(
            kind=Kind.TARIFF,
            party="US",
            counterparty="KR",
            actor=None,
            scope="autos",
            value=float(found[1]),
            unit="percent",
            qualifier=Qualifier.EXACT,
            status=Status.AGREED,
            effective=found[2],
            quote=found[0],
        )
        for found in SAYS.finditer(article.text)
    )
    return Reading(topics=(Topic.TARIFF,), countries=("US", "KR"), claims=claims) if claims else Reading()


def rss(*entries: tuple[str, str, datetime]) -> str:
    """A feed of (guid, text, published)."""
    items = "".join(
        f"<item><guid isPermaLink='false'>{guid}</guid><title>{escape(text)}</title><description>{escape(text)}"
        f"</description><pubDate>{format_datetime(published)}</pubDate></item>"
        for guid, text, published in entries
    )
    return f"<?xml version='1.0'?><rss version='2.0'><channel><title>T</title>{items}</channel></rss>"


@dataclass
class Clock:
    now: datetime = datetime(2025, 10, 29, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **length: float) -> None:
        self.now += timedelta(**length)


Handler = Callable[[web.Request], Awaitable[web.Response]]


@dataclass
class Server:
    """Serves `documents` by path with an ETag; a path in `handlers` is answered by its function."""

    base: str = ""
    documents: dict[str, str] = field(default_factory=dict)
    handlers: dict[str, Handler] = field(default_factory=dict)
    #: (path, status) of every answer.
    log: list[tuple[str, int]] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        name = request.path.strip("/")
        if name in self.handlers:
            response = await self.handlers[name](request)
        else:
            response = self.document(request)
        self.log.append((name, response.status))
        return response

    def document(self, request: web.Request) -> web.Response:
        text = self.documents[request.path.strip("/")]
        etag = f'"{abs(hash(text))}"'
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers={"ETag": etag})
        return web.Response(text=text, content_type="application/rss+xml", headers={"ETag": etag})


@dataclass
class Bench:
    """Everything a test of the pipeline has at hand."""

    store: Store
    clock: Clock
    server: Server
    pipeline: Pipeline
    fetcher: Fetcher
    config: Config
    events: list[tuple[str, Mapping[str, object]]]
    wakes: list[datetime]
    #: Set at every event.
    told: asyncio.Event

    def add(self, name: str, document: str | None = None, **settings: object) -> None:
        if document is not None:
            self.server.documents[name] = document
        made = {"name": name, "url": f"{self.server.base}/{name}", "tier": 2} | settings
        with self.store.begin() as connection:
            feeds.add(connection, Feed.model_validate(made), self.clock())

    def feed(self, name: str) -> feeds.Stored:
        with self.store.read() as connection:
            return feeds.get(connection, name)

    def heard(self, name: str) -> list[Mapping[str, object]]:
        return [payload for event, payload in self.events if event == name]

    def another(self, store: Store | None = None, **parts: object) -> Pipeline:
        """A second pipeline beside the first, on the same database unless told otherwise."""
        return Pipeline(store or self.store, self.fetcher, lambda: self.config, self.clock, read, **parts)  # type: ignore[arg-type]


@pytest.fixture
def make_rss() -> Callable[..., str]:
    return rss


@pytest.fixture
def config() -> Config:
    return Config(
        settings=Settings(polling=Polling(host_pause=0, per_host=10, jitter=0, timeout=20)),
        watchlists=(Watchlist(name="all"),),
        subscriptions=(Subscription(name="me", watchlist="all", channel="webhook", to="https://hook.example/x"),),
    )


@pytest.fixture
def database(tmp_path: Path) -> str:
    return url_for(tmp_path)


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    opened = Store.open(database, busy_timeout=0.2)
    yield opened
    opened.close()


@asynccontextmanager
async def serving(server: Server) -> AsyncIterator[None]:
    app = web.Application()
    app.router.add_get("/{name}", server.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        server.base = f"http://{host}:{port}"
        yield
    finally:
        await runner.cleanup()


@pytest.fixture
async def bench(store: Store, config: Config) -> AsyncIterator[Bench]:
    clock, server = Clock(), Server()
    events: list[tuple[str, Mapping[str, object]]] = []
    wakes: list[datetime] = []
    told = asyncio.Event()

    def on_event(name: str, payload: Mapping[str, object]) -> None:
        events.append((name, payload))
        told.set()

    outbound = Outbound(("127.0.0.1",))
    async with serving(server), Fetcher(config.settings, outbound, clock=clock) as fetcher:
        pipeline = Pipeline(
            store,
            fetcher,
            lambda: config,
            clock,
            read,
            on_event,
            lambda: 0.0,
            lambda: wakes.append(clock()),
        )
        yield Bench(store, clock, server, pipeline, fetcher, config, events, wakes, told)
