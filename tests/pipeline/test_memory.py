"""What is remembered of documents counts only while the row speaks of the same document."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from config.settings import Feed
from monitor.feeds.known import Known
from monitor.pipeline.memory import Memory
from monitor.store.feeds import Lease, State

NOW = datetime(2025, 11, 3, tzinfo=UTC)


def lease(number: int, body_hash: str | None) -> Lease:
    return Lease(
        id=number, feed=Feed(name=f"f{number}", url="https://example.org/"), origin="yaml", active=True, added_at=NOW,
        state=State(next_poll_at=NOW, body_hash=body_hash), token="t", until=NOW + timedelta(minutes=1),
    )  # fmt: skip


def test_it_knows_only_the_document_that_is_stored() -> None:
    memory, feed = Memory(), lease(1, "aa" * 16)
    assert memory.known(feed) is None
    memory.keep(feed, "aa" * 16, Known(b"x" * 24))
    assert memory.known(feed) == Known(b"x" * 24)
    elsewhere = replace(feed, state=replace(feed.state, body_hash="bb" * 16))
    assert memory.known(elsewhere) is None
    assert memory.known(replace(feed, state=replace(feed.state, body_hash=None))) is None


def test_it_forgets_what_it_has_not_heard_of_for_longest() -> None:
    memory = Memory(most=100)
    feeds = [lease(number, "aa" * 16) for number in range(5)]
    for feed in feeds:
        memory.keep(feed, "aa" * 16, Known(b"x" * 24))
    assert [memory.known(feed) is not None for feed in feeds] == [False, True, True, True, True]
    memory.keep(feeds[4], "aa" * 16, Known())
    assert memory.known(feeds[4]) is None
