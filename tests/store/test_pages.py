"""Articles that are wanted: taken by one, tried a few times, given up in time; the item is never lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from monitor.feeds.entry import Entry
from monitor.store import Store, feeds, items, pages
from monitor.store.pages import ATTEMPTS, LEASE, PATIENCE, WAITS, WHOLE, Wanted

Adds = Callable[..., feeds.Stored]
Makes = Callable[..., Entry]


@pytest.fixture
def saved(store: Store, add_feed: Adds, make_entry: Makes, now: datetime) -> Callable[..., int]:
    """Stores one item of a feed that wants full articles; its number."""
    feed = add_feed("Yonhap", full_text=True)

    def save(guid: str = "a", **fields: object) -> int:
        entry = make_entry(guid, **{"link": f"https://x.example/{guid}", "summary": "short"} | fields)
        with store.begin() as connection:
            done = items.save(connection, feed, [entry], now, baseline=False)
        return (*done.new, *done.revised)[0]

    return save


def taken(store: Store, now: datetime) -> list[Wanted]:
    with store.begin() as connection:
        return pages.claim(connection, now, 10)


def readable(store: Store, now: datetime) -> list[tuple[int, str]]:
    with store.read() as connection:
        return [(item.id, item.article.text) for item in items.backlog(connection, 10, now)]


def fails(store: Store, one: Wanted, now: datetime, *, passing: bool = True, wait: timedelta | None = None) -> bool:
    with store.begin() as connection:
        return pages.failed(connection, one, "the server is down", now, passing=passing, wait=wait)


def test_an_item_waits_for_its_article_and_is_read_by_it(
    store: Store, saved: Callable[..., int], now: datetime
) -> None:
    item = saved()
    assert readable(store, now) == []
    (one,) = taken(store, now)
    assert (one.item_id, one.revision, one.attempt, one.feed) == (item, 1, 1, "Yonhap")
    assert (one.link, one.summary) == ("https://x.example/a", "short")
    with store.begin() as connection:
        assert pages.had(connection, one, "the whole of it", now)
        assert not pages.waiting(connection)
        found = items.get(connection, item)
    assert readable(store, now) == [(item, "the whole of it")]
    assert found is not None
    assert found.article.text == "the whole of it"


def test_what_is_taken_is_taken_once_and_falls_back_when_nobody_returns(
    store: Store, saved: Callable[..., int], now: datetime
) -> None:
    saved()
    assert len(taken(store, now)) == 1
    assert taken(store, now + LEASE - timedelta(seconds=1)) == []
    (again,) = taken(store, now + LEASE)
    assert again.attempt == 2


def test_the_first_of_two_who_fetched_the_same_counts(store: Store, saved: Callable[..., int], now: datetime) -> None:
    item = saved()
    (slow,) = taken(store, now)
    (quick,) = taken(store, now + LEASE)
    with store.begin() as connection:
        assert pages.had(connection, quick, "quick", now)
        assert not pages.had(connection, slow, "slow", now)
        assert not pages.failed(connection, slow, "late", now, passing=True)
    assert readable(store, now) == [(item, "quick")]


def test_a_trouble_that_passes_is_tried_again_a_bounded_number_of_times(
    store: Store, saved: Callable[..., int], now: datetime
) -> None:
    item = saved()
    when = now
    for attempt in range(1, ATTEMPTS):
        (one,) = taken(store, when)
        assert not fails(store, one, when)
        assert readable(store, when) == []
        wait = WAITS[attempt - 1]
        assert taken(store, when + wait - timedelta(seconds=1)) == []
        when += wait
    (last,) = taken(store, when)
    assert fails(store, last, when)
    assert readable(store, when) == [(item, "short")]
    assert taken(store, when + timedelta(days=1)) == []


def test_a_trouble_that_stays_is_not_tried_again(store: Store, saved: Callable[..., int], now: datetime) -> None:
    item = saved()
    (one,) = taken(store, now)
    assert fails(store, one, now, passing=False)
    assert readable(store, now) == [(item, "short")]


def test_a_server_that_asks_for_more_patience_than_we_have_is_given_up(
    store: Store, saved: Callable[..., int], now: datetime
) -> None:
    saved()
    (one,) = taken(store, now)
    assert fails(store, one, now, wait=PATIENCE)


def test_an_item_whose_article_nobody_fetches_is_read_in_time(
    store: Store, saved: Callable[..., int], now: datetime
) -> None:
    item = saved()
    assert readable(store, now + PATIENCE - timedelta(seconds=1)) == []
    late = now + PATIENCE
    assert readable(store, late) == [(item, "short")]
    assert taken(store, late) == []
    with store.begin() as connection:
        assert pages.expire(connection, late) == 1
        assert pages.expire(connection, late) == 0
        assert pages.health(connection, now)["Yonhap"].error == pages.TOO_LATE


def test_a_revision_wants_its_article_anew_and_the_old_one_is_kept(
    store: Store, saved: Callable[..., int], now: datetime
) -> None:
    item = saved()
    (one,) = taken(store, now)
    with store.begin() as connection:
        pages.had(connection, one, "first", now)
    assert saved(summary="corrected") == item
    assert readable(store, now) == []
    (two,) = taken(store, now)
    assert (two.revision, two.summary) == (2, "corrected")
    with store.begin() as connection:
        pages.had(connection, two, "second", now)
    assert readable(store, now) == [(item, "second")]


def test_what_is_given_back_was_no_try(store: Store, saved: Callable[..., int], now: datetime) -> None:
    saved()
    with store.begin() as connection:
        pages.release(connection, pages.claim(connection, now, 10), now)
    (one,) = taken(store, now)
    assert one.attempt == 1


def test_what_the_feed_carries_whole_or_without_a_link_is_not_fetched(
    store: Store, saved: Callable[..., int], now: datetime
) -> None:
    whole, without = saved("whole", content="word " * (WHOLE // 5)), saved("without", link=None)
    assert taken(store, now) == []
    assert [item for item, _ in readable(store, now)] == [whole, without]


def test_a_feed_without_full_text_wants_nothing(store: Store, add_feed: Adds, make_entry: Makes, now: datetime) -> None:
    feed = add_feed("Plain")
    with store.begin() as connection:
        items.save(connection, feed, [make_entry("p", link="https://x.example/p")], now, baseline=False)
        assert not pages.waiting(connection)
    assert len(readable(store, now)) == 1


def test_the_newest_items_come_first(store: Store, saved: Callable[..., int], now: datetime) -> None:
    for hours in (3, 1, 2):
        saved(str(hours), published=now - timedelta(hours=hours))
    assert [one.link[-1] for one in taken(store, now)] == ["1", "2", "3"]


def test_a_feed_most_of_whose_articles_fail_ails(store: Store, saved: Callable[..., int], now: datetime) -> None:
    for number in range(5):
        saved(str(number))
        (one,) = taken(store, now)
        with store.begin() as connection:
            if number < 1:
                pages.had(connection, one, "text", now)
        if number >= 1:
            fails(store, one, now, passing=False)
    with store.read() as connection:
        health = pages.health(connection, now - timedelta(hours=1))["Yonhap"]
        assert (health.had, health.failed, health.error) == (1, 4, "the server is down")
        (told,) = pages.ailing(connection, now).values()
        assert pages.ailing(connection, now + timedelta(days=2)) == {}
    assert "4 of 5 full articles of Yonhap" in told
    assert "the server is down" in told
