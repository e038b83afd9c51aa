"""Who is on which side, and how far a term has come: what is told beside the encoder's word, and when it is asked."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.vocabulary import raw_language, vocabulary
from config.words import WORLD
from monitor.reading import sides, standing
from monitor.reading.analysis import Analysis, Analyst
from monitor.reading.encoder import Encoder, Pair, Term
from monitor.reading.models import Labels, Models, Rank
from monitor.reading.overview import Overview
from monitor.reading.told import Settled, Told
from monitor.types import Article, Source

DAY = datetime(2025, 11, 14, 9, tzinfo=UTC)
TEXT = "The US will cut its tariff on Korean cars to 15%. In return it is 8% for American cars."
AGREED = {"agreed": 0.6, "ended": 0.4}


@cache
def analysed(text: str = TEXT) -> Analysis:
    wire = Source(name="Wire", tier=2)
    article = Article(id="a", source=wire, published=DAY, observed=DAY, title="Korea and the US", text=text)
    return Analyst(vocabulary("en"), raw_language("en")).analyse(article)


def seen(*pairs: dict[Pair, float], statuses: dict[str, float] | None = None) -> Overview:
    terms = {index: Term(each, {}, statuses or AGREED, {}) for index, each in enumerate(pairs)}
    return Overview.of(terms, {"US": 0.99, "KR": 0.5})


def models(rank: dict[str, float], status: dict[str, tuple[float, float]] | None = None) -> Models:
    labels = {"status": Labels.linear(("agreed", "ended"), status or {})}
    return Models(labels, {"sides": Rank.linear(rank)}, Encoder({}, (), (), {}))


OPEN = {("US", "KR"): 0.6, ("KR", "US"): 0.4}
FIRST = Told().after(0, [Settled("tariff", "US", "KR", None, "agreed", None)])


def test_a_pair_that_the_encoder_is_sure_of_is_not_asked_about() -> None:
    sure = {("US", "KR"): 0.98, ("KR", "US"): 0.02}
    assert sides.weighed(analysed(), 0, "tariff", Told(), seen(sure), models({"tr1": 9.0})) == sure


def test_what_was_told_before_decides_what_is_open() -> None:
    found = sides.options(analysed(), 1, "tariff", FIRST, seen(OPEN, OPEN))
    assert {"tkPC", "tturn|PC", "tkPCs1", "teverTrue"} <= set(found["US", "KR"])
    assert {"tkCP", "tturn|CP", "tkCPs1", "tbackTrue"} <= set(found["KR", "US"])
    turned = sides.weighed(analysed(), 1, "tariff", FIRST, seen(OPEN, OPEN), models({"tturn|CP": 2.0}))
    assert next(iter(turned)) == ("KR", "US") and sum(turned.values()) == pytest.approx(1)


def test_hardly_likely_pairs_are_no_options() -> None:
    pairs = {("US", "KR"): 0.9, ("US", WORLD): 0.095, ("KR", "US"): 0.005}
    assert list(sides.options(analysed(), 0, "tariff", Told(), seen(pairs))) == [("US", "KR"), ("US", WORLD)]


def test_the_other_terms_of_the_article_are_told() -> None:
    alone = sides.options(analysed(), 0, "tariff", Told(), seen(OPEN))
    among = sides.options(analysed(), 0, "tariff", Told(), seen(OPEN, {("US", "KR"): 1.0}))
    assert "tall9" in alone["US", "KR"] and "tall11" in among["US", "KR"]
    assert "tcP16" in alone["US", "KR"] and "tcC9" in alone["US", "KR"]


@given(st.sampled_from(["US", "KR", "JP", WORLD]), st.sampled_from(["US", "KR", "JP"]))
def test_what_was_told_is_told_of_both_sides(party: str, counterparty: str) -> None:
    told = Told().after(0, [Settled("tariff", party, counterparty, None, "agreed", None)])
    assert told.pairs == {("tariff", party, counterparty)} and told.index == 0
    (features,) = sides.options(analysed(), 1, "tariff", told, seen(OPEN, {(party, counterparty): 1.0})).values()
    assert f"tk{'PC' if party != counterparty else 'PP'}" in features


def test_a_status_hangs_on_the_clause_the_date_and_what_was_told() -> None:
    a = analysed("Seoul agreed that the 15% duty on cars applies from 1 December 2025.")
    found = set(standing.status_features(a, 0, "tariff", FIRST, seen(OPEN)))
    assert {"top:agreed", "s:agreed", "date:ahead", "date:ahead|agreed", "told:agreed", "pubt:2025q3"} <= found
    assert "date:none" in standing.status_features(analysed(), 0, "tariff", Told(), seen(OPEN))


def test_a_status_is_asked_about_only_where_the_encoder_is_unsure() -> None:
    ended = models({}, {"told:agreed": (0.0, 3.0)})
    assert standing.weighed(analysed(), 1, "tariff", FIRST, seen(OPEN, OPEN), ended)["ended"] > 0.9
    sure = {"agreed": 0.99, "ended": 0.01}
    assert standing.weighed(analysed(), 1, "tariff", FIRST, seen(OPEN, OPEN, statuses=sure), ended) == sure
