"""The sides that one list tells together, and those of an equal split."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from config.vocabulary import raw_language, vocabulary
from monitor.reading import couples
from monitor.reading.analysis import Analysis, Analyst
from monitor.types import Article, Source


@pytest.fixture(scope="module")
def analyst() -> Analyst:
    return Analyst(vocabulary("en"), raw_language("en"))


def analysed(analyst: Analyst, text: str, title: str = "Trade notes") -> Analysis:
    when = datetime(2025, 11, 3, 9, tzinfo=UTC)
    source = Source(name="wire A", tier=2)
    article = Article(id="x1", source=source, published=when, observed=when, title=title, text=text, language="en")
    return analyst.analyse(article)


def test_a_list_is_told_as_one(analyst: Analyst) -> None:
    a = analysed(analyst, "The United States will charge 15% for Japan and for Malaysia.")
    assert couples.expanded(a, 0, "tariff", "US", "JP") == [("US", "JP"), ("US", "MY")]


def test_an_equal_split_is_told_of_both(analyst: Analyst) -> None:
    a = analysed(analyst, "Seoul and Washington get 50% of the profits each.")
    assert couples.expanded(a, 0, "profit_share", "US", "KR") == [("US", "KR"), ("KR", "US")]
