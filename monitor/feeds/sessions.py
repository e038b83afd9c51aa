"""Connections that stay open for the next request, and those that close at once because too many stay open already."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import aiohttp

#: Seconds that a connection stays open after an answer.
KEPT_FOR: Final = 15.0
#: Hosts whose connections stay open: each takes some eight kilobytes of ours, and a socket there.
MOST: Final = 1_000


class Sessions:
    """Two sessions, one of which keeps its connections.

    `make` gives a session that keeps connections for so many seconds, 0: not at all; `now` is a monotonic clock.
    """

    def __init__(
        self, make: Callable[[float], aiohttp.ClientSession], now: Callable[[], float], most: int = MOST
    ) -> None:
        self._keeping = make(KEPT_FOR)
        self._closing = make(0)
        self._now = now
        self._most = most
        #: Host → until when its connections stay open; the soonest first.
        self._kept: dict[str, float] = {}

    async def close(self) -> None:
        """Closes all connections."""
        await self._keeping.close()
        await self._closing.close()

    def of(self, host: str) -> aiohttp.ClientSession:
        """The session by which a host is to be asked now."""
        now, kept = self._now(), self._kept
        if kept.pop(host, None) is None and len(kept) >= self._most:
            while kept and kept[soonest := next(iter(kept))] <= now:
                del kept[soonest]
            if len(kept) >= self._most:
                return self._closing
        kept[host] = now + KEPT_FOR
        return self._keeping
