"""Conducts the steps: what is due is fetched side by side, what came is read in order, and each is one transaction."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from importlib.metadata import version
from typing import Final

from sqlalchemy import Connection
from structlog import get_logger

from config.settings import Config
from monitor.feeds.fetch import Fetches
from monitor.pipeline import events, steps
from monitor.pipeline.articles import Articles
from monitor.pipeline.atonce import AtOnce, Read
from monitor.pipeline.polling import Poller
from monitor.pipeline.secondlook import Second, SecondLook
from monitor.pipeline.steps import Recorded
from monitor.pipeline.writer import Writer
from monitor.store import Store, StoreError, items
from monitor.store.items import Unread
from monitor.types import Article, Reading

#: Items that are read between two transactions.
BATCH: Final = 50

log = get_logger()


def ignore(name: str, payload: Mapping[str, object]) -> None:
    """Listens to no event."""


def _is_quiet(reading: Reading | str) -> bool:
    return isinstance(reading, Reading) and not reading.claims


class Pipeline:
    """The way from a feed to an alert. One instance serves one event loop; any number may share a database.

    `clock` is the time of all that is stored. `read` turns an article into its reading and touches nothing. `on_event`
    hears what happened as a name and plain data (`monitor.pipeline.events`), in the loop's thread, after it is stored.
    `draw` gives numbers of [0, 1) for jitter. `wake` is called when deliveries were queued. `second` is asked about
    items beside `read`, where it is on. `within` gives the configuration that counts in a transaction: where it is
    given, a few new items are read in the one that stores them.

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
        second: Second | None = None,
        within: Callable[[Connection], Config] | None = None,
    ) -> None:
        #: The version of `read`, kept with every claim.
        self._reader = reader or version("pactwatch")
        at_once = AtOnce(read, self._reader, within, second) if within else None
        self._writer = Writer(store)
        self._poller = Poller(self._writer, fetcher, config, clock, on_event, draw, at_once, self._read_at_once)
        self._second = None if second is None else SecondLook(self._writer, second, config, clock, on_event)
        self._articles = Articles(self._writer, fetcher, clock, on_event)
        self._config = config
        self._clock = clock
        self._read = read
        self._tell = on_event
        self._wake = wake
        self._retried = False
        #: Items that were read while they were stored and are in no count yet.
        self._early = 0
        self._stopping = False

    async def poll_due(self) -> int:
        """Polls every feed that is due, until none is; how many it polled. Raises StoreError.

        A slow feed delays no other: feeds that become due meanwhile are taken on too.
        """
        return await self._poller.poll_due()

    async def fetch_articles(self) -> int:
        """Fetches the full articles that are wanted and due; how many items can be read now. Raises StoreError."""
        return await self._articles.fetch_due()

    async def read_backlog(self) -> int:
        """Reads every item that waits, oldest first; how many were read since the last call. Raises StoreError.

        One whose full article is wanted waits for that, a quarter of an hour at most (`monitor.store.pages`).
        An item that claims something is a transaction of its own; those that claim nothing share one.
        """
        done, self._early = self._early, 0
        if self._second is not None:
            self._second.begin()
        if not self._retried:
            # Another version of the program may read what this one's forerunner could not.
            await self._writer.write(partial(items.retry_unreadable, reader=self._reader))
            self._retried = True
        while not self._stopping:
            look = partial(items.backlog, limit=BATCH, now=self._clock())
            if not (pairs := await self._writer.look_then(look, self._read_all)):
                break
            if self._second is not None:
                pairs = await self._second.of(pairs)
            done += await self._record_quiet([pair for pair in pairs if _is_quiet(pair[1])])
            for item, reading in pairs:
                if not _is_quiet(reading):
                    done += await self._record(item, reading)
        return done

    async def settle_due(self) -> int:
        """Gives the dates that have come their effect; how many changes that made. Raises StoreError."""
        config, now = self._config(), self._clock()
        recorded = await self._writer.write(lambda connection: steps.settle(connection, config, now))
        self._announce(recorded, baseline=False)
        return len(recorded.changes)

    def stop(self) -> None:
        """Begins nothing new: turns under way end with what they have in hand."""
        self._stopping = self._poller.stopping = self._articles.stopping = True

    async def close(self) -> None:
        """Ends what runs beside this process."""
        await self._articles.close()

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
        recorded = await self._writer.write(step) if quiet else []
        for (item, reading), one in zip(quiet, recorded, strict=True):
            if one is not None:
                self._tell(*events.item_read(item, reading, one))
                self._announce(one, baseline=item.baseline)
        return sum(one is not None for one in recorded)

    async def _record(self, item: Unread, reading: Reading | str) -> int:
        """Stores what was read, or that it cannot be; 1, or 0 where somebody else was faster."""
        config, now = self._config(), self._clock()
        if isinstance(reading, Reading):
            try:
                step = partial(steps.record, item=item, reading=reading, reader=self._reader, config=config, now=now)
                recorded = await self._writer.write(step)
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
        return int(await self._writer.write(aside))

    def _read_at_once(self, one: Read) -> None:
        self._early += 1
        self._tell(*events.item_read(one.item, one.reading, one.recorded))
        self._announce(one.recorded, baseline=one.item.baseline)

    def _announce(self, recorded: Recorded, *, baseline: bool) -> None:
        for seq, change in zip(recorded.seqs, recorded.changes, strict=True):
            self._tell(*events.change(seq, change, baseline))
        for delivery in recorded.queued:
            self._tell(*events.alert_queued(delivery))
        if recorded.queued:
            self._wake()
