"""Links: absolute, harmless, and in one spelling for comparing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.canonical import absolute, canonical

SAME = [
    "https://news.example/trade/a?id=7&page=2",
    "http://news.example/trade/a?id=7&page=2",
    "https://www.news.example/trade/a?page=2&id=7",
    "HTTPS://News.Example:443/trade/a?id=7&page=2#top",
    "https://news.example/trade/a/?id=7&page=2&utm_source=rss&utm_medium=feed",
    "https://news.example/trade/a?fbclid=x&id=7&gclid=y&page=2&CMP=share&at_medium=rss",
    "https://news.example/trade/./b/../a?id=7&page=2",
]


@pytest.mark.parametrize("url", SAME)
def test_one_page_one_spelling(url: str) -> None:
    assert canonical(url) == "https://news.example/trade/a?id=7&page=2"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://a.example/?id=1", "https://a.example/?id=2"),
        ("https://a.example/x", "https://b.example/x"),
        ("https://a.example/x", "https://a.example/X"),
        ("https://a.example:8080/x", "https://a.example/x"),
        ("https://a.example/x?q=a%26b", "https://a.example/x?q=a&b"),
    ],
)
def test_different_pages_stay_apart(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)


def test_index_pages_and_slashes() -> None:
    assert canonical("http://a.example/x/index.html") == canonical("https://a.example/x/") == "https://a.example/x"
    assert canonical("https://a.example") == "https://a.example/"


def test_addresses_as_hosts() -> None:
    assert canonical("http://[2001:db8::1]:8080/x") == "https://[2001:db8::1]:8080/x"


@given(
    st.from_regex(
        r"https?://[a-z0-9.]{1,12}(:[0-9]{1,5})?(/[A-Za-z0-9%._ ü-]{0,8}){0,3}(\?[a-z_=&%0-9é]{0,20})?(#[a-z]{0,3})?",
        fullmatch=True,
    )
)
def test_twice_is_once(url: str) -> None:
    assert canonical(canonical(url)) == canonical(url)


@given(st.text())
def test_nothing_raises(text: str) -> None:
    assert isinstance(canonical(text), str)
    link = absolute(text, "https://a.example/feed")
    assert link is None or link.startswith(("http://", "https://"))


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("b", "https://a.example/x/b"),
        ("/b?c#d", "https://a.example/b?c#d"),
        ("//b.example/c", "https://b.example/c"),
        ("?q=1", "https://a.example/x/y?q=1"),
        (" https://b.example/a b ", "https://b.example/a%20b"),
        ("https://b.example/a\n\tb", "https://b.example/ab"),
        ("https://b.example/한국", "https://b.example/한국"),
        ("mailto:a@b.example", None),
        ("JavaScript:alert(1)", None),
        ("data:text/html,x", None),
        ("file:///etc/passwd", None),
        ("http://", None),
        ("http://[b", None),
        ("http://b:99999/", None),
        ("http://good.example\\@evil.example/", None),
        ("https://b.example/\x01", None),
        ("https://b.example/" + "a" * 3_000, None),
        ("", None),
        (None, None),
    ],
)
def test_absolute(link: str | None, url: str | None) -> None:
    assert absolute(link, "https://a.example/x/y") == url
