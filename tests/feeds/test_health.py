"""How feeds are doing, in words: the worst first, and a line for each country."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor.feeds.health import Record, Trouble, ago, by_country, by_trouble, judge

#: A Friday.
NOW = datetime(2025, 11, 7, 12, 0, tzinfo=UTC)
TUESDAY = datetime(2025, 11, 4, 8, 0, tzinfo=UTC)


def record(name: str = "a", **fields: Any) -> Record:
    """A feed that is well, but for what is said."""
    well: dict[str, Any] = {
        "country": "KR", "url": f"https://{name}.example/", "added_at": NOW - timedelta(days=90),
        "interval": timedelta(minutes=15), "last_ok_at": NOW - timedelta(minutes=10),
        "last_polled_at": NOW - timedelta(minutes=10), "last_item_at": NOW - timedelta(days=1),
    }  # fmt: skip
    return Record(name=name, **well | fields)


FAILS = {"failures": 9, "last_error": "the server answers 404 Not Found: there is nothing at this address"}


@pytest.mark.parametrize(
    ("fields", "trouble", "reason"),
    [
        ({}, Trouble.FRESH, ""),
        ({"failures": 2, "last_error": "no connection"}, Trouble.FAILING, "failed 2 times: no connection"),
        ({"failures": 1, "last_error": "x"}, Trouble.FAILING, "failed once: x"),
        ({**FAILS, "last_ok_at": TUESDAY}, Trouble.BLIND, f"no success since Tuesday: {FAILS['last_error']}"),
        ({**FAILS, "last_ok_at": None}, Trouble.BLIND, f"never a success since 9 Aug: {FAILS['last_error']}"),
        (
            {"last_ok_at": TUESDAY, "next_poll_at": TUESDAY + timedelta(hours=1)},
            Trouble.BLIND,
            "no success since Tuesday: it was not asked when it was due: does the daemon run?",
        ),
        # Asked daily only, by its own wish or because a hub tells of it.
        ({"last_ok_at": NOW - timedelta(hours=20), "next_poll_at": NOW + timedelta(hours=4)}, Trouble.FRESH, ""),
        ({"last_ok_at": NOW - timedelta(hours=20), "next_poll_at": NOW - timedelta(hours=5)}, Trouble.FRESH, ""),
        ({"last_ok_at": NOW - timedelta(hours=20), "next_poll_at": NOW - timedelta(hours=6)}, Trouble.BLIND, None),
        (
            {**FAILS, "gone": True, "last_ok_at": TUESDAY},
            Trouble.GONE,
            "gone by its publisher's word (410); asked once a day in case it comes back",
        ),
        ({"gone": True}, Trouble.FRESH, ""),  # it came back
        ({"last_polled_at": None, "last_ok_at": None, "added_at": NOW}, Trouble.NEW, "not asked yet"),
        (
            {"last_polled_at": None, "last_ok_at": None, "added_at": TUESDAY},
            Trouble.BLIND,
            "never asked since Tuesday: does the daemon run?",
        ),
        ({"last_item_at": NOW - timedelta(days=60)}, Trouble.QUIET, "nothing new since 8 Sep: is it still written to?"),
        (
            {"moved_to": "https://b.example/"},
            Trouble.MOVED,
            "has moved for good to https://b.example/: write that address",
        ),
        (
            {**FAILS, "paused_at": TUESDAY, "pause_reason": "rebuilt"},
            Trouble.PAUSED,
            "paused since Tuesday: rebuilt",
        ),
    ],
)
def test_what_is_the_matter_and_why(fields: dict[str, Any], trouble: Trouble, reason: str | None) -> None:
    found = judge(record(**fields), NOW)
    assert found.trouble == trouble
    assert reason is None or found.reason == reason


def test_a_country_in_a_line() -> None:
    well = [record(f"w{n}") for n in range(7)]
    blind = [record(f"b{n}", last_ok_at=TUESDAY + timedelta(hours=n), **FAILS) for n in range(2)]
    (country,) = by_country(by_trouble([*well, *blind], NOW), NOW)
    assert country.said == "KR: 7 of 9 feeds fresh, 2 blind since Tuesday"
    blind.append(record("b3", last_ok_at=TUESDAY - timedelta(days=5), **FAILS))
    (country,) = by_country(by_trouble([*well, *blind], NOW), NOW)
    assert country.said == "KR: 7 of 10 feeds fresh, 3 blind, the first since 30 Oct"


def test_countries_in_trouble_come_first_and_those_of_none_last() -> None:
    found = by_trouble(
        [
            record("a", country=None, **FAILS), record("b", country="US"), record("c", country="EU"),
            record("d", country="JP", failures=1, last_error="x"),
            record("e", country="JP", paused_at=NOW), record("f", country="US", moved_to="https://f.example/"),
        ],
        NOW,
    )  # fmt: skip
    assert [one.said for one in by_country(found, NOW)] == [
        "JP: 0 of 1 feed fresh, 1 failing, 1 paused",
        "EU: 1 of 1 feed fresh",
        "US: 2 of 2 feeds fresh",
        "no country: 0 of 1 feed fresh, 1 failing",
    ]


def test_the_worst_comes_first_and_of_the_same_the_longest() -> None:
    records = [
        record("fresh"), record("failing", failures=1), record("blind", last_ok_at=TUESDAY, failures=3),
        record("longer", last_ok_at=TUESDAY - timedelta(days=3), failures=3), record("gone", gone=True, failures=1),
        record("quiet", last_item_at=NOW - timedelta(days=99)), record("moved", moved_to="https://m.example/"),
        record("paused", paused_at=NOW), record("new", last_polled_at=None, last_ok_at=None, added_at=NOW),
    ]  # fmt: skip
    found = by_trouble(records, NOW)
    names = ["gone", "longer", "blind", "failing", "new", "paused", "quiet", "moved", "fresh"]
    assert [one.record.name for one in found] == names
    assert [one.trouble.serious for one in found] == [True] * 4 + [False] * 5


@pytest.mark.parametrize(
    ("back", "said"),
    [
        (timedelta(hours=2, minutes=30), "09:30"), (timedelta(hours=13), "Thursday"), (timedelta(days=5), "Sunday"),
        (timedelta(days=6), "1 Nov"), (timedelta(days=7), "31 Oct"), (timedelta(days=400), "3 Oct 2024"),
    ],
)  # fmt: skip
def test_since_when(back: timedelta, said: str) -> None:
    assert ago(NOW - back, NOW) == said
