"""What confidence is worth: a mapping that never falls, and is as often right as it says on what it was drawn from."""

from __future__ import annotations

import json
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.vocabulary import raw_language, vocabulary
from monitor.reading.analysis import Analyst
from monitor.reading.calibration import Calibration, calibration
from monitor.reading.claims import Assembler
from monitor.reading.encoder import Encoder
from monitor.reading.models import models
from training.calibration import Said, calibrated, cross_fitted
from training.gold import GOLD, aligned, article, rows
from training.judgement import by_place, drafts

KNOTS = Calibration(((0.3, 0.2), (0.5, 0.4), (0.9, 0.8)))


@pytest.mark.parametrize(("said", "worth"), [(0.1, 0.2), (0.3, 0.2), (0.4, 0.3), (0.7, 0.6), (0.9, 0.8), (1.0, 0.8)])
def test_straight_between_knots_and_level_beyond(said: float, worth: float) -> None:
    assert KNOTS(said) == pytest.approx(worth)


def test_without_knots_it_is_worth_what_it_says() -> None:
    assert Calibration(())(0.42) == 0.42


def test_json_and_back() -> None:
    assert Calibration.from_json(json.loads(json.dumps(KNOTS.to_json()))) == KNOTS


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=200), st.floats(0, 1), st.floats(0, 1))
def test_a_drawn_mapping_never_falls(claims: list[tuple[float, bool]], one: float, two: float) -> None:
    mapping = calibrated(Said(confidence, right, 0) for confidence, right in claims)
    low, high = sorted((one, two))
    assert 0 < mapping(low) <= mapping(high) < 1


def boastful(count: int) -> list[Said]:
    """Claims that are right a fifth less often than they say, in three folds."""
    draw = random.Random(7)
    said = [draw.uniform(0.3, 1.0) for _ in range(count)]
    return [Said(p, draw.random() < p - 0.2, k % 3) for k, p in enumerate(said)]


def test_what_was_boasted_is_told_as_it_is() -> None:
    claims = boastful(6_000)
    told = cross_fitted(claims)
    assert len(told) == len(claims)
    high = [each for each in told if each.confidence >= 0.6]
    mean = sum(each.confidence for each in high) / len(high)
    assert mean == pytest.approx(sum(each.right for each in high) / len(high), abs=0.03)


def test_the_same_claims_draw_the_same_mapping_in_any_order() -> None:
    claims = boastful(900)
    mixed = random.Random(3).sample(claims, len(claims))
    assert calibrated(claims) == calibrated(mixed)


def test_the_shipped_mapping_is_sound() -> None:
    knots = calibration("en").knots
    assert len(knots) >= 5
    assert list(knots) == sorted(knots)
    assert [y for _, y in knots] == sorted(y for _, y in knots)
    assert all(0 < y < 1 for _, y in knots)


def test_every_article_is_drafted_once_by_its_encoder() -> None:
    analyst = Analyst(vocabulary("en"), raw_language("en"))
    cases = [aligned(article(row), row["gold"], analyst) for row in rows(GOLD / "dev.cases.jsonl")[:8]]
    shipped = models("en")
    unseen = drafts(cases, shipped, lambda _: shipped.encoder)
    assert {one.article: one.fold for one in unseen} == {case.article.id: k % 2 for k, case in enumerate(cases)}
    by_article = {one.article: one for one in unseen}
    for case in cases:
        rows_ = Assembler(shipped).draft(case.analysis).rows
        assert len(by_article[case.article.id].claims) == len(rows_)
    assert any(claim.right for one in unseen for claim in one.claims)
    wrong = [replace(case, gold={**case.gold, "claims": []}) for case in cases]
    none = drafts(wrong, shipped, lambda _: shipped.encoder)
    assert not any(claim.right or one.has_claims for one in none for claim in one.claims)


def test_an_encoder_is_asked_only_for_cases_that_it_has_not_seen() -> None:
    one, other = Encoder({}, (), (), {}), Encoder({}, (), (), {})
    analyst = Analyst(vocabulary("en"), raw_language("en"))
    cases = [aligned(article(row), row["gold"], analyst) for row in rows(GOLD / "dev.cases.jsonl")[:4]]
    encoding = by_place(cases, one, other)
    assert [encoding(case) is one for case in cases] == [True, False, True, False]
