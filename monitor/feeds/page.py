"""The article behind an item's link, with the manners of a feed: asked for once, robots.txt respected, bounded."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Final

from monitor.feeds.encoding import decode
from monitor.feeds.extractor import ExtractionError, Extractor
from monitor.feeds.fetch import FetchError, Fetches, Request
from monitor.feeds.robots import Robots

ACCEPT: Final = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"
#: Bytes of a page after decompression. Large news pages have 2 MB, most of it scripts.
MAX_BYTES: Final = 5_000_000
#: Troubles that may pass: another try is worth it.
PASSING: Final = frozenset({"dns", "connect", "proxy", "timeout", "protocol", "rate_limited"})
#: Of the words that the feed has of the item, this part must stand on the page: else it is a login or a consent page.
LEAST_SHARED: Final = 0.4
#: Words shorter than this stand on every page.
LONG_WORD: Final = 4

_WORD: Final = re.compile(r"[^\W_]+")
_HTML: Final = re.compile(rb"<(?:!doctype html|html|head|body|article|div|p)\b", re.IGNORECASE)
_META: Final = re.compile(rb"<meta[^>]{1,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_CHARSET: Final = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)


class PageError(Exception):
    """An article that cannot be had. Its text says why, in plain words."""

    def __init__(self, reason: str, *, passing: bool = False, retry_after: float | None = None) -> None:
        super().__init__(reason)
        #: Whether another try may succeed.
        self.passing = passing
        #: Seconds that the server asked us to wait.
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An article that was fetched."""

    #: Where it came from, after redirects.
    url: str
    #: Plain text, paragraphs parted by line breaks.
    text: str


class Pages:
    """Fetches articles. An async context manager; `clock` gives the time in UTC, for how long rules are kept."""

    def __init__(self, fetcher: Fetches, clock: Callable[[], datetime], extractor: Extractor | None = None) -> None:
        self._fetcher = fetcher
        self._robots = Robots(fetcher, clock)
        self._extractor = extractor or Extractor()

    async def __aenter__(self) -> Pages:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._extractor.close()

    def delay(self, url: str) -> float:
        """Seconds that the site wants between two pages."""
        return self._robots.delay(url)

    async def rest(self) -> None:
        """Nothing to do for a while: the process that takes pages apart is ended."""
        await self._extractor.close()

    async def get(self, url: str, title: str, summary: str) -> Page:
        """The article at an address, which the feed tells by this title and summary. Raises PageError.

        What has less text than the summary, or speaks of something else, is no article but a wall before it.
        """
        request = Request(url=url, accept=ACCEPT, max_bytes=MAX_BYTES, permit=self._robots.permit)
        try:
            answer = await self._fetcher.fetch(request)
        except FetchError as error:
            passing = error.kind in PASSING or (error.status or 0) >= 500
            reason = error.reason.replace("; the feed may have moved", "")
            raise PageError(reason, passing=passing, retry_after=error.retry_after) from error
        body = answer.body or b""
        if not _is_html(body, answer.content_type):
            kind = (answer.content_type or "unknown").split(";")[0].strip()[:40]
            raise PageError(f"the link leads to no web page ({kind})")
        html, _ = decode(body, _labelled(body, answer.content_type))
        try:
            text = await self._extractor.body(html)
        except ExtractionError as error:
            raise PageError(str(error)) from error
        text = _untitled(text, title)
        judge(text, title, summary)
        return Page(url=answer.url, text=text)


def judge(text: str, title: str, summary: str) -> None:
    """Raises PageError where a page's text is not the article that the feed tells of."""
    if not text:
        raise PageError("the page holds no article that can be made out")
    if len(text) < len(summary):
        raise PageError(f"the page has less text ({len(text)} characters) than the feed: likely a paywall")
    known = _words(f"{title} {summary}")
    if known and len(known & _words(text)) < LEAST_SHARED * len(known):
        raise PageError("the page speaks of something else than the feed: likely a paywall, a login or a consent page")


def _untitled(text: str, title: str) -> str:
    """The text without its first line where that is the title, which the item has already."""
    first, _, rest = text.partition("\n")
    same = " ".join(first.casefold().split()) == " ".join(title.casefold().split())
    return rest.lstrip() if same else text


def _words(text: str) -> set[str]:
    return {word for word in _WORD.findall(text.lower()) if len(word) >= LONG_WORD or not word.isascii()}


def _is_html(body: bytes, content_type: str | None) -> bool:
    """By its label, or by its looks where the label says nothing."""
    kind = (content_type or "").split(";")[0].strip().lower()
    if kind in ("text/html", "application/xhtml+xml"):
        return b"\0" not in body[:64] or body[:2] in (b"\xff\xfe", b"\xfe\xff")
    return kind in ("", "text/plain", "application/octet-stream", "text/xml", "application/xml") and (
        _HTML.search(body[:4096]) is not None
    )


def _labelled(body: bytes, content_type: str | None) -> str | None:
    """The content type with the encoding that the page itself names, where HTTP names none or UTF-8.

    Many servers say utf-8 of all that they send; bytes that are valid UTF-8 are read so in any case.
    """
    said = _CHARSET.search(content_type or "")
    if said is not None and said[1].lower() not in ("utf-8", "utf8"):
        return content_type
    named = _META.search(body[:4096])
    return f"text/html; charset={named[1].decode('ascii')}" if named else content_type
