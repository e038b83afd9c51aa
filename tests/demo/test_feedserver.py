"""The demo's feed server, asked over HTTP: three formats, articles by the clock, honest answers to conditional GETs."""

from __future__ import annotations

from calendar import timegm
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import aiohttp
import feedparser
import pytest

from demo.articles import DemoFeed, load_articles, load_feeds
from demo.feedserver import LENGTH, FeedServer, unchanged

ARTICLES = load_articles()
FEEDS = load_feeds()
BEFORE_ALL = datetime(2025, 3, 1, tzinfo=UTC)
AFTER_ALL = datetime(2026, 4, 1, tzinfo=UTC)


class Time:
    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.mark.parametrize("feed", [f for f in FEEDS if f.format != "json"], ids=lambda feed: feed.id)
async def test_rss_and_atom_parse_and_keep_title_link_and_time(feed: DemoFeed) -> None:
    async with FeedServer(FEEDS, ARTICLES, Time(AFTER_ALL)) as server, aiohttp.ClientSession() as session:
        async with session.get(server.url(feed)) as answer:
            parsed = feedparser.parse(await answer.read())
        shown = server.visible(feed)
    assert not parsed.bozo
    assert parsed.version == {"rss": "rss20", "atom": "atom10"}[feed.format]
    assert [(e.title, e.link) for e in parsed.entries] == [(a.title, a.link) for a in shown]
    stamps = [datetime.fromtimestamp(timegm(e.published_parsed), UTC) for e in parsed.entries]
    assert stamps == [a.published for a in shown]


async def test_json_feed_has_the_text() -> None:
    feed = next(f for f in FEEDS if f.format == "json")
    async with FeedServer(FEEDS, ARTICLES, Time(AFTER_ALL)) as server, aiohttp.ClientSession() as session:
        async with session.get(server.url(feed)) as answer:
            document = await answer.json(content_type="application/feed+json")
        shown = server.visible(feed)
    assert document["version"] == "https://jsonfeed.org/version/1.1"
    assert [item["content_text"] for item in document["items"]] == [article.text for article in shown]


async def test_articles_appear_when_the_clock_passes_them() -> None:
    feed = FEEDS[0]
    times = [a.appears for a in ARTICLES if a.feed == feed.id]
    time = Time(BEFORE_ALL)
    async with FeedServer(FEEDS, ARTICLES, time) as server:
        assert server.visible(feed) == []
        for count, (at, after) in enumerate(pairwise([*times, AFTER_ALL]), start=1):
            time.now = at
            assert len(server.visible(feed)) == min(count, LENGTH)
            time.now = after - timedelta(seconds=1)
            assert len(server.visible(feed)) == min(count, LENGTH)


async def test_a_second_get_is_304_until_something_appears() -> None:
    feed = FEEDS[0]
    first, second = [a.appears for a in ARTICLES if a.feed == feed.id][:2]
    time = Time(first)
    async with FeedServer(FEEDS, ARTICLES, time) as server, aiohttp.ClientSession() as session:
        async with session.get(server.url(feed)) as answer:
            tag, body = answer.headers["ETag"], await answer.read()
            assert answer.status == 200
            assert body
        async with session.get(server.url(feed), headers={"If-None-Match": tag}) as answer:
            assert (answer.status, await answer.read()) == (304, b"")
        time.now = second
        async with session.get(server.url(feed), headers={"If-None-Match": tag}) as answer:
            assert answer.status == 200
            assert answer.headers["ETag"] != tag
        async with session.get(server.base + "/nothing.rss") as answer:
            assert answer.status == 404
        assert server.counts == {200: 2, 304: 1, 404: 1}


STAMP = datetime(2025, 4, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("none_match", "since", "expected"),
    [
        ('"a"', None, True),
        ('W/"a"', None, True),
        ('"b", "a"', None, True),
        ("*", None, True),
        ('"b"', None, False),
        # The tag decides even where the date would say otherwise.
        ('"b"', "Wed, 02 Apr 2025 12:00:00 GMT", False),
        (None, "Wed, 02 Apr 2025 12:00:00 GMT", True),
        (None, "Wed, 02 Apr 2025 11:59:59 GMT", False),
        (None, "yesterday", False),
        (None, None, False),
    ],
)
def test_conditional(none_match: str | None, since: str | None, expected: bool) -> None:
    assert unchanged(none_match, since, '"a"', STAMP) is expected
