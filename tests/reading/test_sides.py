"""Who is on which side of a figure: the pairs that are weighed, and what each has."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

import pytest

from config.vocabulary import raw_language, vocabulary
from monitor.reading import sides
from monitor.reading.analysis import Analysis, Analyst
from monitor.reading.models import models
from monitor.reading.roles import Told
from monitor.types import Article, Source


@cache
def analyst() -> Analyst:
    return Analyst(vocabulary("en"), raw_language("en"))


def analysed(text: str) -> Analysis:
    day = datetime(2025, 8, 5, tzinfo=UTC)
    source = Source(name="wire A", tier=2)
    return analyst().analyse(Article(id="x", source=source, published=day, observed=day, title="Trade", text=text))


def test_a_look_gives_every_pair_its_share() -> None:
    a = analysed("The United States will charge 15 percent on goods from Korea, Seoul said.")
    shares = sides.weighed(a, 0, "tariff", Told(), None, models("en")).shares
    assert sum(shares.values()) == pytest.approx(1.0)
    assert max(shares, key=shares.__getitem__) == ("US", "KR")


def test_only_the_likeliest_codes_are_weighed_in_pairs() -> None:
    many = "Japan, Korea, India, Brazil, Vietnam, Peru and Chile met. The United States will charge Korea 15 percent."
    shares = sides.weighed(analysed(many), 0, "tariff", Told(), None, models("en")).shares
    weighed = {code for pair in shares for code in pair}
    assert {"US", "KR"} <= weighed
    assert len(shares) < len(list(sides.side_options(analysed(many), 0, "tariff", Told(), None)))
    assert len(weighed) <= 2 * sides.MOST_SIDES


def test_a_firm_s_home_is_told_with_the_pair() -> None:
    a = analysed("Samsung will invest $17 billion in Texas, the United States.")
    pairs = {(p, c): f for p, c, f in sides.side_options(a, 0, "investment", Told(), "Samsung Electronics")}
    assert "homeTrueTrue" in pairs["KR", "US"]
    assert "homeFalseTrue" in pairs["US", "KR"]
