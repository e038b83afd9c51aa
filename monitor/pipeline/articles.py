"""Fetches the articles behind items of feeds with `full_text`: hosts side by side, one page after the other at each."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from math import inf
from typing import TYPE_CHECKING, Final

from structlog import get_logger
from yarl import URL

from monitor.pipeline import events
from monitor.pipeline.writer import Writer
from monitor.store import pages
from monitor.store.pages import Wanted

if TYPE_CHECKING:
    from monitor.feeds.fetch import Fetches
    from monitor.feeds.page import Pages

#: Articles that one turn takes on, and real seconds after which it begins no further one.
BATCH: Final = 100
TURN: Final = 60.0

log = get_logger()


class Articles:
    """The articles that this process fetches. The arguments are those of `Pipeline`; `sleep` waits real seconds."""

    def __init__(
        self,
        writer: Writer,
        fetcher: Fetches,
        clock: Callable[[], datetime],
        on_event: Callable[[str, Mapping[str, object]], None],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._writer = writer
        self._fetcher = fetcher
        self._clock = clock
        self._tell = on_event
        self._sleep = sleep
        self._pages: Pages | None = None
        #: When each host was last asked for a page, on the loop's clock.
        self._last: dict[str, float] = {}
        self.stopping = False

    async def fetch_due(self) -> int:
        """Fetches the articles that are due; how many items can be read now. Raises StoreError.

        Nothing of what takes pages apart is there before the first article is wanted, nor after the last one came.
        """
        if self.stopping or not await self._writer.look(pages.waiting):
            await self.close()
            self._last = {host: at for host, at in self._last.items() if at > asyncio.get_running_loop().time() - TURN}
            return 0
        given_up = await self._writer.write(partial(pages.expire, now=self._clock()))
        taken = await self._writer.write(partial(pages.claim, now=self._clock(), limit=BATCH))
        by_host: dict[str, list[Wanted]] = defaultdict(list)
        for one in taken:
            by_host[_host(one.link)].append(one)
        left = list(taken)
        hosts = (self._one_host(wanted, left) for wanted in by_host.values())
        try:
            settled = await asyncio.gather(*hosts, return_exceptions=True)
        finally:
            if left:
                await self._writer.write(partial(pages.release, wanted=left, now=self._clock()))
        for trouble in settled:
            if isinstance(trouble, BaseException):
                raise trouble
        return given_up + sum(number for number in settled if isinstance(number, int))

    async def close(self) -> None:
        """Ends the process that takes pages apart, if there is one."""
        if self._pages is not None:
            await self._pages.rest()

    async def _one_host(self, wanted: list[Wanted], left: list[Wanted]) -> int:
        """Fetches one after the other, with the pause that the site asks for; what was begun is taken off `left`."""
        loop = asyncio.get_running_loop()
        until, settled = loop.time() + TURN, 0
        for one in wanted:
            host = _host(one.link)
            pause = self._last.get(host, -inf) + self._opened().delay(one.link) - loop.time()
            if self.stopping or loop.time() + pause > until:
                break
            if pause > 0:
                await self._sleep(pause)
            self._last[host] = loop.time()
            settled += await self._one(one)
            left.remove(one)
        return settled

    async def _one(self, one: Wanted) -> bool:
        """Fetches one article and stores what came of it; whether its item can be read now."""
        from monitor.feeds.page import PageError

        try:
            page = await self._opened().get(one.link, one.title, one.summary)
        except PageError as error:
            return await self._failed(one, str(error), error.passing, error.retry_after)
        except Exception as error:
            log.exception("an article failed in a way that we did not foresee", item=one.item_id)
            return await self._failed(one, f"a mistake in pactwatch: {type(error).__name__}", False, None)
        kept = await self._writer.write(partial(pages.had, one=one, text=page.text, now=self._clock()))
        self._tell(*events.article_fetched(one, characters=len(page.text)))
        return kept

    async def _failed(self, one: Wanted, error: str, passing: bool, retry_after: float | None) -> bool:
        wait = None if retry_after is None else timedelta(seconds=min(retry_after, 86_400.0))
        step = partial(pages.failed, one=one, error=error, now=self._clock(), passing=passing, wait=wait)
        over = await self._writer.write(step)
        self._tell(*events.article_fetched(one, error=error, given_up=over))
        return over

    def _opened(self) -> Pages:
        if self._pages is None:
            from monitor.feeds.page import Pages

            self._pages = Pages(self._fetcher, self._clock)
        return self._pages


def _host(link: str) -> str:
    try:
        return URL(link).raw_host or ""
    except ValueError:
        return ""
