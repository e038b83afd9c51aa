"""What a text speaks of: the word, its nearest scope, and what only looks like goods."""

from __future__ import annotations

from datetime import date

import pytest

from config.vocabulary import vocabulary
from monitor.reading.recognise import Recogniser

RECOGNISER = Recogniser(vocabulary())


def scopes(text: str) -> list[str]:
    """The scope of each mention, with `?` behind weak ones."""
    return [m.scope + "?" * m.weak for m in RECOGNISER.look(text, date(2025, 11, 14)).scopes]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cars, car parts and light vehicles", ["autos", "auto_parts", "autos"]),
        ("heavy lorries, big rigs and pickups", ["trucks", "trucks", "trucks"]),
        ("steel, aluminium and copper", ["steel", "aluminum", "copper"]),
        ("chips and branded drugs", ["semiconductors", "pharmaceuticals"]),
        ("timber, kitchen cabinets, vanities and sofas", ["lumber", "furniture", "furniture", "furniture"]),
        ("pork, canola, coffee, tobacco, tomatoes, palm oil and cotton", ["agriculture"] * 7),
        ("coal, ethanol, gas power", ["energy"] * 3),
        ("liquefied natural gas, crude and LNG", ["lng", "oil", "lng"]),
        ("garments and apparel", ["textiles", "textiles"]),
        ("servers, network gear and phones", ["electronics"] * 3),
        ("ship-to-shore cranes", ["machinery"]),
        ("fertiliser", ["chemicals"]),
        ("parcels under de minimis", ["other", "other"]),
        ("whisky, wine and spirits", ["alcohol", "alcohol"]),
        ("jets and Boeing planes", ["aircraft"] * 3),
        ("rare-earth magnets", ["critical_minerals"]),
        ("electric cars and EV batteries", ["ev", "batteries"]),
        ("data centres", ["ai"]),
        ("the reciprocal rate on most goods", ["all", "all"]),
        ("an across-the-board tariff", ["all"]),
        ("transshipped goods", ["transshipment", "all?"]),
        ("soyabeans, rice, beef and shrimp", ["soybeans", "rice", "beef", "seafood"]),
    ],
)
def test_words_have_their_scope(text: str, expected: list[str]) -> None:
    assert scopes(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "the attorney general said in general",
        "General Motors and General Electric",
        "the cabinet approved it",
        "they watch closely and keep watch",
        "a special purpose vehicle",
        "gold standard and gold card",
        "drug cartels and fentanyl",
        "Nippon Steel, Samsung Electronics and Korea Zinc",
        "Condoleezza Rice went by plane",
        "Apple and Intel",
        "many parts of the economy",
        "a bargaining chip",
    ],
)
def test_what_only_looks_like_goods(text: str) -> None:
    assert [scope for scope in scopes(text) if scope not in ("aircraft", "rice")] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("duties on drugs and medicines", ["pharmaceuticals", "pharmaceuticals"]),
        ("drugs and migrants at the border", []),
        ("drugs at the border; Pfizer's medicines", ["pharmaceuticals", "pharmaceuticals"]),
        ("a tariff on cabinets and furniture", ["furniture", "furniture"]),
        ("Swiss chocolate and watches", ["agriculture", "watches?"]),
        ("foreign films", ["films"]),
        ("aluminium film", ["aluminum"]),
        ("a general tariff", ["all"]),
        ("cars and parts", ["autos", "auto_parts?"]),
        ("ships built at a shipyard", ["shipbuilding", "shipbuilding"]),
    ],
)
def test_ambiguous_words_go_by_their_context(text: str, expected: list[str]) -> None:
    assert scopes(text) == expected


def test_the_metal_is_the_one_named_last() -> None:
    assert scopes("steel, then copper. The metal") == ["steel", "copper", "copper"]
    assert scopes("steel and aluminum. Both metals") == ["steel", "aluminum", "aluminum", "steel"]
    assert scopes("The metal is grey") == []


def test_boeing_is_a_firm_and_aircraft() -> None:
    sighting = RECOGNISER.look("Boeing and Airbus", date(2025, 1, 1))
    assert [firm.name for firm in sighting.companies] == ["Boeing", "Airbus"]
    assert [mention.scope for mention in sighting.scopes] == ["aircraft", "aircraft"]


@pytest.mark.parametrize("code", sorted(vocabulary().scopes))
def test_every_word_is_found_where_nothing_speaks_against_it(code: str) -> None:
    for phrase in vocabulary().scopes[code].words:
        if phrase.text not in vocabulary().scope_contexts:
            assert code in [s.removesuffix("?") for s in scopes(f"duties on {phrase.text} rose")], phrase.text
