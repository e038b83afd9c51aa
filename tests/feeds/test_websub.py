"""The words of WebSub: forms, questions, leases and signatures."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds import websub

NOW = datetime(2025, 11, 3, 12, tzinfo=UTC)


def test_the_form_has_a_secret_for_https_alone() -> None:
    asked = websub.form("https://hub.example/", "https://me.example/websub/x", "https://a.example/feed", "s")
    assert asked == {
        "hub.mode": "subscribe",
        "hub.topic": "https://a.example/feed",
        "hub.callback": "https://me.example/websub/x",
        "hub.lease_seconds": "864000",
        "hub.secret": "s",
    }
    assert "hub.secret" not in websub.form("http://hub.example/", "https://me.example/x", "https://a.example/", "s")


@pytest.mark.parametrize(
    ("query", "lease"),
    [
        ({"hub.lease_seconds": "60"}, timedelta(minutes=1)),
        ({}, None),
        ({"hub.lease_seconds": "-1"}, None),
        ({"hub.lease_seconds": "1e9"}, None),
        ({"hub.lease_seconds": "9" * 40}, None),
        ({"hub.lease_seconds": "٣"}, None),
    ],
)
def test_a_question(query: dict[str, str], lease: timedelta | None) -> None:
    asked = websub.question({"hub.mode": "subscribe", "hub.topic": "t", "hub.challenge": "c", **query})
    assert asked is not None
    assert (asked.mode, asked.topic, asked.challenge, asked.lease) == ("subscribe", "t", "c", lease)


@pytest.mark.parametrize(
    "query",
    [
        {}, {"hub.mode": "subscribe", "hub.topic": "t"}, {"hub.mode": "subscribe", "hub.challenge": "c"},
        {"hub.mode": "else", "hub.topic": "t", "hub.challenge": "c"}, {"hub.mode": "denied"},
    ],
)  # fmt: skip
def test_no_question(query: dict[str, str]) -> None:
    assert websub.question(query) is None


def test_a_denial_needs_no_challenge() -> None:
    asked = websub.question({"hub.mode": "denied", "hub.topic": "t", "hub.reason": "not\nyou"})
    assert asked is not None and (asked.mode, asked.reason) == ("denied", "not you")


@given(
    st.one_of(st.none(), st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=30_000))), st.floats(0, 0.99)
)
def test_a_lease_is_renewed_before_it_ends_and_within_bounds(given_: timedelta | None, draw: float) -> None:
    until, renew = websub.lease(given_, NOW, draw)
    assert websub.SHORTEST <= until - NOW <= websub.LONGEST
    assert NOW + (until - NOW) * 0.69 <= renew <= NOW + (until - NOW) * 0.81


def test_retries_grow_to_a_day() -> None:
    waits = [websub.retry(failures, NOW, 0.0) - NOW for failures in range(20)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (timedelta(minutes=10), timedelta(days=1))


@given(st.binary(max_size=200), st.text(max_size=40), st.sampled_from(sorted(websub.METHODS)))
def test_a_signature_fits_its_body_its_secret_and_no_other(body: bytes, secret: str, method: str) -> None:
    right = hmac.new(secret.encode("utf-8", "replace"), body, getattr(hashlib, method)).hexdigest()
    secret = secret.encode("utf-8", "replace").decode()
    assert websub.signed(f"{method}={right}", secret, body)
    assert websub.signed(f" {method.upper()}={right.upper()} ", secret, body)
    assert not websub.signed(f"{method}={right}", secret, body + b"x")
    assert not websub.signed(f"{method}={right}", secret + "x", body)
    assert not websub.signed(f"{method}={right[:-1]}", secret, body)


@pytest.mark.parametrize("header", [None, "", "sha256", f"md5={'d' * 32}", "sha256=é", "=", "new=1"])
def test_no_signature(header: str | None) -> None:
    assert not websub.signed(header, "s", b"")
