"""When a feed is asked next. No test waits: time is an argument."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import Polling
from monitor.feeds.schedule import Outcome, State, after, words

NOW = datetime(2025, 11, 3, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
POLLING = Polling(interval=15 * MINUTE, min_interval=5 * MINUTE, max_interval=DAY, jitter=0.1)


def delay(state: State) -> timedelta:
    assert state.next_poll_at is not None
    return state.next_poll_at - NOW


def poll(state: State, outcome: Outcome, draw: float = 0.0, interval: timedelta | None = None) -> State:
    return after(state, outcome, NOW, draw, POLLING, interval)


def test_the_interval_follows_the_feeds_rhythm_within_bounds() -> None:
    state = State()
    for _ in range(30):
        state = poll(state, Outcome(new=3))
    assert delay(state) == 5 * MINUTE
    for _ in range(60):
        state = poll(state, Outcome())
    assert delay(state) == 60 * MINUTE
    assert delay(poll(state, Outcome(new=1))) == 45 * MINUTE


def test_an_interval_of_the_owners_is_kept() -> None:
    for outcome in (Outcome(new=5), Outcome(), Outcome(ttl=6 * HOUR), Outcome(max_age=20_000)):
        assert delay(poll(State(), outcome, interval=7 * MINUTE)) == 7 * MINUTE
    assert delay(poll(State(), Outcome(), interval=1 * MINUTE)) == 5 * MINUTE


@pytest.mark.parametrize(
    ("outcome", "expected", "why"),
    [
        (Outcome(ttl=2 * HOUR), 2 * HOUR, "every 2 h by its ttl"),
        (Outcome(max_age=3 * 3600), 3 * HOUR, "every 3 h by its Cache-Control"),
        (Outcome(max_age=3600, ttl=2 * HOUR), 2 * HOUR, "every 2 h by its ttl"),
        (Outcome(ttl=30 * DAY), DAY, "every 1 d by its ttl"),
        (Outcome(max_age=1e12), DAY, "every 1 d by its Cache-Control"),
        (Outcome(ttl=MINUTE, max_age=1), 16.5 * MINUTE, "every 16 min"),
        (Outcome(max_age=float("nan")), 16.5 * MINUTE, "every 16 min"),
        (Outcome(retry_after=7200), 2 * HOUR, "the server asks to wait 2 h"),
    ],
)
def test_wishes_are_respected_within_bounds(outcome: Outcome, expected: timedelta, why: str) -> None:
    state = poll(State(), outcome)
    assert (delay(state), state.why) == (expected, why)


def test_failures_back_off_to_the_cap_and_never_end() -> None:
    state, delays = State(), []
    for _ in range(2_000):
        state = poll(state, Outcome(error="no connection"))
        delays.append(delay(state))
    assert delays[:8] == [15 * MINUTE * 2**n for n in range(7)] + [DAY]
    assert set(delays[8:]) == {DAY}
    assert (state.failures, state.last_error, state.last_error_at) == (2_000, "no connection", NOW)


def test_a_success_forgets_failures() -> None:
    state = poll(poll(State(), Outcome(error="x", gone=True)), Outcome())
    assert (state.failures, state.last_error, state.gone, state.last_ok_at) == (0, "", False, NOW)
    assert delay(state) < HOUR


def test_a_failure_remembers_the_last_success() -> None:
    assert poll(poll(State(), Outcome()), Outcome(error="x")).last_ok_at == NOW


def test_retry_after_is_respected_and_capped() -> None:
    assert delay(poll(State(), Outcome(error="503", retry_after=5 * 3600), draw=0.99)) >= 5 * HOUR
    assert delay(poll(State(), Outcome(error="503", retry_after=30))) == 15 * MINUTE
    assert delay(poll(State(), Outcome(error="503", retry_after=1e15))) == DAY


def test_gone_is_asked_daily_and_said() -> None:
    state = poll(State(), Outcome(error="the server answers 410 Gone", gone=True))
    assert (delay(state), state.gone) == (DAY, True)
    assert "410" in state.why
    assert delay(poll(state, Outcome(error="gone", gone=True), interval=7 * MINUTE)) == DAY


def test_an_owners_interval_beyond_the_cap_is_kept_in_failure() -> None:
    assert delay(poll(State(), Outcome(error="x"), interval=3 * DAY)) == 3 * DAY


def test_skipped_hours_and_days() -> None:
    # NOW is a Monday noon.
    state = poll(State(), Outcome(skip_hours=frozenset({12, 13, 14})), interval=10 * MINUTE)
    assert state.next_poll_at == NOW + 3 * HOUR + 10 * MINUTE
    state = poll(State(), Outcome(skip_days=frozenset({0, 1})), interval=10 * MINUTE)
    assert state.next_poll_at is not None
    assert state.next_poll_at.weekday() == 2
    everything = Outcome(skip_hours=frozenset(range(24)), skip_days=frozenset(range(7)))
    assert delay(poll(State(), everything, interval=10 * MINUTE)) == 10 * MINUTE


def test_jitter_only_delays() -> None:
    assert delay(poll(State(), Outcome(), interval=10 * MINUTE)) == 10 * MINUTE
    assert delay(poll(State(), Outcome(), draw=0.5, interval=10 * MINUTE)) == 10.5 * MINUTE


@given(
    st.builds(
        Outcome,
        new=st.integers(0, 100),
        error=st.sampled_from(["", "broken"]),
        gone=st.booleans(),
        retry_after=st.none() | st.floats(),
        max_age=st.none() | st.floats(),
        ttl=st.none() | st.timedeltas(min_value=timedelta(), max_value=timedelta(days=10_000)),
        skip_hours=st.frozensets(st.integers(0, 23)),
        skip_days=st.frozensets(st.integers(0, 6)),
    ),
    st.floats(0, 1, exclude_max=True),
    st.none() | st.timedeltas(min_value=MINUTE, max_value=2 * DAY),
    st.integers(0, 10**9),
)
def test_whatever_happens_there_is_a_next_poll_in_bounds(
    outcome: Outcome, draw: float, interval: timedelta | None, failures: int
) -> None:
    state = after(State(failures=failures, interval=HOUR), outcome, NOW, draw, POLLING, interval)
    skipping = timedelta(days=8) if not outcome.error else timedelta()
    assert POLLING.min_interval <= delay(state) <= max(DAY, interval or DAY) * 1.1 + skipping
    assert state.why
    assert (state.failures > 0) == bool(outcome.error)


@pytest.mark.parametrize(
    ("duration", "said"),
    [
        (MINUTE, "1 min"),
        (90 * MINUTE, "1 h 30 min"),
        (DAY, "1 d"),
        (25 * HOUR, "1 d 1 h"),
        (timedelta(seconds=5), "1 min"),
    ],
)
def test_words(duration: timedelta, said: str) -> None:
    assert words(duration) == said
