"""Goods in one list, and the figure that each list goes with."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from config.vocabulary import raw_language, vocabulary
from monitor.reading import lists
from monitor.reading.analysis import Analysis, Analyst
from monitor.types import Article, Source

ANALYST = Analyst(vocabulary("en"), raw_language("en"))
DAY = datetime(2025, 11, 14, 9, tzinfo=UTC)


def analysed(text: str) -> Analysis:
    wire = Source(name="Wire", tier=2)
    article = Article(id="a", source=wire, published=DAY, observed=DAY, title="News of the day", text=text)
    return ANALYST.analyse(article)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The duty covers steel, aluminium and copper.", [("steel", "aluminum", "copper")]),
        ("The duty covers cars as well as imported timber.", [("autos", "lumber")]),
        ("The duty covers cars, Korean steel and heavy trucks.", [("autos", "steel", "trucks")]),
        ("It pays 15% on cars and 50% on steel.", [("autos",), ("steel",)]),
        ("It taxes cars from Korea and steel.", [("autos",), ("steel",)]),
    ],
)
def test_goods_joined_by_small_words_make_one_list(text: str, expected: list[tuple[str, ...]]) -> None:
    assert [chunk.scopes for chunk in lists.chunks(analysed(text))] == expected


def test_a_list_ends_with_its_sentence() -> None:
    assert [c.scopes for c in lists.chunks(analysed("It taxes cars. Steel and copper are spared."))] == [
        ("autos",),
        ("steel", "copper"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It charges 25% on cars, 50% on steel and 10% on toys.", {25: "autos", 50: "steel", 10: "toys"}),
        ("Cars: 15%; steel: 50%.", {15: "autos", 50: "steel"}),
        ("The tariff on cars falls to 15% from 25%.", {15: "autos"}),
        ("Cars pay 15% and steel pays 50%.", {15: "autos", 50: "steel"}),
        ("A 25% steel tariff is planned.", {25: "steel"}),
        ("Nobody buys cars; the index fell 25%.", {}),
    ],
)
def test_words_between_tie_a_list_to_its_figure(text: str, expected: dict[float, str]) -> None:
    a = analysed(text)
    ties = [tie for found in lists.ties(a).values() for tie in found]
    assert {a.quantities[t.figure].value: lists.chunks(a)[t.chunk].scopes[0] for t in ties} == expected


def test_parts_of_a_sector_are_known_by_their_whole() -> None:
    wholes = analysed("Nothing.").wholes
    assert wholes["lng"] == wholes["oil"] == "energy"
    assert "steel" not in wholes
