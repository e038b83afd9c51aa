"""Polls what is due: fetched side by side, parsed off the loop, stored with the feed's new state in one transaction."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Protocol

from structlog import get_logger

from config.settings import Config
from monitor.feeds.credentials import Locked
from monitor.feeds.entry import ParseError
from monitor.feeds.fetch import Fetched, FetchError, Request
from monitor.feeds.parse import parse
from monitor.feeds.schedule import Outcome
from monitor.pipeline import asking, events, steps
from monitor.pipeline.steps import Brought
from monitor.pipeline.writer import Writer
from monitor.store import StoreError, feeds
from monitor.store.feeds import Lease, LeaseLost

#: How long a feed is ours to poll: longer than the slowest answer and a long queue before its host.
LEASE: Final = timedelta(minutes=15)
#: Real seconds in which one turn takes on new feeds, so that it has an end on a large list.
CLAIM_FOR: Final = 60.0
#: Real seconds between two looks for feeds that have become due while others are under way.
LOOK: Final = 1.0

log = get_logger()


class Fetches(Protocol):
    """What is needed of `monitor.feeds.fetch.Fetcher`."""

    async def fetch(self, request: Request) -> Fetched: ...


def unforeseen(error: Exception) -> Brought:
    """The outcome of a poll on which the program itself failed."""
    return Brought(outcome=Outcome(error=f"a mistake in pactwatch: {type(error).__name__}: {error}"))


class Poller:
    """The feeds that this process polls just now. The arguments are those of `Pipeline`."""

    def __init__(
        self,
        writer: Writer,
        fetcher: Fetches,
        config: Callable[[], Config],
        clock: Callable[[], datetime],
        on_event: Callable[[str, Mapping[str, object]], None],
        draw: Callable[[], float],
    ) -> None:
        self._writer = writer
        self._fetcher = fetcher
        self._config = config
        self._clock = clock
        self._tell = on_event
        self._draw = draw
        self._polling: dict[asyncio.Task[None], Lease] = {}
        self._to_release: list[Lease] = []
        self.stopping = False

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
                if not (self.stopping or troubles or loop.time() > until):
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
            leases = await self._writer.write(claim)
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
        saved, state = await self._writer.write(step)
        self._tell(*events.feed_polled(lease, brought, saved, state))
        for item_id in saved.new:
            self._tell(*events.item_stored(lease, item_id))

    async def _ask(self, lease: Lease) -> Brought:
        """Fetches and parses; every failure is an outcome of the poll and not of the turn."""
        try:
            request = await asyncio.to_thread(asking.request, lease) if lease.feed.login else asking.request(lease)
            answer = await self._fetcher.fetch(request)
            if answer.body is None:
                return asking.unchanged(lease, answer)
            parsed = await asyncio.to_thread(parse, answer.body, answer.url, answer.content_type)
        except FetchError as error:
            return asking.failed(error)
        except (ParseError, Locked) as error:
            return Brought(outcome=Outcome(error=str(error)))
        except Exception as error:
            log.exception("a poll failed in a way that we did not foresee", feed=lease.feed.name)
            return unforeseen(error)
        return asking.read(lease, answer, parsed, self._clock())

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
                await self._writer.write(partial(feeds.release, leases=leases))
                self._to_release = []
