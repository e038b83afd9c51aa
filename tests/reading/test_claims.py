"""What states the same becomes one claim, and which way a difference goes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from config.vocabulary import raw_language, vocabulary
from config.words import Kind, Qualifier, Status
from monitor.reading.analysis import Analyst
from monitor.reading.claims import lowers, merged
from monitor.types import Article, Claim, Source

TITLE = "Duty on cars to rise to 25%"
TOLD = Claim(
    kind=Kind.TARIFF,
    party="US",
    counterparty="JP",
    actor=None,
    scope="autos",
    value=25.0,
    unit="percent",
    qualifier=Qualifier.EXACT,
    high=None,
    previous=None,
    status=Status.ORDERED,
    effective=None,
    delta=None,
    quote="25%",
    start=24,
    end=27,
    confidence=0.9,
)
TEXT = replace(TOLD, status=Status.IN_EFFECT, start=60, end=63, confidence=0.6)


def test_the_text_says_how_far_a_term_has_come_and_not_the_title() -> None:
    (one,) = merged([TOLD, TEXT], len(TITLE))
    assert one.status is Status.IN_EFFECT and one.start == 60 and one.confidence == 0.9
    (one,) = merged([TOLD], len(TITLE))
    assert one == TOLD


def test_of_several_in_the_text_the_first_is_told() -> None:
    later = replace(TEXT, status=Status.ENDED, start=90, end=93)
    assert merged([TEXT, later], len(TITLE)) == (TEXT,)


def test_the_others_complete_it() -> None:
    older = replace(TOLD, previous=2.5, effective="2025-04-03", qualifier=Qualifier.AT_MOST)
    (one,) = merged([older, TEXT], len(TITLE))
    assert (one.previous, one.effective, one.qualifier) == (2.5, "2025-04-03", Qualifier.AT_MOST)
    own = replace(TEXT, previous=10.0, effective="2025-04-05", qualifier=Qualifier.ABOUT)
    (one,) = merged([older, own], len(TITLE))
    assert (one.previous, one.effective, one.qualifier) == (10.0, "2025-04-05", Qualifier.ABOUT)


def test_what_differs_stays_apart_in_the_order_in_which_it_was_told() -> None:
    steel, other = replace(TOLD, scope="steel"), replace(TEXT, value=15.0)
    assert merged([steel, TOLD, other, TEXT], len(TITLE)) == (steel, replace(TEXT, confidence=0.9), other)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The US will take 10 percentage points off its duties on Chinese goods.", True),
        ("Washington lowers the tariff on Chinese goods by 10 percentage points.", True),
        ("China lost 20 points of tariff in February.", True),
        ("Washington will raise the tariff on Chinese goods by 10 percentage points.", False),
        ("Trump added 10 percentage points to the tariff on Canada.", False),
        ("Duties came down last year, and in March the US raised those on Chinese goods by 10 points.", False),
    ],
)
def test_which_way_a_difference_goes(text: str, expected: bool) -> None:
    now = datetime(2025, 11, 14, 9, tzinfo=UTC)
    wire = Source(name="Wire", tier=2)
    article = Article(id="a", source=wire, published=now, observed=now, title="News", text=text)
    a = Analyst(vocabulary("en"), raw_language("en")).analyse(article)
    (index,) = (k for k, q in enumerate(a.quantities) if q.family == "points")
    assert lowers(a, index) is expected
