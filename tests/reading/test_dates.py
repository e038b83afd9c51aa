"""Dates against the day of publication, a Friday."""

from __future__ import annotations

import itertools
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.vocabulary import raw_language
from monitor.reading.dates import LONG_AGO, RECENT, DateReader

READER = DateReader(raw_language("en"))
FRIDAY = date(2025, 11, 14)
#: Days of a year at most.
YEAR = 366


def told(text: str, published: date = FRIDAY) -> list[tuple[str, str]]:
    """(last such day, next such day) of each mention."""
    return [(m.past, m.future) for m in READER.dates(text, published)]


@pytest.mark.parametrize(
    ("text", "past", "future"),
    [
        ("from 1 August 2026", "2026-08-01", "2026-08-01"),
        ("from August 1, 2026", "2026-08-01", "2026-08-01"),
        ("on the 1st of August", "2025-08-01", "2025-08-01"),
        ("on the 1st of March", "2025-03-01", "2026-03-01"),
        ("on the 1st of January", "2026-01-01", "2026-01-01"),
        ("in August", "2025-08", "2025-08"),
        ("from next August", "2026-08", "2026-08"),
        ("since last August", "2025-08", "2025-08"),
        ("on Nov. 14", "2025-11-14", "2025-11-14"),
        ("2026-01-05", "2026-01-05", "2026-01-05"),
        ("in January 2027", "2027-01", "2027-01"),
        ("in January", "2025-01", "2026-01"),
        ("in 2030", "2030", "2030"),
        ("on Monday", "2025-11-10", "2025-11-17"),
        ("next Monday", "2025-11-17", "2025-11-17"),
        ("this Friday", "2025-11-21", "2025-11-21"),
        ("next month", "2025-12", "2025-12"),
        ("last year", "2024", "2024"),
        ("tomorrow", "2025-11-15", "2025-11-15"),
        ("yesterday", "2025-11-13", "2025-11-13"),
        ("with immediate effect, at once", "2025-11-14", "2025-11-14"),
    ],
)
def test_dates(text: str, past: str, future: str) -> None:
    assert told(text) == [(past, future)]


@pytest.mark.parametrize(
    "text",
    [
        "it may rise",
        "march on",
        "2030%",
        "12.2030",
        "31 June",
        "2025.5",
        "in room 1204",
        "Mayor Junior",
        "a marching band",
    ],
)
def test_what_is_no_date(text: str) -> None:
    assert told(text) == []


def test_a_day_that_only_one_of_the_two_years_has_is_that_one() -> None:
    assert told("from February 29", date(2028, 2, 10)) == [("2028-02-29", "2028-02-29")]
    assert told("on February 29", date(2028, 3, 2)) == [("2028-02-29", "2028-02-29")]
    assert told("on February 29", date(2026, 3, 2)) == []


def test_an_end_lies_ahead_however_near_the_last_such_day_is() -> None:
    (august,) = READER.dates("until August", FRIDAY)
    assert (august.past, august.future, august.coming) == ("2025-08", "2025-08", "2026-08")
    (december,) = READER.dates("until December 1", FRIDAY)
    assert december.coming == "2025-12-01"


def test_months_turn_the_year() -> None:
    assert told("next month", date(2025, 12, 3)) == [("2026-01", "2026-01")]
    assert told("last month", date(2025, 1, 3)) == [("2024-12", "2024-12")]


@given(day=st.dates(date(2001, 1, 1), date(2098, 12, 31)), published=st.dates(date(2001, 1, 1), date(2098, 12, 31)))
def test_a_day_with_its_year_means_that_day_whenever_it_is_told(day: date, published: date) -> None:
    assert told(f"{day:%B} {day.day}, {day.year}", published) == [(day.isoformat(), day.isoformat())]
    assert told(f"{day.day} {day:%b} {day.year}", published) == [(day.isoformat(), day.isoformat())]


@given(day=st.dates(date(2024, 1, 1), date(2028, 12, 31)), published=st.dates(date(2024, 1, 1), date(2028, 12, 31)))
def test_a_day_without_its_year_is_the_last_or_the_next_such_day(day: date, published: date) -> None:
    for told_past, told_future in told(f"{day:%B} {day.day}", published):
        past, future = date.fromisoformat(told_past), date.fromisoformat(told_future)
        assert (past.month, past.day) == (future.month, future.day) == (day.month, day.day)
        if past < future:
            assert past <= published <= future and RECENT < (published - past).days < LONG_AGO
        else:
            # one that is near is itself alone
            assert -YEAR + LONG_AGO <= (published - past).days <= RECENT


@given(st.text(alphabet=st.sampled_from("0123456789 .,-mayjunext\n"), max_size=300))
def test_mentions_stand_in_order_and_apart(text: str) -> None:
    found = READER.dates(text, FRIDAY)
    assert all(left.end <= right.start for left, right in itertools.pairwise(found))
