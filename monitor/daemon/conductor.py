"""The daemon: takes the folder, opens what it needs, lets the ticks run, and closes everything in order."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from structlog import get_logger

from config.load import ConfigError, Loaded
from monitor.daemon import frugal, upkeep
from monitor.daemon.complaints import Complaints
from monitor.daemon.health import failing, stuck, why
from monitor.daemon.lock import FolderLock
from monitor.daemon.notify import Notifier
from monitor.daemon.opening import open_store, patiently
from monitor.daemon.report import problems, watched
from monitor.daemon.rooms import open_works
from monitor.daemon.signals import handled
from monitor.daemon.telling import tell
from monitor.daemon.ticks import Tick, Ticker
from monitor.daemon.troubles import recognise
from monitor.daemon.works import Surroundings, Works, database_url, version, without_feeds
from monitor.store import Store, StoreError

#: Seconds that what is under way has to end once the daemon was told to stop.
DRAIN = 20.0

log = get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Real seconds between two turns of each tick. What is due when is in the rows; this is how often we look."""

    poll: float = 5.0
    articles: float = 10.0
    read: float = 30.0
    deliver: float = 5.0
    settle: float = 60.0
    upkeep: float = 3600.0
    look: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What one cycle did, and what is wrong after it, in plain words."""

    polled: int
    read: int
    settled: int
    delivered: int
    problems: tuple[str, ...]


def real_time() -> datetime:
    """Now, aware, in UTC."""
    return datetime.now(UTC)


class Daemon:
    """Polls, reads, keeps and alerts until it is told to stop.

    `clock` is the time of everything that is stored (a demo can run it through a year); ticks and deadlines go by
    real time. `on_event` hears every event of the rooms. `reload` reads the configuration anew, for SIGHUP;
    `accepted` is called with what was taken over.
    """

    def __init__(
        self,
        loaded: Loaded,
        *,
        clock: Callable[[], datetime] = real_time,
        on_event: Callable[[str, Mapping[str, object]], None] | None = None,
        reload: Callable[[], Loaded] | None = None,
        accepted: Callable[[Loaded], None] | None = None,
        pace: Pace | None = None,
        drain: float = DRAIN,
        draw: Callable[[], float] = random.random,
        notifier: Notifier | None = None,
        opener: Callable[[Surroundings], Awaitable[Works]] = open_works,
    ) -> None:
        #: Without its feeds once they are in the store.
        self.loaded = loaded
        #: The folder that was taken; a reload does not move it.
        self._folder = loaded.data_dir
        self._url = database_url(loaded)
        self._clock = clock
        self._on_event = on_event
        self._reload = reload
        self._accepted = accepted
        self._drain = drain
        self._draw = draw
        self._notifier = notifier or Notifier()
        self._opener = opener
        self._complaints = Complaints()
        #: Set once there is something that can take a reload over.
        self._open = asyncio.Event()
        self._reloading = asyncio.Lock()
        self._reloads: set[asyncio.Task[bool]] = set()
        self._pace = pace or Pace()
        self._ticker = self._make_ticker(self._pace)
        #: What was wrong when the heartbeat was last due.
        self._withheld: list[str] = []
        self._works: Works
        self._store: Store
        self._lock: FolderLock

    async def run(self, stop: asyncio.Event | None = None) -> None:
        """Run until `stop` is set, or, without one, until SIGTERM or SIGINT.

        Only where `stop` is not given are the process's signals handled here. Raises FolderTaken where another
        daemon has the data folder, StoreError where the database cannot be used, OSError where the folder cannot.
        """
        ours = stop is None
        stop = stop or asyncio.Event()
        with handled(stop, self.request_reload) if ours else nullcontext():
            async with self._opened(stop) as ready:
                if not ready:
                    return
                summary = await self._summary()
                self._ticker.start()
                self._notifier.ready(summary)
                log.info("started", version=version(), data_dir=str(self._folder), message=summary)
                await stop.wait()
                await self._wind_down()
        log.info("stopped")

    async def once(self) -> Done:
        """One cycle: poll what is due, read, settle, deliver. Raises what `run` raises, and what a step raises."""
        async with self._opened(asyncio.Event()):
            polled = await _all(self._works.poll)
            await _all(self._works.articles)
            read = await _all(self._works.read)
            settled = await _all(self._works.settle)
            delivered = await _all(self._works.deliver)
            wrong = await asyncio.to_thread(self._stored_problems)
            await self._heartbeat(wrong)
        return Done(polled=polled, read=read, settled=settled, delivered=delivered, problems=tuple(wrong))

    def request_reload(self) -> None:
        """Read the configuration anew, soon. What is wrong with it is logged, and then nothing changes."""
        task = asyncio.get_running_loop().create_task(self.reload())
        self._reloads.add(task)
        task.add_done_callback(self._reloads.discard)

    async def reload(self) -> bool:
        """Read the configuration anew and take it over whole, or not at all; returns which.

        Asked for while the database is still waited for, it comes once that is open.
        """
        if self._reload is None:
            return False
        await self._open.wait()
        async with self._reloading:
            self._notifier.reloading()
            try:
                await self._take_over(await asyncio.to_thread(self._reload))
            except ConfigError as error:
                for problem in error.problems:
                    log.error("config_problem", message=str(problem))
                log.error("config_kept", message="the new configuration is not valid; going on with the old one")
                return False
            except Exception as error:
                log.error("config_kept", message=why(error), exc_info=None if recognise(error) else error)
                return False
            finally:
                summary = await self._summary()
                self._notifier.ready(summary)
        log.info("config_reloaded", message=summary)
        return True

    # Opening and closing

    @asynccontextmanager
    async def _opened(self, stop: asyncio.Event) -> AsyncIterator[bool]:
        """The folder, the store and the works, closed in the opposite order. False where a stop came meanwhile."""
        frugal.one_arena()
        with FolderLock(self._folder, version=version(), since=real_time()) as self._lock:
            store = await patiently(
                stop, partial(asyncio.to_thread, open_store, self.loaded, self._clock), self._hinders
            )
            if store is None:
                yield False
                return
            self._store = store
            try:
                works = await patiently(stop, partial(self._opener, self._surroundings()), self._hinders)
                if works is None:
                    yield False
                    return
                self._works, self.loaded = works, without_feeds(self.loaded)
                self._open.set()
                try:
                    with frugal.kept():
                        yield True
                finally:
                    await self._quietly(works.close())
            finally:
                await asyncio.to_thread(store.close)

    def _hinders(self, error: Exception) -> None:
        self._complaints.heard("start", error)
        self._notifier.status(why(error))

    async def _wind_down(self) -> None:
        self._notifier.stopping("ending what is under way")
        for task in self._reloads:
            task.cancel()
        winding_down = asyncio.create_task(self._quietly(self._works.wind_down(self._drain)))
        for name in await self._ticker.stop(self._drain):
            log.warning("cut_off", tick=name, after_seconds=self._drain)
        await winding_down

    async def _quietly(self, ending: Coroutine[None, None, None]) -> None:
        """What cannot be written at the end (a disk that is still full) is told and holds up nothing else."""
        try:
            await ending
        except Exception as error:
            self._complaints.heard("stop", error)

    # Turns

    def _make_ticker(self, pace: Pace) -> Ticker:
        ticks = [
            Tick(name="poll", every=pace.poll, turn=self._poll),
            Tick(name="articles", every=pace.articles, turn=self._fetch_articles),
            Tick(name="read", every=pace.read, turn=self._read),
            Tick(name="deliver", every=pace.deliver, turn=self._deliver),
            Tick(name="settle", every=pace.settle, turn=self._settle),
            Tick(name="upkeep", every=pace.upkeep, turn=self._keep_up),
            Tick(name="look", every=pace.look, turn=self._look),
        ]
        if self._notifier.watchdog_interval:
            ticks.append(Tick(name="watchdog", every=self._notifier.watchdog_interval, turn=self._watchdog))
        return Ticker(ticks, trouble=self._complaints.heard, well=self._complaints.over)

    async def _poll(self) -> None:
        if await self._works.poll():
            self._ticker.wake("articles")
            self._ticker.wake("read")

    async def _fetch_articles(self) -> None:
        if await self._works.articles():
            self._ticker.wake("articles")
            self._ticker.wake("read")

    async def _read(self) -> None:
        if await self._works.read():
            self._ticker.wake("read")

    async def _settle(self) -> None:
        await self._works.settle()

    async def _deliver(self) -> None:
        if await self._works.deliver():
            self._ticker.wake("deliver")

    async def _keep_up(self) -> None:
        await asyncio.to_thread(upkeep.tidy, self._store)
        await asyncio.to_thread(upkeep.warn_of_little_space, self._folder)

    async def _look(self) -> None:
        """Look after ourselves: leave a sign of life, tell the manager, and call the heartbeat if all is well."""
        ailments = failing(self._ticker.records) + self._stuck()
        await asyncio.to_thread(self._lock.sign_of_life, real_time(), ailments)
        await asyncio.to_thread(frugal.give_back)
        found = ailments + await asyncio.to_thread(self._stored_problems)
        self._notifier.status("; ".join(found) or await self._summary())
        await self._heartbeat(found)

    async def _watchdog(self) -> None:
        """No sign to systemd where a tick does not move any more: it starts us anew."""
        if not self._stuck():
            self._notifier.watchdog()

    async def _heartbeat(self, wrong: list[str]) -> None:
        if not self.loaded.config.settings.heartbeat_url:
            return
        if wrong:
            # Said when it is news; it is looked at twice a minute.
            (log.debug if wrong == self._withheld else log.warning)("heartbeat_withheld", problems=wrong)
        elif failed := await self._works.beat():
            log.warning("heartbeat_failed", message=failed)
        self._withheld = wrong

    # Helpers

    def _stuck(self) -> list[str]:
        return stuck(self._ticker.records, self._ticker.every, time.monotonic())

    def _stored_problems(self) -> list[str]:
        with self._store.read() as connection:
            return problems(connection, self._clock())

    def _surroundings(self) -> Surroundings:
        return Surroundings(
            loaded=self.loaded,
            store=self._store,
            clock=self._clock,
            draw=self._draw,
            on_event=self._heard,
            wake=lambda: self._ticker.wake("deliver"),
        )

    def _heard(self, name: str, payload: Mapping[str, object]) -> None:
        tell(name, payload)
        if name == "feed_polled" and (payload["new"] or payload["revised"]):
            # What is stored is read at once, though other feeds of the same turn are still under way.
            self._ticker.wake("read")
            self._ticker.wake("articles")
        if self._on_event:
            self._on_event(name, payload)

    async def _take_over(self, loaded: Loaded) -> None:
        await self._works.adopt(loaded)
        if (loaded.data_dir, database_url(loaded)) != (self._folder, self._url):
            log.warning(
                "restart_needed", message="the place of the data changed: that takes effect with the next start"
            )
        self.loaded = without_feeds(loaded)
        if self._accepted:
            self._accepted(loaded)

    async def _summary(self) -> str:
        return await asyncio.to_thread(self._watched)

    def _watched(self) -> str:
        try:
            with self._store.read() as connection:
                return watched(connection, self.loaded.config)
        except StoreError as error:
            # What is wrong with the database is the business of the ticks, which try again.
            return why(error)


async def _all(turn: Callable[[], Awaitable[int]]) -> int:
    """Turns until nothing is due; how much they did together."""
    total = 0
    while done := await turn():
        total += done
    return total
