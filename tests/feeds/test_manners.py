"""Turns at hosts, on a clock of their own."""

from __future__ import annotations

import asyncio

import pytest

from monitor.feeds.manners import MAX_HOSTS, MAX_REST, Hosts


class Clock:
    """Time that passes only by sleeping: `sleep` sets the clock forward to the earliest sleeper's end."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        until = self.now + seconds
        await asyncio.sleep(0)
        self.now = max(self.now, until)


def hosts(clock: Clock, per_host: int = 2, pause: float = 1.0) -> Hosts:
    return Hosts(per_host, pause, now=clock, sleep=clock.sleep)


async def test_requests_to_one_host_are_a_pause_apart() -> None:
    clock, starts = Clock(), list[float]()
    turns = hosts(clock)

    async def ask() -> None:
        async with turns.turn("a"):
            starts.append(clock())

    await asyncio.gather(*(ask() for _ in range(5)))
    assert starts == [100, 101, 102, 103, 104]


async def test_hosts_do_not_wait_for_each_other() -> None:
    clock = Clock()
    turns = hosts(clock)
    async with turns.turn("a"), turns.turn("b"), turns.turn("c"):
        assert clock() == 100


async def test_no_more_at_once_than_allowed() -> None:
    turns = hosts(Clock(), per_host=1, pause=0)
    async with turns.turn("a"):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01), turns.turn("a"):
                pass
    async with asyncio.timeout(1), turns.turn("a"):
        pass


async def test_a_turn_that_fails_is_given_back() -> None:
    turns = hosts(Clock(), per_host=1, pause=0)
    for _ in range(3):
        with pytest.raises(ValueError, match="x"):
            async with turns.turn("a"):
                raise ValueError("x")


async def test_rest_ends_and_is_capped() -> None:
    clock = Clock()
    turns = hosts(clock)
    assert turns.resting("a") == 0
    turns.rest("a", 60)
    turns.rest("a", 10)
    assert (turns.resting("a"), turns.resting("b")) == (60, 0)
    clock.now += 61
    assert turns.resting("a") == 0
    turns.rest("a", 1e9)
    assert turns.resting("a") == MAX_REST


async def test_hosts_at_rest_are_remembered_and_idle_ones_forgotten() -> None:
    clock = Clock()
    turns = hosts(clock)
    turns.rest("tired", 600)
    async with turns.turn("busy"):
        clock.now += 10
        for number in range(MAX_HOSTS * 3):
            async with turns.turn(f"h{number}"):
                clock.now += 2
            if number % 100 == 0:
                turns.rest("tired", 600)
        assert len(turns._hosts) <= MAX_HOSTS + 1
        assert turns.resting("tired") > 0
        assert turns._hosts["busy"].users == 1


async def test_many_busy_hosts_are_not_looked_through_for_each_new_one() -> None:
    clock, looks = Clock(), list[int]()
    turns = hosts(clock)
    forget = turns._forget

    def look() -> None:
        looks.append(1)
        forget()

    turns._forget = look  # type: ignore[method-assign]
    for number in range(MAX_HOSTS * 9):
        async with turns.turn(f"h{number}"):
            clock.now += 0.000_01  # all of them must still wait for their pause to end
    assert len(turns._hosts) == MAX_HOSTS * 9
    assert len(looks) < 5


async def test_a_429_without_a_time_rests_longer_each_time_until_all_is_well() -> None:
    clock = Clock()
    turns = hosts(clock)
    rests = []
    for _ in range(3):
        turns.slow_down("a", None, rest=True)
        rests.append(turns.resting("a"))
        clock.now += rests[-1]
    assert rests == [60, 120, 240]
    for _ in range(6):
        turns.well("a")
    turns.slow_down("a", None, rest=True)
    assert turns.resting("a") == 60
    turns.slow_down("b", 30, rest=False)
    assert turns.resting("b") == 30


async def test_a_503_without_a_time_makes_pauses_longer_and_success_shortens_them() -> None:
    clock = Clock()
    turns = hosts(clock, per_host=1, pause=0.5)

    async def pause() -> float:
        async with turns.turn("a"):
            pass
        started = clock.now
        async with turns.turn("a"):
            return clock.now - started

    assert await pause() == 0.5
    grown = []
    for _ in range(6):
        turns.slow_down("a", None, rest=False)
        grown.append(await pause())
        clock.now += 60
    assert grown == [1, 2, 4, 8, 10, 10]
    assert turns.resting("a") == 0
    for _ in range(8):
        turns.well("a")
    clock.now += 60
    assert await pause() == 0.5
