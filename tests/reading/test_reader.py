"""The doorway: what happens to an article as a whole."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.reading.analysis import MOST_FIGURES
from monitor.reading.reader import LONGEST, Reader
from monitor.types import Article, Source

NOW = datetime(2025, 11, 14, 9, tzinfo=UTC)
#: What tempts an expression to try again: digits, marks, units and words of the trade in any order.
PIECES = st.sampled_from(
    (
        *(
            "25",
            "%",
            " percent",
            ",",
            ".",
            " ",
            "  ",
            "\n",
            "-",
            "—",
            "(",
            ")",
            '"',
            "'s",
            "$",
            "US$",
            "bn",
            "1.5",
            "½",
        ),
        *(
            "tariff",
            "duties",
            " on ",
            " from ",
            " to ",
            "Korea",
            "the EU",
            "steel",
            "up to",
            "no",
            "two hundred",
            "and",
        ),
        *("1 August", "2025", "Aug. 1", "a year", "İ", "￼", "\u202e", "é", "한국", "\x00", "9" * 40, "a" * 60),
    )
)


def article(title: str, text: str) -> Article:
    return Article(
        id="x", source=Source(name="wire A", tier=2), published=NOW, observed=NOW, title=title, text=text, language="en"
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(PIECES, max_size=60), st.lists(PIECES, max_size=400))
def test_any_text_is_read_and_every_quote_stands_in_it(title: list[str], text: list[str]) -> None:
    given_article = article("".join(title), "".join(text))
    body = given_article.title + "\n" + given_article.text
    for claim in Reader.of("en").examine(given_article).reading.claims:
        assert claim.quote
        assert body[claim.start : claim.end] == claim.quote


def test_very_long_article_is_read_up_to_a_paragraph_and_the_rest_is_counted() -> None:
    line = "The port authority counted the containers that left on Tuesday and found nothing amiss.\n"
    text = "The United States imposed a 25% tariff on steel from Brazil.\n" + line * (LONGEST // len(line) + 50)
    seen = Reader.of("en").examine(article("US hits Brazil with 25% steel tariff", text))
    assert seen.unread > 0
    assert (len(text) - seen.unread) <= LONGEST
    assert text[len(text) - seen.unread] == "\n"
    assert [claim.value for claim in seen.reading.claims] == [25.0]


def test_of_an_article_full_of_figures_the_first_are_looked_at() -> None:
    text = "The US will charge 15% on goods from Korea. " + "It is 25%. " * (MOST_FIGURES + 50)
    seen = Reader.of("en").examine(article("US hits Korea with 15% tariff", text))
    assert len(seen.analysis.quantities) == len(seen.decisions) == MOST_FIGURES
    assert (15.0, "KR") in [(claim.value, claim.counterparty) for claim in seen.reading.claims]
