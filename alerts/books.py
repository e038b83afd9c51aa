"""The database side of delivering: reads what is due and writes outcomes, in threads, one transaction at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from sqlalchemy import Connection

from alerts import outbox
from alerts.directory import LEFT, make_opt_out_key
from alerts.types import Answer, Lease, Settled
from config.settings import Config, Subscription

T = TypeVar("T")


class Database(Protocol):
    """An engine, or a store: something that opens transactions."""

    def begin(self) -> AbstractContextManager[Connection]: ...


@dataclass(slots=True, eq=False)
class Attempt:
    """An attempt that was made, and what became of the delivery once that is written."""

    lease: Lease
    subscription: Subscription
    answer: Answer
    seconds: float
    max_attempts: int
    #: None until written, and where the lease was lost.
    settled: Settled | None = None


@dataclass(frozen=True, slots=True)
class Cleared:
    """Deliveries that were settled without an attempt."""

    subscription: str
    #: skipped or dead.
    state: str
    reason: str
    count: int


class Books:
    """Every method raises what the database raises. An outcome that could not be written is kept for the next try."""

    def __init__(self, database: Database, clock: Callable[[], datetime], draw: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock
        self._draw = draw
        # SQLite has one writer: threads of ours that queue here do not sleep in its busy handler.
        self._turn = asyncio.Lock()
        self._unwritten: list[Attempt] = []

    async def ready(self, config: Config, flying: Iterable[str]) -> tuple[list[Subscription], list[Cleared]]:
        """Subscriptions that have something due and may be delivered to, and what was settled on the way.

        Settled is what waits for a subscription that left the config, or whose receiver wants no more. What waits
        for a paused one stays.
        """
        known = {subscription.name: subscription for subscription in config.subscriptions}
        away = list(flying)
        now = self._clock()

        def work(connection: Connection) -> tuple[list[Subscription], list[Cleared]]:
            stops = outbox.stop_reasons(connection)
            ready, cleared = [], []
            for name in outbox.due_subscriptions(connection, now):
                against = _against(known.get(name), stops)
                if against is not None:
                    count = outbox.settle_pending(connection, name, *against, now, away)
                    cleared.append(Cleared(name, *against, count))
                elif not known[name].paused:
                    ready.append(known[name])
            return ready, [one for one in cleared if one.count]

        return await self._transact(work)

    async def claim(
        self, subscriptions: Collection[Subscription], limit: int, lease: timedelta, flying: Iterable[str]
    ) -> list[Lease]:
        """Up to `limit` due deliveries of these subscriptions, leased; none for a receiver that wants no more."""
        away = list(flying)
        now = self._clock()

        def work(connection: Connection) -> list[Lease]:
            stops = outbox.stop_reasons(connection)
            names = [one.name for one in subscriptions if (one.name, outbox.target_hash(one)) not in stops]
            return outbox.claim(connection, now, limit, lease, subscriptions=names, flying=away)

        return await self._transact(work)

    async def key(self) -> str:
        """The key of the codes by which readers leave; made at the first time."""
        return await self._transact(make_opt_out_key)

    async def record(self, attempt: Attempt) -> Settled | None:
        """Write an attempt; what arrives while another transaction runs shares the next one."""
        self._unwritten.append(attempt)
        await self.flush()
        return attempt.settled

    async def flush(self) -> None:
        """Write what is not written yet."""
        async with self._turn:
            batch, self._unwritten = self._unwritten, []
            if not batch:
                return
            writing = asyncio.ensure_future(asyncio.to_thread(self._write, batch))
            try:
                await asyncio.shield(writing)
            except asyncio.CancelledError:
                # The thread cannot be cancelled: what it commits must not be written a second time.
                await asyncio.wait({writing})
                raise
            finally:
                if writing.exception() is not None:
                    self._unwritten = batch + self._unwritten

    def _write(self, batch: list[Attempt]) -> None:
        now = self._clock()
        with self._database.begin() as connection:
            written = [self._write_one(connection, attempt, now) for attempt in batch]
        for attempt, settled in zip(batch, written, strict=True):
            attempt.settled = settled

    def _write_one(self, connection: Connection, attempt: Attempt, now: datetime) -> Settled | None:
        if attempt.answer.gone:
            mail = attempt.subscription.channel == "mail"
            who = "the address refused for good" if mail else "the receiver is gone"
            outbox.stop(connection, attempt.subscription, f"{who}: {attempt.answer.detail}", now)
        return outbox.finish(
            connection,
            attempt.lease,
            attempt.answer,
            now,
            draw=self._draw,
            max_attempts=attempt.max_attempts,
            seconds=attempt.seconds,
        )

    async def _transact(self, work: Callable[[Connection], T]) -> T:
        async with self._turn:
            return await asyncio.to_thread(self._run, work)

    def _run(self, work: Callable[[Connection], T]) -> T:
        with self._database.begin() as connection:
            return work(connection)


def _against(subscription: Subscription | None, stops: dict[tuple[str, str], str]) -> tuple[str, str] | None:
    """State and reason with which a subscription's deliveries end untried, or None where nothing speaks against it."""
    if subscription is None:
        return "skipped", "the subscription is no longer in the configuration"
    reason = stops.get((subscription.name, outbox.target_hash(subscription)))
    if reason is None:
        return None
    return ("skipped" if reason.startswith(LEFT) else "dead"), reason
