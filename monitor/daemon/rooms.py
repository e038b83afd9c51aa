"""The real works: fetcher, pipeline and deliverer, opened for one configuration and fitted to the next."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass

from alerts.delivery import Deliverer
from config.load import Loaded
from config.outbound import Outbound
from monitor.daemon import heartbeat
from monitor.daemon.works import Surroundings
from monitor.feeds.fetch import Fetcher
from monitor.pipeline import Pipeline
from monitor.reading.reader import Reader
from monitor.store.feeds import sync
from monitor.types import Article, Reading


@dataclass
class Room:
    """What is opened anew for each configuration, and closed when the last turn that uses it has ended.

    A slow feed may still be read under the old configuration when a reload puts the next room in its place.
    """

    loaded: Loaded
    outbound: Outbound
    pipeline: Pipeline
    #: Closes the fetcher's connections.
    resources: AsyncExitStack
    users: int = 0
    retired: bool = False

    async def __aenter__(self) -> Pipeline:
        self.users += 1
        return self.pipeline

    async def __aexit__(self, *_: object) -> None:
        self.users -= 1
        await self.close_if_done()

    async def retire(self) -> None:
        """No new turn will use it."""
        self.retired = True
        await self.close_if_done()

    async def close_if_done(self) -> None:
        if self.retired and self.users == 0:
            await self.resources.aclose()


class Rooms:
    """The work of the daemon, done by the rooms."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._room: Room
        self._deliverer: Deliverer

    async def open(self) -> None:
        """Called once, before anything else. Raises what the store raises, and then nothing is open."""
        around = self._around
        self._room = await self._furnish(around.loaded)
        self._deliverer = Deliverer(
            around.store,
            lambda: self._room.loaded.config,
            self._room.outbound,
            around.clock,
            around.draw,
            around.on_event,
        )

    async def poll(self) -> int:
        async with self._room as pipeline:
            return await pipeline.poll_due()

    async def read(self) -> int:
        async with self._room as pipeline:
            return await pipeline.read_backlog()

    async def settle(self) -> int:
        async with self._room as pipeline:
            return await pipeline.settle_due()

    async def deliver(self) -> int:
        return await self._deliverer.deliver_due()

    async def beat(self) -> str | None:
        settings = self._room.loaded.config.settings
        return await heartbeat.beat(settings, self._room.outbound) if settings.heartbeat_url else None

    async def adopt(self, loaded: Loaded) -> None:
        """What can fail comes first; the change itself is two assignments."""
        old, self._room = self._room, await self._furnish(loaded)
        self._deliverer.outbound = self._room.outbound
        await old.retire()

    async def wind_down(self, drain: float) -> None:
        await self._deliverer.close(drain)

    async def close(self) -> None:
        await self._deliverer.close()
        await self._room.retire()

    async def _furnish(self, loaded: Loaded) -> Room:
        """A room for a configuration, whose feeds are then in the store. Raises what the store raises."""
        around, settings = self._around, loaded.config.settings
        outbound = Outbound(settings.allow_private)
        async with AsyncExitStack() as resources:
            fetcher = await resources.enter_async_context(Fetcher(settings, outbound, clock=around.clock))
            pipeline = Pipeline(
                around.store,
                fetcher,
                loaded.config,
                around.clock,
                _read,
                around.on_event,
                around.draw,
                self._wake,
            )
            await asyncio.to_thread(self._sync, loaded)
            return Room(loaded, outbound, pipeline, resources.pop_all())

    def _sync(self, loaded: Loaded) -> None:
        with self._around.store.begin() as connection:
            sync(connection, loaded.config.feeds, self._around.clock())

    def _wake(self) -> None:
        """An alert was written: a delivery that is under way hears of it by itself, otherwise a turn begins."""
        self._deliverer.wake()
        self._around.wake()


def _read(article: Article) -> Reading:
    """Read an article in its language. Raises VocabularyError where we know no word of it."""
    return Reader.of(article.language).read(article)


async def open_works(around: Surroundings) -> Rooms:
    """The rooms under the configuration in `around`. Raises what the store raises."""
    rooms = Rooms(around)
    await rooms.open()
    return rooms
