"""Tokens, sentences and words, each where it stands in the body."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.reading.text import LONGEST_SENTENCE, document, fold


def norms(text: str) -> list[str]:
    return [token.norm for token in document("", text).tokens]


def sentences(title: str, text: str, *abbreviations: str) -> list[str]:
    doc = document(title, text, abbreviations)
    return [doc.body[slice(*doc.span(index))] for index in range(len(doc.sentences))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("15% on cars", ["15", "%", "on", "cars"]),
        ("US$1,500.50bn", ["us", "$", "1,500.50", "bn"]),
        ("the U.S. duty", ["the", "u.s.", "duty"]),
        ("Korea's duty-free zone", ["korea's", "duty-free", "zone"]),
        ("Korea’s duty‑free zone", ["korea's", "duty-free", "zone"]),
        ("İzmir", ["İzmir"]),
    ],
)
def test_tokens(text: str, expected: list[str]) -> None:
    assert norms(text) == expected


@pytest.mark.parametrize(
    ("title", "text", "expected"),
    [
        ("A title", "One. Two! Three?", ["A title", "One.", "Two!", "Three?"]),
        ("", "It rose 2.5 percent. Then it fell.", ["It rose 2.5 percent.", "Then it fell."]),
        (
            "",
            "Mr. Han met Sen. Lee in the U.S. Senate. They left.",
            ["Mr. Han met Sen. Lee in the U.S. Senate.", "They left."],
        ),
        ("", "first line\nsecond line", ["first line", "second line"]),
        ("", '"No." He left.', ['"No."', "He left."]),
    ],
)
def test_sentences(title: str, text: str, expected: list[str]) -> None:
    assert sentences(title, text, "mr", "sen") == expected


def test_compounds_are_words_of_their_own() -> None:
    words = document("", "a duty-free zone - free").words
    assert words.norms == ["a", "duty", "free", "zone", "-", "free"]
    assert words.at(0) == 0
    assert words.at(3) == 1


def test_paragraphs_begin_behind_line_breaks() -> None:
    assert document("T", "One. Two.\n\nThree. Four.").paragraphs == [0, 1, 1, 3, 3]


@given(st.text(max_size=200), st.text(max_size=200))
def test_every_offset_holds_in_the_article(title: str, text: str) -> None:
    doc = document(title, text)
    assert len(doc.body) == len(title) + 1 + len(text) == len(fold(title)) + 1 + len(fold(text))
    assert doc.title_end == len(title)
    for token in doc.tokens:
        assert len(token.norm) == token.end - token.start
        assert doc.tokens[doc.at(token.start)] is token
    covered = [index for first, last in doc.sentences for index in range(first, last)]
    assert covered == list(range(len(doc.tokens)))
    for start, end, norm in zip(doc.words.starts, doc.words.ends, doc.words.norms, strict=True):
        assert end - start == len(norm)


def test_a_sentence_without_an_end_is_cut() -> None:
    doc = document("Title", "word " * (3 * LONGEST_SENTENCE + 5))
    assert [last - first for first, last in doc.sentences] == [1, *[LONGEST_SENTENCE] * 3, 5]
    assert [first for first, _ in doc.sentences[1:]] == [last for _, last in doc.sentences[:-1]]
