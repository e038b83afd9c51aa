"""Digests and quiet hours by the clock of a zone, through a year of changes of clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.timetable import next_digest, quiet_until
from config.settings import Subscription

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe")


def subscription(**more: Any) -> Subscription:
    fields = {"name": "desk", "watchlist": "w", "channel": "mail", "to": "desk@example.org"}
    return Subscription.model_validate(fields | more)


def slots(one: Subscription, start: datetime, end: datetime) -> list[datetime]:
    """Every digest of a span, as a clock that runs through it finds them."""
    found, moment = [], start
    while (moment := next_digest(one, moment)) <= end:
        found.append(moment)
    return found


@pytest.mark.parametrize("zone", ZONES)
def test_a_year_of_daily_digests(zone: str) -> None:
    one = subscription(digest="daily", at="08:00", zone=zone)
    start = datetime(2025, 1, 1, 12, tzinfo=ZoneInfo(zone))
    found = slots(one, start, start + timedelta(days=365))
    local = [slot.astimezone(ZoneInfo(zone)) for slot in found]
    assert len({moment.date() for moment in local}) == len(local) == 365
    assert {moment.strftime("%H:%M") for moment in local} == {"08:00"}
    gaps = {second - first for first, second in pairwise(found)}
    step = timedelta(minutes=30 if zone == "Australia/Lord_Howe" else 60)
    assert gaps == {timedelta(days=1), timedelta(days=1) - step, timedelta(days=1) + step}


@pytest.mark.parametrize("zone", ZONES)
def test_a_year_of_digests_at_an_hour_that_clocks_skip_and_repeat(zone: str) -> None:
    one = subscription(digest="daily", at="02:15" if zone == "Australia/Lord_Howe" else "02:30", zone=zone)
    start = datetime(2025, 1, 1, tzinfo=ZoneInfo(zone))
    found = slots(one, start, start + timedelta(days=365))
    assert len({slot.astimezone(ZoneInfo(zone)).date() for slot in found}) == len(found) == 365


@pytest.mark.parametrize(
    ("zone", "day", "utc"),
    [
        ("Europe/Berlin", (2025, 3, 30), "01:30"),  # 02:30 is left out: 03:30 summer time
        ("Europe/Berlin", (2025, 10, 26), "00:30"),  # 02:30 comes twice: the first
        ("America/New_York", (2025, 3, 9), "07:30"),
        ("America/New_York", (2025, 11, 2), "07:30"),  # 02:30 comes once, after 01:30 came twice
    ],
)
def test_the_days_on_which_clocks_change(zone: str, day: tuple[int, int, int], utc: str) -> None:
    one = subscription(digest="daily", at="02:30", zone=zone)
    slot = next_digest(one, datetime(*day, tzinfo=ZoneInfo(zone)))
    assert slot.strftime("%H:%M") == utc


@pytest.mark.parametrize("zone", ZONES)
def test_a_year_of_weekly_digests(zone: str) -> None:
    one = subscription(digest="weekly", at="18:05", weekday="friday", zone=zone)
    start = datetime(2025, 1, 1, tzinfo=ZoneInfo(zone))
    local = [slot.astimezone(ZoneInfo(zone)) for slot in slots(one, start, start + timedelta(days=365))]
    assert len(local) == 52
    assert {moment.strftime("%A %H:%M") for moment in local} == {"Friday 18:05"}


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Kolkata"])
def test_hourly_digests_follow_the_minute_hand(zone: str) -> None:
    one = subscription(digest="hourly", at="00:10", zone=zone)
    start = datetime(2025, 10, 25, tzinfo=UTC)
    found = slots(one, start, start + timedelta(days=3))
    assert len(found) == 72
    assert {slot.astimezone(ZoneInfo(zone)).minute for slot in found} == {10}


@given(
    st.integers(0, 365 * 24 * 60).map(lambda minutes: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)),
    st.sampled_from(ZONES),
    st.sampled_from(["22:00-07:00", "12:00-13:30", "02:30-03:00"]),
)
def test_quiet_hours_end_after_now_and_nothing_is_quiet_then(now: datetime, zone: str, quiet: str) -> None:
    one = subscription(quiet=quiet, zone=zone)
    end = quiet_until(one, now)
    local = now.astimezone(ZoneInfo(zone)).strftime("%H:%M")
    begins, ends = quiet.split("-")
    if end is None:
        # On the days on which clocks change a span may be skipped or repeated.
        inside = begins <= local < ends if begins < ends else local >= begins or local < ends
        assert not inside or "02:00" <= local <= "03:00"
    else:
        assert now < end <= now + timedelta(hours=11)
        assert quiet_until(one, end) is None


def test_quiet_hours_over_the_change_of_clocks() -> None:
    one = subscription(quiet="22:00-07:00", zone="Europe/Berlin")
    night = datetime(2025, 10, 25, 21, 0, tzinfo=UTC)
    assert quiet_until(one, night) == datetime(2025, 10, 26, 6, 0, tzinfo=UTC)
    assert quiet_until(one, datetime(2025, 10, 25, 19, 59, tzinfo=UTC)) is None
    assert quiet_until(subscription(), night) is None
