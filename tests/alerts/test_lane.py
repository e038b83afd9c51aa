"""A lane by itself: what it claims, begins and gives back, whatever its crew answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.lane import AHEAD, Lane, Room
from alerts.types import Alert, Lease

ALERT = Alert(id="a", labels={}, title="t", at=datetime(2025, 11, 14, tzinfo=UTC))


def lease(number: int) -> Lease:
    return Lease(id=f"msg_{number}", token="t", attempt=1, subscription="desk", reason="r", alert=ALERT)


class Crew:
    """An outbox of numbers, and a target that answers as it is told."""

    def __init__(self, due: int, width: int, bad: frozenset[int] = frozenset()) -> None:
        self.due = [lease(number) for number in range(due)]
        self.width = width
        #: Attempts, counted from the first, that put the target in trouble; the next good one takes it out.
        self.bad = bad
        self.troubled = self.stopped = False
        self.sent: list[str] = []
        self.open = self.most = self.claimed = 0
        self.error: Exception | None = None

    def room(self, target: str) -> Room:
        if self.stopped:
            return Room(0, 0)
        return Room(1, 1) if self.troubled else Room(self.width, AHEAD * self.width)

    async def claim(self, target: str, limit: int) -> list[Lease]:
        await asyncio.sleep(0)
        taken, self.due = self.due[:limit], self.due[limit:]
        self.claimed += len(taken)
        return taken

    async def give_back(self, leases: Sequence[Lease]) -> None:
        self.due += leases
        self.claimed -= len(leases)

    async def carry(self, one: Lease, target: str, answered: Callable[[], None]) -> None:
        self.open += 1
        self.most = max(self.most, self.open)
        assert not self.troubled or self.open == 1, "one at a time for a target in trouble"
        for _ in range(2):
            await asyncio.sleep(0)
        self.open -= 1
        self.troubled = len(self.sent) in self.bad
        self.sent.append(one.id)
        answered()
        await asyncio.sleep(0)
        if self.error:
            raise self.error

    async def lane(self) -> Lane:
        return Lane("target", self, await self.claim("target", self.room("target").ahead))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 90), st.integers(1, 8), st.frozensets(st.integers(0, 40), max_size=6))
def test_all_that_is_due_is_carried_once_and_never_too_many_at_once(due: int, width: int, bad: frozenset[int]) -> None:
    async def run() -> Crew:
        crew = Crew(due, width, bad)
        await asyncio.wait_for((await crew.lane()).run(), 10)
        return crew

    crew = asyncio.run(run())
    assert sorted(crew.sent) == sorted(f"msg_{number}" for number in range(due))
    assert crew.most <= width
    assert crew.due == []


async def test_what_was_claimed_and_not_begun_goes_back_at_a_stop() -> None:
    crew = Crew(20, 2)
    lane = await crew.lane()
    running = asyncio.create_task(lane.run())
    await asyncio.sleep(0)
    crew.stopped = True
    await asyncio.wait_for(running, 5)
    assert len(crew.sent) == 2
    assert len(crew.due) == 18
    assert crew.claimed == 2
    assert not lane.poke(), "it has ended"


async def test_what_comes_meanwhile_is_taken_too() -> None:
    crew = Crew(1, 4)
    lane = await crew.lane()
    running = asyncio.create_task(lane.run())
    await asyncio.sleep(0)
    crew.due.append(lease(7))
    assert lane.poke()
    await asyncio.wait_for(running, 5)
    assert crew.sent == ["msg_0", "msg_7"]


async def test_a_database_that_cannot_be_written_ends_it() -> None:
    crew = Crew(30, 2)
    crew.error = OSError("no space left")
    lane = await crew.lane()
    with pytest.raises(OSError, match="no space left"):
        await asyncio.wait_for(lane.run(), 5)
    assert len(crew.sent) <= 4, "nothing is sent whose outcome cannot be written"
    assert crew.open == 0
    assert len(lane.waiting) == 16 - len(crew.sent), "what it holds is left to its owner"
