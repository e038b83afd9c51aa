"""What is stopped before the reading, and that nothing is stopped that matters."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.vocabulary import raw_language, vocabulary
from monitor.reading.gate import Gate
from monitor.reading.reader import NOTHING, Reader
from monitor.types import Article, Source

GATE = Gate(vocabulary("en"), raw_language("en"))
GOLD = Path(__file__).parent.parent / "gold"
WEATHER = "Rain is expected along the coast until the evening, and the wind will turn to the north later on. " * 10


def article(title: str, text: str, source: str = "wire A") -> Article:
    now = datetime(2025, 11, 14, tzinfo=UTC)
    return Article(id="a", source=Source(name=source, tier=2), published=now, observed=now, title=title, text=text)


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("The tariff stays. " + WEATHER, True),
        ("An import levy of a tenth. " + WEATHER, True),
        ("Seoul is to put $350 billion into American shipyards. " + WEATHER, True),
        ("Norway's exports to Chile are now taxed at 12 percent. " + WEATHER, True),
        ("Ottawa and Delhi talk about trade. " + WEATHER, True),
        (WEATHER, False),
        ("The club paid $40 million for him. " + WEATHER, False),
        ("Paris beat Rome by two goals. " + WEATHER, False),
        ("Turnout was 61 percent. It was us or them, and in it all. " + WEATHER, False),
        ("At 15 percent, says Bern", True),
        ("Swiss and Thai ministers meet", True),
        ("Rain tomorrow", False),
    ],
)
def test_what_passes(text: str, passes: bool) -> None:
    assert GATE.may_matter(article("News", text)) is passes


def test_the_publisher_counts_as_a_side() -> None:
    text = "A sum of $5 billion will go to plants in Chile. " + WEATHER
    assert not GATE.may_matter(article("News", text))
    assert GATE.may_matter(article("News", text, source="ministry of trade, Norway"))


def test_no_annotated_article_with_a_topic_is_stopped() -> None:
    stopped = []
    for line in (GOLD / "dev.cases.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["gold"]["topics"] and not GATE.may_matter(article(row["title"], row["text"], row["source"]["name"])):
            stopped.append(row["id"])
    assert stopped == []


def test_a_stopped_article_is_read_as_empty() -> None:
    assert Reader.of("en").read(article("News", WEATHER)) == NOTHING


@given(st.text(max_size=400), st.text(max_size=400))
def test_any_text_is_judged(title: str, text: str) -> None:
    assert GATE.may_matter(article(title, text)) in (True, False)
