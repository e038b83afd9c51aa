"""From a feed to an alert over real HTTP and a real database."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from sqlalchemy import func, select

from alerts.tables import alerts, deliveries
from monitor.pipeline import polling, steps
from monitor.store import Store, items, ledger
from monitor.store.schema import claims, feeds, tags
from monitor.store.schema import items as item_rows

if TYPE_CHECKING:
    from tests.pipeline.conftest import Bench

Rss = Callable[..., str]


def count(bench: Bench, table: object) -> int:
    with bench.store.read() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()  # type: ignore[arg-type]


async def cycle(bench: Bench) -> tuple[int, int, int]:
    return (
        await bench.pipeline.poll_due(),
        await bench.pipeline.read_backlog(),
        await bench.pipeline.settle_due(),
    )


async def test_a_first_poll_is_silent_and_the_next_item_alerts(bench: Bench, make_rss: Rss) -> None:
    old = ("1", "cars at 25 percent", bench.clock() - timedelta(days=20))
    bench.add("yonhap", make_rss(old))
    assert await cycle(bench) == (1, 1, 0)
    with bench.store.read() as connection:
        (entry,) = ledger.journal(connection)
    assert (entry.baseline, entry.change.after, entry.change.trust) == (True, 25, "reported")
    assert (count(bench, deliveries), bench.wakes) == (0, [])

    bench.clock.forward(hours=1)
    bench.server.documents["yonhap"] = make_rss(("2", "cars at 15 percent", bench.clock()), old)
    assert await cycle(bench) == (1, 1, 0)
    with bench.store.read() as connection:
        _, entry = ledger.journal(connection)
        (alert,) = connection.execute(select(alerts)).mappings().all()
        (delivery,) = connection.execute(select(deliveries)).mappings().all()
        assert connection.execute(select(tags.c.jurisdiction).distinct()).scalars().all() == ["KR", "US"]
    assert (entry.baseline, entry.change.before, entry.change.after) == (False, 25, 15)
    assert alert["title"] == "US tariff on Korean cars: 25% → 15%, agreed (reported)"
    assert (delivery["alert_id"], delivery["subscription"], delivery["state"]) == (alert["id"], "me", "queued")
    assert bench.wakes == [bench.clock()]


async def test_events_tell_the_way_in_plain_data(bench: Bench, make_rss: Rss) -> None:
    bench.add("yonhap", make_rss(("1", "cars at 15 percent", bench.clock() + timedelta(minutes=1))))
    bench.clock.forward(minutes=2)
    await cycle(bench)
    assert [name for name, _ in bench.events] == ["feed_polled", "item_stored", "item_read", "change", "alert_queued"]
    json.dumps(bench.events)
    assert bench.heard("item_read")[0]["quotes"] == ["cars at 15 percent"]
    assert bench.heard("change")[0]["term"] == "tariff:US:KR:autos"


async def test_what_did_not_change_is_asked_for_once_and_stored_once(bench: Bench, make_rss: Rss) -> None:
    bench.add("yonhap", make_rss(("1", "cars at 15 percent", bench.clock())))
    for _ in range(3):
        assert await bench.pipeline.poll_due() == 1
        assert await bench.pipeline.poll_due() == 0
        bench.clock.forward(hours=3)
    assert bench.server.log == [("yonhap", 200), ("yonhap", 304), ("yonhap", 304)]
    assert count(bench, item_rows) == 1
    assert {**bench.heard("feed_polled")[1]} | {"next_poll_at": "", "why": "", "url": ""} == {
        "feed": "yonhap",
        "ok": True,
        "unchanged": True,
        "new": 0,
        "revised": 0,
        "error": "",
        "failures": 0,
        "next_poll_at": "",
        "why": "",
        "url": "",
    }


async def test_every_bad_feed_has_its_words_and_no_other_suffers(bench: Bench, make_rss: Rss) -> None:
    async def fails(request: web.Request) -> web.Response:
        return web.Response(status=500)

    bench.server.handlers["broken"] = fails
    bench.add("broken")
    bench.add("page", "<!doctype html><html><body>hello</body></html>")
    bench.add("cut", make_rss(("1", "cars at 15 percent", bench.clock()))[:60])
    bench.add("good", make_rss(("1", "cars at 15 percent", bench.clock())))
    assert await bench.pipeline.poll_due() == 4
    assert "500" in bench.feed("broken").state.last_error
    assert "HTML" in bench.feed("page").state.last_error or "page" in bench.feed("page").state.last_error
    assert bench.feed("cut").state.failures in (0, 1)
    good = bench.feed("good").state
    assert (good.failures, good.last_error, good.first_polled_at) == (0, "", bench.clock())
    for name in ("broken", "page"):
        state = bench.feed(name).state
        assert state.failures == 1 and state.next_poll_at > bench.clock()
        assert (state.first_polled_at, state.etag, state.body_hash) == (None, None, None)


async def test_a_feed_that_comes_good_is_still_a_first_poll(bench: Bench, make_rss: Rss) -> None:
    before = bench.clock()
    bench.add("late", "not a feed")
    await cycle(bench)
    bench.clock.forward(days=2)
    after = before + timedelta(days=1)
    bench.server.documents["late"] = make_rss(
        ("1", "cars at 25 percent", before - timedelta(days=9)), ("2", "cars at 15 percent", after)
    )
    await cycle(bench)
    with bench.store.read() as connection:
        assert [entry.baseline for entry in ledger.journal(connection)] == [True, False]


async def test_a_slow_feed_delays_no_other(bench: Bench, make_rss: Rss, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "LOOK", 0.01)
    arrived, go = asyncio.Event(), asyncio.Event()

    async def slow(request: web.Request) -> web.Response:
        arrived.set()
        await go.wait()
        return bench.server.document(request)

    bench.server.handlers["slow"] = slow
    bench.add("slow", make_rss(("s", "cars at 15 percent", bench.clock())))
    bench.add("fast", make_rss(("f", "nothing", bench.clock())))
    turn = asyncio.create_task(bench.pipeline.poll_due())
    await asyncio.wait_for(arrived.wait(), 5)
    for polls in (1, 2, 3):  # each time that it becomes due again, while the slow one is still under way
        async with asyncio.timeout(5):
            while len(bench.heard("feed_polled")) < polls:
                bench.told.clear()
                await bench.told.wait()
        bench.clock.forward(hours=3)  # far beyond the slow feed's lease: it is not polled twice
    go.set()
    assert await asyncio.wait_for(turn, 5) >= 4
    assert bench.server.log.count(("slow", 200)) == 1
    assert bench.feed("slow").state.failures == 0


async def test_two_workers_share_the_feeds_and_store_nothing_twice(bench: Bench, make_rss: Rss, database: str) -> None:
    for number in range(30):
        bench.add(f"f{number}", make_rss((str(number), "cars at 15 percent", bench.clock())))
    stores = [Store.open(database) for _ in range(2)]
    workers = [bench.another(store) for store in stores]
    done = await asyncio.gather(*(worker.poll_due() for worker in workers))
    assert sum(done) == 30
    assert len(bench.server.log) == 30
    read = await asyncio.gather(*(worker.read_backlog() for worker in workers))
    assert sum(read) == 30
    assert (count(bench, item_rows), count(bench, claims)) == (30, 30)
    for store in stores:
        store.close()


async def test_a_lost_lease_stores_nothing(bench: Bench, make_rss: Rss) -> None:
    async def stolen(request: web.Request) -> web.Response:
        with bench.store.begin() as connection:
            connection.execute(feeds.update().values(lease_token="somebody else's"))
        return bench.server.document(request)

    bench.server.handlers["yonhap"] = stolen
    bench.add("yonhap", make_rss(("1", "cars at 15 percent", bench.clock())))
    assert await bench.pipeline.poll_due() == 0
    assert count(bench, item_rows) == 0
    assert bench.feed("yonhap").state.etag is None


async def test_a_turn_that_is_cut_off_gives_its_feeds_back(bench: Bench, make_rss: Rss) -> None:
    arrived = asyncio.Event()

    async def hangs(request: web.Request) -> web.Response:
        arrived.set()
        await asyncio.sleep(60)
        return web.Response()

    bench.server.handlers["yonhap"] = hangs
    bench.add("yonhap", make_rss(("1", "cars at 15 percent", bench.clock())))
    turn = asyncio.create_task(bench.pipeline.poll_due())
    await asyncio.wait_for(arrived.wait(), 5)
    turn.cancel()
    with pytest.raises(asyncio.CancelledError):
        await turn
    del bench.server.handlers["yonhap"]
    assert await bench.pipeline.poll_due() == 1
    assert count(bench, item_rows) == 1


async def test_what_was_told_to_stop_begins_nothing(bench: Bench, make_rss: Rss) -> None:
    bench.add("yonhap", make_rss(("1", "cars at 15 percent", bench.clock())))
    bench.pipeline.stop()
    assert await bench.pipeline.poll_due() == 0
    assert await bench.pipeline.read_backlog() == 0
    assert bench.server.log == []


async def test_an_item_that_breaks_the_reader_is_set_aside_and_holds_up_nothing(bench: Bench, make_rss: Rss) -> None:
    at = bench.clock()
    bench.add("yonhap", make_rss(("1", "boom", at - timedelta(hours=1)), ("2", "cars at 15 percent", at)))
    assert await cycle(bench) == (1, 2, 0)
    with bench.store.read() as connection:
        errors = connection.execute(select(item_rows.c.read_error).order_by(item_rows.c.id)).scalars().all()
        assert items.backlog(connection, 10) == []
    assert errors == ["RuntimeError: boom", None]
    assert count(bench, claims) == 1


async def test_a_newer_reader_tries_again_what_the_old_one_could_not_read(bench: Bench, make_rss: Rss) -> None:
    bench.add("yonhap", make_rss(("1", "boom, cars at 15 percent", bench.clock())))
    await cycle(bench)
    assert await bench.another().read_backlog() == 0
    assert await bench.another(reader="2.0").read_backlog() == 1
    with bench.store.read() as connection:
        row = connection.execute(select(item_rows)).mappings().one()
    assert (row["reader"], row["read_error"]) == ("2.0", "RuntimeError: boom")


async def test_a_rule_that_fails_sets_the_item_aside_and_stores_nothing_of_it(
    bench: Bench, make_rss: Rss, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise ZeroDivisionError("a rule")

    monkeypatch.setattr("monitor.ledger.book.record", fails)
    bench.add("yonhap", make_rss(("1", "cars at 15 percent", bench.clock())))
    assert await cycle(bench) == (1, 1, 0)
    assert (count(bench, claims), count(bench, tags)) == (0, 0)
    with bench.store.read() as connection:
        assert connection.execute(select(item_rows.c.read_error)).scalar() == "ZeroDivisionError: a rule"


async def test_a_correction_in_the_same_article_is_news_once(bench: Bench, make_rss: Rss) -> None:
    published = bench.clock()
    bench.add("yonhap", make_rss(("1", "cars at 25 percent", published)))
    await cycle(bench)
    for text in ("cars at 15 percent", "cars at 15 percent, they said", "cars at 15 percent"):
        bench.clock.forward(hours=4)
        bench.server.documents["yonhap"] = make_rss(("1", text, published))
        await cycle(bench)
    with bench.store.read() as connection:
        journal = ledger.journal(connection)
    assert [(e.change.before, e.change.after, e.baseline) for e in journal] == [(None, 25, True), (25, 15, False)]
    assert count(bench, claims) == 2


async def test_a_date_brings_its_change_once_with_an_alert(bench: Bench, make_rss: Rss) -> None:
    bench.add("yonhap", make_rss(("1", "cars at 15 percent from 2025-11-01", bench.clock() - timedelta(days=1))))
    await cycle(bench)
    bench.clock.forward(days=1)
    reminded = await bench.pipeline.settle_due()
    bench.clock.forward(days=3)
    assert await bench.pipeline.settle_due() == 1
    assert await bench.pipeline.settle_due() == 0
    bench.clock.forward(days=1)
    assert await bench.pipeline.settle_due() == 0
    with bench.store.read() as connection:
        journal = ledger.journal(connection)
        told = connection.execute(select(alerts.c.title).order_by(alerts.c.at)).scalars().all()
    assert (journal[-1].change.status, journal[-1].change.article) == ("in_effect", None)
    assert journal[-1].change.at.isoformat() == "2025-11-01T00:00:00+00:00"
    assert len(told) == reminded + 1
    assert told[-1] == "US tariff on Korean cars: 15%, agreed → in effect, since 1 Nov 2025 (reported)"


async def test_dates_that_had_come_before_a_baseline_was_read_are_no_news(bench: Bench, make_rss: Rss) -> None:
    bench.clock.forward(days=30)
    long_ago = bench.clock() - timedelta(days=30)
    bench.add("yonhap", make_rss(("1", "cars at 15 percent from 2025-11-01", long_ago)))
    await bench.pipeline.settle_due()
    await cycle(bench)
    await cycle(bench)
    with bench.store.read() as connection:
        journal = ledger.journal(connection)
    assert [(str(e.change.status), e.baseline) for e in journal] == [("agreed", True), ("in_effect", True)]
    assert count(bench, alerts) == 0


async def test_what_is_stored_is_told_while_a_slow_feed_is_still_under_way(bench: Bench, make_rss: Rss) -> None:
    go = asyncio.Event()

    async def slow(request: web.Request) -> web.Response:
        await go.wait()
        return bench.server.document(request)

    bench.server.handlers["slow"] = slow
    bench.add("slow", make_rss(("s", "cars at 15 percent", bench.clock())))
    bench.add("fast", make_rss(("f", "cars at 25 percent", bench.clock())))
    turn = asyncio.create_task(bench.pipeline.poll_due())
    async with asyncio.timeout(5):
        while not bench.heard("item_stored"):
            bench.told.clear()
            await bench.told.wait()
        assert await bench.pipeline.read_backlog() == 1
    assert not turn.done()
    go.set()
    assert await asyncio.wait_for(turn, 5) == 2


async def test_a_poll_that_cannot_be_stored_harms_none_of_its_batch(
    bench: Bench, make_rss: Rss, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = steps.store_polls

    def fails(connection: Any, polls: Any, *args: Any) -> Any:
        if any(entry.guid == "bad" for _, brought, _ in polls for entry in brought.entries):
            raise ZeroDivisionError
        return whole(connection, polls, *args)

    monkeypatch.setattr(steps, "store_polls", fails)
    for name in ("good", "bad", "better"):
        bench.add(name, make_rss((name, f"cars at 15 percent, {name}", bench.clock())))
    assert await bench.pipeline.poll_due() == 3
    assert count(bench, item_rows) == 2
    assert "a mistake in pactwatch" in bench.feed("bad").state.last_error
    assert bench.feed("good").state.failures == bench.feed("better").state.failures == 0
