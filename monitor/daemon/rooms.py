"""The real works: fetcher, pipeline and deliverer, opened for one configuration and fitted to the next."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from structlog import get_logger

from alerts import outbox
from alerts.delivery import Deliverer
from alerts.events import Event
from config.load import Loaded
from config.outbound import Outbound
from config.settings import Config
from config.vocabulary import VocabularyError
from monitor.daemon import heartbeat
from monitor.daemon.errands import Errands
from monitor.daemon.hubs import Hubs
from monitor.daemon.subscribers import Subscribers
from monitor.daemon.works import Surroundings, without_feeds
from monitor.feeds.fetch import Fetched, Fetcher, Request
from monitor.pipeline import Pipeline
from monitor.reading.reader import Reader
from monitor.second.reader import SecondReader
from monitor.store.feeds import sync
from monitor.types import Article, Reading

if TYPE_CHECKING:
    from monitor.daemon.door import Door

log = get_logger()


@dataclass
class Line:
    """The way out under one configuration: its policy and its connections.

    A slow feed may still be fetched over it when a reload has opened the next; it is closed after its last request.
    """

    loaded: Loaded
    outbound: Outbound
    fetcher: Fetcher
    resources: AsyncExitStack
    users: int = 0
    retired: bool = False

    async def fetch(self, request: Request) -> Fetched:
        self.users += 1
        try:
            return await self.fetcher.fetch(request)
        finally:
            self.users -= 1
            await self._close_if_done()

    async def retire(self) -> None:
        """No new request will use it."""
        self.retired = True
        await self._close_if_done()

    async def _close_if_done(self) -> None:
        if self.retired and self.users == 0:
            await self.resources.aclose()


class Rooms:
    """The work of the daemon, done by the rooms. Made by `open_works`."""

    def __init__(self, around: Surroundings, line: Line) -> None:
        self._around = replace(around, loaded=line.loaded)
        self._line = line
        self._subscribers = Subscribers(around.store, line.loaded.config, around.loaded.data_dir, around.clock)
        self._hubs = Hubs(
            around.store, self._config, lambda: self._line.outbound, around.clock, around.draw, around.on_event
        )
        self._door: Door | None = None
        self._second = SecondReader(lambda: self._config().settings, around.clock)
        self._errands = Errands(around.store, around.clock, self._wake, self._of_second)
        self._deliverer = Deliverer(
            around.store,
            self._config,
            line.outbound,
            around.clock,
            around.draw,
            self._tell_delivery,
            within=self._subscribers.within,
        )
        #: Goes off when the next delivery is due.
        self._alarm: asyncio.TimerHandle | None = None
        self._pipeline = Pipeline(
            around.store,
            self,
            self._config,
            around.clock,
            _read,
            around.on_event,
            around.draw,
            self._wake,
            second=self._second,
            within=self._subscribers.within,
        )

    async def poll(self) -> int:
        # What hubs brought meanwhile counts too, so that it is read at once.
        return await self._pipeline.poll_due() + self._hubs.brought()

    async def articles(self) -> int:
        return await self._pipeline.fetch_articles()

    async def read(self) -> int:
        await self._subscribers.refresh()
        return await self._pipeline.read_backlog()

    async def settle(self) -> int:
        await self._subscribers.refresh()
        settled = await self._pipeline.settle_due()
        await self._errands.run(self._config(), self._around.loaded.data_dir)
        await self._hubs.run()
        return settled

    async def deliver(self) -> int:
        await self._subscribers.refresh()
        done = await self._deliverer.deliver_due()
        await self._set_alarm()
        return done

    async def beat(self) -> str | None:
        settings = self._config().settings
        return await heartbeat.beat(settings, self._line.outbound) if settings.heartbeat_url else None

    async def fetch(self, request: Request) -> Fetched:
        """For the pipeline: over the line that is open now. Raises FetchError."""
        return await self._line.fetch(request)

    async def adopt(self, loaded: Loaded) -> None:
        """What can fail comes first; the change itself is two assignments."""
        old, self._line = self._line, await _open_line(self._around, loaded)
        self._deliverer.outbound = self._line.outbound
        await self._subscribers.adopt(self._line.loaded.config)
        await self.open_door()
        await old.retire()

    async def open_door(self) -> None:
        """Listen where the settings say. What is taken already is told in the log and holds up nothing else."""
        listen = self._config().settings.http.listen
        if self._door is None:
            if listen is None:
                return
            # A web server takes some megabytes: who opens no door is spared them.
            from monitor.daemon.door import Door

            self._door = Door(self._around.store, self._config, self._around.clock, self._hubs.add_routes)
        try:
            await self._door.open(listen)
        except OSError as error:
            log.error("http_not_open", listen=listen, message=(error.strerror or str(error)).lower())

    async def _shut_door(self) -> None:
        if self._door is not None:
            await self._door.close()

    async def wind_down(self, drain: float) -> None:
        self._silence_alarm()
        await self._shut_door()
        self._pipeline.stop()
        await self._deliverer.close(drain)

    async def close(self) -> None:
        self._silence_alarm()
        await self._shut_door()
        await self._deliverer.close()
        await self._pipeline.close()
        await self._line.retire()

    def _config(self) -> Config:
        return self._subscribers.config

    def _of_second(self) -> dict[str, str]:
        """What the operator should hear of the second reader."""
        told = self._second.trouble()
        return {"second reader": told} if told else {}

    def _wake(self) -> None:
        """An alert was written: a delivery that is under way hears of it by itself, otherwise a turn begins."""
        self._deliverer.wake()
        self._around.wake()

    async def _set_alarm(self) -> None:
        """What waits for its time (another try, the end of a group's window) leaves then, not at the next turn."""
        now = self._around.clock()

        def look() -> datetime | None:
            with self._around.store.read() as connection:
                return outbox.next_due(connection, now)

        due = await asyncio.to_thread(look)
        self._silence_alarm()
        if due is not None:
            seconds = (due - now).total_seconds()
            self._alarm = asyncio.get_running_loop().call_later(max(seconds, 0), self._around.wake)

    def _silence_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()

    def _tell_delivery(self, event: Event) -> None:
        self._around.on_event(f"delivery_{event.kind}", asdict(event))


async def open_works(around: Surroundings) -> Rooms:
    """The rooms under the configuration in `around`. Raises what the store raises, and then nothing is left open."""
    rooms = Rooms(around, await _open_line(around, around.loaded))
    await rooms.open_door()
    return rooms


async def _open_line(around: Surroundings, loaded: Loaded) -> Line:
    """The way out for a configuration, once its feeds are in the store. Raises what the store raises."""
    settings = loaded.config.settings
    outbound = Outbound(settings.allow_private)
    async with AsyncExitStack() as resources:
        fetcher = await resources.enter_async_context(Fetcher(settings, outbound, clock=around.clock))
        await asyncio.to_thread(_warm_up, loaded)
        await asyncio.to_thread(_sync, around, loaded)
        return Line(without_feeds(loaded), outbound, fetcher, resources.pop_all())


def _sync(around: Surroundings, loaded: Loaded) -> None:
    with around.store.begin() as connection:
        sync(connection, loaded.config.feeds, around.clock())


def _warm_up(loaded: Loaded) -> None:
    """Build the readers now: an installation that lacks a part of them must not start and set every item aside."""
    for language in {feed.language for feed in loaded.config.feeds if feed.enabled}:
        with suppress(VocabularyError):
            Reader.of(language)


def _read(article: Article) -> Reading:
    """The article's reading. Of a language that we do not know nothing is read; `check` warns of such feeds."""
    try:
        reader = Reader.of(article.language)
    except VocabularyError:
        return Reading()
    return reader.read(article)
