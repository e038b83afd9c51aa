"""How hosts are treated: a few connections each, a pause between requests, and none while they ask for rest."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

#: The longest that a host's wish for rest is kept in memory, seconds; the schedule keeps longer ones for each feed.
MAX_REST: Final = 3_600.0
#: Rest after a 429 that names no time, seconds; doubled while more of them come.
FIRST_REST: Final = 60.0
#: The pause between requests to a host that is overloaded, seconds: at first, and at most.
SLOW: Final = 1.0
SLOWEST: Final = 10.0
#: Hosts remembered before those that are at rest are forgotten.
MAX_HOSTS: Final = 1_000


@dataclass(slots=True)
class _Host:
    slots: asyncio.Semaphore
    #: When the next request may start, and until when the host asked for rest, on the clock `now`.
    next_at: float = 0
    rest_until: float = 0
    #: The pause while it is overloaded, seconds; 0 when all is well.
    slow: float = 0
    #: 429 in a row.
    strikes: int = 0
    users: int = field(default=0)

    @property
    def busy_until(self) -> float:
        """Until when something is to be remembered of it."""
        return max(self.next_at + (MAX_REST if self.slow else 0), self.rest_until)


class Hosts:
    """Takes turns at hosts. `now` is a monotonic clock in seconds, `sleep` waits on the same clock."""

    def __init__(
        self, per_host: int, pause: float, *, now: Callable[[], float], sleep: Callable[[float], Awaitable[None]]
    ) -> None:
        self._per_host = per_host
        self._pause = pause
        self._now = now
        self._sleep = sleep
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Waits for a free connection and the pause, and holds the connection's slot."""
        one = self._host(host)
        one.users += 1
        try:
            async with one.slots:
                if one.rest_until <= self._now():  # Who waits for a host at rest need not keep a pause too.
                    start = max(self._now(), one.next_at)
                    one.next_at = start + max(self._pause, one.slow)
                    if (wait := start - self._now()) > 0:
                        await self._sleep(wait)
                yield
        finally:
            one.users -= 1

    def rest(self, host: str, seconds: float) -> None:
        """The host asked not to be asked for so long."""
        one = self._host(host)
        one.rest_until = max(one.rest_until, self._now() + min(seconds, MAX_REST))

    def slow_down(self, host: str, asked: float | None, *, rest: bool) -> None:
        """The host answered 429 or 503. `asked` is its Retry-After in seconds; without one it rests where `rest` says
        so (429: it counts our requests), otherwise it is asked more slowly (503: one feed of it may be broken)."""
        one = self._host(host)
        one.slow = min(SLOWEST, max(SLOW, self._pause, one.slow * 2))
        if rest:
            one.strikes = min(one.strikes + 1, 10)
        if asked or rest:
            self.rest(host, asked or FIRST_REST * 2 ** (one.strikes - 1))

    def well(self, host: str) -> None:
        """The host answered as it should: it is trusted with a little more each time."""
        one = self._hosts.get(host)
        if one is not None and one.slow:
            one.strikes, one.slow = 0, one.slow / 2 if one.slow > SLOW else 0

    def resting(self, host: str) -> float:
        """Seconds that the host still rests; 0 if it may be asked."""
        one = self._hosts.get(host)
        return max(0.0, one.rest_until - self._now()) if one else 0.0

    def _host(self, host: str) -> _Host:
        if host not in self._hosts:
            if len(self._hosts) >= MAX_HOSTS:
                self._forget()
            self._hosts[host] = _Host(asyncio.Semaphore(self._per_host))
        return self._hosts[host]

    def _forget(self) -> None:
        now = self._now()
        self._hosts = {n: h for n, h in self._hosts.items() if h.users or h.busy_until > now}
