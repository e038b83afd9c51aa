"""What the wording around a jurisdiction makes of it, and the two sides of a figure together."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from config.vocabulary import raw_language, vocabulary
from monitor.reading import couples, trade
from monitor.reading.analysis import Analysis, Analyst
from monitor.reading.features import span
from monitor.reading.roles import Told
from monitor.types import Article, Source


@pytest.fixture(scope="module")
def analyst() -> Analyst:
    return Analyst(vocabulary("en"), raw_language("en"))


def analysed(analyst: Analyst, text: str, title: str = "Trade notes") -> Analysis:
    when = datetime(2025, 11, 3, 9, tzinfo=UTC)
    source = Source(name="wire A", tier=2)
    article = Article(id="x1", source=source, published=when, observed=when, title=title, text=text, language="en")
    return analyst.analyse(article)


ROLES = {
    "Korean cars pay 15% from Monday.": {"KR": "o"},
    "Imports from Vietnam are charged 20%.": {"VN": "o"},
    "Goods entering China are charged 34%.": {"CN": "l"},
    "A 25% duty imposed by Ottawa stays.": {"CA": "l"},
    "US steel tariffs go to 50%.": {"US": "l"},
    "Brasilia will impose a duty of 30% on American wheat.": {"BR": "l", "US": "o"},
    "Switzerland would be charged 39%.": {"CH": "o"},
    "Indian customs houses will levy 10% on wine from New Zealand.": {"IN": "l", "NZ": "o"},
    "Negotiators from Tokyo met in Geneva and named 15%.": {"CH": "n"},
}


@pytest.mark.parametrize("text", ROLES)
def test_a_place_has_the_role_its_clause_gives_it(analyst: Analyst, text: str) -> None:
    a = analysed(analyst, text)
    found = {place.code: role for place, role in zip(a.places, trade.place_roles(a), strict=True)}
    assert {code: found.get(code) for code in ROLES[text]} == ROLES[text]


def letters(a: Analysis, nth: int) -> dict[str, str]:
    first, last = span(a, a.quantities[nth])
    begin, end = a.doc.sentences[a.doc.sentence_of[first]]
    return dict(trade.evidence(a, first, last, begin, end))


def test_a_list_of_rates_ties_each_to_its_own_place(analyst: Analyst) -> None:
    a = analysed(analyst, "The chart has 46% for Vietnam, 32% for Taiwan and 24% for Japan.")
    bound = [[code for code, letter in letters(a, nth).items() if letter == trade.BOUND] for nth in range(3)]
    assert bound == [["VN"], ["TW"], ["JP"]]


def test_a_rate_behind_a_possessive_may_be_of_either_side(analyst: Analyst) -> None:
    assert letters(analysed(analyst, "Brazil's 18% on American ethanol stays."), 0) == {"BR": "p", "US": "o"}


def test_everyone_is_told_beside_the_figure(analyst: Analyst) -> None:
    assert letters(analysed(analyst, "Washington charges all countries 10%."), 0)["WORLD"] == trade.EVERYONE


def test_a_list_is_told_as_one(analyst: Analyst) -> None:
    a = analysed(analyst, "The United States will charge 15% for Japan and for Malaysia.")
    assert couples.expanded(a, 0, "tariff", "US", "JP") == [("US", "JP"), ("US", "MY")]


def test_an_equal_split_is_told_of_both(analyst: Analyst) -> None:
    a = analysed(analyst, "Seoul and Washington get 50% of the profits each.")
    assert couples.expanded(a, 0, "profit_share", "US", "KR") == [("US", "KR"), ("KR", "US")]


def test_the_frame_knows_who_was_told_before(analyst: Analyst) -> None:
    a = analysed(analyst, "US duties on Korean cars fall to 15%. In return, those on American cars fall to 8%.")
    frame = couples.Frame.of(a, 1, "tariff", Told("US", "KR", kind="tariff", index=0))
    assert frame.apart == 1
    assert "turn" in frame.cues
    assert "t=turn|CP" in frame.features("KR", "US")
    assert "t=turn|PC" in frame.features("US", "KR")
