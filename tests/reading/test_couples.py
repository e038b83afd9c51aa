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


def test_a_list_may_stand_in_the_sentence_before_where_there_is_no_place_beside_the_figure(analyst: Analyst) -> None:
    a = analysed(analyst, "HONDURAS, PANAMA and PERU. 10% each.")
    assert couples.expanded(a, 0, "tariff", "US", "HN") == [("US", "HN"), ("US", "PA"), ("US", "PE")]
    a = analysed(analyst, "Honduras and Panama were quiet. Japan is charged 15%.")
    assert couples.expanded(a, 0, "tariff", "US", "HN") == [("US", "HN")]


def test_figures_in_a_row_are_each_one_members(analyst: Analyst) -> None:
    a = analysed(analyst, "Washington will charge Vietnam and Cambodia 46 and 49 per cent.")
    assert couples.expanded(a, 0, "tariff", "US", "VN") == [("US", "VN")]
    assert couples.expanded(a, 1, "tariff", "US", "KH") == [("US", "KH")]
    a = analysed(analyst, "Washington will charge Vietnam and Cambodia 46%; where goods are rerouted, 49%.")
    assert couples.expanded(a, 0, "tariff", "US", "VN") == [("US", "VN"), ("US", "KH")]


def test_an_older_figure_is_no_member_of_a_row(analyst: Analyst) -> None:
    a = analysed(analyst, "The US will cut its tariffs on cars from Japan and South Korea from 25% to 15%.")
    assert couples.expanded(a, 1, "tariff", "US", "JP") == [("US", "JP"), ("US", "KR")]


def test_a_tariff_on_both_sides_is_told_of_either_direction(analyst: Analyst) -> None:
    a = analysed(analyst, "Aircraft of Europe and America stay at zero on both sides. Cars pay 15%.")
    assert couples.expanded(a, 0, "tariff", "US", "EU") == [("US", "EU"), ("EU", "US")]
    assert couples.expanded(a, 1, "tariff", "US", "EU") == [("US", "EU")]
    a = analysed(analyst, "Zero on both sides is what America offers to all.")
    assert couples.expanded(a, 0, "tariff", "US", "WORLD") == [("US", "WORLD")]
    a = analysed(analyst, "Aircraft of Europe and America trade freely in both directions; steel pays 50%.")
    assert couples.expanded(a, len(a.quantities) - 1, "tariff", "US", "EU") == [("US", "EU")]
    a = analysed(analyst, "Both sides said the 15% US tariff on Japanese cars would start soon.")
    assert couples.expanded(a, 0, "tariff", "US", "JP") == [("US", "JP")]
