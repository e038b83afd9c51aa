"""Who is meant: by name, adjective, capital, ministry, person, and not by what only looks like it."""

from __future__ import annotations

from datetime import date

import pytest

from config.vocabulary import vocabulary
from monitor.reading.jurisdictions import Mention, MentionKind
from monitor.reading.recognise import Recogniser

RECOGNISER = Recogniser(vocabulary())
DAY = date(2025, 11, 14)


def mentions(text: str, day: date = DAY) -> tuple[Mention, ...]:
    return RECOGNISER.look(text, day).mentions


def seen(text: str, day: date = DAY) -> list[str]:
    """`phrase=CODE/kind` of each mention, with `?` behind weak ones."""
    return [f"{text[m.start : m.end]}={m.code}/{m.kind}{'?' * m.weak}" for m in mentions(text, day)]


def codes(text: str, day: date = DAY) -> list[str]:
    return [m.code for m in mentions(text, day)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Korea, S. Korea and the Republic of Korea", ["KR", "KR", "KR"]),
        ("the U.S., the US, USA and America", ["US", "US", "US", "US"]),
        ("let us go, US$5bn", []),
        ("Türkiye and Turkey trade; a roast turkey", ["TR", "TR"]),
        ("North Korea, not South Korea", ["KP", "KR"]),
        ("Niger is not Nigeria; India not Indiana", ["NE", "NG", "IN", "US"]),
        ("New Zealand and New Mexico", ["NZ", "US"]),
        ("Papua New Guinea, Guinea-Bissau, Equatorial Guinea and Guinea", ["PG", "GW", "GQ", "GN"]),
        ("DR Congo and the Republic of Congo", ["CD", "CG"]),
        ("Côte d'Ivoire, Cote d’Ivoire and Ivory Coast", ["CI", "CI", "CI"]),
        ("Latin America and the Bank of America", []),
        ("US-Korea and EU–Japan talks, Sino-American too", ["US", "KR", "EU", "JP", "CN", "US"]),
        ("KOREA TARIFF CUT", ["KR"]),
        ("Norway said no", ["NO"]),
    ],
)
def test_names(text: str, expected: list[str]) -> None:
    assert codes(text) == expected


def test_kinds() -> None:
    assert seen("South Korean cars, Koreans, Seoul, MOTIE and Kim Jung-kwan of Korea, in Ulsan") == [
        "South Korean=KR/adjective",
        "Koreans=KR/adjective",
        "Seoul=KR/capital",
        "MOTIE=KR/body",
        "Kim Jung-kwan=KR/person",
        "Korea=KR/name",
        "Ulsan=KR/place?",
    ]
    assert seen("Brussels, Downing Street and the White House") == [
        "Brussels=EU/capital",
        "Downing Street=GB/capital",
        "White House=US/body",
    ]


def test_polish_goods_and_polish() -> None:
    assert seen("Polish cars need polish; the Dutch and the Swiss agree") == [
        "Polish=PL/adjective",
        "Dutch=NL/adjective",
        "Swiss=CH/adjective",
    ]


def test_possessives_are_marked_on_the_name_alone() -> None:
    (mention,) = mentions("Korea’s cars")
    assert (mention.start, mention.end, mention.possessive) == (0, 5, True)


def test_a_surname_counts_only_beside_the_full_name() -> None:
    assert seen("Lee spoke.") == []
    assert seen("Lee Jae Myung met him. Lee spoke.") == ["Lee Jae Myung=KR/person", "Lee=KR/person"]
    assert mentions("Lee Jae-myung")[0].person == "Lee Jae-myung"


def test_office_decides_who_is_meant() -> None:
    assert seen("President Lee spoke", date(2025, 7, 31)) == ["President Lee=KR/person"]
    assert seen("Ishiba spoke", date(2025, 9, 1)) == ["Ishiba=JP/person"]
    assert seen("Ishiba spoke", date(2026, 1, 1)) == ["Ishiba=JP/person?"]
    assert seen("Biden-era tariffs") == ["Biden=US/person?"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Georgia and the United States agreed", ["GE/name", "US/name"]),
        ("A factory in Georgia", ["US/place"]),
        ("Tbilisi said Georgia would build a factory", ["GE/capital", "GE/name"]),
        ("Jordan's exports of garments", ["JO/name"]),
        ("Jordan Smith sells garments", []),
        ("Jordan Signs Trade Deal", ["JO/name"]),
        ("Chad Bown studies tariffs", []),
        ("Chad faces 13 percent", ["TD/name"]),
        ("Guinea pigs and Guinea", ["GN/name"]),
        ("frozen poultry; Turkey is cheap", []),
        ("Emirates ordered 65 Boeing jets", []),
        ("the Emirates promised $1.4 trillion", ["AE/name"]),
        ("the Supreme Court ruled", []),
        ("the Supreme Court ruled on Trump's tariffs", ["US/body", "US/person"]),
        ("the Commission adopted it", []),
        ("the Commission adopted it, Šefčovič said", ["EU/body", "EU/person"]),
        ("China's Ministry of Commerce", ["CN/name", "CN/body"]),
        ("copper in London trading rose", []),
        ("a New Jersey jersey", ["US/place"]),
    ],
)
def test_ambiguous_names_go_by_their_context(text: str, expected: list[str]) -> None:
    assert [f"{m.code}/{m.kind}" for m in mentions(text)] == expected


def test_a_group_means_each_of_its_parties() -> None:
    assert [(m.code, m.kind) for m in mentions("under the USMCA")] == [
        ("US", MentionKind.GROUP),
        ("MX", MentionKind.GROUP),
        ("CA", MentionKind.GROUP),
    ]


def test_the_bloc_is_the_one_named_last() -> None:
    assert seen("The EU waits. Mercosur signed; the bloc sells beef.")[-1] == "the bloc=MERCOSUR/bloc"
    assert seen("The bloc waits, the EU said.") == ["The bloc=EU/bloc", "EU=EU/name"]
    assert seen("The bloc waits.") == []


def test_no_country_inside_a_firm() -> None:
    assert codes("Air India, Bank of America and U.S. Steel met Korean Air") == []


@pytest.mark.parametrize("code", sorted(vocabulary().jurisdictions))
def test_every_name_is_found_where_nothing_speaks_against_it(code: str) -> None:
    known = vocabulary().jurisdictions[code]
    doubtful = vocabulary().jurisdiction_contexts
    for phrase in (*known.names, *known.adjectives):
        if phrase.text not in doubtful:
            assert code in codes(f"Duties on {phrase.text} rose"), phrase.text
