"""How hosts are treated: a few connections each, a pause between requests, and none while they ask for rest."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from types import TracebackType
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


class Turn:
    """One turn at a host. A class and no generator: every request takes one."""

    __slots__ = ("_hosts", "_one")

    def __init__(self, hosts: Hosts, one: _Host) -> None:
        self._hosts = hosts
        self._one = one

    async def __aenter__(self) -> None:
        one = self._one
        one.users += 1
        try:
            await one.slots.acquire()
        except BaseException:
            one.users -= 1
            raise
        try:
            await self._hosts.pause(one)
        except BaseException:
            self._leave()
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave()

    def _leave(self) -> None:
        self._one.slots.release()
        self._one.users -= 1


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
        #: So many of them are looked through for those that may be forgotten.
        self._most = MAX_HOSTS

    def turn(self, host: str) -> Turn:
        """A turn at a host, as an async context manager: waits for a free connection and the pause, and holds the
        connection's slot."""
        return Turn(self, self._host(host))

    async def pause(self, one: _Host) -> None:
        """Waits until a host may be asked again."""
        now = self._now()
        if one.rest_until <= now:  # Who waits for a host at rest need not keep a pause too.
            start = max(now, one.next_at)
            one.next_at = start + max(self._pause, one.slow)
            if start > now:
                await self._sleep(start - now)

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
        return max(0.0, one.rest_until - self._now()) if one and one.rest_until else 0.0

    def _host(self, host: str) -> _Host:
        if host not in self._hosts:
            if len(self._hosts) >= self._most:
                self._forget()
            self._hosts[host] = _Host(asyncio.Semaphore(self._per_host))
        return self._hosts[host]

    def _forget(self) -> None:
        now = self._now()
        self._hosts = {n: h for n, h in self._hosts.items() if h.users or h.busy_until > now}
        # Where most are to be remembered, they are not looked through again for each that comes.
        self._most = max(MAX_HOSTS, 2 * len(self._hosts))
