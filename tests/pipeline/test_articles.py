"""From a feed with full text to the ledger: the article is read, and where it cannot be had, the summary is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from aiohttp import web
from sqlalchemy import select

from monitor.pipeline.articles import Articles
from monitor.pipeline.writer import Writer
from monitor.store import ledger, pages, schema
from monitor.types import Claim

if TYPE_CHECKING:
    from tests.pipeline.conftest import Bench

PUBLISHED = datetime(2025, 10, 29, 12, 30, tzinfo=UTC)
SUMMARY = "Seoul and Washington have a deal on Korean cars, officials said."
BODY = (
    "Seoul and Washington have a deal on Korean cars, officials said on Wednesday after weeks of negotiation.",
    "The two sides put cars at 15 percent from 2025-11-01, a ministry official in Seoul told reporters on the day.",
    "It ends months in which car makers did not know what they would have to pay for the next shipment.",
)
PAGE = f"<html><body><article>{''.join(f'<p>{p}</p>' for p in BODY)}</article></body></html>"


def feed(base: str, *links: str, summary: str = SUMMARY) -> str:
    entries = "".join(
        f"<item><guid>{base}/{link}</guid><title>Deal on cars {link}</title><link>{base}/{link}</link>"
        f"<description>{summary}</description><pubDate>Wed, 29 Oct 2025 12:30:00 GMT</pubDate></item>"
        for link in links
    )
    return f"<?xml version='1.0'?><rss version='2.0'><channel><title>T</title>{entries}</channel></rss>"


async def page(request: web.Request) -> web.Response:
    return web.Response(text=PAGE, content_type="text/html")


async def nothing(request: web.Request) -> web.Response:
    return web.Response(status=404)


async def broken(request: web.Request) -> web.Response:
    return web.Response(status=500)


@pytest.fixture
async def desk(bench: Bench) -> AsyncIterator[Bench]:
    """The bench with a feed that wants full articles; its site has no robots.txt."""
    bench.server.handlers["robots.txt"] = nothing
    bench.add("wire", feed(bench.server.base), full_text=True)
    await bench.pipeline.poll_due()
    yield bench
    await bench.pipeline.close()


async def polled(bench: Bench, *links: str) -> None:
    bench.server.documents["wire"] = feed(bench.server.base, *links)
    bench.clock.forward(hours=1)
    await bench.pipeline.poll_due()


def claims(bench: Bench) -> list[Claim]:
    with bench.store.read() as connection:
        return [claim for item in (1, 2, 3) for claim in ledger.claims_of(connection, item)]


async def test_the_article_is_read_in_place_of_the_summary(desk: Bench) -> None:
    desk.server.handlers["1"] = page
    await polled(desk, "1")
    assert await desk.pipeline.read_backlog() == 0
    assert await desk.pipeline.fetch_articles() == 1
    assert await desk.pipeline.read_backlog() == 1
    (claim,) = claims(desk)
    assert (claim.value, claim.effective) == (15, "2025-11-01")
    (told,) = desk.heard("article_fetched")
    assert (told["ok"], told["feed"], told["error"]) == (True, "wire", "")
    assert len(desk.heard("change")) == 1
    with desk.store.read() as connection:
        row = connection.execute(select(schema.items.c.summary, schema.pages.c.text).join(schema.pages)).one()
    assert (row.summary, BODY[1] in row.text) == (SUMMARY, True)


async def test_an_article_that_is_not_there_leaves_the_summary_to_be_read(desk: Bench) -> None:
    desk.server.handlers["1"] = nothing
    await polled(desk, "1")
    assert await desk.pipeline.fetch_articles() == 1
    assert await desk.pipeline.read_backlog() == 1
    (told,) = desk.heard("article_fetched")
    assert (told["ok"], told["given_up"]) == (False, True)
    assert "404" in str(told["error"])
    assert claims(desk) == []


async def test_a_site_that_is_down_is_asked_a_few_times_and_the_item_is_read_in_time(desk: Bench) -> None:
    desk.server.handlers["1"] = broken
    await polled(desk, "1")
    done = 0
    for _ in range(int(pages.PATIENCE / timedelta(seconds=30)) + 1):
        done += await desk.pipeline.fetch_articles()
        await desk.pipeline.read_backlog()
        desk.clock.forward(seconds=30)
    assert done == 1
    assert len(desk.heard("item_read")) == 1
    assert len([name for name, _ in desk.server.log if name == "1"]) == pages.ATTEMPTS
    assert [told["given_up"] for told in desk.heard("article_fetched")] == [False, False, True]


async def test_a_site_that_recovers_is_read_in_full(desk: Bench) -> None:
    desk.server.handlers["1"] = broken
    await polled(desk, "1")
    assert await desk.pipeline.fetch_articles() == 0
    desk.server.handlers["1"] = page
    desk.clock.forward(minutes=2)
    assert await desk.pipeline.fetch_articles() == 1
    await desk.pipeline.read_backlog()
    assert [claim.value for claim in claims(desk)] == [15]


async def test_a_revision_whose_article_cannot_be_had_took_nothing_out(desk: Bench) -> None:
    desk.server.handlers["1"] = page
    await polled(desk, "1")
    await desk.pipeline.fetch_articles()
    await desk.pipeline.read_backlog()
    assert len(claims(desk)) == 1
    desk.server.handlers["1"] = nothing
    desk.server.documents["wire"] = feed(desk.server.base, "1", summary=SUMMARY + " Updated.")
    desk.clock.forward(hours=1)
    await desk.pipeline.poll_due()
    await desk.pipeline.fetch_articles()
    assert await desk.pipeline.read_backlog() == 1
    with desk.store.read() as connection:
        assert connection.execute(select(schema.silent_edits)).all() == []


async def test_robots_txt_is_asked_once_and_obeyed(desk: Bench) -> None:
    async def rules(request: web.Request) -> web.Response:
        return web.Response(text="User-agent: *\nDisallow: /\n")

    desk.server.handlers["robots.txt"] = rules
    desk.server.handlers["1"] = desk.server.handlers["2"] = page
    await polled(desk, "1", "2")
    assert await desk.pipeline.fetch_articles() == 2
    assert await desk.pipeline.read_backlog() == 2
    assert [name for name, _ in desk.server.log if name != "wire"] == ["robots.txt"]


async def test_the_pause_that_a_site_wants_is_kept_between_turns_too(desk: Bench) -> None:
    async def rules(request: web.Request) -> web.Response:
        return web.Response(text="User-agent: *\nCrawl-delay: 7\n")

    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    desk.server.handlers |= {"robots.txt": rules, "1": page, "2": page, "3": page}
    writer = Writer(desk.store)
    articles = Articles(writer, desk.fetcher, desk.clock, lambda name, payload: None, sleep)
    await polled(desk, "1", "2")
    assert await articles.fetch_due() == 2
    await polled(desk, "1", "2", "3")
    assert await articles.fetch_due() == 1
    await articles.close()
    assert len(slept) == 2
    assert all(5 < seconds <= 7 for seconds in slept)


async def test_what_was_begun_and_cut_off_is_due_again(desk: Bench) -> None:
    begun = asyncio.Event()

    async def slow(request: web.Request) -> web.Response:
        begun.set()
        await asyncio.sleep(60)
        raise AssertionError("must not be reached")

    desk.server.handlers["1"] = slow
    await polled(desk, "1")
    turn = asyncio.create_task(desk.pipeline.fetch_articles())
    await begun.wait()
    turn.cancel()
    with pytest.raises(asyncio.CancelledError):
        await turn
    desk.server.handlers["1"] = page
    assert await desk.pipeline.fetch_articles() == 1


async def test_nothing_new_is_begun_while_stopping(desk: Bench) -> None:
    desk.server.handlers["1"] = page
    await polled(desk, "1")
    desk.pipeline.stop()
    assert await desk.pipeline.fetch_articles() == 0
    assert [name for name, _ in desk.server.log if name == "1"] == []


async def test_a_mistake_of_ours_costs_no_item(desk: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    from monitor.feeds.page import Pages

    async def mistaken(*_: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr(Pages, "get", mistaken)
    await polled(desk, "1")
    assert await desk.pipeline.fetch_articles() == 1
    assert await desk.pipeline.read_backlog() == 1
    assert "mistake in pactwatch" in str(desk.heard("article_fetched")[0]["error"])
