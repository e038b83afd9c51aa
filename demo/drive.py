"""Runs the daemon through the demo's year: starts what it talks to, moves the clock, watches, and adds up."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from config.load import load
from demo.articles import DemoArticle, load_articles, load_feeds
from demo.clock import JUST_AFTER, DemoClock, steps
from demo.feedserver import FeedServer
from demo.folder import Addresses, new_secret, write
from demo.follow import Follower, Totals
from demo.show import Screen
from demo.sinks import MailSink, WebhookSink
from monitor.daemon.conductor import Daemon, Pace
from monitor.daemon.logs import configure, secrets_of
from monitor.store import Store, url_for

START = datetime(2025, 4, 2, 12, tzinfo=UTC)
END = datetime(2026, 3, 25, 12, tzinfo=UTC)
#: Real seconds between two looks at what the daemon did.
LOOK = 0.05
#: Real seconds that the daemon gets for one step before the demo calls it stuck.
PATIENCE = 15.0
#: Ticks in real seconds: the daemon's own are made for a clock that does not leap.
PACE = Pace(poll=0.1, read=0.2, deliver=0.2, settle=0.1, upkeep=3600, look=3600)


class Stuck(Exception):
    """The daemon did not get done with a step, or ended before its time. The text says what it had left to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of the run."""

    #: (name, figures) for the table at the end.
    rows: tuple[tuple[str, str], ...]
    #: What does not fit together, in plain words.
    problems: tuple[str, ...]
    seconds: float


class Demo:
    """One run of the demo on a folder. `seconds` is how long the year takes; 0 is as fast as the daemon can."""

    def __init__(self, folder: Path, screen: Screen, *, seconds: float = 36.0) -> None:
        self.folder = folder
        self._screen = screen
        self._seconds = seconds
        self._feeds = load_feeds()
        self._articles = load_articles()
        self._clock = DemoClock(START)
        self._secret = new_secret()
        self._stop = asyncio.Event()

    async def run(self, done: Callable[[Outcome], None], keep: asyncio.Event | None = None) -> Outcome:
        """The whole run; `done` hears what came of it when the year is over.

        With `keep` the daemon and what it talks to then run on until the event is set. Raises Stuck where the daemon
        does not get done.
        """
        started = time.monotonic()
        async with AsyncExitStack() as stack:
            server = await stack.enter_async_context(FeedServer(self._feeds, self._articles, self._clock))
            mails = await stack.enter_async_context(MailSink(self._screen.mail))
            hooks = await stack.enter_async_context(WebhookSink(self._secret, self._hook))
            addresses = Addresses(
                feeds=[(feed, server.url(feed)) for feed in self._feeds], smtp_port=mails.port, webhook=hooks.url
            )
            write(self.folder, addresses, self._secret)
            follower, running = await self._start(stack)
            await self._year(follower, running)
            self._screen.news(follower.news)
            totals = await asyncio.to_thread(follower.totals)
            result = outcome(self._articles, server, mails, hooks, totals, time.monotonic() - started)
            done(result)
            while keep and not keep.is_set():
                await self._settled(follower, running, 1.0)
            await self._end(running)
        return result

    async def _start(self, stack: AsyncExitStack) -> tuple[Follower, asyncio.Task[None]]:
        loaded = load(self.folder, env={})
        loaded.data_dir.mkdir()
        log = stack.enter_context((self.folder / "daemon.log").open("w", encoding="utf-8"))
        configure(loaded.config.settings, secrets_of(loaded.config), log)
        store = Store.open(url_for(loaded.data_dir))
        stack.callback(store.close)
        daemon = Daemon(loaded, clock=self._clock, pace=PACE, draw=lambda: 0.5)
        running = asyncio.create_task(daemon.run(self._stop))
        stack.push_async_callback(self._end, running)
        return Follower(store), running

    async def _year(self, follower: Follower, running: asyncio.Task[None]) -> None:
        """From step to step. The clock leaps when the daemon is done with what the last step brought.

        What one day takes too long is made up on those after it, so that a slow machine ends in time as well.
        """
        appearing = {article.appears for article in self._articles if article.appears > START}
        left = {at + JUST_AFTER for at in appearing}
        ends = time.monotonic() + self._seconds
        await self._settled(follower, running, 0.0)
        for mark in steps(appearing, START, END):
            self._clock.leap(mark)
            self._screen.today(mark)
            slot = (ends - time.monotonic()) / len(left) if mark in left else 0.0
            await self._settled(follower, running, slot)
            left.discard(mark)

    async def _settled(self, follower: Follower, running: asyncio.Task[None], least: float) -> None:
        """Shows what happens until the daemon has nothing left to do, for `least` seconds at least."""
        began = time.monotonic()
        while True:
            await asyncio.sleep(LOOK)
            self._screen.news(follower.news)
            busy = await asyncio.to_thread(follower.busy, self._clock())
            passed = time.monotonic() - began
            if running.done():
                running.result()
                raise Stuck("the daemon ended before its time")
            if not busy and passed >= least:
                return
            if passed > PATIENCE:
                raise Stuck(f"on {self._clock():%d %b %Y} the daemon did not get done: {busy}")

    async def _end(self, running: asyncio.Task[None]) -> None:
        self._stop.set()
        await asyncio.wait([running])
        if not running.cancelled():
            running.result()

    def _hook(self, body: bytes) -> None:
        self._screen.webhook(json.loads(body))


def outcome(
    articles: Sequence[DemoArticle],
    server: FeedServer,
    mails: MailSink,
    hooks: WebhookSink,
    totals: Totals,
    seconds: float,
) -> Outcome:
    """The figures side by side, and what does not fit."""
    ours = {name: totals.sent.get(name, 0) for name in ("desk", "program")}
    checks = (
        (totals.items == len(articles), f"{len(articles)} articles appeared, {totals.items} items were stored"),
        (totals.changes > 0, "no change was recorded"),
        (ours["desk"] == len(mails.messages), f"{ours['desk']} mails were sent, {len(mails.messages)} received"),
        (ours["program"] == len(hooks.bodies), f"{ours['program']} webhooks were sent, {len(hooks.bodies)} received"),
        (not hooks.refused, f"{len(hooks.refused)} webhooks were refused: {', '.join(sorted(set(hooks.refused)))}"),
        (min(ours.values()) > 0, "nothing was delivered"),
    )
    rows = (
        ("Feeds", str(len({article.feed for article in articles}))),
        ("HTTP requests", f"{server.counts.total()}, of which {server.counts[304]} answered 304 not modified"),
        ("Items", f"{totals.items}, of which {totals.tagged} tagged"),
        ("Claims, each with its quote", str(totals.claims)),
        ("Changes", str(totals.changes)),
        ("Mails", f"{ours['desk']} sent, {len(mails.messages)} received"),
        ("Webhooks", f"{ours['program']} sent, {len(hooks.bodies)} received"),
        ("Signatures", f"{hooks.verified} verified, {len(hooks.refused)} refused"),
    )
    problems = (*(words for fits, words in checks if not fits), *totals.broken)
    return Outcome(rows=rows, problems=problems, seconds=seconds)
