"""The demo's clock: it leaps, runs, and never goes back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from demo.clock import JUST_AFTER, STRIDE, DemoClock, steps

START = datetime(2025, 4, 2, 12, tzinfo=UTC)


class Hand:
    """A monotonic clock that is turned by hand."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def test_it_runs_at_the_pace_of_the_real_clock() -> None:
    hand = Hand()
    clock = DemoClock(START, hand)
    hand.seconds += 2.5
    assert clock() == START + timedelta(seconds=2.5)


def test_it_leaps_and_runs_on_from_there() -> None:
    hand = Hand()
    clock = DemoClock(START, hand)
    there = datetime(2025, 7, 31, 9, tzinfo=timezone(timedelta(hours=9)))
    clock.leap(there)
    hand.seconds += 1
    assert clock() == there + timedelta(seconds=1)
    assert clock().tzinfo is UTC


@given(st.lists(st.tuples(st.integers(-1000, 1000), st.floats(0, 1000)), max_size=20))
def test_it_never_goes_back(moves: list[tuple[int, float]]) -> None:
    hand = Hand()
    clock = DemoClock(START, hand)
    before = clock()
    for hours, seconds in moves:
        clock.leap(START + timedelta(hours=hours))
        hand.seconds += seconds
        assert clock() >= before
        before = clock()


@given(st.lists(st.integers(-500, 5000), max_size=30), st.integers(1, 5000))
def test_steps_rise_by_strides_at_most_and_touch_every_time(hours: list[int], length: int) -> None:
    times = [START + timedelta(hours=h) for h in hours if h < length]
    end = START + timedelta(hours=length)
    found = list(steps(times, START, end))
    assert found == sorted(set(found))
    assert all(b - a <= STRIDE for a, b in zip([START, *found], found, strict=False))
    assert {at + JUST_AFTER for at in times if at > START} <= set(found)
    assert found[-1] == end
