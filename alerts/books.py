"""The database side of delivering: reads what is due and writes outcomes, in threads, one transaction at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from sqlalchemy import Connection

from alerts import outbox
from alerts.directory import LEFT, make_opt_out_key
from alerts.outcomes import Made
from alerts.types import Lease, Settled
from config.settings import Config, Subscription

T = TypeVar("T")


class Database(Protocol):
    """An engine, or a store: something that opens transactions."""

    def begin(self) -> AbstractContextManager[Connection]: ...


@dataclass(slots=True, eq=False)
class Attempt:
    """An attempt that was made, and what became of the delivery once that is written."""

    made: Made
    subscription: Subscription
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


@dataclass(slots=True)
class Taken:
    """What one look brought."""

    #: Target → what was leased for it, maybe nothing.
    leases: dict[str, list[Lease]] = field(default_factory=dict)
    cleared: list[Cleared] = field(default_factory=list)


class Books:
    """Every method raises what the database raises. An outcome that could not be written is kept for the next try."""

    def __init__(self, database: Database, clock: Callable[[], datetime], draw: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock
        self._draw = draw
        # SQLite has one writer: threads of ours that queue here do not sleep in its busy handler.
        self._turn = asyncio.Lock()
        self._unwritten: list[Attempt] = []

    async def take(
        self,
        config: Config,
        flying: Mapping[str, str],
        place: Callable[[Subscription], str],
        limit: Callable[[str], int],
        lease: timedelta,
        within: Callable[[Connection], Config] | None = None,
    ) -> Taken:
        """What is due, leased, by target (`place`): of each subscription there as many as `limit` allows the target.

        `flying` are the ids that are under way, with their subscriptions. Settled without an attempt is what waits
        for a subscription that left the config, or whose receiver wants no more; what waits for a paused one stays.
        A subscription that the config does not know is looked for once more by `within`, in the transaction itself: a
        command may have added it, with its first message, since the config was made.
        """
        known = {subscription.name: subscription for subscription in config.subscriptions}
        now = self._clock()

        def work(connection: Connection) -> Taken:
            stops = outbox.stop_reasons(connection)
            taken, names = Taken(), dict[str, list[str]]()
            due = outbox.due_subscriptions(connection, now)
            if within is not None and not known.keys() >= set(due):
                known.update((subscription.name, subscription) for subscription in within(connection).subscriptions)
            for name in due:
                against = _against(known.get(name), stops)
                if against is not None:
                    away = [id for id, of in flying.items() if of == name]
                    count = outbox.settle_pending(connection, name, *against, now, away)
                    taken.cleared += [Cleared(name, *against, count)] if count else []
                elif not known[name].paused:
                    names.setdefault(place(known[name]), []).append(name)
            taken.leases = {target: [] for target in names}
            for most, targets in _by_limit(names, limit).items():
                here = {name: target for target in targets for name in names[target]}
                away = [id for id, of in flying.items() if of in here]
                for one in outbox.claim(connection, now, most, lease, subscriptions=here, flying=away, each=True):
                    taken.leases[here[one.subscription]].append(one)
            return taken

        return await self._transact(work)

    async def claim(
        self, subscriptions: Collection[Subscription], limit: int, lease: timedelta, flying: Mapping[str, str]
    ) -> list[Lease]:
        """Up to `limit` due deliveries of these subscriptions, leased; none for a receiver that wants no more."""
        known = {one.name for one in subscriptions}
        away = [id for id, name in flying.items() if name in known]
        now = self._clock()

        def work(connection: Connection) -> list[Lease]:
            stops = outbox.stop_reasons(connection)
            names = [one.name for one in subscriptions if (one.name, outbox.target_hash(one)) not in stops]
            return outbox.claim(connection, now, limit, lease, subscriptions=names, flying=away)

        return await self._transact(work)

    async def give_back(self, leases: Sequence[Lease]) -> None:
        """Queue again what was claimed and not begun."""
        now = self._clock()
        await self._transact(lambda connection: outbox.give_back(connection, leases, now))

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
            for attempt in batch:
                if attempt.made.answer.gone:
                    mail = attempt.subscription.channel == "mail"
                    who = "the address refused for good" if mail else "the receiver is gone"
                    outbox.stop(connection, attempt.subscription, f"{who}: {attempt.made.answer.detail}", now)
            written = outbox.finish_all(connection, [attempt.made for attempt in batch], now, self._draw)
        for attempt, settled in zip(batch, written, strict=True):
            attempt.settled = settled

    async def _transact(self, work: Callable[[Connection], T]) -> T:
        async with self._turn:
            return await asyncio.to_thread(self._run, work)

    def _run(self, work: Callable[[Connection], T]) -> T:
        with self._database.begin() as connection:
            return work(connection)


def _by_limit(targets: Iterable[str], limit: Callable[[str], int]) -> dict[int, list[str]]:
    """How many may be claimed → the targets of which that is so; those of which none may are left out."""
    found: dict[int, list[str]] = {}
    for target in targets:
        if most := limit(target):
            found.setdefault(most, []).append(target)
    return found


def _against(subscription: Subscription | None, stops: dict[tuple[str, str], str]) -> tuple[str, str] | None:
    """State and reason with which a subscription's deliveries end untried, or None where nothing speaks against it."""
    if subscription is None:
        return "skipped", "the subscription is no longer in the configuration"
    reason = stops.get((subscription.name, outbox.target_hash(subscription)))
    if reason is None:
        return None
    return ("skipped" if reason.startswith(LEFT) else "dead"), reason
