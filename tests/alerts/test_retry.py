"""The ladder of tries."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from alerts.retry import JITTER, LADDER, LONGEST_RETRY_AFTER, next_attempt
from alerts.types import Answer

NOW = datetime(2025, 11, 14, tzinfo=UTC)
FAILED = Answer(ok=False)


def pause(attempts: int, answer: Answer = FAILED, draw: float = 0.0) -> timedelta:
    due = next_attempt(attempts, answer, NOW, lambda: draw)
    assert due is not None
    return due - NOW


def test_ten_tries_over_about_three_days() -> None:
    pauses = [pause(attempts) for attempts in range(1, 10)]
    assert pauses == list(LADDER)
    assert timedelta(days=3) < sum(pauses, timedelta()) < timedelta(days=3.5)
    assert next_attempt(10, FAILED, NOW, lambda: 0.0) is None


def test_more_tries_repeat_the_longest_pause() -> None:
    assert next_attempt(12, FAILED, NOW, lambda: 0.0, limit=20) == NOW + timedelta(hours=24)
    assert next_attempt(20, FAILED, NOW, lambda: 0.0, limit=20) is None


def test_what_is_final_is_not_tried_again() -> None:
    for answer in (Answer(ok=True), Answer(ok=False, permanent=True), Answer(ok=False, gone=True)):
        assert next_attempt(1, answer, NOW, lambda: 0.0) is None


def test_retry_after_lengthens_and_never_shortens() -> None:
    assert pause(1, Answer(ok=False, retry_after=90)) == timedelta(seconds=90)
    assert pause(2, Answer(ok=False, retry_after=1)) == timedelta(minutes=5)
    assert pause(2, Answer(ok=False, retry_after=0)) == timedelta(minutes=5)
    assert pause(1, Answer(ok=False, retry_after=1e9)) == LONGEST_RETRY_AFTER


@given(st.integers(1, 9), st.floats(0, 1, exclude_max=True), st.none() | st.floats(-1e6, 1e9))
def test_a_pause_is_within_its_step(attempts: int, draw: float, asked: float | None) -> None:
    step = LADDER[attempts - 1]
    waited = pause(attempts, Answer(ok=False, retry_after=asked), draw)
    assert waited >= step
    assert waited <= max(step * (1 + JITTER), LONGEST_RETRY_AFTER)
    if not asked or asked <= step.total_seconds():
        assert waited <= step * (1 + JITTER)
