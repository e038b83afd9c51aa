"""One pass finds what a careful search finds, and no offset ever moves."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.reading.scan import Entry, Hit, Scanner, fold
from monitor.reading.spans import Spans

LAYER = "x"


def found(phrases: list[str], text: str) -> list[str]:
    """The text at each hit of a scanner for these phrases."""
    return [text[h.start : h.end] for h in Scanner(Entry(p, LAYER, p) for p in phrases).scan(text).hits(LAYER)]


@given(st.text())
@example("İstanbul’s tariff — 15 % on “Türkiye”\u00a0goods")
@example("ﬁ ǰ ΐ ẞ \U0001f1f0\U0001f1f7")
def test_folding_keeps_every_offset(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=100, max_size=400))
def test_folding_many_different_letters_keeps_every_offset(text: str) -> None:
    folded = fold(text + " Türkiye")
    assert len(folded) == len(text) + 8
    assert folded.endswith(" Turkiye")


@given(st.text(), st.text())
def test_a_phrase_is_found_at_its_place_in_any_text(before: str, after: str) -> None:
    text = f"{before} zebra crossing {after}"
    hits = Scanner([Entry("zebra crossing", LAYER, 1)]).scan(text).hits(LAYER)
    assert (len(before) + 1, len(before) + 15) in [(h.start, h.end) for h in hits]


@given(st.text(alphabet="ab .-'", max_size=60))
def test_hits_are_those_of_a_plain_search(text: str) -> None:
    """Leftmost, longest, whole words: a regex alternation, longest first, says the same."""
    phrases = ["a", "ab", "a b", "b a b", "aa", "ba ba"]
    plain = text.replace("-", " ")
    pattern = "|".join(sorted(phrases, key=len, reverse=True))
    expected = [m.span() for m in re.finditer(rf"(?<![ab])(?:{pattern})(?![ab])", plain)]
    hits = Scanner(Entry(p, LAYER, p) for p in phrases).scan(text).hits(LAYER)
    assert [(h.start, h.end) for h in hits] == expected


def test_whole_words_only() -> None:
    assert found(["oil", "ai"], "soil, oils and oil; said AI-made") == ["oil", "AI"]
    assert found(["US"], "US$350bn from US firms, USA") == ["US"]
    assert found(["U.S."], "U.S.-Korea talks, U.S.S.R. no") == ["U.S.", "U.S."]


def test_case_matters_for_names_and_not_for_words() -> None:
    assert found(["US", "Turkey", "steel"], "us US turkey Turkey TURKEY Steel STEEL") == [
        "US",
        "Turkey",
        "TURKEY",
        "Steel",
        "STEEL",
    ]
    assert found(["Xi"], "Xi XI") == ["Xi"]
    assert found(["Trade Ministry"], "the Trade ministry, TRADE MINISTRY, a trade ministry") == [
        "Trade ministry",
        "TRADE MINISTRY",
    ]


def test_an_exact_entry_holds_the_case_of_every_word() -> None:
    scanner = Scanner([Entry("British Steel", LAYER, 1, exact=True)])
    text = "British Steel makes British steel, says BRITISH STEEL"
    assert [text[h.start : h.end] for h in scanner.scan(text).hits(LAYER)] == ["British Steel", "BRITISH STEEL"]


def test_hyphens_spaces_breaks_quotes_and_accents_do_not_matter() -> None:
    text = "rare‑earth, rare\nearth, rare\u00a0earth, Türkiye, Turkiye, people’s bank"
    assert found(["rare earth", "Türkiye", "people's bank"], text) == [
        "rare‑earth",
        "rare\nearth",
        "rare\u00a0earth",
        "Türkiye",
        "Turkiye",
        "people’s bank",
    ]


def test_the_longest_wins_and_a_phrase_without_payload_hides_what_is_in_it() -> None:
    scanner = Scanner([Entry("oil", LAYER, 1), Entry("palm oil", LAYER, 2), Entry("oil price", LAYER, None)])
    hits = scanner.scan("palm oil, oil price, oil").hits(LAYER)
    assert [h.payload for h in hits] == [2, 1]


def test_layers_do_not_hide_each_other_and_an_overlapping_layer_keeps_all() -> None:
    entries = [Entry("Nippon Steel", "firm", 1), Entry("steel", "goods", 2), Entry("Steel", "all", 3)]
    scan = Scanner([*entries, Entry("Nippon Steel", "all", 4)], overlapping=["all"]).scan("Nippon Steel")
    assert [h.payload for h in scan.hits("firm")] == [1]
    assert [h.payload for h in scan.hits("goods")] == [2]
    assert [h.payload for h in scan.hits("all")] == [4, 3]
    assert scan.hits("none") == ()


def test_one_phrase_with_two_meanings_gives_both() -> None:
    hits = Scanner([Entry("President Lee", LAYER, "KR"), Entry("President Lee", LAYER, "SG")]).scan("President Lee")
    assert [h.payload for h in hits.hits(LAYER)] == ["KR", "SG"]


@pytest.mark.parametrize(
    ("text", "possessive"),
    [
        ("Korea's cars", True),
        ("Korea’s", True),
        ("KOREA'S cars", True),
        ("Korea' cars", False),
        ("the Philippines' rate", True),
        ("'Korea'", False),
        ("Korea'sea", False),
        ("Korea", False),
    ],
)
def test_possessives(text: str, possessive: bool) -> None:
    (hit,) = Scanner([Entry("Korea", LAYER, 1), Entry("Philippines", LAYER, 2)]).scan(text).hits(LAYER)
    assert hit.possessive is possessive


def test_a_scanner_without_phrases_finds_nothing() -> None:
    assert Scanner([]).scan("anything").hits(LAYER) == ()


def test_time_grows_with_length_only() -> None:
    """A megabyte of hits, and one of letters that are all different: what took the square would take hours."""
    scanner = Scanner([Entry("US", LAYER, 1), Entry("US tariff", LAYER, 2)])
    letters = "".join(map(chr, range(0x3400, 0x9FFF))) * 40
    start = time.process_time()
    assert len(scanner.scan("US tariff, " * 100_000).hits(LAYER)) == 100_000
    scanner.scan(letters)
    assert time.process_time() - start < 10


def test_spans_are_found_by_place() -> None:
    spans = Spans([Hit(10, 20, "b"), Hit(0, 5, "a")])
    assert [hit.payload for start in (0, 12) if (hit := spans.holding(start, start + 3))] == ["a", "b"]
    assert spans.holding(3, 6) is None
    assert spans.holding(7, 8) is None
    assert [spans.meet(*span) for span in ((5, 10), (4, 6), (19, 30), (20, 30))] == [False, True, True, False]
    assert [hit.payload for hit in spans.between(1, 11)] == ["b"]
    assert not Spans([])
