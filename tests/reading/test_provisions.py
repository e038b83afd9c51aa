"""Terms without a figure: golden sentences, what a reader makes of them, and that they are asked for."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from config.vocabulary import raw_language, raw_words, vocabulary
from config.words import Kind, Topic
from monitor.reading.analysis import Analyst
from monitor.reading.provisions import Provisions
from monitor.reading.reader import Reader
from monitor.types import Article, Reading, Source

ANALYST = Analyst(vocabulary("en"), raw_language("en"))
PROVISIONS = Provisions.of(raw_words("provisions", "en"))
DAY = datetime(2025, 11, 14, 9, tzinfo=UTC)
GOLDEN = yaml.safe_load((Path(__file__).parent / "golden" / "provisions.yaml").read_text(encoding="utf-8"))


def article(text: str, title: str = "News of the trade deal and the agreement") -> Article:
    wire = Source(name="Wire", tier=2)
    return Article(id="a", source=wire, published=DAY, observed=DAY, title=title, text=text)


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case["text"][:60])
def test_golden(case: dict[str, Any]) -> None:
    a = ANALYST.analyse(article(case["text"]))
    countries = tuple(dict.fromkeys(place.code for place in a.places))
    found = PROVISIONS.read(a, Reading(topics=(Topic.TARIFF,), countries=countries))
    assert [f"{c.party} {c.counterparty} {c.scope} {c.status}" for c in found] == case["expect"]
    for claim in found:
        assert claim.kind is Kind.PROVISION
        assert claim.value is None
        assert claim.quote in case["text"]
        assert a.doc.body[claim.start : claim.end] == claim.quote


def test_nothing_is_provided_for_where_trade_is_no_topic() -> None:
    a = ANALYST.analyse(article("Korea agreed to open its rice market to the United States."))
    assert PROVISIONS.read(a, Reading(countries=("KR", "US"))) == ()


TEXT = (
    "The United States will cut its tariff on Korean cars to 15 percent from 25 percent under the deal signed "
    "on Friday. "
    "Seoul agreed to ease its online platform law. “Korea’s” market stays as it is."
)


def test_the_reader_tells_of_them_only_when_asked() -> None:
    reader = Reader.of("en")
    plain = reader.read(article(TEXT))
    assert Kind.PROVISION not in {claim.kind for claim in plain.claims}
    asked = reader.read(article(TEXT), provisions=True)
    further = [claim for claim in asked.claims if claim.kind is Kind.PROVISION]
    assert [(c.party, c.counterparty, c.scope) for c in further] == [("KR", "US", "digital")]
    assert further[0].quote in TEXT
    assert [claim for claim in asked.claims if claim.kind is not Kind.PROVISION] == list(plain.claims)


WORDS = [
    *("Korea", "the US", "agreed to", "will", "wants", "open", "lifts", "its", "rice", "market", "visas", "export"),
    *("controls", "access for", "beef", "not", ",", ".", ";", "and", "to", "if", "quota for", "15%", "\n", "seeks"),
]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=50))
def test_any_order_of_words_is_read_without_harm(words: list[str]) -> None:
    a = ANALYST.analyse(article(" ".join(words)))
    found = PROVISIONS.read(a, Reading(topics=(Topic.TARIFF,), countries=("KR", "US")))
    assert len({(c.party, c.counterparty, c.scope) for c in found}) == len(found)
    for claim in found:
        assert {claim.party, claim.counterparty} == {"KR", "US"}
        assert a.doc.body[claim.start : claim.end] == claim.quote
