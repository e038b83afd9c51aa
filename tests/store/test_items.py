"""Items: one however many feeds carry it, read once a revision."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from config.words import Topic
from monitor.feeds.entry import Entry
from monitor.store import Store, items
from monitor.store.feeds import Stored
from monitor.store.items import Saved
from monitor.store.schema import item_feeds, tags
from monitor.types import Reading

AddFeed = Callable[..., Stored]
MakeEntry = Callable[..., Entry]
LINK = "https://www.example.com/2025/11/cars"


@pytest.fixture
def save(store: Store, now: datetime) -> Callable[..., Saved]:
    def save(feed: Stored, *entries: Entry, at: datetime | None = None, baseline: bool = False) -> Saved:
        with store.begin() as connection:
            return items.save(connection, feed, entries, at or now, baseline=baseline)

    return save


Save = Callable[..., Saved]


def unread(store: Store) -> list[items.Unread]:
    with store.read() as connection:
        return items.backlog(connection, 1000)


def test_an_entry_becomes_the_article_it_was(
    store: Store, add_feed: AddFeed, make_entry: MakeEntry, save: Save, now: datetime
) -> None:
    feed = add_feed("Yonhap", publisher="Yonhap News Agency", language="ko")
    published = (now - timedelta(hours=1)).astimezone(timezone(timedelta(hours=9)))
    save(feed, make_entry("g", link=LINK, summary="Short.", content="The whole text.", published=published))
    (item,) = unread(store)
    article = item.article
    assert (article.source.name, article.source.tier, article.language) == ("Yonhap News Agency", 2, "ko")
    assert article.published.isoformat() == published.isoformat()
    assert (article.observed, article.link, article.text) == (now, LINK, "The whole text.")
    assert (article.id, item.revision, item.baseline) == (str(item.id), 1, False)


def test_the_same_document_again_brings_nothing(
    store: Store, add_feed: AddFeed, make_entry: MakeEntry, save: Save
) -> None:
    feed = add_feed()
    entries = [make_entry(str(n), link=f"{LINK}/{n}") for n in range(1200)]
    assert len(save(feed, *entries).new) == 1200
    assert save(feed, *entries) == Saved()
    assert len({item.id for item in unread(store)}) == 1000


def test_a_link_is_one_item_across_feeds_however_it_is_spelled(
    store: Store, add_feed: AddFeed, make_entry: MakeEntry, save: Save
) -> None:
    one, two = add_feed("One"), add_feed("Two")
    (item,) = save(one, make_entry("1", link=LINK)).new
    other = make_entry("x", link="http://example.com/2025/11/cars/?utm_source=rss#top", title="Another headline")
    assert save(two, other) == Saved()
    with store.read() as connection:
        carried = connection.execute(select(item_feeds.c.item_id, item_feeds.c.feed_id)).all()
    assert sorted(tuple(row) for row in carried) == [(item, one.id), (item, two.id)]
    # The other feed's guid is known now: a new link under it is still the same item.
    assert save(two, make_entry("x", link=LINK + "/moved")) == Saved()
    assert save(one, make_entry("9", link=LINK + "/moved", title="Korea and the US agree")) == Saved()


def test_a_guid_counts_within_its_publisher_only(add_feed: AddFeed, make_entry: MakeEntry, save: Save) -> None:
    one, two, section = add_feed("One"), add_feed("Two"), add_feed("One-Markets", publisher="One")
    assert len(save(one, make_entry("1")).new) == 1
    assert len(save(two, make_entry("1")).new) == 1
    assert save(section, make_entry("1")) == Saved()


def test_a_front_page_is_no_link_of_an_item(add_feed: AddFeed, make_entry: MakeEntry, save: Save) -> None:
    one, two = add_feed("One"), add_feed("Two")
    assert len(save(one, make_entry("1", link="https://example.com/")).new) == 1
    assert len(save(two, make_entry("2", link="https://example.com")).new) == 1


def test_notices_of_one_page_are_items_of_their_own(add_feed: AddFeed, make_entry: MakeEntry, save: Save) -> None:
    feed = add_feed()
    page = [make_entry(str(n), link=LINK, title=f"Notice {n}") for n in range(3)]
    assert len(save(feed, *page).new) == 3
    assert save(feed, *page) == Saved()
    assert len(save(feed, *page, make_entry("3", link=LINK, title="Notice 3")).new) == 1
    # Same title under a new guid: the feed only renamed it.
    assert save(feed, make_entry("renamed", link=LINK, title="Notice 0")) == Saved()


def test_a_changed_text_is_a_revision_that_is_read_again_and_is_news(
    store: Store, add_feed: AddFeed, make_entry: MakeEntry, save: Save, now: datetime
) -> None:
    feed = add_feed()
    (item,) = save(feed, make_entry("1", published=now - timedelta(days=1)), baseline=True).new
    with store.begin() as connection:
        assert items.mark_read(connection, item, 1, Reading(), "1", now)
    later = now + timedelta(hours=2)
    assert save(feed, make_entry("1", summary="Tariffs on cars fall to 12 percent."), at=later) == Saved((), (item,))
    (again,) = unread(store)
    assert (again.revision, again.baseline, again.article.observed) == (2, False, later)
    assert "12 percent" in again.article.text
    assert again.article.published == now - timedelta(days=1)


def test_entries_without_a_page_are_known_by_what_they_say_when_their_guids_change(
    add_feed: AddFeed, make_entry: MakeEntry, save: Save
) -> None:
    feed, other = add_feed("One"), add_feed("Two")
    assert len(save(feed, make_entry("1"), make_entry("2"), make_entry("3", title="Else")).new) == 3
    assert save(feed, make_entry("4"), make_entry("5", title="Else")) == Saved()
    assert len(save(feed, make_entry("6", summary="Tariffs fall to 12 percent.")).new) == 1
    assert len(save(other, make_entry("4")).new) == 1  # of another publisher it may be another word


def test_another_feeds_summary_is_no_revision(add_feed: AddFeed, make_entry: MakeEntry, save: Save) -> None:
    one, two = add_feed("One"), add_feed("Two")
    save(one, make_entry("1", link=LINK))
    assert save(two, make_entry("2", link=LINK, summary="In other words.")) == Saved()


def test_an_item_twice_in_a_document_does_not_alternate(add_feed: AddFeed, make_entry: MakeEntry, save: Save) -> None:
    feed = add_feed()
    twice = (make_entry("1", summary="First."), make_entry("1", summary="Second."))
    assert len(save(feed, *twice).new) == 1
    assert save(feed, *twice) == Saved()
    assert save(feed, *twice) == Saved()


@pytest.mark.parametrize(
    ("published", "baseline", "silent"),
    [(-1, True, True), (0, True, True), (1, True, False), (None, True, True), (-1, False, False), (1, False, False)],
)
def test_a_first_poll_is_silent_about_what_was_published_before_the_feed_was_added(
    store: Store,
    add_feed: AddFeed,
    make_entry: MakeEntry,
    save: Save,
    now: datetime,
    published: int | None,
    baseline: bool,
    silent: bool,
) -> None:
    stamp = None if published is None else now + timedelta(minutes=published)
    save(add_feed(), make_entry("1", published=stamp), at=now + timedelta(minutes=5), baseline=baseline)
    assert [item.baseline for item in unread(store)] == [silent]


def test_a_stamp_in_the_future_counts_as_now(
    store: Store, add_feed: AddFeed, make_entry: MakeEntry, save: Save, now: datetime
) -> None:
    save(add_feed(), make_entry("1", published=now + timedelta(days=400)))
    assert [item.article.published for item in unread(store)] == [now]


def test_the_backlog_goes_by_publication(
    store: Store, add_feed: AddFeed, make_entry: MakeEntry, save: Save, now: datetime
) -> None:
    hours = {"b": 2, "c": 1, "a": 3}
    save(add_feed("One"), make_entry("b", title="b", published=now - timedelta(hours=2)))
    others = [make_entry(name, title=name, published=now - timedelta(hours=hours[name])) for name in ("c", "a")]
    save(add_feed("Two"), *others)
    assert [item.article.title for item in unread(store)] == ["a", "b", "c"]
    with store.read() as connection:
        assert [item.article.title for item in items.backlog(connection, 2)] == ["a", "b"]


def test_reading_writes_tags_once_and_only_for_the_revision_that_was_read(
    store: Store, add_feed: AddFeed, make_entry: MakeEntry, save: Save, now: datetime
) -> None:
    (item,) = save(add_feed(), make_entry("1")).new
    reading = Reading(topics=(Topic.TARIFF, Topic.INVESTMENT), countries=("US", "KR"))
    with store.begin() as connection:
        assert not items.mark_read(connection, item, 2, reading, "1", now)
        assert connection.execute(select(tags)).all() == []
        assert items.mark_read(connection, item, 1, reading, "1", now)
        assert not items.mark_read(connection, item, 1, reading, "1", now)
        rows = connection.execute(select(tags.c.topic, tags.c.jurisdiction, tags.c.rank)).all()
    assert sorted(tuple(row) for row in rows) == [
        ("investment", "KR", 1),
        ("investment", "US", 0),
        ("tariff", "KR", 1),
        ("tariff", "US", 0),
    ]
    assert unread(store) == []


def test_what_cannot_be_read_is_set_aside_with_the_reason(
    store: Store, add_feed: AddFeed, make_entry: MakeEntry, save: Save, now: datetime
) -> None:
    (item,) = save(add_feed(), make_entry("1")).new
    with store.begin() as connection:
        assert items.mark_unreadable(connection, item, 1, "x" * 900, "1", now)
    assert unread(store) == []


RUNS = itertools.count()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    documents=st.lists(
        st.tuples(
            st.integers(0, 2),
            st.lists(st.tuples(st.integers(0, 2), st.none() | st.integers(0, 3), st.sampled_from("ab")), max_size=6),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_whatever_feeds_carry_a_second_look_brings_nothing_new(
    store: Store,
    add_feed: AddFeed,
    make_entry: MakeEntry,
    save: Save,
    documents: list[tuple[int, list[tuple[int, int | None, str]]]],
) -> None:
    # The store goes on from one run to the next. Each has guids and links of its own, and of both together too few to
    # fill an item's keys (`MAX_KEYS`): beyond those a guid is known by its link and title alone.
    run = next(RUNS)
    feeds = [add_feed(f"F{n}") for n in range(3)]
    for which, entries in documents:
        made = [
            make_entry(f"{run}-{guid}", link=None if link is None else f"{LINK}/{run}/{link}", title=title)
            for guid, link, title in entries
        ]
        save(feeds[which], *made)
        assert save(feeds[which], *made).new == ()


def test_many_polls_are_stored_as_one_after_the_other(
    store: Store, add_feed: AddFeed, make_entry: MakeEntry, now: datetime
) -> None:
    wires = [add_feed(name) for name in ("Reuters", "Yonhap", "Kyodo")]
    story = replace(make_entry("s"), link=LINK, canonical=LINK)
    brought = [
        items.Brought(wires[0], [make_entry("1"), story], baseline=False),
        items.Brought(wires[1], [replace(story, guid="other")], baseline=False),
        items.Brought(wires[2], [], baseline=False),
    ]
    with store.begin() as connection:
        first, second, third = items.save_all(connection, brought, now)
    assert (len(first.new), second.new, third.new) == (2, (), ())
    with store.begin() as connection:
        again = items.save_all(connection, brought, now)
    assert again == [items.Saved()] * 3
