"""How feeds are treated, each manner against a real server: what is asked, when, and what is kept of the answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

import pytest
from aiohttp import web
from sqlalchemy import func, select

from monitor.store import edits, items, ledger, schema

Rss = Callable[..., str]
Answer = Callable[[web.Request], Awaitable[web.Response]]


class Bench(Protocol):
    """The fixture of this room, see conftest."""

    store: Any
    clock: Any
    server: Any
    pipeline: Any
    config: Any

    def add(self, name: str, document: str | None = None, **settings: object) -> None: ...
    def feed(self, name: str) -> Any: ...
    def heard(self, name: str) -> list[Any]: ...


def answering(status: int = 200, text: str = "", **headers: str) -> Answer:
    async def answer(request: web.Request) -> web.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(status=status, text=text, headers=named)

    return answer


async def poll(bench: Bench) -> Any:
    """Polls what is due; how many feeds that were."""
    return await bench.pipeline.poll_due()


def wait(bench: Bench, name: str) -> timedelta:
    """From now to the feed's next poll."""
    due: timedelta = bench.feed(name).state.next_poll_at - bench.clock()
    return due


def stored(folder: Path) -> bytes:
    """All that lies on the disk."""
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def number(bench: Bench, table: Any) -> int:
    with bench.store.read() as connection:
        return int(connection.scalar(select(func.count()).select_from(table)))


async def test_the_interval_follows_the_feed_faster_and_slower_within_bounds(bench: Bench, make_rss: Rss) -> None:
    bench.add("busy", make_rss(("0", "a", bench.clock())))
    waits = []
    for number_ in range(1, 9):
        await poll(bench)
        waits.append(wait(bench, "busy"))
        bench.clock.now += waits[-1]
        bench.server.documents["busy"] = make_rss((str(number_), f"a {number_}", bench.clock()))
    assert waits == sorted(waits, reverse=True) and waits[-1] == timedelta(minutes=5)
    for _ in range(30):  # nothing new any more
        await poll(bench)
        bench.clock.now += wait(bench, "busy")
    await poll(bench)
    assert wait(bench, "busy") == timedelta(hours=1)


async def test_the_first_interval_is_that_of_the_documents_dates(bench: Bench, make_rss: Rss) -> None:
    now = bench.clock()
    hourly = [(str(n), f"a {n}", now - timedelta(hours=n)) for n in range(8)]
    often = [(str(n), f"b {n}", now - timedelta(minutes=2 * n)) for n in range(8)]
    bench.add("hourly", make_rss(*hourly))
    bench.add("often", make_rss(*reversed(often)))
    await poll(bench)
    assert (wait(bench, "hourly"), wait(bench, "often")) == (timedelta(minutes=30), timedelta(minutes=5))


async def test_ttl_and_skipped_hours_hold_over_a_304(bench: Bench, make_rss: Rss) -> None:
    wishes = "<ttl>40</ttl><skipHours><hour>13</hour><hour>14</hour></skipHours>"
    document = make_rss(("1", "a", bench.clock())).replace("<title>T</title>", f"<title>T</title>{wishes}")
    bench.add("wishing", document)
    await poll(bench)
    assert bench.feed("wishing").state.why == "every 40 min by its ttl"
    assert wait(bench, "wishing") == timedelta(minutes=40)  # 12:40
    bench.clock.now += timedelta(minutes=40)
    await poll(bench)
    assert bench.server.log[-1] == ("wishing", 304)
    # 13:20 is skipped, and so is 14:20: nothing of that stands in a 304.
    assert bench.feed("wishing").state.next_poll_at.hour == 15


async def test_skipped_days_are_left_out(bench: Bench, make_rss: Rss) -> None:
    assert f"{bench.clock():%A}" == "Wednesday"
    days = "<skipDays><day>Wednesday</day><day>Thursday</day></skipDays>"
    bench.add("weekly", make_rss(("1", "a", bench.clock())).replace("<item>", f"{days}<item>"))
    await poll(bench)
    assert f"{bench.feed('weekly').state.next_poll_at:%A}" == "Friday"


@pytest.mark.parametrize(
    ("header", "expected", "said"),
    [
        ({"Cache_Control": "max-age=2400"}, timedelta(minutes=40), "every 40 min by its Cache-Control"),
        ({"Cache_Control": "max-age=9999999"}, timedelta(days=1), "every 1 d by its Cache-Control"),
        ({"Retry_After": "1800"}, timedelta(minutes=30), "the server asks to wait 30 min"),
        ({"Cache_Control": "no-cache"}, timedelta(minutes=16.5), "every 16 min"),
    ],
)
async def test_what_an_answer_asks_for(
    bench: Bench, make_rss: Rss, header: dict[str, Any], expected: timedelta, said: str
) -> None:
    bench.server.handlers["one"] = answering(text=make_rss(), **header)
    bench.add("one")
    await poll(bench)
    assert (wait(bench, "one"), bench.feed("one").state.why) == (expected, said)


async def test_a_host_that_asks_for_rest_is_left_alone_and_no_feed_of_it_fails_for_that(
    bench: Bench, make_rss: Rss
) -> None:
    bench.server.handlers["busy"] = answering(429, Retry_After="1200")
    bench.add("busy")
    await poll(bench)
    assert bench.feed("busy").state.failures == 1
    assert wait(bench, "busy") == timedelta(minutes=20)
    bench.add("beside", make_rss(("1", "a", bench.clock())))
    await poll(bench)
    beside = bench.feed("beside").state
    assert [name for name, _ in bench.server.log] == ["busy"]
    assert (beside.failures, beside.last_error, beside.first_polled_at) == (0, "", None)
    assert timedelta(minutes=19) < wait(bench, "beside") <= timedelta(minutes=20)
    assert beside.why == "its host asks for rest: in 20 min"


async def test_a_429_without_a_time_rests_the_host_too(bench: Bench, make_rss: Rss) -> None:
    bench.server.handlers["busy"] = answering(429)
    bench.add("busy")
    await poll(bench)
    bench.add("beside", make_rss(("1", "a", bench.clock())))
    await poll(bench)
    assert [name for name, _ in bench.server.log] == ["busy"]
    assert timedelta(seconds=50) < wait(bench, "beside") <= timedelta(minutes=1)


async def test_a_wish_for_a_month_is_cut_to_a_day(bench: Bench) -> None:
    bench.server.handlers["busy"] = answering(503, Retry_After="2592000")
    bench.add("busy")
    await poll(bench)
    assert wait(bench, "busy") == timedelta(days=1)


async def test_a_permanent_move_is_kept_and_a_temporary_one_is_not(bench: Bench, make_rss: Rss) -> None:
    bench.server.documents["new"] = make_rss(("1", "a", bench.clock()))
    for status, name in ((301, "gone301"), (308, "gone308"), (302, "away302"), (307, "away307")):
        bench.server.handlers[name] = answering(status, Location="/new")
        bench.add(name)
    await poll(bench)
    new = f"{bench.server.base}/new"
    moved = {name: bench.feed(name).state.moved_to for name in ("gone301", "gone308", "away302", "away307")}
    assert moved == {"gone301": new, "gone308": new, "away302": None, "away307": None}
    bench.server.log.clear()
    bench.clock.forward(hours=2)
    await poll(bench)
    assert sorted(name for name, _ in bench.server.log) == ["away302", "away307", "new", "new", "new", "new"]


async def test_a_move_that_leads_nowhere_is_taken_back_when_the_old_address_answers(
    bench: Bench, make_rss: Rss
) -> None:
    bench.server.documents["new"] = make_rss(("1", "a", bench.clock()))
    bench.server.handlers["old"] = answering(301, Location="/new")
    bench.add("old")
    await poll(bench)
    del bench.server.handlers["old"], bench.server.documents["new"]
    bench.server.handlers["new"] = answering(404)
    bench.server.documents["old"] = make_rss(("2", "b", bench.clock()))
    for _ in range(5):
        bench.clock.forward(days=2)
        await poll(bench)
    state = bench.feed("old").state
    assert (state.moved_to, state.failures) == (None, 0)
    assert [name for name, _ in bench.server.log][-5:] == ["new"] * 4 + ["old"]
    assert number(bench, schema.items) == 2


async def test_gone_is_said_asked_daily_and_taken_back(bench: Bench, make_rss: Rss) -> None:
    bench.server.handlers["one"] = answering(410)
    bench.add("one")
    await poll(bench)
    state = bench.feed("one").state
    assert state.gone and "gone" in state.last_error and "410" in state.why
    assert wait(bench, "one") == timedelta(days=1)
    del bench.server.handlers["one"]
    bench.server.documents["one"] = make_rss(("1", "a", bench.clock()))
    bench.clock.forward(days=1)
    await poll(bench)
    state = bench.feed("one").state
    assert (state.gone, state.failures, number(bench, schema.items)) == (False, 0, 1)


async def test_a_feed_is_never_given_up(bench: Bench) -> None:
    bench.server.handlers["one"] = answering(500)
    bench.add("one")
    for _ in range(30):
        await poll(bench)
        assert timedelta(0) < wait(bench, "one") <= timedelta(days=1)
        bench.clock.now += wait(bench, "one")
    assert bench.feed("one").state.failures == 30
    assert len(bench.server.log) == 30


async def test_validators_of_an_error_page_are_never_kept(bench: Bench, make_rss: Rss) -> None:
    sent: list[str | None] = []
    good = answering(text=make_rss(("1", "a", bench.clock())), ETag='W/"a \\"quoted\\" one"')
    bad = answering(503, text="<html>", ETag='"error"', Last_Modified="Mon, 03 Nov 2025 10:00:00 GMT")
    page = answering(text="<html><body>down</body></html>", ETag='"page"')

    def then(inner: Answer) -> Answer:
        async def answer(request: web.Request) -> web.Response:
            sent.append(request.headers.get("If-None-Match"))
            assert "If-Modified-Since" not in request.headers
            return await inner(request)

        return answer

    bench.add("one")
    for one in (good, bad, page, good):
        bench.server.handlers["one"] = then(one)
        await poll(bench)
        bench.clock.forward(days=2)
    assert sent == [None] + ['W/"a \\"quoted\\" one"'] * 3
    assert bench.feed("one").state.etag == 'W/"a \\"quoted\\" one"'


async def test_a_document_whose_newest_entry_is_not_first(bench: Bench, make_rss: Rss) -> None:
    now = bench.clock()
    old, new = ("1", "cars at 25 percent", now - timedelta(days=3)), ("2", "cars at 15 percent", now)
    bench.add("one", make_rss(old, new))
    await poll(bench)
    await bench.pipeline.read_backlog()
    with bench.store.read() as connection:
        assert [one.change.after for one in ledger.journal(connection)] == [25, 15]


async def test_dates_in_the_future_count_as_now(bench: Bench, make_rss: Rss) -> None:
    now = bench.clock()
    bench.add("one", make_rss(("1", "a", now + timedelta(days=400)), ("2", "b", now - timedelta(hours=1))))
    await poll(bench)
    with bench.store.read() as connection:
        stamps = dict(row for row in connection.execute(select(schema.items.c.title, schema.items.c.published)))
    assert stamps == {"a": now, "b": now - timedelta(hours=1)}


def changing(linked: bool) -> Callable[[int], str]:
    """A feed of three entries whose guids are others at each fetch."""

    def document(turn: int) -> str:
        entries = "".join(
            f"<item><guid isPermaLink='false'>{turn}-{n}</guid><title>Entry {n}</title>"
            + (f"<link>https://paper.example/{n}</link>" if linked else "")
            + f"<description>What entry {n} says.</description></item>"
            for n in range(3)
        )
        return f"<?xml version='1.0'?><rss version='2.0'><channel><title>T</title>{entries}</channel></rss>"

    return document


@pytest.mark.parametrize("linked", [True, False])
async def test_guids_that_change_on_every_fetch_bring_nothing_new_and_leave_no_trail(
    bench: Bench, linked: bool
) -> None:
    document = changing(linked)
    bench.add("one")
    for turn in range(30):
        bench.server.documents["one"] = document(turn)
        await poll(bench)
        bench.clock.forward(hours=2)
    assert len(bench.server.log) == 30
    assert number(bench, schema.items) == 3
    assert number(bench, schema.item_keys) <= 3 * (items.MAX_KEYS + 1)


async def test_the_same_story_in_five_feeds_is_one_item_and_told_once(bench: Bench) -> None:
    def document(number_: int, text: str) -> str:
        return (
            "<?xml version='1.0'?><rss version='2.0'><channel><title>T</title><item>"
            f"<guid isPermaLink='false'>own-{number_}</guid><title>cars</title><description>{text}</description>"
            f"<link>https://www.wire.example/cars/?utm_source=feed{number_}#top</link></item></channel></rss>"
        )

    for number_ in range(5):
        bench.add(f"feed{number_}", "<rss version='2.0'><channel><title>T</title></channel></rss>")
    await poll(bench)
    bench.clock.forward(hours=2)
    for number_ in range(5):
        bench.server.documents[f"feed{number_}"] = document(number_, "cars at 15 percent")
    await poll(bench)
    await bench.pipeline.read_backlog()
    assert (number(bench, schema.items), number(bench, schema.item_feeds)) == (1, 5)
    assert len(bench.heard("change")) == len(bench.heard("alert_queued")) == 1
    # Each of the five may word it in its own way without making a revision of it.
    bench.clock.forward(hours=2)
    bench.server.documents["feed3"] = document(3, "cars at 15 percent, in other words")
    await poll(bench)
    assert [one["revised"] for one in bench.heard("feed_polled")[-5:]] == [0] * 5


async def test_a_silent_edit_is_a_new_revision_and_a_figure_that_vanished_is_noted(bench: Bench, make_rss: Rss) -> None:
    published = bench.clock()
    bench.add("paper", make_rss(("1", "They agreed on cars at 15 percent", published)))
    for text in (
        "They agreed on cars at 15 percent",
        "They agreed: cars at 15 percent, it is said",  # worded anew
        "They have agreed on cars",
        "They have agreed on cars, sources say",
    ):
        bench.server.documents["paper"] = make_rss(("1", text, published))
        await poll(bench)
        await bench.pipeline.read_backlog()
        bench.clock.forward(hours=3)
    with bench.store.read() as connection:
        (edit,) = edits.listing(connection, 10)
        texts = edits.replaced(connection, edit.item_id)
        item = items.get(connection, edit.item_id)
    assert (edit.revision, edit.figure, edit.quote, edit.source) == (3, "15 percent", "cars at 15 percent", "paper")
    assert [one.revision for one in texts] == [1, 2, 3]
    assert texts[0].title == "They agreed on cars at 15 percent"
    assert item is not None and item.revision == 4 and item.article.title.endswith("sources say")


async def test_requests_to_one_host_are_few_at_once(bench: Bench, make_rss: Rss) -> None:
    import asyncio

    here = most = 0

    async def answer(request: web.Request) -> web.Response:
        nonlocal here, most
        here += 1
        most = max(most, here)
        await asyncio.sleep(0.02)
        here -= 1
        return web.Response(text=make_rss(), content_type="application/rss+xml")

    # The fixture lets ten in; more feeds of one host than that wait for their turn.
    for number_ in range(25):
        bench.server.handlers[f"feed{number_}"] = answer
        bench.add(f"feed{number_}")
    assert await poll(bench) == 25
    assert most <= bench.config.settings.polling.per_host


async def test_a_feed_with_a_login_is_polled_with_it_and_its_secret_is_kept_nowhere(
    bench: Bench, make_rss: Rss, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def locked(request: web.Request) -> web.Response:
        if (request.headers.get("Authorization"), request.query.get("key")) != ("Bearer s3cr3t", "s3cr3t"):
            return web.Response(status=401)
        if request.path == "/locked":
            return web.Response(status=301, headers={"Location": f"/there?{request.query_string}&page=1"})
        return web.Response(text=make_rss(("1", "a", bench.clock())), content_type="application/rss+xml")

    bench.server.handlers |= {"locked": locked, "there": locked}
    monkeypatch.setenv("FEED_SECRET", "s3cr3t")
    bench.add("locked", login={"token": "env:FEED_SECRET", "query": {"key": "env:FEED_SECRET"}})
    for _ in range(2):  # the second time where it has moved to
        await poll(bench)
        bench.clock.forward(hours=2)
    state = bench.feed("locked").state
    assert (state.failures, state.moved_to, number(bench, schema.items)) == (0, f"{bench.server.base}/there?page=1", 1)
    monkeypatch.setenv("FEED_SECRET", "s3cr3t-that-is-wrong")
    await poll(bench)
    assert "does not accept the feed's login" in bench.feed("locked").state.last_error
    monkeypatch.delenv("FEED_SECRET")
    bench.clock.forward(hours=2)
    await poll(bench)
    assert bench.feed("locked").state.last_error == "its login cannot be had: env:FEED_SECRET leads to no secret"
    assert "s3cr3t" not in repr(bench.heard("feed_polled")) + "".join(capsys.readouterr())
    assert stored(tmp_path) and b"s3cr3t" not in stored(tmp_path)


async def test_feeds_in_the_queue_of_a_host_hear_of_its_rest_too(bench: Bench) -> None:
    assert bench.config.settings.polling.per_host == 10
    for number_ in range(20):
        bench.server.handlers[f"feed{number_}"] = answering(429, Retry_After="600")
        bench.add(f"feed{number_}")
    assert await poll(bench) == 20
    assert len(bench.server.log) <= 10
    failures = [bench.feed(f"feed{number_}").state.failures for number_ in range(20)]
    assert sum(failures) == len(bench.server.log)
    assert all(timedelta(minutes=9) < wait(bench, f"feed{number_}") <= timedelta(minutes=15) for number_ in range(20))
