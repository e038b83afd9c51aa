"""Figures of one list."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from config.vocabulary import raw_language, vocabulary
from monitor.reading import stated
from monitor.reading.analysis import Analyst
from monitor.types import Article, Source

ANALYST = Analyst(vocabulary("en"), raw_language("en"))
DAY = datetime(2025, 8, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "value", "head"),
    [
        ("It threatened 46 percent for Vietnam, 32 percent for Taiwan and 25 percent for Korea.", 25, 46),
        ("Chile pays 10 percent, while ministers in Lima were told last night of 30 percent.", 30, 30),
        ("Chile pays 10 percent. For Peru 30 percent.", 30, 30),
    ],
)
def test_a_list_of_figures_has_one_head(text: str, value: float, head: float) -> None:
    wire = Source(name="wire A", tier=2)
    a = ANALYST.analyse(Article(id="x", source=wire, published=DAY, observed=DAY, title="Trade news", text=text))
    index = next(index for index, q in enumerate(a.quantities) if q.value == value)
    assert a.quantities[stated.run_head(a, index)].value == head
