"""A request that does not come to an end gives its place to the next."""

from __future__ import annotations

import asyncio

from monitor.feeds import slots
from monitor.feeds.slots import Slots


async def test_one_that_lingers_makes_room() -> None:
    places, go, ran = Slots(1), asyncio.Event(), asyncio.Event()

    async def lingers() -> None:
        async with places.place():
            await go.wait()

    async def brisk() -> None:
        async with places.place():
            ran.set()

    slow = asyncio.create_task(lingers())
    await asyncio.sleep(0)
    quick = asyncio.create_task(brisk())
    await asyncio.wait_for(ran.wait(), 5)
    assert not slow.done()
    go.set()
    await asyncio.gather(slow, quick)
    async with asyncio.timeout(1):  # each place was given back once, not twice
        async with places.place():
            assert places._left == 0


async def test_who_waits_comes_in_turn_and_who_gives_up_takes_no_place() -> None:
    places, came = Slots(1), list[int]()

    async def ask(number: int) -> None:
        async with places.place():
            came.append(number)
            await asyncio.sleep(0)

    async with places.place():
        waiting = [asyncio.create_task(ask(number)) for number in range(4)]
        await asyncio.sleep(0)
        waiting[1].cancel()
    waiting[0].cancel()  # in the moment in which the place has become its own
    await asyncio.gather(*waiting, return_exceptions=True)
    assert came == [2, 3]
    assert places._left == 1


async def test_too_many_that_linger_keep_their_places() -> None:
    places = Slots(1)
    assert [places.linger() for _ in range(slots.LINGERING + 1)] == [True] * slots.LINGERING + [False]


def test_patience_follows_the_median_and_not_the_slowest() -> None:
    places = Slots(5)
    for _ in range(40):
        for seconds in (0.02, 0.02, 0.02, 0.02, 30.0):
            places.ended(seconds, lingered=False)
    assert 0.03 < places.patience < 0.3
    for _ in range(200):
        places.ended(0.0001, lingered=False)
    assert places.patience == slots.SOONEST
    for _ in range(500):
        places.ended(60, lingered=False)
    assert places.patience == slots.LATEST
