"""Whose a figure is, what it replaces and from when: the candidates of each choice."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from config.vocabulary import raw_language, vocabulary
from monitor.reading import attributes
from monitor.reading.analysis import Analysis, Analyst
from monitor.reading.previous_choice import owner
from monitor.reading.told import Told
from monitor.types import Article, Source

ANALYST = Analyst(vocabulary("en"), raw_language("en"))
DAY = datetime(2025, 11, 14, 9, tzinfo=UTC)


def analysed(text: str, title: str = "News of the day") -> Analysis:
    wire = Source(name="Wire", tier=2)
    article = Article(id="a", source=wire, published=DAY, observed=DAY, title=title, text=text)
    return ANALYST.analyse(article)


def figure(a: Analysis, value: float) -> int:
    return next(i for i, q in enumerate(a.quantities) if q.value == value)


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
    assert [o.value for o in attributes.previous_options(a, figure(a, 15), {}, {})] == [None, 25.0]
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
    assert older in [o.value for o in attributes.previous_options(a, figure(a, value), {}, {})]


def test_a_date_with_an_open_year_can_be_the_last_or_the_next_and_the_day_told_is_carried() -> None:
    a = analysed("The 15% rate holds from April 1.")
    told = Told(kind="tariff", status="agreed", effective="2026-01-01")
    found = attributes.effective_options(a, figure(a, 15), "tariff", "agreed", told)
    assert [o.value for o in found] == [None, "2025-04-01", "2026-04-01", "2026-01-01"]


def test_what_the_encoder_takes_for_the_older_figure_is_told_to_the_choice() -> None:
    a = analysed("The rate falls from 25% to 15%.")
    older = {None: 0.04, figure(a, 25): 0.96}
    none, replaced = attributes.previous_options(a, figure(a, 15), {}, older)
    assert "older1" in none.features and "older8" in replaced.features
