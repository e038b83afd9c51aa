from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from config import checks
from config.codes import BLOCS, COUNTRIES, JURISDICTIONS, OTHER_WORDS, SCOPES, deal
from config.vocabulary import vocabulary
from config.words import WORLD

Check = Callable[[str], str]

GOOD: list[tuple[Check, str]] = [
    (checks.url, "https://example.org/feed.xml?a=b&c=%20#x"),
    (checks.url, "http://127.0.0.1:8080/"),
    (checks.url, "http://[::1]:8080/feed"),
    (checks.url, "http://feeds/atom"),
    (checks.url, "https://zoll-für-alle.example/"),
    (checks.mailbox, "trade.desk+alerts@mail.example.org"),
    (checks.mailbox, "ops@localhost"),
    (checks.sender, "Trade desk <alerts@example.org>"),
    (checks.sender, ""),
    (checks.host_name, "smtp.example.org"),
    (checks.host_name, "::1"),
    (checks.listen, "127.0.0.1:8080"),
    (checks.listen, "[::1]:0"),
    (checks.listen, "localhost:443"),
    (checks.network, "10.0.0.0/8"),
    (checks.network, "fd00::/8"),
    (checks.network, "feeds.internal"),
    (checks.language, "en"),
    (checks.language, "zh-Hant"),
    (checks.jurisdiction, "GB"),
    (checks.jurisdiction, "MERCOSUR"),
    (checks.party_or_deal, "WORLD"),
    (checks.party_or_deal, "US-KR"),
    (checks.scope, "critical_minerals"),
    (checks.name, "Handelsblatt, Schlagzeilen"),
]
BAD: list[tuple[Check, str, str, str]] = [
    (checks.url, "", "no web address", ""),
    (checks.url, "example.org", "no web address", "did you mean https://example.org?"),
    (checks.url, "//example.org/x", "no web address", "did you mean https://example.org/x?"),
    (checks.url, "file:///etc/passwd", "no web address", "use http"),
    (checks.url, "https:///path", "no valid host", ""),
    (checks.url, "https://-a.example/", "no valid host", ""),
    (checks.url, "https://127.1/", "no valid host", ""),
    (checks.url, "https://0x7f.1/", "no valid host", ""),
    (checks.url, "https://2130706433/", "no valid host", ""),
    (checks.url, "https://example.org:0/", "no valid host", ""),
    (checks.url, "https://example.org:port/", "no web address", ""),
    (checks.url, "https://[::1/", "no web address", ""),
    (checks.url, "https://example.org/\nHost: x", "space or line break", "%20"),
    (checks.url, "https://example.org/" + "x" * 2050, "longer than", ""),
    (checks.url, "desk@example.org", "a mail address", ""),
    (checks.mailbox, "desk", "no mail address", "desk@example.org"),
    (checks.mailbox, "a@b@c", "no mail address", ""),
    (checks.mailbox, "desk@example..org", "no mail address", ""),
    (checks.mailbox, "a@example.org, b@example.org", "no mail address", ""),
    (checks.mailbox, "a@example.org\nBcc: x@example.org", "no mail address", ""),
    (checks.sender, "Desk\n <a@example.org>", "no mail address", ""),
    (checks.sender, "Desk", "no mail address", "Name <"),
    (checks.host_name, "smtp.example.org:25", "no host name", "port"),
    (checks.host_name, "smtps://x", "no host name", "mail.example.org"),
    (checks.listen, "8080", "no address to listen on", ""),
    (checks.listen, "::1:8080", "no address to listen on", "[::1]"),
    (checks.listen, "127.0.0.1:65536", "no address to listen on", ""),
    (checks.listen, "127.0.0.1:٣", "no address to listen on", ""),
    (checks.network, "10.0.0.0/99", "neither a host nor a block", ""),
    (checks.network, "http://x", "neither a host nor a block", ""),
    (checks.language, "English", "no language tag", ""),
    (checks.jurisdiction, "UK", "unknown country", "write GB"),
    (checks.jurisdiction, "kr", "unknown country", "write KR"),
    (checks.jurisdiction, "south korea", "unknown country", "write KR"),
    (checks.jurisdiction, "Swizerland", "unknown country", 'did you mean "SWITZERLAND"?'),
    (checks.jurisdiction, "XX", "unknown country", "ISO 3166-1"),
    (checks.jurisdiction, "WORLD", "unknown country", ""),
    (checks.party_or_deal, "US-UK", 'unknown country "UK" in "US-UK"', "write GB"),
    (checks.party_or_deal, "US-", 'unknown country ""', ""),
    (checks.party_or_deal, "KR-KR", "twice", ""),
    (checks.scope, "semiconductor", "unknown scope", 'did you mean "semiconductors"?'),
    (checks.scope, "cars", "unknown scope", "scopes are"),
    (checks.name, "  ", "must not be empty", ""),
    (checks.name, "two\nlines", "one line", ""),
    (checks.name, "x" * 121, "at most 120", ""),
    (checks.word, " ", "must not be empty", ""),
]


@pytest.mark.parametrize(("check", "text"), GOOD)
def test_good_values_pass_as_they_are(check: Check, text: str) -> None:
    assert check(text) == text


@pytest.mark.parametrize(("check", "text", "message", "hint"), BAD)
def test_bad_values_say_what_is_wrong_and_what_to_write(check: Check, text: str, message: str, hint: str) -> None:
    with pytest.raises(PydanticCustomError) as caught:
        check(text)
    assert message in caught.value.message()
    assert hint in (caught.value.context or {})["hint"]


def test_a_password_in_an_address_is_not_told() -> None:
    with pytest.raises(PydanticCustomError) as caught:
        checks.url("ftp://me:letmein@example.org/")
    assert "letmein" not in caught.value.message()


@given(st.sampled_from([check for check, _ in GOOD]), st.text(max_size=60))
def test_any_text_passes_or_is_refused_in_words(check: Check, text: str) -> None:
    try:
        assert isinstance(check(text), str)
    except PydanticCustomError as error:
        assert error.message()


def test_codes() -> None:
    assert len(COUNTRIES) == 249
    assert all(len(code) == 2 and code.isupper() for code in COUNTRIES)
    assert {"EU", "EFTA", "MERCOSUR", "GCC", "ASEAN"} == BLOCS
    assert "UK" not in JURISDICTIONS
    assert {word for word in OTHER_WORDS if word in JURISDICTIONS} == set()
    assert set(OTHER_WORDS.values()) <= JURISDICTIONS | {WORLD}
    assert len(SCOPES) == 46
    assert {"all", "other", "until_recovery", "after_recovery"} <= SCOPES


def test_the_words_are_those_of_the_codes() -> None:
    """Whatever a configuration may name can be found in a text, and the other way round."""
    words = vocabulary("en")
    assert set(words.scopes) == SCOPES - {"until_recovery", "after_recovery"}
    assert set(words.jurisdictions) == JURISDICTIONS


def test_a_deal_is_one_whichever_side_comes_first() -> None:
    for first, second in product(("US", "KR", "EU", "WORLD", "AE"), repeat=2):
        assert deal(first, second) == deal(second, first)
    assert [deal("KR", "US"), deal("AE", "US"), deal("WORLD", "AE"), deal("JP", "EU")] == [
        "US-KR",
        "US-AE",
        "AE-WORLD",
        "EU-JP",
    ]
