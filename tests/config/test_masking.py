"""Addresses as they are shown: nothing in them lets somebody in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.masking import HIDDEN, holds_login, masked, secret_parameters, without_login, without_secrets


@pytest.mark.parametrize(
    ("url", "names"),
    [
        ("https://x.example/f?apikey=abc", ["apikey"]),
        ("https://x.example/f?lang=en&api_key=abc&serviceKey=d", ["api_key", "serviceKey"]),
        ("https://x.example/f?X-Amz-Signature=abc", ["X-Amz-Signature"]),
        ("https://x.example/f?api%6Bey=abc", ["apikey"]),
        ("https://x.example/f?a=1;token=abc", ["token"]),
        ("https://x.example/f?token=", []),
        ("https://x.example/f?country_code=KR&author=Kim&page=2&format=rss", []),
        ("https://x.example/key=3", []),
        ("https://[broken/?token=abc", []),
    ],
)
def test_parameters_that_look_like_a_secret_are_named(url: str, names: list[str]) -> None:
    assert secret_parameters(url) == names


@pytest.mark.parametrize(
    ("url", "rest"),
    [
        ("https://x.example/f?lang=en&apikey=abc&page=1", "https://x.example/f?lang=en&page=1"),
        ("https://x.example/f?a=1;token=abc&b=2;c=3", "https://x.example/f?a=1&b=2;c=3"),
        ("https://x.example/f?api%6Bey=abc", "https://x.example/f"),
        ("https://x.example/f?q=%26a&q=b", "https://x.example/f?q=%26a&q=b"),
    ],
)
def test_an_address_without_what_looks_like_a_secret(url: str, rest: str) -> None:
    assert without_secrets(url) == rest


WORD = st.text("abcdefghijklmnop0123456789", min_size=8, max_size=20)


@given(name=st.sampled_from(["apikey", "access_token", "Password", "sig", "auth"]), secret=WORD, rest=WORD)
def test_what_is_named_is_not_shown_and_all_else_is(name: str, secret: str, rest: str) -> None:
    url = f"https://x.example/{rest}?page={rest}&{name}={secret}&lang=en"
    assert secret_parameters(url) == [name]
    shown = masked(f"it redirects to {url} and stops")
    assert shown == f"it redirects to https://x.example/{rest}?page={rest}&{name}={HIDDEN}&lang=en and stops"
    assert masked(shown) == shown
    told = f"{masked(url.removesuffix('&lang=en'))}: nothing there"
    assert told.endswith(f"{HIDDEN}: nothing there") and masked(told) == told


def test_user_and_password_are_not_shown() -> None:
    assert masked("https://me:geheim@x.example/f") == f"https://{HIDDEN}@x.example/f"
    assert masked("https://me:ge@heim@x.example/f?to=a@b") == f"https://{HIDDEN}@x.example/f?to=a@b"


def test_what_stands_behind_a_number_sign_is_not_shown_either() -> None:
    assert masked("https://x.example/f#access_token=geheim123&page=2") == (
        f"https://x.example/f#access_token={HIDDEN}&page=2"
    )
    assert masked("https://x.example/f#section-2") == "https://x.example/f#section-2"
    assert secret_parameters("https://x.example/f#access_token=geheim123&page=2") == ["access_token"]
    assert without_secrets("https://x.example/f?a=1#access_token=g&page=2") == "https://x.example/f?a=1#page=2"


@pytest.mark.parametrize(
    ("url", "has_one"),
    [
        ("https://me:geheim@x.example/", True),
        ("https://geheim@x.example/", True),
        ("me:ge/heim@x.example/rss", True),
        ("https://x.example:8080/me@y.example", False),
        ("x.example?mail=a@b.example", False),
        ("https://x.example/a:b@c", False),
    ],
)
def test_a_login_in_an_address_is_seen(url: str, has_one: bool) -> None:
    assert holds_login(url) is has_one
    assert without_login(url) == (f"{HIDDEN}@{url.rpartition('@')[2]}" if has_one else url)
