"""What is told of an article's claims: each weighed beside the others, and none where the article has hardly any."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.vocabulary import raw_language, vocabulary
from config.words import Kind, Qualifier, Status, Topic
from monitor.reading.analysis import Analysis, Analyst
from monitor.reading.decision import FURTHER_SCOPE, OTHER_SIDES, Decision, Odds
from monitor.reading.encoder import Encoder
from monitor.reading.judgement import (
    ARTICLE,
    CLAIM,
    LEAST_ARTICLE,
    LEAST_CONFIDENCE,
    LEAST_OTHER,
    LEAST_PRODUCT,
    SURE,
    UNSURE,
    Draft,
    article_features,
    claim_features,
    judged,
    told,
)
from monitor.reading.models import Labels, Models
from monitor.types import Article, Claim, Source

DAY = datetime(2025, 11, 14, 9, tzinfo=UTC)
NO_ENCODER = Encoder({}, (), (), {})
NO_MODELS = Models({}, {}, NO_ENCODER)
NO_TERM = ""
TOPICS: dict[str, float] = {Topic.TARIFF: 0.9, Topic.INVESTMENT: 0.1, Topic.PURCHASE: 0.0}
TEXT = "The US set a rate of {:.0f}% for one. It named {:.0f}% again. It spoke of {:.0f}% at last."
BESIDE = ("same", "other", "key", "sides")


@cache
def analyst() -> Analyst:
    return Analyst(vocabulary("en"), raw_language("en"))


def analysed(text: str) -> Analysis:
    wire = Source(name="Wire", tier=2)
    article = Article(id="a", source=wire, published=DAY, observed=DAY, title="News of the day", text=text)
    return analyst().analyse(article)


def claim(said: str, value: float) -> Claim:
    party, counterparty, scope = said.split()
    return Claim(
        kind=Kind.TARIFF,
        party=party,
        counterparty=counterparty,
        actor=None,
        scope=scope,
        value=value,
        unit="percent",
        qualifier=Qualifier.EXACT,
        status=Status.AGREED,
        quote="…",
    )


def odds(product: float) -> Odds:
    return Odds(product, 1.0, 1.0, 1.0, 1.0, 1.0, 2)


def drafted(
    *claims: tuple[str, float], shares: Sequence[float] = (0.9, 0.9, 0.9), surest: float = 0.99
) -> tuple[Analysis, Draft]:
    """An article of three figures, each with claims ("US KR all; US JP all") of its value; `NO_TERM`: with none."""
    a = analysed(TEXT.format(*(value for _, value in claims)))
    told = {said: said.split("; ") for said, _ in claims}
    decisions = tuple(
        Decision(
            *(q, "tariff", share, "a term", tuple(claim(each, value) for each in told[said])),
            odds=(odds(share),) * len(told[said]),
        )
        if said
        else Decision(q, "none", share, "no term")
        for q, (said, value), share in zip(a.quantities, claims, shares, strict=True)
    )
    return a, Draft(TOPICS, (surest, 0.5, 0.5), decisions, {"US": 0.95, "KR": 0.5})


def test_what_is_weighed_besides_speaks_for_nothing_else_and_is_not_told_unweighed() -> None:
    a, draft = drafted(("US KR all; US JP all", 5), (NO_TERM, 7), ("US KR all", 5))
    first = draft.decisions[0]
    weighed = (first.odds[0]._replace(besides=OTHER_SIDES, own_sides=0.2), first.odds[1])
    besides = replace(draft, decisions=(replace(first, odds=weighed), *draft.decisions[1:]))
    alone, beside_it = claim_features(a, draft, draft.rows), claim_features(a, besides, besides.rows)
    assert "same+" in alone[-1] and "same-" in beside_it[-1]
    assert "besides:sides" in beside_it[0] and "besides:" in beside_it[1]
    told = [claim for decision in judged(a, besides, Models({}, {}, NO_ENCODER)) for claim in decision.claims]
    assert [one.counterparty for one in told] == ["JP", "KR"]


def judges(claim_weights: dict[str, tuple[float, float]], article: float = 9.0) -> Models:
    """Models that weigh a claim by those weights for no and yes, and give each article those log odds."""
    return Models(
        {
            CLAIM: Labels.linear(("no", "yes"), claim_weights),
            ARTICLE: Labels.linear(("no", "yes"), {"1": (0.0, article)}),
        },
        {},
        NO_ENCODER,
    )


def beside(said: tuple[str, float], also: tuple[str, float]) -> set[str]:
    """Of the last figure's claim: what it has in common with the first figure's."""
    a, draft = drafted(also, (NO_TERM, 7), said)
    found = claim_features(a, draft, draft.rows)[-1]
    return {name for name in BESIDE if f"{name}+" in found}


@pytest.mark.parametrize(
    ("also", "expected"),
    [
        (("US KR all", 25), {"same", "sides"}),
        (("US JP all", 25), {"other"}),
        (("US KR autos", 25), {"other", "sides"}),
        (("US KR all", 15), {"key", "sides"}),
        (("US KR autos", 15), {"sides"}),
        (("KR US all", 15), set()),
        ((NO_TERM, 25), set()),
    ],
)
def test_a_claim_is_held_beside_those_of_other_figures(also: tuple[str, float], expected: set[str]) -> None:
    assert beside(("US KR all", 25), also) == expected


def test_the_surest_of_the_others_their_place_and_their_number_are_told() -> None:
    a, draft = drafted(("US KR all", 25), ("US KR all", 25), ("US KR all", 25), shares=(0.99, 0.3, 0.6))
    first, middle, last = ({f for f in found if f.startswith("same")} for found in claim_features(a, draft, draft.rows))
    assert first == {"same+", "same5", "same<", "samea", "samen3"}
    assert middle == {"same+", "same9", "same>", "sameb", "samen3"}
    assert last == {"same+", "same9", "same>", "sameb", "samen3"}


def test_a_claim_that_the_other_side_answers_is_told_as_such() -> None:
    a, draft = drafted(("US CN all", 25), ("CN US all", 15), ("US JP all", 10))
    found = claim_features(a, draft, draft.rows)
    assert [next(f for f in each if f.startswith("back")) for each in found] == ["back1", "back1", "back0"]


SAID = st.sampled_from(("US KR all", "US JP all", "KR US all", "US KR autos"))


@given(SAID | st.just("US KR all; US JP all"))
def test_a_figure_never_speaks_for_or_against_its_own_claims(said: str) -> None:
    a, draft = drafted((said, 25), (NO_TERM, 25), (NO_TERM, 15))
    for found in claim_features(a, draft, draft.rows):
        assert {f"{name}-" for name in BESIDE} <= set(found)


TOLD = st.tuples(SAID, st.sampled_from((10.0, 25.0)))


@given(TOLD, TOLD)
def test_what_two_claims_have_in_common_is_told_of_both(one: tuple[str, float], two: tuple[str, float]) -> None:
    assert beside(one, two) == beside(two, one)


def test_a_repeat_with_the_same_sides_raises_a_claim_and_one_with_others_lowers_it() -> None:
    models = judges({"same+": (0.0, 0.5), "other+": (0.5, 0.0)})
    alone, same, other = (
        judged(*drafted(also, (NO_TERM, 7), ("US KR all", 25)), models)[-1].claims[0].confidence
        for also in ((NO_TERM, 25), ("US KR all", 25), ("US JP all", 25))
    )
    assert other < alone == 0.5 < same


def test_an_unlikely_claim_is_left_out_and_the_others_of_its_figure_are_kept() -> None:
    a, draft = drafted(("US KR all; US JP all", 25), ("US JP all", 15), (NO_TERM, 10))
    first, second, third = judged(a, draft, judges({"C:JP": (2.0, 0.0)}))
    assert [(c.counterparty, c.confidence) for c in first.claims] == [("KR", 0.5)]
    assert (first.reason, second.claims, second.reason) == ("a term", (), UNSURE)
    assert third == draft.decisions[2]


def test_what_an_article_tells_that_hardly_has_a_claim_is_left_out() -> None:
    a, draft = drafted(("US KR all", 25), ("US JP all", 15), (NO_TERM, 10))
    for article, kept in ((9.0, 2), (0.0, 0)):
        decisions = judged(a, draft, judges({}, article))
        assert sum(len(d.claims) for d in decisions) == kept
        assert [d.reason for d in decisions].count(UNSURE) == 2 - kept


WEIGHED = st.tuples(st.floats(0, 1), st.sampled_from(("", FURTHER_SCOPE, OTHER_SIDES)))


@given(st.lists(WEIGHED, max_size=6), st.floats(-6, 6))
def test_a_claim_is_told_as_it_was_weighed_or_not_at_all(weighed: list[tuple[float, str]], article: float) -> None:
    _, draft = drafted(("US KR all", 25), ("US JP all", 15), (NO_TERM, 10))
    model = judges({}, article).labels[ARTICLE]
    open_ = model.probabilities(["1"])[1] >= LEAST_ARTICLE
    least = [LEAST_OTHER if besides else LEAST_CONFIDENCE for _, besides in weighed]
    kept = [share if open_ and share >= limit else 0.0 for (share, _), limit in zip(weighed, least, strict=True)]
    assert told([share for share, _ in weighed], [besides for _, besides in weighed], draft, model) == kept


@pytest.mark.parametrize(
    ("surest", "shares", "kept"),
    [
        (SURE, (LEAST_PRODUCT, LEAST_PRODUCT - 0.01, 0.9), [True, False, True]),
        (SURE - 0.01, (0.9, 0.9, 0.9), [False, False, False]),
    ],
)
@pytest.mark.parametrize("lacking", [NO_MODELS, replace(NO_MODELS, labels={CLAIM: Labels.linear(("no", "yes"), {})})])
def test_without_both_models_the_product_of_the_odds_decides(
    surest: float, shares: tuple[float, ...], kept: list[bool], lacking: Models
) -> None:
    claims = (("US KR all", 25), ("US JP all", 15), ("US CN all", 10))
    found = judged(*drafted(*claims, shares=shares, surest=surest), lacking)
    assert [bool(d.claims) for d in found] == kept
    assert [d.claims[0].confidence for d in found if d.claims] == [s for s, k in zip(shares, kept, strict=True) if k]


def test_an_article_without_figures_is_judged_without_harm() -> None:
    a = analysed("Nothing was set.")
    for models in (NO_MODELS, judges({})):
        assert judged(a, Draft(TOPICS, (), (), {}), models) == []


def test_an_article_is_told_by_its_surest_figures_and_claims() -> None:
    _, draft = drafted(("US KR all", 25), (NO_TERM, 15), (NO_TERM, 10))
    assert article_features(draft, [0.3]) == [
        *("1", "rows1", "figures3", "sum3"),
        *("term0:16", "term1:9", "claim0:7", "claim1:-"),
        *("gtariff12", "ginvestment5", "gpurchase0", "about12"),
    ]


def test_what_the_article_is_about_speaks_for_a_claim() -> None:
    a, draft = drafted(("US KR all", 25), ("US JP all", 15), (NO_TERM, 10))
    first, second = claim_features(a, draft, draft.rows)
    assert {"about8", "country:P8", "country:C5"} <= set(first)
    assert "country:C-" in second
