"""The demo's feed server: what has appeared by the demo's clock, as RSS 2.0, Atom or JSON Feed, over real HTTP."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from html import escape
from types import TracebackType
from xml.etree.ElementTree import Element, SubElement, tostring

from aiohttp import web

from demo.articles import DemoArticle, DemoFeed

ATOM = "http://www.w3.org/2005/Atom"
#: Most entries that a feed shows, newest first, as feeds do.
LENGTH = 15
CONTENT_TYPES = {
    "rss": "application/rss+xml",
    "atom": "application/atom+xml",
    "json": "application/feed+json",
}


class FeedServer:
    """Serves the feeds on a free port of 127.0.0.1, as an async context manager. `counts`: answers by status."""

    def __init__(self, feeds: Sequence[DemoFeed], articles: Sequence[DemoArticle], now: Callable[[], datetime]) -> None:
        self._feeds = {feed.path: feed for feed in feeds}
        self._articles = articles
        self._now = now
        self._opened = now()
        self.counts: Counter[int] = Counter()
        self.base = ""
        app = web.Application()
        app.router.add_get("/{name}", self._answer)
        self._runner = web.AppRunner(app, access_log=None)

    async def __aenter__(self) -> FeedServer:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    def url(self, feed: DemoFeed) -> str:
        return self.base + feed.path

    def visible(self, feed: DemoFeed) -> list[DemoArticle]:
        """What the feed shows now, newest first."""
        now = self._now()
        shown = [article for article in self._articles if article.feed == feed.id and article.appears <= now]
        return sorted(shown, key=lambda article: article.appears, reverse=True)[:LENGTH]

    async def _answer(self, request: web.Request) -> web.Response:
        feed = self._feeds.get(request.path)
        response = web.Response(status=404, text="no such feed") if feed is None else self._document(feed, request)
        self.counts[response.status] += 1
        return response

    def _document(self, feed: DemoFeed, request: web.Request) -> web.Response:
        articles = self.visible(feed)
        body = render(feed, articles)
        tag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
        changed = (
            max((article.appears for article in articles), default=self._opened).astimezone(UTC).replace(microsecond=0)
        )
        validators = {"ETag": tag, "Last-Modified": format_datetime(changed, usegmt=True), "Cache-Control": "no-cache"}
        if unchanged(request.headers.get("If-None-Match"), request.headers.get("If-Modified-Since"), tag, changed):
            return web.Response(status=304, headers=validators)
        response = web.Response(body=body, content_type=CONTENT_TYPES[feed.format], charset="utf-8", headers=validators)
        response.enable_compression()
        return response


def unchanged(none_match: str | None, modified_since: str | None, tag: str, changed: datetime) -> bool:
    """Whether a conditional GET gets a 304: by the tag if one is sent, else by the date (RFC 9110, 13.2.2)."""
    if none_match is not None:
        sent = [part.strip().removeprefix("W/") for part in none_match.split(",")]
        return tag in sent or "*" in sent
    if modified_since is None:
        return False
    try:
        return changed <= parsedate_to_datetime(modified_since)
    except ValueError:
        return False


def render(feed: DemoFeed, articles: Sequence[DemoArticle]) -> bytes:
    """The feed as a document of its format, UTF-8."""
    return {"rss": _rss, "atom": _atom, "json": _json}[feed.format](feed, articles)


def _html(article: DemoArticle) -> str:
    return "".join(f"<p>{escape(' '.join(part.split()))}</p>" for part in article.text.split("\n\n"))


def _rss(feed: DemoFeed, articles: Sequence[DemoArticle]) -> bytes:
    """RSS 2.0."""
    root = Element("rss", version="2.0")
    channel = SubElement(root, "channel")
    for name, value in (("title", feed.publisher), ("link", feed.site), ("description", f"News of {feed.publisher}")):
        SubElement(channel, name).text = value
    for article in articles:
        item = SubElement(channel, "item")
        SubElement(item, "title").text = article.title
        SubElement(item, "link").text = article.link
        SubElement(item, "guid", isPermaLink="true").text = article.link
        SubElement(item, "pubDate").text = format_datetime(article.published)
        SubElement(item, "description").text = _html(article)
    return _xml(root)


def _atom(feed: DemoFeed, articles: Sequence[DemoArticle]) -> bytes:
    """Atom (RFC 4287)."""
    root = Element("feed", xmlns=ATOM)
    SubElement(root, "id").text = feed.site
    SubElement(root, "title").text = feed.publisher
    SubElement(root, "link", rel="alternate", href=feed.site)
    newest = max((article.appears for article in articles), default=datetime(2025, 1, 1, tzinfo=UTC))
    SubElement(root, "updated").text = newest.isoformat()
    for article in articles:
        entry = SubElement(root, "entry")
        SubElement(entry, "id").text = article.link
        SubElement(entry, "title").text = article.title
        SubElement(entry, "link", rel="alternate", href=article.link)
        SubElement(entry, "published").text = article.published.isoformat()
        SubElement(entry, "updated").text = article.published.isoformat()
        SubElement(entry, "content", type="html").text = _html(article)
    return _xml(root)


def _json(feed: DemoFeed, articles: Sequence[DemoArticle]) -> bytes:
    """JSON Feed 1.1."""
    items = [
        {
            "id": article.link,
            "url": article.link,
            "title": article.title,
            "content_text": article.text,
            "date_published": article.published.isoformat(),
        }
        for article in articles
    ]
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.publisher,
        "home_page_url": feed.site,
        "items": items,
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _xml(root: Element) -> bytes:
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="unicode").encode()
