"""HTML to plain text."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.text import MAX_TEXT, line, plain


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("", ""),
        ("plain", "plain"),
        ("<p>One</p>\n<p>Two</p>", "One\n\nTwo"),
        ("One<br>Two<br/>Three", "One\nTwo\nThree"),
        ("<div>One<div>Two</div></div>", "One\n\nTwo"),
        ("<ul><li>One</li><li>Two</li></ul>", "One\n\nTwo"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\n\nc"),
        ("a <b>bold</b>, <i>slanted</i><sup>2</sup>", "a bold, slanted2"),
        ("one\n   line\nof <b>HTML</b>", "one line of HTML"),
        ("first line\nsecond line", "first line\nsecond line"),
        ("a&nbsp;b &amp; c &lt; d &#8217; &euro;", "a b & c < d ’ €"),
        ("5 < 6 and 7 > 6", "5 < 6 and 7 > 6"),
        ("a <a href='x > y'>b</a> c", "a b c"),
        ('a <a title="<b>">b</a> c', "a b c"),
        ("a <!-- gone <b> --> b", "a b"),
        ("a <!-- never ends", "a"),
        ("a <a href='http://cut.off/in/the/mid", "a"),
        ("a<script>alert('<p>')</script>b", "a b"),
        ("a<SCRIPT src=x>alert(1)</script >b", "a b"),
        ("a<script>never ends <p>b</p>", "a"),
        ("a<style>p{}</style>b<svg><text>c</text></svg>d", "a b d"),
        ("a<iframe src=x/>b", "a b"),
        ("a<svg>b", "a b"),
        ("&lt;p&gt;One&lt;/p&gt;", "One"),
        ("&amp;lt;script&amp;gt;x&amp;lt;/script&amp;gt;y", "y"),
        ("caf\x82 \x93quoted\x94 \x80", "caf‚ “quoted” €"),
        ("a\x00b\x1bc\u202ed\u200be\ufefff\u00adg", "abcdefg"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\n\n\n\n\nb", "a\n\nb"),
        ("  a  \n  b  ", "a\nb"),
        ("관세 <b>15%</b>로", "관세 15%로"),
        ("<?php echo 1 ?>a<!DOCTYPE html>b", "ab"),
    ],
)
def test_plain(markup: str, text: str) -> None:
    assert plain(markup) == text


def test_a_title_is_one_line() -> None:
    assert line("<p>A</p><p>B</p>\n C") == "A B C"


def test_long_text_is_cut_at_a_word() -> None:
    cut = plain("word " * 100_000)
    assert len(cut) <= MAX_TEXT
    assert cut.endswith("word…")
    assert line("x" * 1_000, 10) == "x" * 9 + "…"


@given(
    st.text()
    | st.lists(st.sampled_from(["<p>", "</p>", "<", ">", "&lt;", "&amp;", "script", "<b", "'", '"', "=", "a "])).map(
        "".join
    )
)
def test_whatever_comes_the_result_is_clean_and_stays_the_same(markup: str) -> None:
    text = plain(markup)
    assert text == text.strip()
    assert "\n\n\n" not in text
    assert "  " not in text
    assert all(character == "\n" or character >= " " for character in text)
    assert not re.search(r"<script\b", text, re.IGNORECASE)
    text.encode()


@pytest.mark.parametrize(
    "piece",
    [
        "<",
        "&",
        "<div>",
        "<a ",
        "<a b='",
        '<a b="',
        "<!--",
        "<svg>",
        "<script>",
        "<p><b><i>",
        "&lt;",
        "= ",
        "<x=",
        "\n ",
        "</",
    ],
)
def test_no_piece_repeated_takes_long(piece: str) -> None:
    markup = piece * (400_000 // len(piece))
    started = time.process_time()
    plain(markup)
    assert time.process_time() - started < 2
