"""The few recurring jobs of the daemon, driven by APScheduler, woken early by events, drained before the end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

#: Seconds that a cancelled turn has to close what it holds.
CLEAN_UP = 3.0
#: Seconds between two looks at the machine's clock, and how far it may be set back before all turns are due anew.
LOOK = 15.0
SET_BACK = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """Something done again and again."""

    name: str
    #: Real seconds between two starts.
    every: float
    #: One turn. What it raises is given to `Ticker.trouble`; the next turn comes all the same.
    turn: Callable[[], Awaitable[object]]


@dataclass(slots=True)
class Record:
    """How a tick has been doing. Times are seconds of the monotonic clock."""

    runs: int = 0
    started: float | None = None
    finished: float | None = None
    #: What the last turn raised, or None if it ended well.
    error: Exception | None = None
    #: Set when an event came while the turn was under way: it may have looked too early, so it looks once more.
    again: bool = False
    idle: asyncio.Event = field(default_factory=asyncio.Event)


class Ticker:
    """Runs ticks until it is stopped: one turn of each at a time, a late one once and not once for each miss.

    `trouble(name, error)` hears of every turn that raised, `well(name)` of every one that did not.
    """

    def __init__(
        self,
        ticks: list[Tick],
        *,
        trouble: Callable[[str, Exception], None],
        well: Callable[[str], None] = lambda _: None,
        wall: Callable[[], float] = time.time,
        look: float = LOOK,
    ) -> None:
        self._ticks = {tick.name: tick for tick in ticks}
        self.records = {tick.name: Record() for tick in ticks}
        #: Tick → real seconds between two starts.
        self.every = {tick.name: tick.every for tick in ticks}
        self._trouble = trouble
        self._well = well
        for record in self.records.values():
            record.idle.set()
        self._wall = wall
        self._look = look
        self._minding: asyncio.Task[None] | None = None
        self._scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )

    def start(self) -> None:
        """Every tick has its first turn at once."""
        now = datetime.now(UTC)
        for tick in self._ticks.values():
            trigger = IntervalTrigger(seconds=tick.every, timezone=UTC)
            self._scheduler.add_job(self._take_turn, trigger, args=[tick.name], id=tick.name, next_run_time=now)
        self._scheduler.start()
        self._minding = asyncio.get_running_loop().create_task(self._mind_the_clock())

    def wake(self, name: str) -> None:
        """Have a turn now, or, if one is under way, another right after it. Nothing happens while stopping."""
        record = self.records[name]
        if not record.idle.is_set():
            record.again = True
        elif self._scheduler.running:
            self._scheduler.modify_job(name, next_run_time=datetime.now(UTC))

    async def stop(self, deadline: float) -> list[str]:
        """No new turns; those under way have `deadline` seconds to end. Returns the names of those that were cut off.

        `shutdown(wait=True)` of this scheduler cancels what runs, hence pause, drain, and only then shut down.
        """
        if not self._scheduler.running:
            return []
        self._scheduler.pause()
        if self._minding:
            self._minding.cancel()
        await self._drained(deadline)
        cut = [name for name, record in self.records.items() if not record.idle.is_set()]
        self._scheduler.shutdown(wait=False)
        # The shutdown is only now put on the loop, and with it the cancellations: let the cut turns clean up.
        await asyncio.sleep(0)
        await self._drained(CLEAN_UP)
        return cut

    async def _mind_the_clock(self) -> None:
        """The scheduler goes by the time of day: a clock that is set back by an hour would stop us for an hour."""
        ahead = self._wall() - time.monotonic()
        while True:
            await asyncio.sleep(self._look)
            before, ahead = ahead, self._wall() - time.monotonic()
            if ahead < before - SET_BACK:
                for name in self._ticks:
                    self.wake(name)

    async def _drained(self, deadline: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(deadline):
                await asyncio.gather(*(record.idle.wait() for record in self.records.values()))

    async def _take_turn(self, name: str) -> None:
        record = self.records[name]
        record.idle.clear()
        record.again = False
        record.started = time.monotonic()
        try:
            await self._ticks[name].turn()
        except Exception as error:
            record.error = error
            self._trouble(name, error)
        else:
            record.error = None
            self._well(name)
        finally:
            record.finished = time.monotonic()
            record.runs += 1
            record.idle.set()
        if record.again and self._scheduler.running:
            # The job still counts as running until this function has returned.
            asyncio.get_running_loop().call_soon(self.wake, name)
