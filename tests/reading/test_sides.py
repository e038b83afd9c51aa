"""Who is on which side of a figure: a look at each by itself, and a second in the light of the others."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

import pytest

from config.vocabulary import raw_language, vocabulary
from monitor.reading import sides
from monitor.reading.analysis import Analysis, Analyst
from monitor.reading.kinds import step
from monitor.reading.models import Models, Rank, models
from monitor.reading.roles import Told
from monitor.reading.sides import MODEL, Look, Pair
from monitor.types import Article, Source

KOREA, JAPAN, BACK = ("US", "KR"), ("US", "JP"), ("KR", "US")
#: A second look that believes what the other figures say on average, and nothing else.
CROWD = Models({}, {MODEL: Rank.linear({f"tam{n}": (n - 4.0) for n in range(10)})}, {})
NOTHING = Models({}, {}, {})


@cache
def analyst() -> Analyst:
    return Analyst(vocabulary("en"), raw_language("en"))


def analysed(text: str) -> Analysis:
    day = datetime(2025, 8, 5, tzinfo=UTC)
    source = Source(name="wire A", tier=2)
    return analyst().analyse(Article(id="x", source=source, published=day, observed=day, title="Trade", text=text))


def look(shares: dict[Pair, float], kind: str = "tariff", taken: bool = True) -> Look:
    return Look(kind, None, shares, taken)


TEXT = analysed("Cars pay 15 percent. Steel pays 50 percent. Copper pays 25 percent.")


def test_a_first_look_gives_every_pair_its_share() -> None:
    a = analysed("The United States will charge 15 percent on goods from Korea, Seoul said.")
    shares = sides.weighed(a, 0, "tariff", Told(), None, models("en"))
    assert sum(shares.values()) == pytest.approx(1.0)
    assert max(shares, key=shares.__getitem__) == KOREA


def test_without_a_second_model_the_first_look_stands() -> None:
    looks = {0: look({KOREA: 0.9, JAPAN: 0.1}), 1: look({KOREA: 0.4, JAPAN: 0.6})}
    assert sides.settled(TEXT, looks, NOTHING) == {0: (KOREA, 0.9), 1: (JAPAN, 0.6)}


def test_the_other_figures_can_turn_a_doubtful_one() -> None:
    looks = {
        0: look({KOREA: 0.95, JAPAN: 0.05}),
        1: look({KOREA: 0.45, JAPAN: 0.55}),
        2: look({KOREA: 0.95, JAPAN: 0.05}),
    }
    settled = sides.settled(TEXT, looks, CROWD)
    assert settled[1][0] == KOREA
    assert 0.5 < settled[1][1] < 1.0


def test_a_figure_that_is_no_term_says_nothing_of_the_others() -> None:
    looks = {0: look({KOREA: 1.0}, taken=False), 1: look({JAPAN: 0.7, KOREA: 0.3})}
    found = sides.second_features(TEXT, looks, 1)
    assert f"talone{step(0.7)}" in found[JAPAN]
    # but it is looked at itself, with what the terms around it say
    assert f"tam{step(0.3)}" in sides.second_features(TEXT, looks, 0)[KOREA]


def test_what_stands_before_and_behind_is_told_apart_and_by_how_near_it_is() -> None:
    looks = {0: look({KOREA: 1.0}), 1: look({KOREA: 0.5, BACK: 0.5}), 2: look({BACK: 1.0})}
    found = sides.second_features(TEXT, looks, 1)
    assert {"tpnextk:11", "tnnextk:00"} <= set(found[KOREA])
    assert {"tpnextk:00", "tnnextk:11"} <= set(found[BACK])


def test_a_pair_that_is_out_of_the_question_is_not_looked_at_again() -> None:
    looks = {0: look({KOREA: 0.999, JAPAN: 0.001}), 1: look({JAPAN: 1.0})}
    assert list(sides.second_features(TEXT, looks, 0)) == [KOREA]
