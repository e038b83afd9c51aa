"""How far a term has come: what is told of the sentences around its figure, and of when the article appeared."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

import pytest

from config.vocabulary import raw_language, vocabulary
from monitor.reading import standing
from monitor.reading.analysis import Analyst
from monitor.reading.roles import Told
from monitor.types import Article, Source

DAY = datetime(2025, 11, 14, 9, tzinfo=UTC)


@cache
def analyst() -> Analyst:
    return Analyst(vocabulary("en"), raw_language("en"))


def features(text: str, *starts: str, day: datetime = DAY, kind: str = "tariff") -> set[str]:
    """What is told of the status of the text's first figure, as far as it begins so."""
    wire = Source(name="Wire", tier=2)
    a = analyst().analyse(Article(id="a", source=wire, published=day, observed=day, title="News of the day", text=text))
    return {name for name in standing.status_features(a, 0, kind, Told()) if name.startswith(starts)}


def test_the_cues_of_the_sentences_around_are_told_and_those_of_the_article() -> None:
    text = "Washington threatened Brazil. The duty is 15%. Brasilia agreed to it. India rejected all."
    assert features(text, "bc:", "nc:") == {"bc:threatened", "nc:agreed"}
    assert features(text, "dc:") >= {"dc:threatened", "dc:agreed", "dc:rejected"}


def test_the_first_sentence_of_the_text_has_the_title_before_it_which_is_told_apart() -> None:
    assert features("The duty is 15%. Brasilia agreed to it.", "bc:", "nc:") == {"nc:agreed"}


@pytest.mark.parametrize(
    ("text", "verb"),
    [
        ("A 10% duty was imposed on cars.", "gx:was|impose"),
        ("Tariffs of 25% were later cut.", "gx:were|cut"),
        ("The duty was 10% last year.", "gx:|ended"),
    ],
)
def test_an_auxiliary_before_a_verb_does_not_rule_the_figure(text: str, verb: str) -> None:
    assert features(text, "gx:") == {verb}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It was named on 1 December 2025. The duty is 15%.", {"bdate1:ahead", "pdate:ahead"}),
        ("It was named on 1 October 2025. So it is. The duty is 15%.", {"bdate2:behind", "pdate:behind"}),
        ("It was named on 1 May 2024. So it is. It stands. The duty is 15%.", {"pdate:old"}),
        ("It was named on 1 May 2024.\n\nSo it is. It stands. The duty is 15%.", set()),
        ("It was named on 1 May 2024, then on 14 November 2025. The duty is 15%.", {"bdate1:day", "pdate:old"}),
        ("It was named on 1 May 2024. The duty is 15% from 1 December 2025.", set()),
        ("The duty is 15%. It was named on 1 May 2024.", set()),
    ],
)
def test_a_sentence_without_a_date_has_the_one_nearest_before(text: str, expected: set[str]) -> None:
    assert features(text, "bdate", "pdate") == expected


@pytest.mark.parametrize(
    ("day", "kind", "expected"),
    [
        (datetime(2025, 11, 14, tzinfo=UTC), "tariff", {"pub:t2025h1", "pub:t2025q3", "pub:2025h1|impose|will"}),
        (datetime(2026, 3, 2, tzinfo=UTC), "purchase", {"pub:m2026h0", "pub:m2026q0", "pub:2026h0|impose|will"}),
        (datetime(2018, 7, 6, tzinfo=UTC), "tariff", {"pub:t2018", "pub:2018|impose|will"}),
    ],
)
def test_when_the_article_appeared_is_told_more_closely_since_measures_come_by_the_month(
    day: datetime, kind: str, expected: set[str]
) -> None:
    assert features("It will charge 15%.", "pub:", day=day, kind=kind) == expected
