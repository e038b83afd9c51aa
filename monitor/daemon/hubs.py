"""WebSub: subscribes where a feed names a hub and we can be reached, answers the hub's questions, takes what it brings.

W3C WebSub (https://www.w3.org/TR/websub/). What a hub says is believed only where it proves itself: a question by the
address of our callback, which nobody can guess, a delivery by its signature. An unsigned one is a hint to poll.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection
from structlog import get_logger

from config.outbound import Outbound
from config.settings import Config, Settings
from monitor.daemon.hubcall import post
from monitor.feeds import websub
from monitor.feeds.entry import Entry, ParseError
from monitor.feeds.fetch import FetchError
from monitor.feeds.parse import parse
from monitor.pipeline.writer import Writer
from monitor.store import Store, StoreError, feeds, hubs, items
from monitor.store.hubs import State, Subscribed
from monitor.store.items import Saved

if TYPE_CHECKING:
    from aiohttp import web

#: Hubs that are asked in one turn.
BATCH: Final = 20
PATH: Final = "/websub/"

log = get_logger()


class Hubs:
    """The daemon's side of WebSub. `config` and `outbound` are asked at each use. `draw` gives numbers of [0, 1)."""

    def __init__(
        self,
        store: Store,
        config: Callable[[], Config],
        outbound: Callable[[], Outbound],
        clock: Callable[[], datetime],
        draw: Callable[[], float],
        on_event: Callable[[str, Mapping[str, object]], None],
        post: Callable[[str, Mapping[str, str], Settings, Outbound], Awaitable[None]] = post,
    ) -> None:
        self._writer = Writer(store)
        self._config = config
        self._outbound = outbound
        self._clock = clock
        self._draw = draw
        self._tell = on_event
        self._post = post
        self._brought = 0

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """The callback's two methods, for the web server."""
        router.add_get(PATH + "{token}", self.answer)
        router.add_post(PATH + "{token}", self.receive)

    def brought(self) -> int:
        """How many new items came in since the last call."""
        number, self._brought = self._brought, 0
        return number

    async def run(self) -> int:
        """Subscribes to and renews what is due, and polls feeds whose lease ran out; how many hubs were asked.

        Raises StoreError.
        """
        settings = self._config().settings
        over, due = await self._writer.look(partial(_look, now=self._clock()))
        for name in await self._writer.write(partial(hubs.lapse, now=self._clock())) if over else ():
            log.warning("websub_lapsed", feed=name, message="its hub did not renew; it is polled as before")
        if self._callback(settings) is None:
            return 0
        await asyncio.gather(*(self._subscribe(one, settings) for one in due))
        return len(due)

    def _callback(self, settings: Settings) -> str | None:
        """The address before the token under which hubs reach us; None where they cannot or shall not."""
        http = settings.http
        if not (settings.polling.websub and http.listen and http.public_url):
            return None
        return http.public_url.rstrip("/") + PATH

    async def _subscribe(self, one: Subscribed, settings: Settings) -> None:
        callback = f"{self._callback(settings)}{one.token}"
        # Written first: many hubs verify before they answer.
        again = self._clock() + websub.PATIENCE
        await self._writer.write(partial(hubs.asked, one=one, again_at=again))
        try:
            await self._post(one.hub, websub.form(one.hub, callback, one.topic, one.secret), settings, self._outbound())
        except FetchError as error:
            later = websub.retry(one.failures, self._clock(), self._draw())
            await self._writer.write(partial(hubs.failed, one=one, error=error.reason, again_at=later))
            log.warning("websub_failed", feed=one.feed, message=f"its hub cannot be asked: {error.reason}")

    async def answer(self, request: web.Request) -> web.Response:
        """A hub's question: did you ask for this? (5.3) Only what we did ask for is affirmed."""
        from aiohttp import web  # loaded already, by the door that calls us

        asked = websub.question(request.query)
        one = await self._of(request)
        if asked is None or one is None or asked.topic != one.topic:
            return web.Response(status=404, text="no such subscription")
        now = self._clock()
        if asked.mode == "denied":
            reason = asked.reason or "the hub gives no reason"
            later = now + websub.LAST_RETRY
            await self._writer.write(partial(hubs.denied, one=one, reason=f"denied: {reason}", again_at=later))
            log.warning("websub_denied", feed=one.feed, message=reason)
            return web.Response()
        if asked.mode != "subscribe" or one.state not in (State.ASKED, State.LIVE):
            return web.Response(status=404, text="this was not asked for")
        until, renew = websub.lease(asked.lease, now, self._draw())
        await self._writer.write(partial(hubs.verified, one=one, lease_until=until, renew_at=renew))
        log.info("websub_subscribed", feed=one.feed, until=until.isoformat())
        # Text, and never sniffed: what a stranger sends goes back as it is.
        return web.Response(text=asked.challenge, headers={"X-Content-Type-Options": "nosniff"})

    async def receive(self, request: web.Request) -> web.Response:
        """A delivery (7). Answered only when it is stored, so that a hub tries again after a crash."""
        from aiohttp import web

        try:
            one = await self._of(request)
            if one is None or one.state not in (State.ASKED, State.LIVE):
                return web.Response(status=410, text="nobody subscribes to this any more")
            body = await _body(request, self._config().settings.polling.max_bytes)
            if body is None:
                return web.Response(status=413, text="too large")
            await self._take(one, body, request.headers)
        except StoreError as error:
            log.error("websub_not_stored", message=str(error))
            return web.Response(status=503, headers={"Retry-After": "60"})
        return web.Response(status=204)

    async def _take(self, one: Subscribed, body: bytes, headers: Mapping[str, str]) -> None:
        if not websub.is_secret(one.hub):
            return await self._hint(one)
        if not websub.signed(headers.get("X-Hub-Signature"), one.secret, body):
            # Answered like a good one (7.1.2), so that nobody learns from the answer.
            log.warning("websub_unsigned", feed=one.feed, message="a delivery without a good signature is ignored")
            return None
        try:
            parsed = await asyncio.to_thread(parse, body, one.topic, headers.get("Content-Type"))
        except ParseError:
            return await self._hint(one)
        entries = [entry for entry in parsed.entries if entry.says_something]
        saved = await self._writer.write(partial(_store, one=one, entries=entries, now=self._clock()))
        self._brought += len(saved.new) + len(saved.revised)
        self._tell("feed_pushed", {"feed": one.feed, "new": len(saved.new), "revised": len(saved.revised)})
        for item in saved.new:
            self._tell("item_stored", {"item": item, "feed": one.feed})
        return None

    async def _hint(self, one: Subscribed) -> None:
        """Something may be new: the feed is due, though not more often than it may be asked at all."""
        least = self._config().settings.polling.min_interval
        await self._writer.write(partial(_hasten, one=one, now=self._clock(), least=least))

    async def _of(self, request: web.Request) -> Subscribed | None:
        token = request.match_info["token"]
        return await self._writer.look(partial(hubs.by_token, token=token)) if len(token) <= 64 else None


def _look(connection: Connection, now: datetime) -> tuple[bool, list[Subscribed]]:
    """Whether a lease ran out, and the subscriptions that are due. Most minutes there is neither, and no write."""
    return hubs.is_over(connection, now), hubs.due(connection, now, BATCH)


def _store(connection: Connection, one: Subscribed, entries: Iterable[Entry], now: datetime) -> Saved:
    """The items that a hub brought, as a poll would store them; the feed's schedule and validators stay."""
    feed = feeds.get(connection, one.feed)
    hubs.pushed(connection, one.feed_id, now)
    return items.save(connection, feed, entries, now, baseline=feed.state.first_polled_at is None)


def _hasten(connection: Connection, one: Subscribed, now: datetime, least: timedelta) -> None:
    asked = feeds.get(connection, one.feed).state.last_polled_at
    hubs.hasten(connection, one.feed_id, max(now, asked + least) if asked else now)


async def _body(request: web.Request, limit: int) -> bytes | None:
    """The body, or None where it is larger than `limit`. The server's own limit is for forms."""
    parts, size = [], 0
    async for chunk in request.content.iter_any():
        size += len(chunk)
        if size > limit:
            return None
        parts.append(chunk)
    return b"".join(parts)
