"""Header fields, well written and otherwise."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from monitor.feeds.headers import freshness, hub_links, validator, wait

NOW = datetime(2025, 11, 3, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("999999999999999", 86_400),
        ("Mon, 03 Nov 2025 12:05:00 GMT", 300),
        ("Mon, 03 Nov 2025 11:00:00 GMT", 0),
        ("Fri, 01 Jan 2100 00:00:00 GMT", 86_400),
        ("soon", None),
        ("-5", None),
        ("", None),
        (None, None),
        ("Mon, 99 Nov 2025 12:05:00 GMT", None),
    ],
)
def test_retry_after(value: str | None, seconds: float | None) -> None:
    assert wait(value, NOW) == seconds


@pytest.mark.parametrize(
    ("fields", "seconds"),
    [
        ({"Cache-Control": "public, max-age=300"}, 300),
        ({"Cache-Control": "max-age=300", "Age": "100"}, 200),
        ({"Cache-Control": 'max-age="300"'}, 300),
        ({"Cache-Control": "no-cache, max-age=300"}, None),
        ({"Cache-Control": "max-age=x"}, None),
        ({"Expires": "Mon, 03 Nov 2025 13:00:00 GMT"}, 3600),
        ({"Expires": "Mon, 03 Nov 2025 13:00:00 GMT", "Date": "Mon, 03 Nov 2025 12:30:00 GMT"}, 1800),
        ({"Expires": "0"}, None),
        ({}, None),
    ],
)
def test_freshness(fields: dict[str, str], seconds: float | None) -> None:
    assert freshness(fields, NOW) == seconds


@given(st.text(), st.datetimes(timezones=st.just(UTC)))
def test_header_values_never_raise(value: str, now: datetime) -> None:
    asked = wait(value, now)
    assert asked is None or 0 <= asked <= 86_400
    assert (freshness({"Cache-Control": value, "Expires": value, "Date": value, "Age": value}, now) or 0) >= 0
    kept = validator(value)
    assert kept is None or (kept == value and kept.encode())


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            '<https://hub.example/>; rel="hub", <https://a.example/f>; rel="self"',
            ("https://hub.example/", "https://a.example/f"),
        ),
        ("</hub>; rel=hub", ("https://a.example/hub", None)),
        ('<https://hub.example/>; title="x, y"; rel="alternate hub"', ("https://hub.example/", None)),
        ('<https://one.example/>;rel=hub,<https://two.example/>;rel=hub', ("https://one.example/", None)),
        ("<https://a.example/f>; rel=self", (None, None)),
        ("<javascript:x>; rel=hub", (None, None)),
        ("<file:///etc/passwd>; rel=hub", (None, None)),
        ("<<<>>>;;;rel=hub", (None, None)),
        ("", (None, None)),
    ],
)  # fmt: skip
def test_hubs_in_link_fields(fields: str, expected: tuple[str | None, str | None]) -> None:
    assert hub_links({"Link": fields}, "https://a.example/feed") == expected


def test_several_link_fields_count_together() -> None:
    fields = CIMultiDict([("Link", "<https://hub.example/>; rel=hub"), ("link", "<https://a.example/f>; rel=self")])
    assert hub_links(fields, "https://a.example/feed") == ("https://hub.example/", "https://a.example/f")


@given(st.text(alphabet='<>;,="relhubsf/:. x', max_size=400))
def test_no_link_field_breaks_it(value: str) -> None:
    hub, topic = hub_links({"Link": value}, "https://a.example/feed")
    assert hub is None or hub.startswith(("http://", "https://"))
    assert topic is None or hub is not None
