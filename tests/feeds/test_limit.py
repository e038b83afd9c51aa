"""One timer for the time limits of many."""

from __future__ import annotations

import asyncio

import pytest

from monitor.feeds.limit import Limit


async def test_what_takes_too_long_ends_and_what_does_not_goes_on() -> None:
    limit = Limit(0.05)

    async def takes(seconds: float) -> str:
        with limit.span():
            await asyncio.sleep(seconds)
        return "done"

    found = await asyncio.gather(takes(30), takes(0), takes(30), return_exceptions=True)
    assert [type(one) for one in found] == [TimeoutError, str, TimeoutError]
    with pytest.raises(TimeoutError):  # the timer is there again after it was not needed
        await takes(30)


async def test_each_has_its_own_time() -> None:
    limit, loop = Limit(0.1), asyncio.get_running_loop()

    async def ends() -> float:
        began = loop.time()
        with pytest.raises(TimeoutError), limit.span():
            await asyncio.sleep(30)
        return loop.time() - began

    first = asyncio.create_task(ends())
    await asyncio.sleep(0.06)
    took = [await first, await ends()]
    assert min(took) >= 0.1


async def test_a_task_that_timed_out_is_not_cancelled_any_more() -> None:
    limit = Limit(0.01)
    with pytest.raises(TimeoutError), limit.span():
        await asyncio.sleep(30)
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0
    await asyncio.sleep(0)


async def test_who_is_cancelled_from_outside_is_cancelled() -> None:
    limit = Limit(30)

    async def works() -> None:
        with limit.span():
            await asyncio.sleep(30)

    task = asyncio.create_task(works())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not limit._running


async def test_who_is_cancelled_as_the_time_ends_is_cancelled() -> None:
    limit = Limit(0.01)
    task: asyncio.Task[None]

    async def works() -> None:
        with limit.span():
            try:
                await asyncio.sleep(30)
            finally:
                task.cancel()

    task = asyncio.create_task(works())
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_an_error_of_its_own_stays() -> None:
    with pytest.raises(ValueError, match="mine"), Limit(30).span():
        raise ValueError("mine")
