"""What a figure can be about, whose it is, what it replaces and from when: the candidates of each choice."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from config.vocabulary import raw_language, vocabulary
from monitor.reading import attributes
from monitor.reading.analysis import Analysis, Analyst
from monitor.reading.previous_choice import owner
from monitor.reading.roles import Told
from monitor.types import Article, Source

ANALYST = Analyst(vocabulary("en"), raw_language("en"))
DAY = datetime(2025, 11, 14, 9, tzinfo=UTC)
NOTHING = Told()


def analysed(text: str, title: str = "News of the day") -> Analysis:
    wire = Source(name="Wire", tier=2)
    article = Article(id="a", source=wire, published=DAY, observed=DAY, title=title, text=text)
    return ANALYST.analyse(article)


def figure(a: Analysis, value: float) -> int:
    return next(i for i, q in enumerate(a.quantities) if q.value == value)


def scopes(a: Analysis, value: float, kind: str, told: Told = NOTHING) -> set[tuple[str, ...]]:
    return {scopes for scopes, _ in attributes.scope_options(a, figure(a, value), kind, told)}


@pytest.mark.parametrize("told", [Told(), Told(scopes=("copper",))])
def test_all_and_other_and_what_was_told_last_can_always_be_meant(told: Told) -> None:
    found = scopes(analysed("Nigeria will pay 15%."), 15, "tariff", told)
    assert found == {("all",), ("other",), *([told.scopes] if told.scopes else [])}


def test_goods_of_the_title_and_of_the_sentences_around_can_be_meant() -> None:
    a = analysed("The duty on toys stays. It is 15%. Far from here, shoes and films sell.", "Cars face a new duty")
    assert {("autos",), ("toys",)} < scopes(a, 15, "tariff")


def test_two_lists_can_share_a_rate_but_not_across_a_figure() -> None:
    assert ("beef", "rice") in scopes(analysed("Beef, told apart from the rest of it, and rice pay 12%."), 12, "tariff")
    assert ("beef", "rice") not in scopes(analysed("Beef pays 12% and rice pays 30%."), 30, "tariff")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It will buy $40 billion of LNG and crude oil.", ("energy",)),
        ("It will buy $40 billion of soybeans, beef and rice.", ("agriculture",)),
        ("It will buy $40 billion of chips and medicines.", ("all",)),
    ],
)
def test_a_sum_shared_by_sectors_is_about_what_they_are_parts_of(text: str, expected: tuple[str, ...]) -> None:
    a = analysed(text)
    found = attributes.scope_options(a, figure(a, 40e9), "purchase", Told())
    named = next(features for scopes, features in found if scopes == expected)
    assert any("tie1" in name for name in named)


@pytest.mark.parametrize(
    ("text", "kind", "share"),
    [
        ("It will scrap duties on 98% of lines.", "share:most", True),
        ("It will scrap duties on 57% of lines.", "share:some", True),
        ("It will scrap duties on all of it.", "share:most", False),
    ],
)
def test_a_share_of_goods_is_told_to_the_model(text: str, kind: str, share: bool) -> None:
    a = analysed(text)
    zero = next(i for i, q in enumerate(a.quantities) if q.family in ("zero", "removal"))
    features = dict(attributes.scope_options(a, zero, "tariff", Told()))[("all",)]
    assert any(name.endswith(kind) for name in features) is share


def test_the_state_and_the_firms_near_can_be_the_actor() -> None:
    a = analysed("Hyundai Motor will invest $26 billion and Korean Air will buy jets from Boeing.")
    assert {o.value for o in attributes.actor_options(a, 0, "investment", Told())} == {
        None,
        "Hyundai Motor Group",
        "Korean Air",
        "Boeing",
    }


def test_only_figures_of_one_family_can_be_replaced() -> None:
    a = analysed("The rate falls from 25% to 15% on goods worth $3 billion.")
    assert [o.value for o in attributes.previous_options(a, figure(a, 15), {})] == [None, 25.0]
    assert owner(a, figure(a, 25)) == figure(a, 15)


def test_a_figure_behind_its_successor_is_owned_by_it() -> None:
    a = analysed("The rate falls to 15% from 25%, while steel pays 50%.")
    assert owner(a, figure(a, 25)) == figure(a, 15)


@pytest.mark.parametrize(
    ("text", "value", "older"),
    [("The duty is halved to 5%.", 5, 10.0), ("The duty is 50%, twice the old rate.", 50, 25.0)],
)
def test_a_multiple_tells_the_older_figure(text: str, value: float, older: float) -> None:
    a = analysed(text)
    assert older in [o.value for o in attributes.previous_options(a, figure(a, value), {})]


def test_a_date_with_an_open_year_can_be_the_last_or_the_next_and_the_day_told_is_carried() -> None:
    a = analysed("The 15% rate holds from August 1.")
    told = Told(kind="tariff", status="agreed", effective="2026-01-01")
    found = attributes.effective_options(a, figure(a, 15), "tariff", "agreed", told)
    assert [o.value for o in found] == [None, "2025-08-01", "2026-08-01", "2026-01-01"]
