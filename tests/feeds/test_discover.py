"""Finding a site's feeds: from what its page says, and from where they usually are."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.feeds.discover import MAX_FOUND, candidates, usual
from monitor.feeds.fetch import Fetched, FetchError, Request
from monitor.feeds.finding import find

PAGE = "https://site.example/news/"


def found(markup: str, url: str = PAGE) -> list[tuple[str, str, bool]]:
    return [(one.url, one.title, one.declared) for one in candidates(markup.encode(), url)]


def test_declared_feeds_come_first_and_comments_last() -> None:
    markup = """
      <html><head><title>Site</title>
      <link rel="alternate" type="application/rss+xml" title="Comments Feed" href="/comments/feed/">
      <link rel='ALTERNATE stylesheet' type='application/atom+xml; charset=utf-8' href='atom.xml' title='A &amp; B'>
      <link rel="alternate" hreflang="ko" href="/ko/"><link rel="stylesheet" href="/rss.css">
      <link rel=feed href=//cdn.example/feed.json>
      </head><body><a href="/rss/all.rss">RSS</a> <a href="/about">About</a> <a href="javascript:rss()">x</a>
      <a href="mailto:rss@site.example">mail</a> <a href="/news/?format=rss#top">here</a></body></html>
    """
    assert found(markup) == [
        ("https://site.example/news/atom.xml", "A & B", True),
        ("https://cdn.example/feed.json", "", True),
        ("https://site.example/rss/all.rss", "RSS", False),
        ("https://site.example/news/?format=rss", "here", False),
        ("https://site.example/comments/feed/", "Comments Feed", True),
    ]


def test_a_base_address_counts_and_each_feed_once() -> None:
    markup = (
        "<base href='https://other.example/x/'><link rel=alternate type='application/rss+xml' href='f.xml'>"
        "<a href='f.xml'>RSS</a><a href='feed://other.example/x/rss'>feed</a>"
    )
    assert [url for url, _, _ in found(markup)] == ["https://other.example/x/f.xml", "https://other.example/x/rss"]


@pytest.mark.parametrize("body", [b"", b"\0", b"\xff\xfe<", b"<html>", b"no markup", b"<" * 5000, b"{}"])
def test_no_page_no_candidates(body: bytes) -> None:
    assert candidates(body, PAGE) == []


def test_a_page_of_links_has_an_end() -> None:
    assert len(found("".join(f"<a href='/{n}.rss'>x</a>" for n in range(5000)))) == MAX_FOUND


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="<>/= '\"abhreflinktypxm:.&;#\0é관", max_size=300), st.binary(max_size=50))
def test_whatever_a_page_holds_only_web_addresses_come_out(text: str, tail: bytes) -> None:
    for one in candidates(f"<a href='{text}.rss'>{text}".encode() + tail, PAGE):
        assert one.url.startswith(("http://", "https://"))


def test_the_usual_places_are_below_the_page_first() -> None:
    urls = [one.url for one in usual("https://site.example/trade?x=1")]
    assert urls[:4] == [
        "https://site.example/trade/feed", "https://site.example/trade/rss",
        "https://site.example/feed", "https://site.example/rss",
    ]  # fmt: skip
    assert "https://site.example/index.html/feed" not in [one.url for one in usual("https://site.example/index.html")]


def rss(title: str, *names: str) -> web.Response:
    items = "".join(f"<item><title>{name}</title><link>https://a.example/{name}</link></item>" for name in names)
    text = f"<rss version='2.0'><channel><title>{title}</title>{items}</channel></rss>"
    return web.Response(text=text, content_type="application/rss+xml")


@pytest.fixture
async def site(serve: Any, fetcher: Any) -> Any:
    """A site with two feeds, one of them in two formats; one without a word of its feed; one without any."""
    asked: list[str] = []

    def answer(make: Any) -> Any:
        async def handler(request: web.Request) -> web.Response:
            asked.append(request.path)
            if isinstance(make, web.Response):
                raise AssertionError
            return make() if callable(make) else web.Response(text=make, content_type="text/html")

        return handler

    links = "".join(
        f"<link rel=alternate type='application/rss+xml' href='/{name}' title='{name}!'>"
        for name in ("all.xml", "all.atom", "trade.xml", "broken.xml", "missing.xml")
    )
    base = await serve({
        "/": answer(f"<html><head>{links}</head></html>"),
        "/all.xml": answer(lambda: rss("All", "a", "b")),
        "/all.atom": answer(lambda: rss("All, again", "b", "a")),
        "/trade.xml": answer(lambda: rss("", "c")),
        "/broken.xml": answer("<html>"),
        "/quiet/": answer("<html>nothing"),
        "/rss.xml": answer(lambda: rss("Hidden", "h")),
        "/low/": answer("<html>nothing"),
        "/low/rss": answer(lambda: rss("Low", "l")),
        "/moved": answer(lambda: web.Response(status=301, headers={"Location": "/all.xml"})),
    })  # fmt: skip
    one = await fetcher()

    async def ask(url: str) -> Fetched:
        return await one.fetch(Request(url=url))  # type: ignore[no-any-return]

    return base, ask, asked


async def test_the_feeds_of_a_site(site: Any) -> None:
    base, ask, _ = site
    got = await find(f"{base}/", ask)
    assert [(one.url, one.title) for one in got] == [(f"{base}/all.xml", "All"), (f"{base}/trade.xml", "trade.xml!")]
    assert [len(one.feed.entries) for one in got] == [2, 1]


async def test_a_feed_is_its_own_answer_and_a_move_is_taken(site: Any) -> None:
    base, ask, asked = site
    (one,) = await find(f"{base}/moved", ask)
    assert (one.url, asked) == (f"{base}/all.xml", ["/moved", "/all.xml"])


async def test_a_site_that_does_not_say_is_looked_through_until_one_is_found(site: Any) -> None:
    base, ask, asked = site
    told: list[str] = []
    (one,) = await find(f"{base}/quiet/", ask, told.append)
    assert (one.url, one.title, one.of_host) == (f"{base}/rss.xml", "Hidden", True)
    assert asked[0] == "/quiet/" and asked[-1] == "/rss.xml"
    assert len(told) <= 10


async def test_a_guess_is_of_the_whole_host_unless_it_lies_below_the_page_or_that_is_the_front(
    site: Any, serve: Any, fetcher: Any
) -> None:
    base, ask, _ = site
    assert [(one.title, one.of_host) for one in await find(f"{base}/low/", ask)] == [("Low", False)]
    assert [one.of_host for one in await find(f"{base}/", ask)] == [False, False]

    async def front(request: web.Request) -> web.Response:
        return web.Response(text="<html>", content_type="text/html")

    async def feed(request: web.Request) -> web.Response:
        return rss("Front", "f")

    other = await serve({"/": front, "/feed": feed})
    assert [(one.title, one.of_host) for one in await find(f"{other}/", ask)] == [("Front", False)]


async def test_what_cannot_be_had_and_what_has_none(site: Any, serve: Any) -> None:
    base, ask, _ = site
    with pytest.raises(FetchError):
        await find(f"{base}/nowhere", ask)

    async def page(request: web.Request) -> web.Response:
        return web.Response(text="<html>", content_type="text/html")

    other = await serve({"/": page})
    assert await find(f"{other}/", ask) == []
