"""How often a feed brings something, and the first interval that follows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import Polling
from monitor.feeds.entry import Entry
from monitor.feeds.rhythm import gap
from monitor.feeds.schedule import Outcome, State, after
from monitor.feeds.wishes import Wishes

NOW = datetime(2025, 11, 3, 12, tzinfo=UTC)


def entries(hours_ago: Sequence[float | None]) -> list[Entry]:
    return [
        Entry(
            guid=str(number), link=None, canonical=None, title="", summary="", content="", updated=None, language=None,
            author=None, published=None if hours is None else NOW - timedelta(hours=hours),
        )
        for number, hours in enumerate(hours_ago)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("hours_ago", "hours"),
    [
        ([0, 1, 2, 3, 4], 1),
        ([4, 0, 3, 1, 2], 1),  # in any order
        ([0, 1, 2, 3, 100, 200], 1),  # one long pause does not make it slow
        ([0, 0, 0, 1, 2], None),  # three at one moment tell of one
        ([-5, -9, 1, 2, 3], 1),  # what is dated in the future counts as of now
        ([48, 49, 50, 51], 12),  # it has fallen silent
        ([None] * 9, None),
        ([0, 1, 2], None),
        ([], None),
    ],
)
def test_the_usual_time_between_two_entries(hours_ago: list[float | None], hours: float | None) -> None:
    assert gap(entries(hours_ago), NOW) == (None if hours is None else timedelta(hours=hours))


@given(st.lists(st.floats(-1e4, 1e4), max_size=40), st.booleans())
def test_the_first_interval_is_within_bounds(hours: list[float], known: bool) -> None:
    polling = Polling(jitter=0)
    state = State(interval=timedelta(minutes=15) if known else None)
    planned = after(state, Outcome(gap=gap(entries(hours), NOW)), NOW, 0.0, polling)
    assert planned.interval is not None
    assert timedelta(minutes=5) <= planned.interval <= timedelta(hours=1)
    if known:  # what was learned counts more than one document
        assert planned.interval == timedelta(minutes=16.5)


@given(
    st.one_of(st.none(), st.integers(1, 10**6).map(lambda n: timedelta(minutes=n))),
    st.frozensets(st.integers(0, 23)),
    st.frozensets(st.integers(0, 6)),
)
def test_wishes_come_back_as_they_were(ttl: timedelta | None, hours: frozenset[int], days: frozenset[int]) -> None:
    wishes = Wishes(ttl=ttl, skip_hours=hours, skip_days=days)
    assert Wishes.from_json(wishes.to_json()) == wishes
    assert (wishes.to_json() is None) == (wishes == Wishes())


def test_a_host_at_rest_is_no_failure_and_no_success() -> None:
    before = State(interval=timedelta(minutes=15), failures=2, last_error="x", last_ok_at=NOW)
    planned = after(before, Outcome(error="asked for rest", rest=True, retry_after=600), NOW, 0.5, Polling())
    assert (planned.failures, planned.last_error, planned.interval) == (2, "x", before.interval)
    assert planned.next_poll_at is not None
    assert timedelta(minutes=10) < planned.next_poll_at - NOW < timedelta(minutes=12)


def test_a_feed_with_a_hub_is_polled_daily_unless_the_owner_says_how_often() -> None:
    polling = Polling(jitter=0)
    planned = after(State(), Outcome(pushed=True), NOW, 0.0, polling)
    assert planned.next_poll_at == NOW + timedelta(days=1)
    assert planned.why == "its hub tells of new items (WebSub); asked every 1 d all the same"
    own = after(State(), Outcome(pushed=True), NOW, 0.0, polling, timedelta(minutes=30))
    assert own.next_poll_at == NOW + timedelta(minutes=30)
