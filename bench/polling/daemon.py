"""The real daemon in a process of its own, over the bench's names, told by lines what to do.

    python -m bench.polling.daemon FOLDER FEEDS PORT [DRIPPING]

`due` makes every feed due, `figures` prints a line of JSON, `last` when the last item was read. It ends with its
standard input. The first line that it prints says that it is up.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, update

import config.outbound
from bench.polling import world
from bench.polling.loopback import Loopback
from config.load import Loaded
from config.settings import Config, Feed, Polling, Settings
from monitor.daemon import Daemon
from monitor.daemon.conductor import Pace
from monitor.daemon.logs import configure
from monitor.store import Store
from monitor.store.engine import url_for
from monitor.store.schema import feeds as feed_rows
from monitor.store.schema import items as item_rows

#: Real seconds between two looks for what is due: here it is said from outside, not by a schedule.
PACE = Pace(poll=0.2)


class Told:
    """What the daemon told of itself."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        #: Nanoseconds of the machine's monotonic clock.
        self.last_read = 0
        self.last_polled = 0
        #: When the polls of the present round ended, by feed.
        self.polled: dict[str, int] = {}

    def __call__(self, name: str, payload: Mapping[str, object]) -> None:
        self.counts[name] += 1
        if name == "item_read":
            self.last_read = time.monotonic_ns()
        elif name == "feed_polled":
            self.counts["changed"] += bool(payload["new"])
            self.counts["failed"] += not payload["ok"]
            self.polled[str(payload["feed"])] = self.last_polled = time.monotonic_ns()


def rss() -> float:
    """Megabytes of this process in memory now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


class Hands:
    """Carries out the lines."""

    def __init__(self, folder: Path, told: Told) -> None:
        self.store = Store.open(url_for(folder))
        self.told = told
        self.began = 0

    def due(self) -> dict[str, Any]:
        self.told.polled.clear()
        self.began = time.monotonic_ns()
        with self.store.begin() as connection:
            now = datetime.now(UTC)
            connection.execute(update(feed_rows).values(next_poll_at=now, lease_until=None, lease_token=None))
        return {}

    def figures(self) -> dict[str, Any]:
        with self.store.read() as connection:
            count = select(func.count()).select_from(item_rows)
            stored = connection.execute(count).scalar_one()
            unread = connection.execute(count.where(item_rows.c.read_at.is_(None))).scalar_one()
        counts = dict(self.told.counts)
        return {"rss": rss(), "items": stored, "unread": unread, "round": len(self.told.polled), **counts}

    def last(self) -> dict[str, Any]:
        return {"stored": self.told.last_polled, "read": self.told.last_read, "count": self.told.counts["item_read"]}

    def ends(self) -> dict[str, Any]:
        """Seconds from `due` to the end of each poll of the round, by feed."""
        return {feed: (at - self.began) / 1e9 for feed, at in self.told.polled.items()}


async def run(folder: Path, feeds: int, port: int, polling: Polling) -> None:
    configure(Settings())
    setattr(config.outbound, "DefaultResolver", Loopback)  # noqa: B010
    configured = tuple(Feed(name=f"f{n}", url=world.url(n, port)) for n in range(feeds))
    settings = Settings(polling=polling, allow_private=("127.0.0.0/8",))
    loaded = Loaded(
        config=Config(settings=settings, feeds=configured),
        files=(), warnings=(), source=folder, config_dir=folder, data_dir=folder,
    )  # fmt: skip
    told, stop = Told(), asyncio.Event()
    daemon = Daemon(loaded, on_event=told, pace=PACE)
    del configured, loaded  # as the command does
    running = asyncio.create_task(daemon.run(stop))
    while not hasattr(daemon, "_works"):
        await asyncio.sleep(0.05)
        if running.done():
            await running
    hands = Hands(folder, told)
    print(json.dumps({"rss": rss()}), flush=True)
    while line := (await asyncio.to_thread(sys.stdin.readline)).strip():
        print(json.dumps(await asyncio.to_thread(getattr(hands, line))), flush=True)
    stop.set()
    await running


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), Polling()))
