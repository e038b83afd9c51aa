"""Our pipeline as the daemon runs it, on a folder of its own, with the bench's resolver under the usual connector."""

from __future__ import annotations

import tempfile
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import update

from bench.polling import world
from bench.polling.loopback import Loopback
from config.outbound import Outbound
from config.settings import Config, Feed
from monitor.daemon import frugal
from monitor.feeds.fetch import Fetcher
from monitor.pipeline import Pipeline
from monitor.store import Store
from monitor.store.engine import url_for
from monitor.store.feeds import sync
from monitor.store.schema import feeds as feed_rows
from monitor.types import Article, Reading


def now() -> datetime:
    return datetime.now(UTC)


def unread(_article: Article) -> Reading:
    return Reading()


class Ours:
    """Polls through `Pipeline.poll_due`, everything in place: leases, manners, the outbound gate, fsync."""

    def __init__(self, feeds: int, port: int) -> None:
        self.feeds = tuple(Feed(name=f"f{n}", url=world.url(n, port)) for n in range(feeds))
        self.config = Config(feeds=self.feeds)
        self.folder = tempfile.TemporaryDirectory()
        self.turn = 0
        self.resources = AsyncExitStack()
        self.store: Store
        self.pipeline: Pipeline

    async def reset(self) -> None:
        """A new and empty database."""
        await self.resources.aclose()
        self.turn += 1
        folder = Path(self.folder.name) / str(self.turn)
        folder.mkdir()
        await self.open(folder)

    async def open(self, folder: Path) -> None:
        self.store = Store.open(url_for(folder))
        self.resources.callback(self.store.close)
        with self.store.begin() as connection:
            sync(connection, self.feeds, now())
        outbound = Outbound(["127.0.0.0/8"], resolver=Loopback())
        fetcher = await self.resources.enter_async_context(Fetcher(self.config.settings, outbound, clock=now))
        self.resources.enter_context(frugal.kept())  # as the daemon does
        self.pipeline = Pipeline(self.store, fetcher, lambda: self.config, now, unread)

    async def due(self) -> None:
        """All feeds are due now."""
        with self.store.begin() as connection:
            connection.execute(update(feed_rows).values(next_poll_at=now()))

    async def poll(self) -> dict[str, Any]:
        return {"polled": await self.pipeline.poll_due()}
