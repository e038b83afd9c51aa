"""Disk full, database locked, killed at any moment: told plainly, and nothing lost."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from aiohttp import web
from sqlalchemy import Engine, event, func, select

from alerts.tables import deliveries
from monitor.pipeline import polling
from monitor.store import StoreError
from monitor.store.schema import changes, claims
from monitor.store.schema import items as item_rows

if TYPE_CHECKING:
    from tests.pipeline.conftest import Bench

Rss = Callable[..., str]


def figures(bench: Bench) -> tuple[int, ...]:
    """How many items, claims, changes and deliveries there are."""
    with bench.store.read() as connection:
        tables = (item_rows, claims, changes, deliveries)
        return tuple(connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables)


async def settled(bench: Bench) -> tuple[int, ...]:
    await bench.pipeline.poll_due()
    await bench.pipeline.read_backlog()
    await bench.pipeline.settle_due()
    return figures(bench)


def news(bench: Bench, make_rss: Rss, number: int) -> str:
    """Items that are published after the feed is added, each with another value."""
    at = bench.clock() + timedelta(seconds=1)
    return make_rss(*((str(n), f"cars at {n + 1} percent", at + timedelta(minutes=n)) for n in range(number)))


async def test_a_lock_while_a_poll_is_stored_loses_nothing(bench: Bench, make_rss: Rss, database: str) -> None:
    blocker = sqlite3.connect(database.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False)

    async def locks(request: web.Request) -> web.Response:
        blocker.execute("BEGIN IMMEDIATE")
        return bench.server.document(request)

    bench.server.handlers["yonhap"] = locks
    bench.add("yonhap", news(bench, make_rss, 3))
    bench.clock.forward(hours=1)
    with pytest.raises(StoreError, match="locked by another program"):
        await bench.pipeline.poll_due()
    with pytest.raises(StoreError, match="locked"):
        await bench.pipeline.poll_due()
    blocker.execute("COMMIT")
    blocker.close()
    del bench.server.handlers["yonhap"]
    # The lease is given back as soon as that can be written: no waiting until it runs out.
    assert await settled(bench) == (3, 3, 3, 3)
    assert bench.server.log == [("yonhap", 200), ("yonhap", 200)]


async def test_a_lock_while_an_item_is_recorded_loses_nothing(bench: Bench, make_rss: Rss, database: str) -> None:
    bench.add("yonhap", news(bench, make_rss, 3))
    bench.clock.forward(hours=1)
    await bench.pipeline.poll_due()
    blocker = sqlite3.connect(database.removeprefix("sqlite:///"), isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    for turn in (bench.pipeline.read_backlog, bench.pipeline.settle_due):
        with pytest.raises(StoreError, match="locked"):
            await turn()
    blocker.execute("ROLLBACK")
    blocker.close()
    assert figures(bench) == (3, 0, 0, 0)
    assert await settled(bench) == (3, 3, 3, 3)


async def test_a_full_disk_is_told_and_loses_nothing(bench: Bench, make_rss: Rss) -> None:
    room = [10]  # pages that may still be added

    @event.listens_for(bench.store.engine, "checkout")
    def limit(connection: sqlite3.Connection, *_: object) -> None:
        used = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {used + room[0]}")

    at = bench.clock() + timedelta(seconds=1)
    long = [(str(n), f"cars at {n} percent " + "and so on " * 500, at + timedelta(minutes=n)) for n in range(40)]
    bench.add("yonhap", make_rss(*long))
    bench.clock.forward(hours=1)
    for _ in range(3):
        with pytest.raises(StoreError, match="disk is full"):
            await bench.pipeline.poll_due()
        assert figures(bench) == (0, 0, 0, 0)
    room[0] = 10_000
    assert await settled(bench) == (40, 40, 40, 40)


CHILD = """
import asyncio, os, signal, sys
sys.path.insert(0, sys.argv[1])
from datetime import datetime
from conftest import read
from sqlalchemy import event
from config.outbound import Outbound
from config.settings import Config
from monitor.feeds.fetch import Fetcher
from monitor.pipeline import Pipeline
from monitor.store import Store

_, _, url, config, now, last = sys.argv
config, now, left = Config.model_validate_json(config), datetime.fromisoformat(now), int(last)
store = Store.open(url)

@event.listens_for(store.engine, "commit")
def commit(connection):
    global left
    left -= 1
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)

async def main():
    async with Fetcher(config.settings, Outbound(("127.0.0.1",)), clock=lambda: now) as fetcher:
        pipeline = Pipeline(store, fetcher, lambda: config, lambda: now, read)
        await pipeline.poll_due()
        await pipeline.read_backlog()
        await pipeline.settle_due()

asyncio.run(main())
"""


async def child(bench: Bench, database: str, kill_before_commit: int) -> int:
    """Runs one cycle in a process of its own, which is killed before its n-th commit; its exit status."""
    here = str(Path(__file__).parent)
    arguments = (here, database, bench.config.model_dump_json(), bench.clock().isoformat(), str(kill_before_commit))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CHILD, *arguments, stderr=subprocess.DEVNULL, cwd=Path(here).parents[1]
    )
    return await asyncio.wait_for(process.wait(), 30)


async def test_killed_before_any_commit_nothing_is_lost_or_told_twice(
    bench: Bench, make_rss: Rss, database: str
) -> None:
    """kill -9 before the first, second, … commit of a cycle, each on a new item, then one run that is left alone."""
    bench.add("yonhap", news(bench, make_rss, 3))
    bench.clock.forward(hours=1)
    deaths = 0
    for last in range(1, 30):
        status = await child(bench, database, last)
        if status == 0:
            break
        assert status == -signal.SIGKILL
        deaths += 1
        bench.clock.forward(minutes=20)  # the lease of the dead runs out
    assert deaths >= 3
    assert figures(bench) == (3, 3, 3, 3)


async def test_killed_while_the_answer_is_on_its_way(bench: Bench, make_rss: Rss, database: str) -> None:
    asked = asyncio.Event()
    victim: list[int] = []

    async def kills(request: web.Request) -> web.Response:
        os.kill(victim[0], signal.SIGKILL)
        asked.set()
        return bench.server.document(request)

    bench.server.handlers["yonhap"] = kills
    bench.add("yonhap", news(bench, make_rss, 3))
    bench.clock.forward(hours=1)
    here = str(Path(__file__).parent)
    arguments = (here, database, bench.config.model_dump_json(), bench.clock().isoformat(), "0")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CHILD, *arguments, stderr=subprocess.DEVNULL, cwd=Path(here).parents[1]
    )
    victim.append(process.pid)
    assert await asyncio.wait_for(process.wait(), 30) == -signal.SIGKILL
    assert asked.is_set()
    del bench.server.handlers["yonhap"]
    assert await settled(bench) == (0, 0, 0, 0)  # its lease still runs
    bench.clock.forward(minutes=20)
    assert await settled(bench) == (3, 3, 3, 3)


async def test_a_cycle_that_was_cut_anywhere_is_made_good_by_the_next(
    bench: Bench, make_rss: Rss, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every statement of a cycle fails once, one after the other: each time all of its transaction is undone."""
    bench.add("yonhap", news(bench, make_rss, 2))
    bench.clock.forward(hours=1)
    left = [0]

    def statement(connection: object, cursor: object, sql: str, *_: object) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise sqlite3.OperationalError("disk I/O error")

    event.listen(Engine, "before_cursor_execute", statement)
    failed = 0
    try:
        for at in range(1, 200):
            left[0] = at
            try:
                await settled(bench)
                if left[0] > 0:
                    break
            except (StoreError, sqlite3.OperationalError):
                failed += 1
            left[0] = 0
            bench.clock.forward(minutes=20)
    finally:
        event.remove(Engine, "before_cursor_execute", statement)
    assert failed > 15
    assert figures(bench) == (2, 2, 2, 2)


async def test_documents_that_are_no_feeds_leave_room_for_the_others(
    bench: Bench, make_rss: Rss, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "MOST_WAITING", 1_000)
    monkeypatch.setattr(polling, "AHEAD", 1)
    page = f"<html><body>{'no feed ' * 100}</body></html>"
    for number in range(60):
        bench.add(f"page{number}", page)
    bench.add("yonhap", news(bench, make_rss, 3))
    async with asyncio.timeout(15):
        assert await bench.pipeline.poll_due() == 61
    assert figures(bench)[0] == 3
