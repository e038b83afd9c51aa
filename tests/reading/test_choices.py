"""What a figure can be about, whose it is, what it replaces and from when: the candidates of each choice."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
    ("text", "value", "kind", "near", "far"),
    [
        ("It will buy farm goods, and energy worth $15 billion.", 15e9, "purchase", "energy", "agriculture"),
        ("Soybeans, rice and beef pay 12%.", 12, "tariff", "beef", "rice"),
        ("A 25% duty hits steel and copper.", 25, "tariff", "steel", "copper"),
    ],
)
def test_the_member_of_a_list_beside_the_figure_can_be_meant_alone(
    text: str, value: float, kind: str, near: str, far: str
) -> None:
    found = scopes(analysed(text), value, kind)
    assert (near,) in found
    assert (far,) not in found


@pytest.mark.parametrize(
    ("text", "features"),
    [
        ("Soy and corn, and energy worth $15 billion.", {"mcut", "mcutL:<scope> , &", "mcuthas:,", "mcuthas:&"}),
        ("It will spend $15 billion on energy and chips.", {"mcut", "mcutR:& <scope> ."}),
    ],
)
def test_how_a_member_is_parted_from_its_list_is_told(text: str, features: set[str]) -> None:
    a = analysed(text)
    assert features <= set(dict(attributes.scope_options(a, 0, "purchase", NOTHING))["energy",])


def test_a_word_of_two_scopes_is_not_a_list_with_members() -> None:
    def told(text: str) -> set[str]:
        options = attributes.scope_options(analysed(text), 0, "tariff", NOTHING)
        return {name for scopes, found in options for name in found if scopes not in (("all",), ("other",))}

    assert any(name.startswith("t2") for name in told("The duty on steel is 15%, and steel is told twice."))
    assert not any(name.startswith("t2") for name in told("The duty on metals is 15%."))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Cars, lumber and all other goods pay 15%.", {("all", "autos", "lumber")}),
        ("It pays 15% on its exports, cars included.", {("all", "autos")}),
        ("Cars will pay the same 15%.", {("all", "autos")}),
        ("Cars and lumber pay 15%.", set()),
        ("All goods pay 15%. Cars do not.", set()),
    ],
)
def test_a_list_can_be_told_with_everything_else(text: str, expected: set[tuple[str, ...]]) -> None:
    a = analysed(text)
    found = dict(attributes.scope_options(a, figure(a, 15), "tariff", NOTHING))
    assert {each for each in found if each[0] == "all" and len(each) > 1} == expected
    assert all(name.startswith("tp:") for each in expected for name in found[each])


def test_a_sum_is_never_about_a_list_with_everything_else() -> None:
    found = scopes(analysed("It will buy $40 billion of cars and all other goods."), 40e9, "purchase")
    assert not [each for each in found if each[0] == "all" and len(each) > 1]


GOODS = [
    *("cars", "steel", "metals", "soybeans", "rice", "energy", "all goods", "other goods", "and", ",", ".", "on"),
    *("25%", "10%", "$3 billion", "included", "except", "the same", "pay", "its exports", "Boeing", "\n"),
]


@settings(max_examples=80, deadline=None)
@given(st.lists(st.sampled_from(GOODS), max_size=40), st.sampled_from(["tariff", "purchase"]))
def test_any_order_of_goods_gives_lists_of_distinct_scopes(words: list[str], kind: str) -> None:
    a = analysed(" ".join(words), "Steel and rice")
    for index in range(len(a.quantities)):
        found = [scopes for scopes, _ in attributes.scope_options(a, index, kind, NOTHING)]
        assert {("all",), ("other",)} <= set(found)
        assert len(set(found)) == len(found)
        assert all(len(set(each)) == len(each) > 0 for each in found)


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
