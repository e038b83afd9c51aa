"""The recurring jobs: one turn at a time, woken by events, drained and not cut."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest

from monitor.daemon.ticks import Tick, Ticker

#: So long that a tick does not come by itself during a test.
NEVER = 3600.0


class Work:
    """A turn that waits to be let go, and counts."""

    def __init__(self) -> None:
        self.begun = 0
        self.ended = 0
        self.together = 0
        self.most = 0
        self.go = asyncio.Event()
        self.changed = asyncio.Condition()

    async def turn(self) -> None:
        self.together += 1
        self.most = max(self.most, self.together)
        await self._count("begun")
        try:
            await self.go.wait()
            await self._count("ended")
        finally:
            self.together -= 1

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(5), self.changed:
            await self.changed.wait_for(condition)

    async def _count(self, name: str) -> None:
        async with self.changed:
            setattr(self, name, getattr(self, name) + 1)
            self.changed.notify_all()


def ticker(
    turn: Callable[[], Awaitable[object]], every: float = NEVER, troubles: list[Exception] | None = None
) -> Ticker:
    heard = troubles if troubles is not None else []
    return Ticker([Tick(name="work", every=every, turn=turn)], trouble=lambda _, error: heard.append(error))


async def test_first_turn_comes_at_once_and_then_again_and_again() -> None:
    work = Work()
    work.go.set()
    ticks = ticker(work.turn, every=0.02)
    ticks.start()
    await work.until(lambda: work.ended >= 4)
    assert await ticks.stop(1) == []
    assert work.most == 1


async def test_a_turn_that_takes_longer_than_its_interval_is_not_doubled() -> None:
    work = Work()
    ticks = ticker(work.turn, every=0.01)
    ticks.start()
    await work.until(lambda: work.begun == 1)
    await asyncio.sleep(0.05)
    assert work.begun == 1
    work.go.set()
    await work.until(lambda: work.ended >= 2)
    await ticks.stop(1)
    assert work.most == 1


async def test_waking_brings_the_turn_forward() -> None:
    work = Work()
    work.go.set()
    ticks = ticker(work.turn)
    ticks.start()
    await work.until(lambda: work.ended == 1)
    await asyncio.sleep(0)
    ticks.wake("work")
    await work.until(lambda: work.ended == 2)
    await ticks.stop(1)


async def test_waking_during_a_turn_brings_exactly_one_more() -> None:
    work = Work()
    ticks = ticker(work.turn)
    ticks.start()
    await work.until(lambda: work.begun == 1)
    for _ in range(3):
        ticks.wake("work")
    work.go.set()
    await work.until(lambda: work.ended == 2)
    await asyncio.sleep(0.05)
    assert (work.begun, work.most) == (2, 1)
    await ticks.stop(1)


async def test_a_turn_that_raises_is_told_and_the_next_one_comes() -> None:
    turns = 0
    done = asyncio.Event()

    async def turn() -> None:
        nonlocal turns
        turns += 1
        if turns == 1:
            raise RuntimeError("the disk is on fire")
        done.set()

    troubles: list[Exception] = []
    ticks = ticker(turn, every=0.01, troubles=troubles)
    ticks.start()
    async with asyncio.timeout(5):
        await done.wait()
    await ticks.stop(1)
    assert [str(error) for error in troubles] == ["the disk is on fire"]
    assert ticks.records["work"].error is None


async def test_stopping_waits_for_what_is_under_way() -> None:
    work = Work()
    ticks = ticker(work.turn, every=0.01)
    ticks.start()
    await work.until(lambda: work.begun == 1)
    stopping = asyncio.create_task(ticks.stop(5))
    await asyncio.sleep(0.05)
    assert not stopping.done()
    work.go.set()
    assert await stopping == []
    assert (work.begun, work.ended) == (1, 1)
    ticks.wake("work")
    await asyncio.sleep(0.03)
    assert work.begun == 1, "no turn begins after the stop"


async def test_stopping_cuts_what_takes_too_long_and_lets_it_clean_up() -> None:
    cleaned = False
    begun = asyncio.Event()

    async def turn() -> None:
        nonlocal cleaned
        begun.set()
        try:
            await asyncio.sleep(NEVER)
        finally:
            await asyncio.sleep(0.01)
            cleaned = True

    ticks = ticker(turn)
    ticks.start()
    await begun.wait()
    assert await ticks.stop(0.05) == ["work"]
    assert cleaned


@pytest.mark.parametrize(("moved", "turns"), [(-3600.0, 2), (-0.5, 1), (3600.0, 1)])
async def test_a_clock_that_is_set_back_stops_nobody(moved: float, turns: int) -> None:
    """The tick's next turn lies an hour off, as it does when the clock was set back by an hour."""
    work = Work()
    work.go.set()
    shift = [0.0]
    ticks = Ticker(
        [Tick(name="work", every=NEVER, turn=work.turn)],
        trouble=lambda _, error: pytest.fail(str(error)),
        wall=lambda: time.time() + shift[0],
        look=0.02,
    )
    ticks.start()
    await work.until(lambda: work.ended == 1)
    shift[0] = moved
    await asyncio.sleep(0.2)
    assert work.ended == turns
    await ticks.stop(1)


async def test_stopping_what_never_started() -> None:
    ticks = ticker(Work().turn)
    assert await ticks.stop(1) == []


@pytest.mark.parametrize("when", ["before", "after"])
async def test_waking_outside_the_running_time_does_nothing(when: str) -> None:
    work = Work()
    work.go.set()
    ticks = ticker(work.turn)
    if when == "after":
        ticks.start()
        await work.until(lambda: work.ended == 1)
        await ticks.stop(1)
    ticks.wake("work")
    await asyncio.sleep(0.02)
    assert work.begun == (1 if when == "after" else 0)
