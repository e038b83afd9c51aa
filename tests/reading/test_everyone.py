"""Whom a figure holds for: what speaks for all countries, and the verb and the place in the sentence of each code."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.vocabulary import raw_language, vocabulary
from config.words import WORLD
from monitor.reading import roles
from monitor.reading.analysis import Analyst
from monitor.reading.roles import Told
from monitor.types import Article, Source

DAY = datetime(2025, 11, 14, 9, tzinfo=UTC)


@cache
def analyst() -> Analyst:
    return Analyst(vocabulary("en"), raw_language("en"))


def features(text: str, code: str = WORLD, title: str = "News of the day") -> list[str]:
    """What is told of a code as a side of the text's first figure; the letter of the figure's group left out."""
    wire = Source(name="Wire", tier=2)
    a = analyst().analyse(Article(id="a", source=wire, published=DAY, observed=DAY, title=title, text=text))
    return [name.removeprefix("t") for name in roles.side_features(a, 0, "tariff", Told())[code]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A 10% tariff hits all countries.", "named0 codes0 Rworld Rall titled0 foreign0 roles:w home00 worlds1"),
        ("All countries pay a 10% tariff.", "named0 codes0 Lworld Lall titled0 foreign0 roles:w home00 worlds1"),
        ("The US charges India 10%.", "named2 codes2 titled0 foreign1 roles:bl home01 bear1 bearmost1 worlds0"),
        (
            "The US spoke to all countries. It charges 10% on all goods.",
            "named0 codes1 Rall home00 before1:n none:before1:n Bworld worlds1",
        ),
        ("The US charges 10%.", "L0:charges L1:<place> L2:the L:<place> Lc:impose R0:. Redge1 gv:impose00 gw:charges"),
        ("A 10% tariff is imposed.", "L0:a Ledge1 R0:tariff R1:is R2:imposed Rc:impose gv:impose11 gw:imposed"),
    ],
)
def test_what_speaks_for_all_countries_and_against_it(text: str, expected: str) -> None:
    assert set(expected.split()) <= set(features(text))


@pytest.mark.parametrize(
    ("title", "expected"),
    [("The US turns to India and Brazil", {"titled2"}), ("The US turns to all countries", {"titled0", "Tworld"})],
)
def test_whom_the_title_names_is_told(title: str, expected: set[str]) -> None:
    found = features("It charges 10%.", title=title)
    assert {name for name in found if name.startswith(("titled", "Tworld"))} == expected


@pytest.mark.parametrize("far", [False, True])
def test_only_words_near_the_figure_are_about_it(far: bool) -> None:
    gap = "in the long and weary weeks that were to come after it was made known " if far else ""
    assert ("Rworld" in features(f"A 10% tariff hits {gap}all countries.")) is not far
    assert ("Lworld" in features(f"All countries {gap}pay 10%.")) is not far


def test_the_title_is_not_the_sentence_before() -> None:
    found = features("It charges 10%.", title="The US turns to all countries")
    assert not [name for name in found if name.startswith(("before", "none:before", "Bworld"))]


@pytest.mark.parametrize(
    ("text", "code", "expected"),
    [
        ("The US will charge India 10%.", "US", "g:impose00|l g:will|impose|l nth0of2 nth0|impose0 g:impose0|name"),
        ("The US will charge India 10%.", "IN", "g:impose00|b g:will|impose|b nth1of2 nth1|impose0 g:impose0|name"),
        ("India was named. A 10% duty is imposed.", "IN", "g:impose11|- g:is|impose|-"),
    ],
)
def test_the_verb_of_the_figure_is_told_with_each_code(text: str, code: str, expected: str) -> None:
    found = {name for name in features(text, code) if name.startswith(("g:", "nth"))}
    assert found == set(expected.split())


WORDS = ["The", "US", "all", "countries", "India", "charges", "goods", "every", ",", "and", ".", "pays", "\n"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=30), st.lists(st.sampled_from(WORDS), max_size=30))
def test_any_words_around_a_figure_are_weighed_the_same_each_time(before: list[str], after: list[str]) -> None:
    text = " ".join([*before, "10%", *after])
    found = features(text)
    assert found == features(text)
    assert {name for name in found if name.startswith("worlds")} <= {f"worlds{n}" for n in range(4)}
