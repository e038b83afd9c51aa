"""What a site allows programs to fetch: its robots.txt (RFC 9309), asked once and kept for a while."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from protego import Protego
from yarl import URL

from monitor.feeds.encoding import decode
from monitor.feeds.fetch import FetchError, Fetches, Request
from monitor.feeds.trouble import Kind, shown

#: The name by which sites may speak of us.
AGENT: Final = "pactwatch"
#: How long what a site said is kept (RFC 9309, 2.4: at most a day), and how long a failure to hear it.
KEEP: Final = timedelta(hours=24)
KEEP_FAILURE: Final = timedelta(minutes=10)
#: Bytes that are read of it (RFC 9309, 2.5: at least 500 KiB).
MAX_BYTES: Final = 512 * 1024
#: Sites remembered before those are forgotten whose rules are the oldest.
MAX_SITES: Final = 2_000
#: The longest pause between two pages that a site is granted, seconds; who wants more is not asked for pages.
MAX_DELAY: Final = 60.0


@dataclass(frozen=True, slots=True)
class Rules:
    """What one site said, and until when that holds. Without a parser everything, or nothing, is allowed."""

    until: datetime
    parser: Protego | None = None
    #: Why nothing may be fetched there, in plain words.
    closed: str = ""
    kind: Kind = "robots"
    status: int | None = None


class Robots:
    """Asks sites for their rules over a fetcher, which brings its own manners. `clock` gives the time in UTC."""

    def __init__(self, fetcher: Fetches, clock: Callable[[], datetime]) -> None:
        self._fetcher = fetcher
        self._clock = clock
        self._known: dict[str, Rules] = {}
        self._asking: dict[str, asyncio.Lock] = {}

    async def permit(self, url: str) -> None:
        """Returns where the address may be fetched. Raises FetchError, of kind `robots`, where it may not.

        A site without a robots.txt (4xx) allows all. One that cannot be asked (5xx, no answer) allows nothing until
        it can be (RFC 9309, 2.3.1.4): that is an error of its own kind, and passes.
        """
        rules = await self._rules(url)
        if rules.closed:
            raise FetchError(url, rules.closed, rules.kind, status=rules.status)
        if rules.parser is None:
            return
        if not rules.parser.can_fetch(url, AGENT):
            raise FetchError(url, "the site's robots.txt asks programs not to fetch this page", "robots")
        if self.delay(url) > MAX_DELAY:
            raise FetchError(url, f"the site asks for more than {MAX_DELAY:.0f} s between two pages", "robots")

    def delay(self, url: str) -> float:
        """Seconds that the site wants between two pages (Crawl-delay), as far as it was asked; 0 where it says none."""
        rules = self._known.get(_origin(url))
        said = rules.parser.crawl_delay(AGENT) if rules is not None and rules.parser is not None else None
        return float(said or 0.0)

    async def _rules(self, url: str) -> Rules:
        origin = _origin(url)
        async with self._asking.setdefault(origin, asyncio.Lock()):
            known = self._known.get(origin)
            if known is None or known.until <= self._clock():
                known = self._known[origin] = await self._ask(origin)
                self._forget()
        return known

    async def _ask(self, origin: str) -> Rules:
        now = self._clock()
        request = Request(url=f"{origin}/robots.txt", accept="text/plain, */*;q=0.5", max_bytes=MAX_BYTES)
        try:
            answer = await self._fetcher.fetch(request)
        except FetchError as error:
            if error.status is not None and 400 <= error.status < 500 and error.status != 429:
                return Rules(now + KEEP)
            if error.kind == "too_large":
                return Rules(now + KEEP, closed="the site's robots.txt is too large to be read")
            if error.kind in ("refused", "address"):
                return Rules(now + KEEP_FAILURE, closed=error.reason, kind=error.kind)
            why = f"its robots.txt cannot be had: {error.reason}"
            return Rules(now + KEEP_FAILURE, closed=why, kind=error.kind, status=error.status)
        text, _ = decode(answer.body or b"", answer.content_type)
        return Rules(now + KEEP, Protego.parse(text))

    def _forget(self) -> None:
        if len(self._known) > MAX_SITES:
            oldest = sorted(self._known, key=lambda origin: self._known[origin].until)
            for origin in oldest[: MAX_SITES // 2]:
                del self._known[origin]
                if origin in self._asking and not self._asking[origin].locked():
                    del self._asking[origin]


def _origin(url: str) -> str:
    """`https://example.com:8443`: what one robots.txt speaks for. Raises FetchError where there is none."""
    try:
        parsed = URL(url)
        if parsed.scheme in ("http", "https") and parsed.raw_host:
            return str(parsed.origin())
    except ValueError:
        pass
    raise FetchError(url, f"not a web address: {shown(url)}", "address")
