"""The encoder: what it is told of an article, that company in a batch changes nothing, and how it is kept."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.vocabulary import raw_language, vocabulary
from config.words import WORLD
from monitor.reading import goods, layers, mixture, page
from monitor.reading.analysis import Analysis, Analyst
from monitor.reading.encoder import Encoder, Look
from monitor.reading.layers import READING
from monitor.reading.models import Models
from monitor.reading.roles import Told
from monitor.types import Article, Source
from training import encoder as training
from training import gradients
from training.gold import GOLD, aligned, article, rows
from training.network import Plan

DAY = datetime(2025, 11, 14, 9, tzinfo=UTC)
TITLE = "Seoul and Washington agree"
TEXTS = (
    "The US will cut its tariff on Korean cars from 25% to 15% on 1 December.",
    "Hyundai will invest $26 billion. Tokyo pledged $550 billion.",
    "India was told to pay 50 percent; Switzerland 39 percent, and duties on its watches are scrapped.",
    "Nothing was agreed.",
)


@cache
def analyst() -> Analyst:
    return Analyst(vocabulary("en"), raw_language("en"))


def analysed(text: str, source: str = "Wire") -> Analysis:
    at = Source(name=source, tier=2)
    return analyst().analyse(Article(id="a", source=at, published=DAY, observed=DAY, title=TITLE, text=text))


@cache
def lessons() -> list[training.Lesson]:
    found = rows(GOLD / "dev.cases.jsonl")[:24]
    return [training.lesson(aligned(article(row), row["gold"], analyst())) for row in found]


@cache
def trained() -> Encoder:
    """An encoder that has seen a few articles once."""
    return training.fit(lessons(), Plan(epochs=1, rate=2e-3))


def test_a_page_tells_words_and_what_the_recognisers_see() -> None:
    told = page.page(analysed(TEXTS[0], "Korea Herald"))
    at = told.streams["word"].index("tariff")
    assert told.streams["form"][at] == "" and "tariff" in told.classes[at]
    korean = at + 2
    assert told.streams["code"][korean] == "KR" and told.streams["form"][korean] == "place:adjective"
    assert told.streams["word"][korean] == ""  # the grammar of the sentence, not who it is about
    assert told.streams["scope"][korean + 1] == "autos" and told.streams["word"][korean + 1] == "cars"
    assert [told.streams["value"][first] for first, _ in told.figures.values()] == ["25", "15"]
    assert told.marks[0] == (True, True) and told.marks[at] == (False, False)
    assert {"KR", "US", WORLD} <= set(told.codes) and told.codes[WORLD] == []
    assert told.codes["KR"][-1] == korean and told.scopes["autos"] == [korean + 1]
    assert told.scopes["all"] == []
    assert told.issue == ("2025h1", "tier2")
    assert told.streams["ending"][at] == "iff" and told.streams["ending"][korean] == ""
    december = told.streams["word"].index("december")
    assert told.streams["form"][december] == "date:open"  # this year's or last year's


def test_figures_told_in_words_keep_their_words() -> None:
    told = page.page(analysed(TEXTS[2]))
    first, last = told.figures[2]
    assert "scrapped" in told.streams["word"][first : last + 1]
    assert told.streams["value"][first] == "removal"


def test_what_lies_beyond_the_longest_article_is_not_told() -> None:
    a = analysed("The US and Korea met again. " * 300 + "Duties rise to 15%.")
    told = page.page(a)
    assert len(told.marks) == page.LONGEST < len(a.doc.tokens)
    assert len(a.quantities) == 1 and told.figures == {}
    look = trained().look(a)
    assert look.kinds(0) == {} and look.sides(0, "tariff") == ({}, {})
    assert look.scopes(0, "tariff") == {} and look.statuses(0, "tariff") == {}


@settings(max_examples=12, deadline=None)
@given(st.lists(st.sampled_from(TEXTS), min_size=2, max_size=4))
def test_company_in_a_batch_changes_nothing(texts: list[str]) -> None:
    e, pages = trained(), [page.page(analysed(text)) for text in texts]
    together = page.numbers(pages, e.vocabulary)
    seen = layers.seen(e.weights, together, READING)
    kind = np.zeros(together.first.shape, dtype=np.int64)
    figures = layers.settled(e.weights, seen, kind, READING)
    party = layers.named(e.weights, "party", seen, figures, together.codes, together.coded, READING)
    for row, (one, text) in enumerate(zip(pages, texts, strict=True)):
        look = e.look(analysed(text))
        for column, index in enumerate(one.figures):
            alone = look.sides(index, e.kinds[0])[0]
            assert list(alone.values()) == pytest.approx(party[row, column, : len(alone)].tolist(), abs=1e-3)


def test_what_is_asked_has_a_score_for_every_option() -> None:
    look = trained().look(analysed(TEXTS[0]))
    assert set(look.kinds(0)) == set(trained().kinds)
    party, counterparty = look.sides(0, "tariff")
    assert set(party) == set(counterparty) == {"KR", "US", WORLD}
    assert {"all", "other", "autos"} == set(look.scopes(0, "tariff"))
    assert set(look.statuses(0, "tariff")) == set(trained().statuses)


def test_an_encoder_comes_back_as_it_was_kept(tmp_path: Path) -> None:
    one, other = tmp_path / "one.npz", tmp_path / "other.npz"
    trained().save(one)
    back = Encoder.load(one)
    back.save(other)
    assert one.read_bytes() == other.read_bytes()
    a = analysed(TEXTS[1])
    assert back.look(a).kinds(0) == trained().look(a).kinds(0)
    assert back.look(a).sides(1, "investment") == trained().look(a).sides(1, "investment")


def test_the_same_lessons_give_the_same_weights() -> None:
    again = training.fit(lessons(), Plan(epochs=1, rate=2e-3))
    assert all((again.weights[name] == values).all() for name, values in trained().weights.items())


def test_more_rounds_miss_less(capsys: pytest.CaptureFixture[str]) -> None:
    training.fit(lessons()[:12], Plan(epochs=4, rate=2e-3))
    missed = [float(line.rpartition(" ")[2]) for line in capsys.readouterr().err.splitlines()]
    assert len(missed) == 4 and missed[-1] < 0.8 * missed[0]


@pytest.mark.parametrize("name", ["conv0.in", "look.apart", "find.query", "party.token", "scope.table", "word"])
def test_gradients_are_those_of_small_steps(name: str) -> None:
    batch = [one for one in lessons() if one.terms][:2]
    known = training.vocabulary(batch)
    sizes = {stream: len(words) + 2 for stream, words in known.items()}
    kinds = sorted({kind for one in batch for kind in one.kinds.values()})
    statuses = sorted({term[1] for one in batch for term in one.terms.values()})
    chance = np.random.default_rng(3)
    w = {n: v.astype(np.float64) for n, v in training.initial(sizes, len(kinds), len(statuses), chance).items()}
    n = page.numbers([one.page for one in batch], known)
    right = training.answers(batch, n.first.shape[1], kinds, statuses)
    tools = gradients.tools(layers.whole)
    by_name: dict[str, Any] = training.gradient(w, n, right, tools)[1]
    step = np.asarray(chance.normal(0, 1, w[name].shape))
    step *= 1e-4 / np.sqrt((step * step).sum())
    up, down = ({**w, name: w[name] + way * step} for way in (1, -1))
    moved = (training.loss(up, n, right, tools) - training.loss(down, n, right, tools)) / 2
    assert moved == pytest.approx(float((by_name[name] * step).sum()), rel=0.02, abs=1e-9)


def test_exchanged_countries_keep_the_lesson() -> None:
    one = next(lesson for lesson in lessons() if any(len(term[2]) for term in lesson.terms.values()))
    new = training.exchanged(one, ["AA", "BB", "CC", "DD", "EE", "FF", "GG", "HH"], np.random.default_rng(1))
    assert len(new.page.codes) == len(one.page.codes)
    renamed = dict(zip(one.page.codes, new.page.codes, strict=True))
    assert renamed[WORLD] == WORLD and renamed["US"] == "US"
    for index, term in one.terms.items():
        known = {pair for pair in term[2] if set(pair) <= set(renamed)}
        assert {(renamed[p], renamed[c]) for p, c in known} <= set(new.terms[index][2])


SHARES = st.dictionaries(st.sampled_from("abcd"), st.floats(0.01, 1), min_size=1)
SCORES = st.fixed_dictionaries({name: st.floats(-20, 20) for name in "abcd"})


@given(SHARES, SCORES)
def test_pooled_shares_keep_their_sum_and_follow_both(shares: dict[str, float], scores: dict[str, float]) -> None:
    found = mixture.pooled(shares, scores, 1.0)
    assert sum(found.shares.values()) == pytest.approx(sum(shares.values()))
    assert sum(found.encoder.values()) == pytest.approx(1.0)
    assert found.small == shares
    assert mixture.pooled(shares, scores, 0.0).shares == pytest.approx(shares)
    for one in shares:
        for other in shares:
            if shares[one] >= shares[other] and scores[one] >= scores[other]:
                assert found.shares[one] >= found.shares[other] * (1 - 1e-9)
    assert found.shares[found.best] == max(found.shares.values())


def test_without_scores_the_shares_stay() -> None:
    for found, shares in (
        (mixture.kinds({"tariff": 0.6, "none": 0.4}, {}), {"tariff": 0.6, "none": 0.4}),
        (mixture.sides({("US", "KR"): 1.0}, {}, {}), {("US", "KR"): 1.0}),
        (mixture.scopes({("all",): 0.5, ("autos",): 0.5}, {}), {("all",): 0.5, ("autos",): 0.5}),
    ):
        assert found.shares == found.small == shares and not found.encoder


def test_a_code_that_is_not_seen_stands_behind() -> None:
    even = {("US", "KR"): 0.5, ("US", "JP"): 0.5}
    found = mixture.sides(even, {"US": 2.0, "KR": 0.0}, {"US": -1.0, "KR": 0.0}).shares
    assert found["US", "KR"] > found["US", "JP"] > 0


def test_a_list_is_as_likely_as_its_members() -> None:
    even = {("autos",): 0.5, ("autos", "lumber"): 0.5}
    assert mixture.scopes(even, {"autos": 3.0, "lumber": 2.0}).best == ("autos", "lumber")
    assert mixture.scopes(even, {"autos": 3.0, "lumber": -2.0}).best == ("autos",)


def test_where_the_encoder_is_sure_nobody_else_is_asked() -> None:
    sure = mixture.sure({"a": 0.98, "b": 0.02})
    assert sure is not None and sure.best == "a" and sure.sureness == (None, 0.98)
    assert mixture.sure({"a": 0.9, "b": 0.1}) is None and mixture.sure({}) is None
    status = mixture.sure_status({"agreed": 6.0, "ended": 0.0})
    assert status is not None and status.best == "agreed"
    assert mixture.sure_status({"agreed": 1.0, "ended": 0.0}) is None
    goods = mixture.sure_scopes({"all": -6.0, "autos": 6.0, "lumber": 5.0})
    assert goods is not None and goods.best == ("autos", "lumber")
    assert mixture.sure_scopes({"all": -6.0, "autos": 6.0, "lumber": 0.5}) is None
    assert mixture.sure_scopes({"all": -6.0, "other": -7.0}) is None


def test_the_likeliest_pairs_are_those_of_both_scores() -> None:
    look = trained().look(analysed(TEXTS[0]))
    party, counterparty = look.sides(0, "tariff")
    pairs = look.pairs(0, "tariff")
    possible = {(p, c): party[p] + counterparty[c] for p in party for c in counterparty if p not in (c, WORLD)}
    ranked = sorted(possible, key=possible.__getitem__, reverse=True)
    assert list(pairs) == ranked[: len(pairs)]
    total = sum(np.exp(score) for score in possible.values())
    assert pairs[ranked[0]] == pytest.approx(np.exp(possible[ranked[0]]) / total, rel=1e-3)


def test_what_an_encoder_has_no_name_for_stands_for_the_mean() -> None:
    weights = trained().weights
    for name in training.STRANGE:
        assert weights[name][page.UNKNOWN] == pytest.approx(weights[name][page.UNKNOWN + 1 :].mean(0), abs=1e-3)


def test_a_kind_that_the_encoder_does_not_know_has_no_vote() -> None:
    known = trained()
    few = Encoder(known.vocabulary, tuple(k for k in known.kinds if k != "purchase"), known.statuses, known.weights)
    look = few.look(analysed(TEXTS[0]))
    assert look.pairs(0, "purchase") == {} and look.sides(0, "purchase") == ({}, {})
    assert look.scopes(0, "purchase") == {} and look.statuses(0, "purchase") == {}


class Certain:
    """A look that is sure of three scopes, told in the order of the article."""

    def scopes(self, index: int, kind: str) -> dict[str, float]:
        return {"lumber": 9.0, "autos": 9.0, "all": 9.0, "steel": -9.0}


def test_sure_scopes_stand_as_a_list_of_them_is_written() -> None:
    a = analysed("Lumber was quiet. The US will charge 15% on cars, lumber and all other goods.")
    found = goods.weighed(a, 0, "tariff", Told(), Models({}, {}, {}), cast(Look, Certain()))
    assert found.best == ("all", "autos", "lumber") and not found.small
