"""How many requests are under way at a time, and what becomes of those that do not come to an end."""

from __future__ import annotations

import asyncio
from collections import deque
from types import TracebackType
from typing import Final

#: A request that takes so many times as long as half of all do makes room for another; within these bounds, seconds.
PATIENCE: Final = 4.0
SOONEST: Final = 0.02
LATEST: Final = 1.0
#: How far one request moves what is taken for usual.
STEP: Final = 1.05
#: Requests that may linger beside the others, for each of those; what is more than that holds its place.
LINGERING: Final = 5


class Slots:
    """Places for `limit` requests. One that lingers, by a server that drips or never answers, gives its place to the
    next and goes on beside: fifty such feeds must not hold up a thousand others."""

    def __init__(self, limit: int) -> None:
        #: Places that nobody has, and who waits for one, the first first. A semaphore looks through those each time.
        self._left = limit
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._most_lingering = limit * LINGERING
        self._lingering = 0
        #: The median of how long requests take, followed in small steps; seconds.
        self._usual = LATEST / PATIENCE
        #: Places of requests that do not linger → since when, in the loop's time; the oldest first.
        self._brisk: dict[Place, float] = {}
        self._timer: asyncio.TimerHandle | None = None

    def place(self) -> Place:
        """One place, as an async context manager."""
        return Place(self)

    @property
    def patience(self) -> float:
        """Seconds after which a request lingers."""
        return min(max(self._usual * PATIENCE, SOONEST), LATEST)

    async def take(self, place: Place) -> float:
        """Waits for a free place; when that was, in the loop's time."""
        loop = asyncio.get_running_loop()
        if self._left:
            self._left -= 1
        else:
            await self._turn(loop.create_future())
        began = self._brisk[place] = loop.time()
        if self._timer is None:
            self._timer = loop.call_at(began + self.patience, self._look)
        return began

    def give(self, place: Place, began: float) -> None:
        """The request in a place came to its end."""
        self._brisk.pop(place, None)
        if not place.lingers:
            self._pass_on()
        self.ended(asyncio.get_running_loop().time() - began, place.lingers)

    async def _turn(self, turn: asyncio.Future[None]) -> None:
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._pass_on()  # It was ours already.
            raise

    def _pass_on(self) -> None:
        """A place is free: it is the first one's who still waits."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._left += 1

    def _look(self) -> None:
        """One timer for all places: the oldest are those that may linger."""
        loop, self._timer = asyncio.get_running_loop(), None
        late = loop.time() - self.patience
        while self._brisk:
            place, began = next(iter(self._brisk.items()))
            if began > late:
                self._timer = loop.call_at(began + self.patience, self._look)
                return
            del self._brisk[place]
            place.lingers = self.linger()

    def linger(self) -> bool:
        """Gives the place of a request that goes on to another; False where too many linger."""
        if self._lingering >= self._most_lingering:
            return False
        self._lingering += 1
        self._pass_on()
        return True

    def ended(self, seconds: float, lingered: bool) -> None:
        """A request came to its end."""
        if lingered:
            self._lingering -= 1
        self._usual = max(0.001, min(LATEST, self._usual * STEP if seconds > self._usual else self._usual / STEP))


class Place:
    """One request's place."""

    __slots__ = ("_began", "_slots", "lingers")

    def __init__(self, slots: Slots) -> None:
        self._slots = slots
        self._began = 0.0
        #: It was given to another, and the request goes on without.
        self.lingers = False

    async def __aenter__(self) -> None:
        self._began = await self._slots.take(self)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._slots.give(self, self._began)
