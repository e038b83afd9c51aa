"""Conducts the steps: what is due is fetched side by side, what came is read in order, and each is one transaction."""

from __future__ import annotations

import asyncio
import random
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from importlib.metadata import version
from typing import Final, Protocol, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError
from structlog import get_logger

from config.settings import Config
from monitor.feeds.entry import ParseError
from monitor.feeds.fetch import Fetched, FetchError, Request
from monitor.feeds.parse import parse
from monitor.feeds.schedule import Outcome
from monitor.pipeline import events, steps
from monitor.pipeline.steps import Brought, Recorded
from monitor.store import Store, StoreError, feeds, items
from monitor.store.feeds import Lease, LeaseLost
from monitor.store.items import Unread
from monitor.types import Article, Reading

#: How long a feed is ours to poll: longer than the slowest answer and a long queue before its host.
LEASE: Final = timedelta(minutes=15)
#: Real seconds in which one `poll_due` takes on new feeds, so that its turn has an end on a large list.
CLAIM_FOR: Final = 60.0
#: Real seconds between two looks for feeds that have become due while others are under way.
LOOK: Final = 1.0
#: Items that are read between two transactions.
BATCH: Final = 50

T = TypeVar("T")
log = get_logger()


class Fetches(Protocol):
    """What is needed of `monitor.feeds.fetch.Fetcher`."""

    async def fetch(self, request: Request) -> Fetched: ...


def ignore(name: str, payload: Mapping[str, object]) -> None:
    """Listens to no event."""


def unforeseen(error: Exception) -> Brought:
    """The outcome of a poll on which the program itself failed."""
    return Brought(outcome=Outcome(error=f"a mistake in pactwatch: {type(error).__name__}: {error}"))


def _is_quiet(reading: Reading | str) -> bool:
    return isinstance(reading, Reading) and not reading.claims


class Pipeline:
    """The way from a feed to an alert. One instance serves one event loop; any number may share a database.

    `clock` is the time of all that is stored. `read` turns an article into its reading and touches nothing. `on_event`
    hears what happened as a name and plain data (`monitor.pipeline.events`), in the loop's thread, after it is stored.
    `draw` gives numbers of [0, 1) for jitter. `wake` is called when deliveries were queued.

    Where the database cannot be written (disk full, locked), each turn raises StoreError once all that was under way
    has ended; nothing is lost, and the next turn tries again.
    """

    def __init__(
        self,
        store: Store,
        fetcher: Fetches,
        config: Callable[[], Config],
        clock: Callable[[], datetime],
        read: Callable[[Article], Reading],
        on_event: Callable[[str, Mapping[str, object]], None] = ignore,
        draw: Callable[[], float] = random.random,
        wake: Callable[[], None] = lambda: None,
        *,
        reader: str | None = None,
    ) -> None:
        self._store = store
        self._fetcher = fetcher
        self._config = config
        self._clock = clock
        self._read = read
        self._tell = on_event
        self._draw = draw
        self._wake = wake
        #: The version of `read`, kept with every claim.
        self._reader = reader or version("pactwatch")
        # SQLite has one writer: what queues here does not sleep in its busy handler.
        self._turn = asyncio.Lock()
        self._polling: dict[asyncio.Task[None], Lease] = {}
        self._to_release: list[Lease] = []
        self._stopping = False

    async def poll_due(self) -> int:
        """Polls every feed that is due, until none is; how many it polled.

        A slow feed delays no other: feeds that become due meanwhile are taken on too. Raises StoreError.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + CLAIM_FOR
        done, troubles = 0, list[StoreError]()
        await self._give_back()
        try:
            while True:
                if not (self._stopping or troubles or loop.time() > until):
                    await self._take_on(troubles)
                if not self._polling:
                    break
                ended, _ = await asyncio.wait(self._polling, timeout=LOOK, return_when=asyncio.FIRST_COMPLETED)
                done += self._ended(ended, troubles)
        finally:
            await self._cut_off()
            await self._give_back()
        if troubles:
            raise troubles[0]
        return done

    async def read_backlog(self) -> int:
        """Reads every item that waits, oldest first; how many it read. Raises StoreError.

        An item that claims something is a transaction of its own; those that claim nothing share one.
        """
        done = 0
        while not self._stopping:
            batch = await asyncio.to_thread(self._look, partial(items.backlog, limit=BATCH))
            if not batch:
                break
            pairs = await asyncio.to_thread(self._read_all, batch)
            done += await self._record_quiet([pair for pair in pairs if _is_quiet(pair[1])])
            for item, reading in pairs:
                if not _is_quiet(reading):
                    done += await self._record(item, reading)
        return done

    async def settle_due(self) -> int:
        """Gives the dates that have come their effect; how many changes that made. Raises StoreError."""
        config, now = self._config(), self._clock()
        recorded = await self._write(lambda connection: steps.settle(connection, config, now))
        self._announce(recorded, baseline=False)
        return len(recorded.changes)

    def stop(self) -> None:
        """Begins nothing new: turns under way end with what they have in hand."""
        self._stopping = True

    async def _take_on(self, troubles: list[StoreError]) -> None:
        """Claims as many due feeds as there is room for, and starts to poll them."""
        polling = self._config().settings.polling
        room = polling.concurrency - len(self._polling)
        if self._polling and room < polling.concurrency // 2:
            return  # One claim for many feeds, not one for each that ends.
        held = {lease.id for lease in self._polling.values()}
        claim = partial(
            feeds.claim_due, now=self._clock(), limit=room, lease=LEASE, token=secrets.token_hex(16), held=held
        )
        try:
            leases = await self._write(claim)
        except StoreError as error:
            troubles.append(error)
            return
        for lease in leases:
            self._polling[asyncio.create_task(self._poll(lease), name=f"poll {lease.feed.name}")] = lease

    def _ended(self, tasks: set[asyncio.Task[None]], troubles: list[StoreError]) -> int:
        """Takes finished polls off the list and returns how many of them were stored."""
        stored = 0
        for task in tasks:
            lease = self._polling.pop(task)
            try:
                task.result()
                stored += 1
            except LeaseLost:
                log.info("another worker has taken the feed over", feed=lease.feed.name)
            except StoreError as error:
                troubles.append(error)
                self._to_release.append(lease)
        return stored

    async def _poll(self, lease: Lease) -> None:
        brought = await self._ask(lease)
        try:
            await self._store_poll(lease, brought)
        except (LeaseLost, StoreError):
            raise
        except Exception as error:
            log.exception("what a poll brought cannot be stored", feed=lease.feed.name)
            await self._store_poll(lease, unforeseen(error))

    async def _store_poll(self, lease: Lease, brought: Brought) -> None:
        polling = self._config().settings.polling
        step = partial(
            steps.store_poll, lease=lease, brought=brought, now=self._clock(), draw=self._draw(), polling=polling
        )
        saved, state = await self._write(step)
        self._tell(*events.feed_polled(lease, brought, saved, state))
        for item_id in saved.new:
            self._tell(*events.item_stored(lease, item_id))

    async def _ask(self, lease: Lease) -> Brought:
        """Fetches and parses; every failure is an outcome of the poll and not of the turn."""
        state = lease.state
        request = Request(url=lease.url, etag=state.etag, last_modified=state.last_modified, body_hash=state.body_hash)
        try:
            answer = await self._fetcher.fetch(request)
            hints = Outcome(retry_after=answer.retry_after, max_age=answer.max_age)
            if answer.body is None:
                return Brought(outcome=hints, answer=answer)
            parsed = await asyncio.to_thread(parse, answer.body, answer.url, answer.content_type)
        except FetchError as error:
            gone = error.kind == "gone"
            return Brought(outcome=Outcome(error=error.reason, gone=gone, retry_after=error.retry_after))
        except ParseError as error:
            return Brought(outcome=Outcome(error=str(error)))
        except Exception as error:
            log.exception("a poll failed in a way that we did not foresee", feed=lease.feed.name)
            return unforeseen(error)
        outcome = Outcome(
            retry_after=answer.retry_after,
            max_age=answer.max_age,
            ttl=parsed.ttl,
            skip_hours=parsed.skip_hours,
            skip_days=parsed.skip_days,
        )
        return Brought(outcome=outcome, answer=answer, entries=parsed.entries)

    async def _cut_off(self) -> None:
        """Gives up the polls that are still under way."""
        for task in self._polling:
            task.cancel()
        await asyncio.gather(*self._polling, return_exceptions=True)
        self._to_release += self._polling.values()
        self._polling.clear()

    async def _give_back(self) -> None:
        """Makes the feeds due again whose polls came to nothing. Where not even that can be written it is done at the
        next turn, or the leases run out by themselves."""
        if leases := self._to_release:
            with suppress(StoreError):
                await self._write(partial(feeds.release, leases=leases))
                self._to_release = []

    def _read_all(self, batch: Sequence[Unread]) -> list[tuple[Unread, Reading | str]]:
        """Each item with its reading, or with why it cannot be read."""
        return [(item, self._reading(item)) for item in batch]

    def _reading(self, item: Unread) -> Reading | str:
        try:
            return self._read(item.article)
        except Exception as error:
            log.exception("an item cannot be read; it is set aside", item=item.id)
            return f"{type(error).__name__}: {error}"

    async def _record_quiet(self, pairs: Sequence[tuple[Unread, Reading | str]]) -> int:
        config, now = self._config(), self._clock()
        quiet = [(item, reading) for item, reading in pairs if isinstance(reading, Reading)]
        step = partial(steps.record_quiet, read=quiet, reader=self._reader, config=config, now=now)
        recorded = await self._write(step) if quiet else []
        for (item, reading), one in zip(quiet, recorded, strict=True):
            if one is not None:
                self._tell(*events.item_read(item, reading, one))
        return sum(one is not None for one in recorded)

    async def _record(self, item: Unread, reading: Reading | str) -> int:
        """Stores what was read, or that it cannot be; 1, or 0 where somebody else was faster."""
        config, now = self._config(), self._clock()
        if isinstance(reading, Reading):
            try:
                step = partial(steps.record, item=item, reading=reading, reader=self._reader, config=config, now=now)
                recorded = await self._write(step)
            except StoreError:
                raise
            except Exception as error:
                # A mistake in a rule must not hold up every later item.
                log.exception("an item cannot be recorded; it is set aside", item=item.id)
                reading = f"{type(error).__name__}: {error}"
            else:
                if recorded is not None:
                    self._tell(*events.item_read(item, reading, recorded))
                    self._announce(recorded, baseline=item.baseline)
                return int(recorded is not None)
        aside = partial(
            items.mark_unreadable,
            item_id=item.id,
            revision=item.revision,
            error=reading,
            reader=self._reader,
            now=now,
        )
        return int(await self._write(aside))

    def _announce(self, recorded: Recorded, *, baseline: bool) -> None:
        for seq, change in zip(recorded.seqs, recorded.changes, strict=True):
            self._tell(*events.change(seq, change, baseline))
        for delivery in recorded.queued:
            self._tell(*events.alert_queued(delivery))
        if recorded.queued:
            self._wake()

    def _look(self, step: Callable[[Connection], T]) -> T:
        with self._store.read() as connection:
            return step(connection)

    async def _write(self, step: Callable[[Connection], T]) -> T:
        """One transaction, in a thread. Where another worker stored the same row first, it is done once more."""

        def work() -> T:
            with self._store.begin() as connection:
                return step(connection)

        async with self._turn:
            try:
                return await asyncio.to_thread(work)
            except IntegrityError:
                return await asyncio.to_thread(work)
