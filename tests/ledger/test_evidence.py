"""Near copies, independence and trust; firms' names; figures that are the same."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.words import Kind, Qualifier, Status, Trust
from monitor.ledger import actors
from monitor.ledger.evidence import fingerprint, independent, near_copy, several, trust
from monitor.ledger.figures import ahead, last_day, same_figure
from monitor.ledger.making import maker
from monitor.ledger.terms import Evidence
from monitor.types import Claim

WIRE = (
    "The United States will cut the tariff on imports from the island to 15 per cent from 25 per cent, the two sides "
    "said on Monday, ending months of talks that had turned on farm goods. The cut takes effect on the first day of "
    "next month and reaches back to no earlier date, the trade ministry said in a statement. Carmakers welcomed it."
)
REWRITTEN = (
    "Washington and its partner have settled on a levy of 15 per cent, ten points less than before. Officials on both "
    "sides spoke of relief after a long quarrel about agriculture, which in the end was left for a later round. It is "
    "to apply from the start of the coming month; shares of vehicle makers rose by three per cent in early trading."
)
MOMENT = datetime(2025, 7, 31, tzinfo=UTC)


def claim(value: float, unit: str, qualifier: Qualifier = Qualifier.EXACT, previous: float | None = None) -> Claim:
    return Claim(
        kind=Kind.INVESTMENT,
        party="KR",
        counterparty="US",
        actor=None,
        scope="all",
        value=value,
        unit=unit,
        qualifier=qualifier,
        status=Status.AGREED,
        quote="it",
        previous=previous,
    )


def report(publisher: str, tier: int = 2, text: str = "") -> Evidence:
    return Evidence(
        claim=claim(1, "USD"),
        article=publisher,
        ordinal=0,
        publisher=publisher,
        tier=tier,
        published=MOMENT,
        observed=MOMENT,
        fingerprint=fingerprint(text),
    )


@pytest.mark.parametrize(
    "copy",
    [
        WIRE,
        f"CITY (Agency) - {WIRE} Local shares closed higher.",
        WIRE.replace("per cent", "pct").replace("Monday", "July 28"),
        WIRE[: len(WIRE) // 2],
        f"{REWRITTEN} {WIRE}",
    ],
)
def test_copies_excerpts_and_texts_around_a_copy_are_near_copies(copy: str) -> None:
    assert near_copy(fingerprint(WIRE), fingerprint(copy))
    assert near_copy(fingerprint(copy), fingerprint(WIRE))


def test_two_newsrooms_on_one_event_are_no_copies() -> None:
    assert not near_copy(fingerprint(WIRE), fingerprint(REWRITTEN))


@given(st.text(max_size=200))
def test_a_text_is_its_own_copy_if_it_has_words_enough(text: str) -> None:
    mark = fingerprint(text)
    assert near_copy(mark, mark) == bool(mark)


def test_trust_rises_by_independent_voices_only() -> None:
    assert trust([report("Blog", 3)]) is Trust.UNCONFIRMED
    assert trust([report("Wire")]) is Trust.REPORTED
    assert trust([report("Wire"), report("wire")]) is Trust.REPORTED
    assert trust([report("Wire", text=WIRE), report("Paper", text=WIRE)]) is Trust.REPORTED
    assert trust([report("Wire", text=WIRE), report("Paper", text=REWRITTEN)]) is Trust.CONFIRMED
    assert trust([report("Blog", 3), report("Forum", 3)]) is Trust.CONFIRMED
    assert trust([report("Ministry", 1)]) is Trust.CONFIRMED
    assert [e.publisher for e in independent([report("B"), report("A"), report("a")])] == ["A", "B"]


@given(
    st.lists(
        st.tuples(st.sampled_from(["Wire", "wire", "Paper"]), st.sampled_from([WIRE, REWRITTEN, ""]), st.integers(0, 5))
    )
)
def test_several_voices_are_more_than_one_that_is_independent(told: list[tuple[str, str, int]]) -> None:
    evidence = [
        replace(report(name, text=text), article=str(place), published=MOMENT + timedelta(hours=hours))
        for place, (name, text, hours) in enumerate(told)
    ]
    assert several(evidence) == (len(independent(evidence)) > 1)


def test_what_is_made_of_values_is_what_its_class_makes() -> None:
    made = report("Wire", text=WIRE)
    values = [getattr(made, field.name) for field in fields(Evidence)]
    assert maker(Evidence)(values) == made
    for wrong in (values[:-1], [*values, 1]):
        with pytest.raises(TypeError, match="argument"):
            maker(Evidence)(wrong)


@pytest.mark.parametrize(
    ("a", "b", "fits"),
    [
        ("Hyundai Motor Group", "Hyundai", True),
        ("Korean Air", "Korean Air Lines Co., Ltd.", True),
        ("Korean Air", "Korean Electric Power", False),
        ("TSMC", "Taiwan Semiconductor Manufacturing Co", True),
        ("Société Générale", "Societe Generale SA", True),
        ("Samsung Electronics", "SK hynix", False),
        (None, "Hyundai", False),
        (None, None, True),
    ],
)
def test_names_of_firms(a: str | None, b: str | None, fits: bool) -> None:
    assert bool(actors.match(a, b)) is fits
    assert bool(actors.match(b, a)) is fits


@pytest.mark.parametrize(
    ("said", "known", "same"),
    [
        (claim(36e9, "USD"), 36.2e9, True),
        (claim(36.2e9, "USD"), 36e9, True),
        (claim(36.2e9, "USD", previous=36e9), 36e9, False),
        (claim(35e9, "USD", Qualifier.ABOUT), 35.9e9, True),
        (claim(300e9, "USD"), 350e9, False),
        (claim(100, "units"), 103, False),
        (claim(100, "units", Qualifier.AT_LEAST), 103, True),
        (claim(15, "percent"), 15.4, False),
        (claim(15, "percent"), 15.0, True),
    ],
)
def test_same_figures(said: Claim, known: float, same: bool) -> None:
    assert said.value is not None
    assert same_figure(said, said.value, known, said.unit) is same


def test_currencies_are_not_compared() -> None:
    assert not same_figure(claim(350e9, "USD"), 350e9, 350e9, "KRW")


def test_days_of_months_and_years() -> None:
    assert [str(last_day(text)) for text in ("2024-02", "2025-12", "2025", "2025-03-04", None)] == [
        "2024-02-29",
        "2025-12-31",
        "2025-12-31",
        "2025-03-04",
        "None",
    ]
    published = datetime(2025, 7, 31, 23, tzinfo=UTC)
    assert [ahead(text, published) for text in ("2025-08-01", "2025-07-31", "2025-07", "2025-08", "2026", None)] == [
        True,
        False,
        False,
        True,
        True,
        False,
    ]
