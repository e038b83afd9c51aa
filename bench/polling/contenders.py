"""Those who poll, each in a process of its own that is told by lines what to do: `reset` and `poll`.

    python -m bench.polling.contenders ours|bare|reader FEEDS PORT [WORKERS]

Each answers a `poll` with one line of JSON: seconds of the wall clock and of the processor, and what it found.
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import aiohttp

from bench.polling import world
from bench.polling.loopback import Loopback

#: Requests that our poller and the bare loop have under way at a time: the default of polling.concurrency.
CONCURRENCY: Final = 20


class Bare:
    """The same requests and nothing else: what aiohttp alone can do."""

    def __init__(self, feeds: int, port: int) -> None:
        self.urls = [world.url(feed, port) for feed in range(feeds)]
        self.etags: dict[str, str] = {}
        self.session: aiohttp.ClientSession | None = None

    async def reset(self) -> None:
        if self.session is None:
            connector = aiohttp.TCPConnector(resolver=Loopback(), limit=0, ttl_dns_cache=600)
            self.session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
        self.etags.clear()

    async def close(self) -> None:
        if self.session is not None:
            await self.session.close()

    async def poll(self) -> dict[str, Any]:
        waiting = iter(self.urls)
        await asyncio.gather(*(self.lane(waiting) for _ in range(CONCURRENCY)))
        return {}

    async def lane(self, waiting: Any) -> None:
        assert self.session is not None
        for url in waiting:
            headers = {"If-None-Match": self.etags[url]} if url in self.etags else {}
            async with self.session.get(url, headers=headers) as response:
                await response.read()
                self.etags[url] = response.headers["ETag"]


class Reader:
    """lemon24/reader, as its documentation uses it."""

    def __init__(self, feeds: int, port: int, workers: int) -> None:
        self.urls = [world.url(feed, port) for feed in range(feeds)]
        self.workers = workers
        self.reader: Any = None
        self.folder = tempfile.TemporaryDirectory()
        self.turn = 0
        real = socket.getaddrinfo

        def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
            return real("127.0.0.1" if str(host).endswith(".feeds.test") else host, *args, **kwargs)

        socket.getaddrinfo = getaddrinfo

    async def reset(self) -> None:
        from reader import make_reader

        if self.reader is not None:
            self.reader.close()
        self.turn += 1
        self.reader = make_reader(str(Path(self.folder.name) / f"{self.turn}.sqlite"))
        for url in self.urls:
            self.reader.add_feed(url)

    async def poll(self) -> dict[str, Any]:
        found = {"new": 0, "errors": 0}
        for result in self.reader.update_feeds_iter(workers=self.workers, scheduled=False):
            if isinstance(result.value, Exception):
                found["errors"] += 1
            elif result.value is not None:
                found["new"] += result.value.new
        return found


async def obey(contender: Any) -> None:
    """Does what the lines on standard input say."""
    acts: dict[str, Callable[[], Awaitable[Any]]] = {"reset": contender.reset, "poll": contender.poll}
    if hasattr(contender, "due"):
        acts["due"] = contender.due
    while line := (await asyncio.to_thread(sys.stdin.readline)).strip():
        started, busy = time.perf_counter(), time.process_time()
        found = await acts[line]()
        figures = {"wall": time.perf_counter() - started, "cpu": time.process_time() - busy, **(found or {})}
        print(json.dumps(figures), flush=True)


def main(who: str, feeds: int, port: int, workers: int = 1) -> None:
    contender: Any
    if who == "ours":
        from bench.polling.ours import Ours

        contender = Ours(feeds, port)
    else:
        contender = Bare(feeds, port) if who == "bare" else Reader(feeds, port, workers)
    asyncio.run(obey(contender))


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
