from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from config.durations import LONGEST, parse, short
from config.settings import Delivery

LENGTHS = st.integers(1, int(LONGEST.total_seconds())).map(lambda seconds: timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("15m", timedelta(minutes=15)),
        ("2h", timedelta(hours=2)),
        ("1d", timedelta(days=1)),
        ("1w", timedelta(weeks=1)),
        ("90s", timedelta(seconds=90)),
        ("1h30m", timedelta(minutes=90)),
        ("1h 30m", timedelta(minutes=90)),
        ("1.5H", timedelta(minutes=90)),
        ("PT15M", timedelta(minutes=15)),
        ("P1D", timedelta(days=1)),
        ("P2W", timedelta(weeks=2)),
        ("P1DT12H30M5S", timedelta(days=1, hours=12, minutes=30, seconds=5)),
        ("pt0.5h", timedelta(minutes=30)),
    ],
)
def test_lengths(text: str, length: timedelta) -> None:
    assert parse(text) == length


@pytest.mark.parametrize(
    "text",
    [
        "",
        "15",
        "m",
        "15 minutes",
        "-5m",
        "0m",
        "PT0S",
        "P",
        "PT",
        "P1Y",
        "P1M",
        "T5M",
        "PT1D",
        "5mm",
        "1h2h",
        "1e3s",
        "99999d",
        "9999999999s",
        "1h30",
        "٣m",
        "5m\x00",
        "PT5M5M",
    ],
)
def test_what_is_no_length(text: str) -> None:
    with pytest.raises(ValueError, match=r"no length of time|longer than nothing|twice"):
        parse(text)


@given(LENGTHS)
def test_short_writes_what_parse_reads(length: timedelta) -> None:
    assert parse(short(length)) == length


@given(st.text(max_size=20) | st.from_regex(r"\A[PT0-9.wdhmsWDHMS ]{1,12}\Z"))
def test_any_text_is_a_positive_length_or_a_value_error(text: str) -> None:
    try:
        length = parse(text)
    except ValueError:
        return
    assert timedelta() < length <= LONGEST


def test_short_of_nothing_and_of_parts_of_a_second() -> None:
    assert short(timedelta()) == short(timedelta(milliseconds=900)) == "0s"
    assert short(timedelta(days=2, seconds=61)) == "2d1m1s"


@pytest.mark.parametrize(
    ("written", "seconds"), [(15, 15), (0.5, 0.5), ("15", 15), ("15s", 15), ("1m 30s", 90), ("PT20S", 20)]
)
def test_a_time_limit_is_a_number_of_seconds_or_has_its_unit(written: object, seconds: float) -> None:
    assert Delivery.model_validate({"timeout": written}).timeout == seconds


@pytest.mark.parametrize("written", ["15x", "s", "5m", "0s", "soon", None])
def test_a_time_limit_that_is_none_or_too_long_is_refused(written: object) -> None:
    with pytest.raises(ValidationError):
        Delivery.model_validate({"timeout": written})
