"""Carries out what the outbox holds: claims what is due, hands it to its channel, writes what came of it.

Each target (a webhook's server, the SMTP server) has a lane of its own, so that one that hangs holds up only itself.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from alerts.books import Attempt, Books, Database
from alerts.channels import Message
from alerts.channels.fitted import Fitted
from alerts.directory import opt_out_code
from alerts.events import Event, settled_untried, tried
from alerts.lane import AHEAD, Lane, Room
from alerts.outcomes import Made
from alerts.types import Lease
from config.outbound import Outbound
from config.settings import Config, Settings, Subscription

#: Seconds after which an answer counts as slow, and its target gets one attempt at a time.
SLOW = 3.0
#: Attempts at once for a target that has not answered yet; each good answer adds one, up to the settings' limit. A few
#: that never answer would hold all attempts otherwise.
FIRST = 2
#: Real seconds between two looks for what has become due while lanes are busy.
LOOK = 1.0
#: Real seconds after which a call returns though lanes are busy: a long queue for a slow target is no hang.
PATIENCE = 300.0


def utc_now() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


class Deliverer:
    """Delivers what is due, at least once, with the same id at every attempt.

    `clock` says what is due and may be simulated; `wall` dates what leaves, for receivers check it by their clock.
    `draw` gives numbers of [0, 1) for jitter. `config` is asked anew for every claim, so that a reload takes effect
    at once; `outbound` may be set anew on a reload. Raises what the database raises; a channel's failures never.
    """

    def __init__(
        self,
        database: Database,
        config: Callable[[], Config],
        outbound: Outbound,
        clock: Callable[[], datetime],
        draw: Callable[[], float],
        on_event: Callable[[Event], None] = lambda event: None,
        *,
        wall: Callable[[], datetime] = utc_now,
        within: Callable[[Connection], Config] | None = None,
    ) -> None:
        self.outbound = outbound
        self._books = Books(database, clock, draw)
        self._config = config
        self._tell = on_event
        self._wall = wall
        #: What counts in a transaction, for a subscription that the config does not know.
        self._within = within
        #: Of the codes by which readers leave.
        self._key = ""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._woken = asyncio.Event()
        self._stopping = False
        self._lanes: dict[str, tuple[Lane, asyncio.Task[None]]] = {}
        #: Targets whose last answer was a failure or slow.
        self._troubled: set[str] = set()
        #: Target → good answers since it was last in trouble. One that is new or was in trouble is not asked much.
        self._proven: Counter[str] = Counter()
        #: Ids that are claimed or under way → their subscriptions.
        self._flying: dict[str, str] = {}
        #: Claimed and not begun by a lane that ended in a failure of the database: to be given back.
        self._left: list[Lease] = []
        self._attempts = 0
        #: Attempts without an answer yet.
        self._open = 0
        self._slots = asyncio.Semaphore(1)
        self._channels = Fitted()

    def wake(self) -> None:
        """Something was enqueued, and committed: deliver it now. From any thread."""
        if self._loop is None or self._loop.is_closed():
            self._woken.set()
        else:
            self._loop.call_soon_threadsafe(self._woken.set)

    async def wait(self, timeout: float | None = None) -> bool:  # noqa: ASYNC109 - a pause, not a limit on work
        """Until `wake` is called, or `timeout` real seconds have passed; whether it was woken."""
        self._loop = asyncio.get_running_loop()
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await self._woken.wait()
            self._woken.clear()
            return True
        return False

    async def deliver_due(self, patience: float = PATIENCE) -> int:
        """Deliver all that is due, and what becomes due or is woken for meanwhile; the number of attempts made.

        Returns when no lane is busy, or after `patience` real seconds; lanes then go on, and the next call looks
        after them. What is enqueued during a call is picked up by it, however slow other lanes are.
        """
        self._loop = asyncio.get_running_loop()
        until = self._loop.time() + patience
        before = self._attempts
        await self._books.flush()
        await self._give_back_left()
        self._key = self._key or await self._books.key()
        while not self._stopping and self._loop.time() < until:
            self._woken.clear()
            await self._open_lanes()
            if not self._lanes:
                await self._channels.close_retired()
                break
            await self._until_news(min(LOOK, until - self._loop.time()))
        return self._attempts - before

    def stop(self) -> None:
        """Claim nothing more. What is under way goes on; `close` waits for it."""
        self._stopping = True
        self.wake()

    async def close(self, drain: float = 0.0) -> int:
        """Stop, let what is under way end within `drain` real seconds, write what came of it, close connections.

        Returns how many attempts were cut off; they are repeated, with the same id, when their leases fall back.
        """
        self.stop()
        lanes = [task for _, task in self._lanes.values()]
        if lanes:
            await asyncio.wait(lanes, timeout=drain)
        cut = self._open
        for task in lanes:
            task.cancel()
        await asyncio.gather(*lanes, return_exceptions=True)
        await self._channels.close()
        await self._books.flush()
        self._left += [lease for lane, _ in self._lanes.values() for lease in lane.waiting]
        await self._give_back_left()
        return cut

    async def _until_news(self, longest: float) -> None:
        """Until all lanes have ended, somebody wakes us, or it is time to look again: `longest` real seconds.

        A lane ends when nothing is left for it, so that one that ended is no reason to look.
        """
        woken = asyncio.create_task(self._woken.wait())
        ended = asyncio.create_task(_all([task for _, task in self._lanes.values()]))  # noqa: RUF006 - cancelled below
        try:
            await asyncio.wait({ended, woken}, timeout=max(longest, 0), return_when=asyncio.FIRST_COMPLETED)
        finally:
            woken.cancel()
            ended.cancel()

    async def _open_lanes(self) -> None:
        """A lane for each target that has something due and none yet; the others hear that there is more."""
        self._reap()
        config = self._config()
        self._fit_channels(config.settings)
        await self._channels.prepare(one.channel for one in config.subscriptions if not one.paused)
        lease = _lease(config.settings)
        taken = await self._books.take(config, self._flying, self._target, self._free, lease, self._within)
        for one in taken.cleared:
            self._tell(settled_untried(one))
        for target, leases in taken.leases.items():
            self._flying.update({lease.id: lease.subscription for lease in leases})
            if target in self._lanes:
                if not self._lanes[target][0].poke():
                    self._woken.set()
            elif leases:
                lane = Lane(target, self, leases)
                self._lanes[target] = lane, asyncio.create_task(lane.run(), name=f"deliver to {target}")

    def _free(self, target: str) -> int:
        """How many may be claimed for a target by who opens its lane; a lane that is open claims for itself."""
        return 0 if target in self._lanes else self.room(target).ahead

    def _reap(self) -> None:
        """Forget lanes that ended. Raises what the database raised in one."""
        for target, (lane, task) in list(self._lanes.items()):
            if task.done():
                del self._lanes[target]
                self._left += lane.waiting
                if not task.cancelled():
                    task.result()

    def _target(self, subscription: Subscription) -> str:
        return self._channels[subscription.channel].target(subscription)

    # The crew of the lanes

    def room(self, target: str) -> Room:
        """How much a target may have at once."""
        delivery = self._config().settings.delivery
        if self._stopping:
            return Room(0, 0)
        if target in self._troubled:
            return Room(1, 1)
        width = min(delivery.per_target, delivery.concurrency, FIRST + self._proven[target])
        return Room(width, AHEAD * width)

    async def claim(self, target: str, limit: int) -> list[Lease]:
        """Up to `limit` deliveries that are due for a target."""
        config = self._config()
        self._fit_channels(config.settings)
        here = [one for one in config.subscriptions if not one.paused and self._target(one) == target]
        leases = await self._books.claim(here, limit, _lease(config.settings), self._flying)
        self._flying.update({lease.id: lease.subscription for lease in leases})
        return leases

    async def give_back(self, leases: Sequence[Lease]) -> None:
        """Queue again what was claimed and not begun."""
        try:
            await self._books.give_back(leases)
        except BaseException:
            self._left += leases
            raise
        self._land(leases)

    async def _give_back_left(self) -> None:
        left, self._left = self._left, []
        if left:
            await self.give_back(left)

    async def carry(self, lease: Lease, target: str, answered: Callable[[], None]) -> None:
        """One attempt: sent, its outcome written, whoever listens told."""
        config = self._config()
        subscription = next((one for one in config.subscriptions if one.name == lease.subscription), None)
        if subscription is None or subscription.paused or self._target(subscription) != target:
            # The configuration changed since it was claimed.
            answered()
            await self.give_back([lease])
            return
        try:
            made = await self._attempt(lease, subscription, target, config.settings.delivery.max_attempts)
            answered()
            attempt = Attempt(made, subscription)
            await self._books.record(attempt)
        finally:
            self._land([lease])
        self._tell(tried(attempt))

    async def _attempt(self, lease: Lease, subscription: Subscription, target: str, max_attempts: int) -> Made:
        self._open += 1
        try:
            async with self._slots:
                self._attempts += 1
                began = time.monotonic()
                answer = await self._channels[subscription.channel].send(self._message(lease, subscription))
                seconds = round(time.monotonic() - began, 3)
        finally:
            self._open -= 1
        if answer.ok and seconds < SLOW:
            self._troubled.discard(target)
            self._proven[target] += 1
        else:
            self._troubled.add(target)
            self._proven.pop(target, None)
        return Made(lease=lease, answer=answer, seconds=seconds, max_attempts=max_attempts)

    def _land(self, leases: Sequence[Lease]) -> None:
        for lease in leases:
            self._flying.pop(lease.id, None)

    def _message(self, lease: Lease, subscription: Subscription) -> Message:
        asked = subscription.channel == "mail" and lease.alert.labels.get("class") != "confirm"
        return Message(
            id=lease.id,
            alert=lease.alert,
            subscription=subscription,
            reason=lease.reason,
            at=self._wall(),
            attempt=lease.attempt,
            follows=lease.follows,
            leave=opt_out_code(self._key, subscription) if asked else "",
        )

    def _fit_channels(self, settings: Settings) -> None:
        if self._channels.fit(settings, self.outbound):
            self._slots = asyncio.Semaphore(settings.delivery.concurrency)


async def _all(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Until all have ended, however."""
    await asyncio.wait(tasks)


def _lease(settings: Settings) -> timedelta:
    """Long enough for every attempt of a claim: a target that is slow has what was claimed ahead taken from it."""
    return timedelta(seconds=2 * max(settings.delivery.timeout, settings.mail.timeout) + 30)
