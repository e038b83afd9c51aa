"""Polls what is due: fetched side by side, and what came is parsed and stored in batches off the loop.

A batch is one transaction: items, validators and schedules of all its polls are there together or not at all. While
one is stored the next gathers, so that a single poll is stored at once and a thousand cost a few turns of the disk.
Feeds that did not change are in no hurry: they wait a moment for each other.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy import Connection
from structlog import get_logger

from config.settings import Config
from monitor.feeds.credentials import Locked
from monitor.feeds.fetch import Fetched, FetchError, Fetches
from monitor.feeds.schedule import Outcome
from monitor.pipeline import asking, events, steps
from monitor.pipeline.arrivals import Arrival, read_all, size, unforeseen
from monitor.pipeline.atonce import FEW, AtOnce, Read
from monitor.pipeline.memory import Memory
from monitor.pipeline.steps import Brought
from monitor.pipeline.writer import Writer
from monitor.store import StoreError, feeds
from monitor.store.feeds import Lease, State
from monitor.store.items import Saved

#: How long a feed is ours to poll: longer than the slowest answer and a long queue before its host.
LEASE: Final = timedelta(minutes=15)
#: Feeds that are claimed for each request that may be under way: many of them wait for their host.
AHEAD: Final = 20
#: Real seconds after which a turn ends as soon as nothing is under way, and after which it takes on nothing more.
CLAIM_FOR: Final = 60.0
CLAIM_AT_MOST: Final = 300.0
#: Real seconds between two looks for feeds that have become due while others are under way.
LOOK: Final = 1.0
#: Real seconds that polls without a document wait for others, and how many of them wait no longer.
GATHER: Final = 0.1
GATHERED: Final = 200
#: Polls and bytes of one batch, and the bytes that may wait to be stored before no more are fetched.
BATCH: Final = 200
BATCH_BYTES: Final = 1_000_000
MOST_WAITING: Final = 32_000_000

log = get_logger()


@dataclass(slots=True)
class _Turn:
    """One turn of polling."""

    until: float
    at_most: float
    done: int = 0
    #: When feeds were last looked for, and whether that brought all that there was room for.
    looked: float = 0.0
    room: int = 0
    more: bool = True
    trouble: StoreError | None = None


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
        at_once: AtOnce | None = None,
        told_read: Callable[[Read], None] = lambda _: None,
    ) -> None:
        """`at_once` reads what is new while it is stored, and `told_read` hears of that."""
        self._writer = writer
        self._fetcher = fetcher
        self._config = config
        self._clock = clock
        self._tell = on_event
        self._draw = draw
        self._at_once = at_once
        self._told_read = told_read
        self._memory = Memory()
        self._asking: dict[asyncio.Task[None], Lease] = {}
        self._arrived: list[Arrival] = []
        #: When those that have arrived are to be stored at the latest, in the loop's time.
        self._ripe_at = 0.0
        #: Bytes that wait to be stored.
        self._waiting = 0
        self._to_release: list[Lease] = []
        self._came = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self.stopping = False

    async def poll_due(self) -> int:
        """Polls every feed that is due, until none is; how many it polled.

        A slow feed delays no other: feeds that become due meanwhile are taken on too. Raises StoreError.
        """
        loop = asyncio.get_running_loop()
        turn = _Turn(loop.time() + CLAIM_FOR, loop.time() + CLAIM_AT_MOST)
        await self._give_back()
        try:
            while True:
                if self._ripe():
                    await self._store_some(turn)
                    continue
                await self._take_on(turn)
                if not self._asking and not self._arrived:
                    break
                await self._something_came()
        finally:
            await self._cut_off()
            await self._give_back()
        if turn.trouble:
            raise turn.trouble
        return turn.done

    def _ripe(self) -> bool:
        """Whether what has arrived is to be stored now."""
        if not self._arrived:
            return False
        enough = len(self._arrived) >= GATHERED or not self._asking
        return enough or self._waiting > 0 or asyncio.get_running_loop().time() >= self._ripe_at

    async def _something_came(self) -> None:
        self._came.clear()
        if self._ripe():
            return
        left = self._ripe_at - asyncio.get_running_loop().time() if self._arrived else LOOK
        with suppress(TimeoutError):
            async with asyncio.timeout(left):
                await self._came.wait()

    async def _take_on(self, turn: _Turn) -> None:
        """Claims as many due feeds as there is room for, and starts to ask them."""
        if claim := self._claim(turn, len(self._asking) + len(self._arrived)):
            try:
                self._start(turn, await self._writer.write(claim))
            except StoreError as error:
                turn.trouble = error

    def _claim(self, turn: _Turn, under_way: int) -> Callable[[Connection], list[Lease]] | None:
        """The step that claims what is due, or None where nothing more is to be taken on just now."""
        now = asyncio.get_running_loop().time()
        over = now > turn.at_most or (now > turn.until and not under_way)
        if self.stopping or turn.trouble or over or (not turn.more and now < turn.looked + LOOK):
            return None
        most = self._config().settings.polling.concurrency * AHEAD
        if under_way > most // 2:
            return None  # One claim for many feeds, not one for each that ends.
        turn.looked, turn.room = now, most - under_way
        held = {lease.id for lease in self._asking.values()} | {one.lease.id for one in self._arrived}
        return partial(
            feeds.claim_due,
            now=self._clock(),
            limit=turn.room,
            lease=LEASE,
            token=secrets.token_hex(16),
            held=held,
        )

    def _start(self, turn: _Turn, leases: Sequence[Lease]) -> None:
        turn.more = len(leases) == turn.room
        for lease in leases:
            self._asking[asyncio.create_task(self._ask(lease), name=f"poll {lease.feed.name}")] = lease

    async def _ask(self, lease: Lease) -> None:
        """Fetches; every failure is an outcome of the poll and not of the turn."""
        try:
            while self._waiting > MOST_WAITING:
                self._room.clear()
                await self._room.wait()
            request = await asyncio.to_thread(asking.request, lease) if lease.feed.login else asking.request(lease)
            answer = await self._fetcher.fetch(request)
            found = answer if answer.body is not None else asking.unchanged(lease, answer)
        except FetchError as error:
            found = asking.failed(error)
        except Locked as error:
            found = Brought(outcome=Outcome(error=str(error)))
        except Exception as error:
            log.exception("a poll failed in a way that we did not foresee", feed=lease.feed.name)
            found = unforeseen(error)
        task = asyncio.current_task()
        assert task is not None
        del self._asking[task]
        if not self._arrived:
            self._ripe_at = asyncio.get_running_loop().time() + GATHER
            self._came.set()  # From now on there is something to wait for.
        known = self._memory.known(lease) if isinstance(found, Fetched) else None
        self._arrived.append(Arrival(lease, found, known))
        self._waiting += size(found)
        if self._ripe():
            self._came.set()

    async def _store_some(self, turn: _Turn) -> None:
        """Parses and stores what has come, as much as fits a batch."""
        batch = self._batch()
        waited = sum(size(one.found) for one in batch)
        try:
            # Where no document came, as mostly, there is nothing to take to another thread.
            documents = any(isinstance(one.found, Fetched) for one in batch)
            polls = await asyncio.to_thread(read_all, batch, self._clock()) if documents else batch
            await self._store(turn, polls)
        except StoreError as error:
            turn.trouble = error
        finally:
            # What was not stored is given back; what was has no lease any more, and giving it back does nothing.
            self._to_release += [one.lease for one in batch if not one.stored]
            self._waiting -= waited
            self._room.set()

    def _batch(self) -> list[Arrival]:
        number, total = 0, 0
        while number < min(len(self._arrived), BATCH) and total <= BATCH_BYTES:
            total += size(self._arrived[number].found)
            number += 1
        batch, self._arrived = self._arrived[:number], self._arrived[number:]
        return batch

    async def _store(self, turn: _Turn, polls: Sequence[Arrival]) -> None:
        """Stores polls together; where one cannot be stored each goes alone, so that it harms no other."""
        try:
            await self._store_together(turn, polls, self._at_once)
        except StoreError:
            raise
        except Exception as error:
            if await self._stored_unread(turn, polls):
                log.exception("what was new could not be read while it was stored; it is read by itself")
            elif len(polls) > 1:
                for poll in polls:
                    await self._store(turn, [poll])
            elif polls[0].failed:
                raise
            else:
                log.exception("what a poll brought cannot be stored", feed=polls[0].lease.feed.name)
                polls[0].fails(unforeseen(error))
                await self._store(turn, polls)

    async def _stored_unread(self, turn: _Turn, polls: Sequence[Arrival]) -> bool:
        """Whether polls can be stored where nothing is read with them: what failed was the reading, then."""
        try:
            if self._at_once is not None:
                await self._store_together(turn, polls, None)
        except StoreError:
            raise
        except Exception:
            return False
        return self._at_once is not None

    async def _store_together(self, turn: _Turn, polls: Sequence[Arrival], at_once: AtOnce | None) -> None:
        polling, now = self._config().settings.polling, self._clock()
        rows = [(one.lease, one.brought, self._draw()) for one in polls]
        # What is due next is claimed in the same transaction: each waits for the disk once.
        claim = self._claim(turn, len(self._asking) + len(self._arrived))

        def step(connection: Connection) -> tuple[list[tuple[Saved, State] | None], list[Read], list[Lease]]:
            done = steps.store_polls(connection, rows, now, polling)
            new = sum(len(one[0].new) + len(one[0].revised) for one in done if one)
            read = at_once.read(connection, now) if at_once and 0 < new <= FEW else []
            return done, read, claim(connection) if claim else []

        done, read, leases = await self._writer.write(step)
        if claim:
            self._start(turn, leases)
        for poll, stored in zip(polls, done, strict=True):
            poll.stored = True
            if stored is None:
                log.info("another worker has taken the feed over", feed=poll.lease.feed.name)
            else:
                turn.done += 1
                self._told(poll, *stored)
        for one in read:
            self._told_read(one)

    def _told(self, poll: Arrival, saved: Saved, state: State) -> None:
        lease = poll.lease
        if poll.now_known is not None:
            self._memory.keep(lease, state.body_hash, poll.now_known)
        self._tell(*events.feed_polled(lease, poll.brought, saved, state))
        for item_id in saved.new:
            self._tell(*events.item_stored(lease, item_id))

    async def _cut_off(self) -> None:
        """Gives up the polls that are still under way."""
        asking_, self._asking = self._asking, {}
        for task in asking_:
            task.cancel()
        await asyncio.gather(*asking_, return_exceptions=True)
        self._to_release += [*asking_.values(), *(one.lease for one in self._arrived)]
        self._arrived.clear()
        self._waiting = 0

    async def _give_back(self) -> None:
        """Makes the feeds due again whose polls came to nothing. Where not even that can be written it is done at the
        next turn, or the leases run out by themselves."""
        if leases := self._to_release:
            with suppress(StoreError):
                await self._writer.write(partial(feeds.release, leases=leases))
                self._to_release = []
