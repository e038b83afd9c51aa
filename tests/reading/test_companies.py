"""Which firms a text names: the known by any of their names, the unknown by the form of theirs."""

from __future__ import annotations

import time
from datetime import date
from itertools import pairwise

import pytest

from config.vocabulary import vocabulary
from monitor.reading.companies import CompanyMention
from monitor.reading.recognise import Recogniser

RECOGNISER = Recogniser(vocabulary())


def companies(text: str) -> tuple[CompanyMention, ...]:
    return RECOGNISER.look(text, date(2025, 11, 14)).companies


@pytest.mark.parametrize(
    ("text", "name", "country", "scope"),
    [
        ("Hyundai pledged", "Hyundai Motor Group", "KR", "autos"),
        ("Hyundai Motor pledged", "Hyundai Motor Group", "KR", "autos"),
        ("Hyundai Steel pledged", "Hyundai Steel", "KR", "steel"),
        ("Samsung and", "Samsung Electronics", "KR", "semiconductors"),
        ("Taiwan Semiconductor Manufacturing Co. said", "TSMC", "TW", "semiconductors"),
        ("Saudi Arabia's Public Investment Fund", "Public Investment Fund", "SA", None),
        ("VW's plant", "Volkswagen", "DE", "autos"),
        ("U.S. Steel", "US Steel", "US", "steel"),
        ("Air India ordered", "Air India", "IN", "aircraft"),
        ("Nestlé and", "Nestle", "CH", "agriculture"),
    ],
)
def test_known_firms(text: str, name: str, country: str, scope: str | None) -> None:
    (firm,) = companies(text)
    assert (firm.name, firm.country, firm.scope, firm.known) == (name, country, scope, True)


@pytest.mark.parametrize(
    ("text", "name", "country"),
    [
        ("The Acme Widget Corp said", "Acme Widget Corp", None),
        ("South Korean Daehan Motors said", "Daehan Motors", None),
        ("Korea's Daehan Heavy Industries said", "Daehan Heavy Industries", None),
        ("shares of Ruritania Air Lines rose", "Ruritania Air Lines", None),
        ("Vietnam Widget Holdings said", "Vietnam Widget Holdings", "VN"),
        ("chairman of Smith & Wesley Foods", "Smith & Wesley Foods", None),
        ("the deal. Acme Steel Corp. said", "Acme Steel Corp.", None),
    ],
)
def test_unknown_firms_by_their_form(text: str, name: str, country: str | None) -> None:
    (firm,) = companies(text)
    assert (firm.name, firm.country, firm.known) == (name, country, False)
    assert text[firm.start : firm.end] == name


@pytest.mark.parametrize(
    "text",
    [
        "the working group met",
        "The Group said",
        "President Energy",
        "a British steel mill",
        "shell companies",
        "Premier Doug Ford said",
        "the Communist Party, or CPC, said",
        "the port of Santos in Brazil",
        "Reliance on China grew",
        "the Amazon rainforest",
        "US energy and Clean Energy",
        "he paid the price. Motors run",
    ],
)
def test_what_is_no_firm(text: str) -> None:
    assert [firm.name for firm in companies(text)] == []


def test_a_weak_name_counts_only_beside_a_strong_one() -> None:
    assert companies("Novo said") == ()
    assert [firm.name for firm in companies("Novo Nordisk spoke. Novo said")] == ["Novo Nordisk", "Novo Nordisk"]


def test_firms_never_overlap_and_stand_in_order() -> None:
    text = "Hyundai Motor Group Corp, Acme Steel Corp, Kia and LG Energy Solution Ltd"
    firms = companies(text)
    assert [firm.name for firm in firms] == ["Hyundai Motor Group", "Acme Steel Corp", "Kia", "LG Energy Solution"]
    assert all(one.end <= two.start for one, two in pairwise(firms))


@pytest.mark.parametrize(
    "unit",
    ["Acme Steel Corp of Georgia met Apple. ", "Ltd Ltd Inc ", "drugs Georgia the metal ", "A B C D E F ", "X & "],
)
def test_time_grows_with_length_only(unit: str) -> None:
    """Half a megabyte of one thing; what took the square of its length would take minutes."""
    start = time.process_time()
    RECOGNISER.look(unit * (500_000 // len(unit)), date(2025, 1, 1))
    assert time.process_time() - start < 15
