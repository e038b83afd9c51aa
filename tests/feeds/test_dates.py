"""Dates as feeds write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.dates import when

TEN = datetime(2025, 11, 3, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("Mon, 03 Nov 2025 10:00:00 GMT", TEN),
        ("Mon, 3 Nov 2025 10:00:00 +0000", TEN),
        ("Mon, 03 Nov 2025 19:00:00 KST", TEN),
        ("Mon, 03 Nov 2025 19:00:00 JST", TEN),
        ("Mon, 03 Nov 2025 05:00:00 EST", TEN),
        ("Mon, 03 Nov 2025 15:30:00 IST", TEN),
        ("Mon, 03 Nov 2025 11:00:00 CET", TEN),
        ("Mon, 03 Nov 2025 10:00:00 GMT+0000", TEN),
        ("Mon, 03 Nov 2025 19:00:00 GMT+9", TEN),
        ("Mon, 03 Nov 2025 19:00:00 +09:00", TEN),
        ("Mon, 03 Nov 2025 02:00:00 -0800 (PST)", TEN),
        ("Mon, 03 Nov 25 10:00 GMT", TEN),
        ("03 Nov 2025 10:00:00", TEN),
        ("3 November 2025 10:00", TEN),
        ("November 3, 2025 10:00 am", TEN),
        ("Nov 3, 2025 10:00:00 PM", TEN + timedelta(hours=12)),
        ("November 3, 2025, 12:30 am", TEN.replace(hour=0, minute=30)),
        ("Monday, November 3, 2025 - 10:00", TEN.replace(hour=0)),
        ("2025-11-03T10:00:00Z", TEN),
        ("2025-11-03T10:00:00.123456Z", TEN),
        ("2025-11-03T19:00:00+09:00", TEN),
        ("2025-11-03T19:00:00+0900", TEN),
        ("2025-11-03T19:00+09", TEN),
        ("2025-11-03 10:00:00", TEN),
        ("2025/11/03 10:00", TEN),
        ("2025. 11. 3. 10:00", TEN),
        ("2025-11-03", TEN.replace(hour=0)),
        ("20251103T100000Z", TEN),
        ("20251103", TEN.replace(hour=0)),
        ("2025年11月3日 10:00", TEN),
        ("2025년 11월 3일 10:00", TEN),
        ("Mon Nov  3 10:00:00 2025", TEN),
        ("Mon Nov 03 05:00:00 EST 2025", TEN),
        ("lun., 03 nov. 2025 11:00:00 +0100", TEN),
        ("03 Dez 2025 10:00:00 GMT", TEN.replace(month=12)),
        ("3 mars 2025 10:00", TEN.replace(month=3)),
        ("Mon, 03 Nov 2025 24:00:00 GMT", datetime(2025, 11, 4, tzinfo=UTC)),
        ("Mon, 03 Nov 2025 10:00:60 GMT", TEN.replace(second=59)),
        ("", None),
        (None, None),
        ("soon", None),
        ("0001-01-01T00:00:00Z", None),
        ("1970-01-01T00:00:00Z", None),
        ("2025-13-03", None),
        ("2025-02-30", None),
        ("Mon, 03 Xyz 2025 10:00:00 GMT", None),
        ("Mon, 03 Nov 2025 99:00:00 GMT", None),
        ("2025-11-03T10:00:00+99:99", None),
        ("1730628000", None),
    ],
)
def test_written_dates(written: str | None, moment: datetime | None) -> None:
    assert when(written) == moment


ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(1990, 1, 2), datetime(2100, 12, 30), timezones=ZONES)  # noqa: DTZ001  # hypothesis adds it


@given(MOMENTS)
def test_the_standards_are_read_exactly(moment: datetime) -> None:
    whole = moment.replace(microsecond=0)
    assert when(format_datetime(whole)) == whole
    assert when(moment.isoformat()) == whole


@given(st.text())
def test_anything_is_read_or_not(written: str) -> None:
    moment = when(written)
    assert moment is None or moment.tzinfo is UTC


@given(st.text(st.sampled_from("0123456789-/:. TZ+,年月日apmGNov")))
def test_nearly_dates_are_read_or_not(written: str) -> None:
    moment = when(written)
    assert moment is None or moment.tzinfo is UTC
