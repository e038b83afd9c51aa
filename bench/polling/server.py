"""The loopback server of the bench: as little work as possible for each answer, and all feeds of a round made before.

    python -m bench.polling.server FEEDS

prints its port. What it does is said by requests to it: `GET /_/mode?close=1&slow=50&drip=5`,
`GET /_/advance?every=10`.
"""

from __future__ import annotations

import asyncio
import sys
import time
from typing import Final
from urllib.parse import parse_qs, urlsplit

from bench.polling.world import ENTRIES, document

#: Seconds between two bytes of a slow feed.
DRIP: Final = 0.5


class World:
    """What the feeds say just now."""

    def __init__(self, feeds: int) -> None:
        self.newest = [ENTRIES] * feeds
        self.bodies: dict[int, bytes] = {}
        self.round = 0
        self.close = False
        #: So many feeds, one in twenty, come byte by byte, for so many seconds.
        self.slow = 0
        self.drip = 0.0
        #: Feeds that were asked since the last command.
        self.served = 0
        #: When the last byte of a body was handed to the system: nanoseconds of the machine's monotonic clock.
        self.last = 0

    def etag(self, feed: int) -> bytes:
        return b'"%d-%d"' % (feed, self.newest[feed])

    def body(self, feed: int) -> bytes:
        if feed not in self.bodies:
            self.bodies[feed] = document(feed, self.newest[feed])
        return self.bodies[feed]

    def advance(self, every: int) -> None:
        """One new entry for one feed in `every`, each round others."""
        self.round += 1
        for feed in range(self.round % every, len(self.newest), every):
            self.newest[feed] += 1
            self.bodies[feed] = document(feed, self.newest[feed])

    def command(self, target: str) -> bytes:
        parts = urlsplit(target)
        said = {key: float(values[0]) for key, values in parse_qs(parts.query).items()}
        if parts.path == "/_/advance":
            self.advance(int(said.get("every", 1)))
        elif parts.path == "/_/last":
            return b"%d" % self.last
        elif parts.path == "/_/warm":
            for feed in range(len(self.newest)):
                self.body(feed)
        else:
            self.close = bool(said.get("close", self.close))
            self.slow = int(said.get("slow", self.slow))
            self.drip = said.get("drip", self.drip)
        served, self.served = self.served, 0
        return b"%d" % served


class Connection(asyncio.Protocol):
    def __init__(self, world: World) -> None:
        self.world = world
        self.buffer = b""
        self.transport: asyncio.Transport
        self.task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if self.task:
            self.task.cancel()

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head, self.buffer = self.buffer[:end], self.buffer[end + 4 :]
            self.answer(head)

    def answer(self, head: bytes) -> None:
        target = head.split(b" ", 2)[1].decode()
        if target.startswith("/_/"):
            body = self.world.command(target)
            self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
            return
        feed = int(target[2:])
        self.world.served += 1
        etag = self.world.etag(feed)
        closing = b"Connection: close\r\n" if self.world.close else b""
        if etag in head:
            self.transport.write(b"HTTP/1.1 304 Not Modified\r\nETag: %s\r\n%s\r\n" % (etag, closing))
        else:
            body = self.world.body(feed)
            start = (
                b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml; charset=utf-8\r\nETag: %s\r\n"
                b"Content-Length: %d\r\n%s\r\n" % (etag, len(body), closing)
            )
            if feed % 20 == 0 and feed < 20 * self.world.slow:
                self.task = asyncio.get_running_loop().create_task(self.dripping(start + body))
                return
            self.transport.write(start + body)
            self.world.last = time.monotonic_ns()
        if self.world.close:
            self.transport.close()

    async def dripping(self, answer: bytes) -> None:
        """A byte now and then, and the rest at the end of the time."""
        sent = 0
        for _ in range(int(self.world.drip / DRIP)):
            self.transport.write(answer[sent : sent + 1])
            sent += 1
            await asyncio.sleep(DRIP)
        self.transport.write(answer[sent:])
        self.transport.close()


async def serve(feeds: int) -> None:
    world = World(feeds)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(world), "127.0.0.1", 0, backlog=2_000)
    print(server.sockets[0].getsockname()[1], flush=True)
    # Ends with whoever started it: its standard input closes.
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
