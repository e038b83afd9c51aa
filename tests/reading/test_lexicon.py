"""The words of a language, compiled."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.vocabulary import languages, raw_language
from monitor.reading.lexicon import Phrases, alternation, bounded, forms, lexicon, split
from monitor.reading.text import document


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("levy", ["levy"]),
        ("impos(e|es)", ["impose", "imposes"]),
        ("duty(|s)", ["duty", "dutys"]),
        ("(a|b) (c|d)", ["a c", "a d", "b c", "b d"]),
    ],
)
def test_forms(phrase: str, expected: list[str]) -> None:
    assert forms(phrase) == expected


def test_the_longest_phrase_wins() -> None:
    assert re.match(alternation(["per", "per cent"]), "per cent").group() == "per cent"  # type: ignore[union-attr]
    phrases = Phrases([("no more", 1), ("no more than", 2), ("more", 3)])
    words = document("", "There is no more than this, and no more.").words
    assert [(words.norms[first:last], meaning) for first, last, meaning in phrases.find(words)] == [
        (["no", "more", "than"], 2),
        (["no", "more"], 1),
    ]
    assert phrases.ending(words.norms, words.norms.index("than")) == (2, 1)
    assert phrases.ending(words.norms, 0) is None
    assert phrases.beginning(words.norms, len(words.norms)) is None


def test_phrases_do_not_reach_over_marks() -> None:
    words = document("", "no, more").words
    assert list(Phrases([("no more", 1)]).find(words)) == []


@pytest.mark.parametrize("text", ["duty-free", "duty free", "Duty-Free"])
def test_a_space_in_a_phrase_is_a_hyphen_in_the_text(text: str) -> None:
    assert len(list(Phrases([("duty free", 1)]).find(document("", text).words))) == 1
    assert bounded(["duty free"]).search(text)


def test_whole_words_only() -> None:
    assert bounded(["rate"]).search("corporate") is None
    assert list(Phrases([("rate", 1)]).find(document("", "corporate rates").words)) == []


@given(st.lists(st.sampled_from(["a", "b", "c", "-", "d"]), max_size=12))
def test_found_phrases_stand_in_order_and_apart(words: list[str]) -> None:
    phrases = Phrases([("a b", 1), ("b c d", 2), ("a", 3), ("c", 4)])
    found = list(phrases.find(document("", " ".join(words)).words))
    assert all(left[1] <= right[0] for left, right in itertools.pairwise(found))


@pytest.mark.parametrize("language", languages())
def test_every_language_compiles(language: str) -> None:
    lex = lexicon(raw_language(language))
    assert lex.numbers and lex.multipliers.keys() <= lex.numbers.keys()
    assert all(split(word) for words in lex.beside.values() for word in words)
    assert set(lex.currency_symbols.values()) | set(lex.currency_words.values()) >= {"USD", "EUR"}
