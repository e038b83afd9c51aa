"""Deliveries to one target: so many at once, and the next ones claimed while those are under way.

What is claimed ahead is only as long ours as the target answers well: once it fails or is slow, the rest goes back to
the outbox, and one attempt is made at a time until it is well again.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Protocol

from alerts.types import Lease

#: Deliveries that are claimed at once, for each that may be under way.
AHEAD = 8
#: Attempts without a written outcome, for each that may be under way. A crash repeats them.
UNWRITTEN = 8


@dataclass(frozen=True, slots=True)
class Room:
    """What a target may have now."""

    #: Attempts at once; 0 where nothing may begin any more.
    width: int
    #: Deliveries that may be claimed and wait here; 1 where the target is in trouble.
    ahead: int


class Crew(Protocol):
    """What a lane has done for it. Every method but `room` raises what the database raises."""

    def room(self, target: str) -> Room: ...

    async def claim(self, target: str, limit: int) -> list[Lease]: ...

    async def give_back(self, leases: Sequence[Lease]) -> None: ...

    async def carry(self, lease: Lease, target: str, answered: Callable[[], None]) -> None:
        """One attempt and the writing of its outcome; `answered` is called in between."""
        ...


class Lane:
    """Runs until nothing more is due for its target. One task runs it; `poke` may be called by others."""

    def __init__(self, target: str, crew: Crew, first: Sequence[Lease]) -> None:
        self._target = target
        self._crew = crew
        #: Claimed, and not begun.
        self.waiting = deque(first)
        #: Whether more may be due than was claimed.
        self._more = len(first) >= crew.room(target).ahead
        #: Attempts without an answer, and whether one came since the last claim.
        self._open = 0
        self._moving = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._claiming: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        self._error: BaseException | None = None
        self._over = False

    def poke(self) -> bool:
        """More became due for this target; False where the lane had just ended."""
        self._more = True
        self._news.set()
        return not self._over

    async def run(self) -> None:
        """To the end. Raises what the database raised, once all that was under way has ended."""
        try:
            while not await self._turn():
                await self._news.wait()
        finally:
            self._over = True
            # Only where this task is cancelled is anything left.
            left = [*self._tasks, *([self._claiming] if self._claiming else [])]
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)
        if self._error is not None:
            raise self._error

    async def _turn(self) -> bool:
        """Begin what may begin; whether all is done."""
        self._news.clear()
        room = self._crew.room(self._target)
        if self._error is not None or room.width == 0:
            return await self._wind_up()
        if room.ahead == 1:
            return await self._one_by_one()
        while self.waiting and self._open < room.width and len(self._tasks) < UNWRITTEN * room.width:
            self._begin(self.waiting.popleft())
        # Nothing is claimed for a target that does not answer: it could not begin.
        able = self._moving or self._open < room.width
        if self._more and able and self._claiming is None and len(self.waiting) <= room.ahead // 2:
            self._moving = False
            self._claiming = self._spawn(self._claim(room.ahead - len(self.waiting)))
        return not (self.waiting or self._tasks or self._claiming or self._more)

    async def _wind_up(self) -> bool:
        """Nothing begins any more."""
        if self._tasks or self._claiming:
            return False
        if self._error is None:
            await self._give_back()
        return True

    async def _one_by_one(self) -> bool:
        """For a target in trouble: the outcome is written before the next is claimed, for it may be the last."""
        if self._tasks or self._claiming:
            return False
        await self._give_back()
        await self._claim(1)
        if not self.waiting:
            return not self._more
        self._begin(self.waiting.popleft())
        return False

    async def _claim(self, limit: int) -> None:
        # What is poked for while the claim is under way may have come too late for it.
        self._more = False
        found = await self._crew.claim(self._target, limit)
        self.waiting += found
        if len(found) >= limit:
            self._more = True

    async def _give_back(self) -> None:
        if self.waiting:
            leases = list(self.waiting)
            self.waiting.clear()
            await self._crew.give_back(leases)

    def _begin(self, lease: Lease) -> None:
        self._open += 1
        self._tasks.add(self._spawn(self._crew.carry(lease, self._target, self._answered)))

    def _answered(self) -> None:
        self._open -= 1
        self._moving = True
        self._news.set()

    def _spawn(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        if task is self._claiming:
            self._claiming = None
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._error = self._error or task.exception()
        self._news.set()
