"""The encoder: what it is told of an article, that company in a batch changes nothing, and how it is kept."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.vocabulary import raw_language, vocabulary
from config.words import WORLD, Topic
from monitor.reading import layers, page
from monitor.reading.analysis import Analysis, Analyst
from monitor.reading.encoder import Encoder
from monitor.reading.layers import READING
from monitor.types import Article, Source
from training import encoder as training
from training import gradients, vectors
from training.gold import GOLD, aligned, article, rows
from training.network import Plan
from training.vectors import Vectors

DAY = datetime(2025, 11, 14, 9, tzinfo=UTC)
TITLE = "Seoul and Washington agree"
TEXTS = (
    "The US will cut its tariff on Korean cars from 25% to 15% on 1 December.",
    "Hyundai will invest $26 billion. Tokyo pledged $550 billion.",
    "India was told to pay 50 percent; Switzerland 39 percent, and duties on its watches are scrapped.",
    "Nothing was agreed.",
)
#: A word that the articles hold, and one that they do not.
VECTORS = Vectors(("tariff", "zeppelin"), np.array([[1, 0, 0], [0.6, 0.8, 0]], dtype=np.float32))


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
    (told,) = page.pages(analysed(TEXTS[0], "Korea Herald"))
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
    assert told.streams["form"][december] == "date:ahead"


def test_figures_told_in_words_keep_their_words() -> None:
    (told,) = page.pages(analysed(TEXTS[2]))
    first, last = told.figures[2]
    assert "scrapped" in told.streams["word"][first : last + 1]
    assert told.streams["value"][first] == "removal"


def test_a_long_article_is_told_in_parts_and_each_figure_once() -> None:
    a = analysed(
        "Duties rise to 15%. " + "The US and Korea met again. " * 300 + "They fall to 10%. " + "It ended. " * 300
    )
    parts = page.windows(a)
    assert len(parts) == 2 and parts[0].begin == 0
    assert all(part.end - part.begin <= page.LONGEST for part in parts)
    assert parts[1].begin < parts[1].fresh == parts[0].end < len(a.doc.tokens)
    told = page.pages(a)
    assert [list(one.figures) for one in told] == [[0], [1]]
    for one in told:
        ((first, last),) = one.figures.values()
        assert one.streams["form"][first : last + 1] == ["figure:percent"] * (last + 1 - first)
        assert {"KR", "US"} <= set(one.codes) and one.streams["code"][one.codes["KR"][0]] == "KR"
    assert told[0].marks[0][0] and not any(titled for titled, _ in told[1].marks)
    look = trained().look(a)
    assert set(look.kinds) == {0, 1}
    assert set(look.terms({0: "tariff", 1: "tariff"})) == {0, 1}


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.sampled_from(["The US cut it to 15%. ", "Nothing came of it. ", "It met " * 90 + ". "]), max_size=60)
)
def test_no_figure_is_lost_between_the_parts_of_an_article(sentences: list[str]) -> None:
    a = analysed("".join(sentences))
    told = page.pages(a)
    assert [index for one in told for index in one.figures] == list(range(len(a.quantities)))
    assert all(len(one.marks) <= page.LONGEST for one in told)


@settings(max_examples=12, deadline=None)
@given(st.lists(st.sampled_from(TEXTS), min_size=2, max_size=4))
def test_company_in_a_batch_changes_nothing(texts: list[str]) -> None:
    e, pages = trained(), [page.pages(analysed(text))[0] for text in texts]
    together = page.numbers(pages, e.vocabulary)
    seen = layers.seen(e.weights, together, READING)
    kind = np.zeros(together.first.shape, dtype=np.int64)
    figures = layers.settled(e.weights, seen.figures, kind, READING)
    statuses = layers.shares(layers.statuses(e.weights, figures, READING))
    places = np.arange(together.first.shape[1])
    older = layers.shares(layers.older(e.weights, seen, figures, places, together, READING))
    scopes = layers.named(e.weights, "scope", seen, figures, together.first, together.scopes, READING)
    topics = layers.topics(e.weights, layers.whole(e.weights, seen, together, READING))
    for row, (one, text) in enumerate(zip(pages, texts, strict=True)):
        look = e.look(analysed(text))
        assert list(look.topics.values()) == pytest.approx((1 / (1 + np.exp(-topics[row]))).tolist(), abs=1e-3)
        terms = look.terms(dict.fromkeys(one.figures, e.kinds[0]))
        for column, index in enumerate(one.figures):
            alone = terms[index]
            assert list(alone.statuses.values()) == pytest.approx(statuses[row, column].tolist(), abs=1e-3)
            assert list(alone.scopes.values()) == pytest.approx(
                scopes[row, column, : len(alone.scopes)].tolist(), abs=1e-3
            )
            assert list(alone.older.values()) == pytest.approx(
                older[row, column, : len(alone.older)].tolist(), abs=1e-3
            )


def test_what_is_asked_has_an_answer_for_every_option() -> None:
    look = trained().look(analysed(TEXTS[0]))
    assert set(look.kinds[0]) == set(trained().kinds)
    term = look.terms({0: "tariff"})[0]
    assert {"all", "other", "autos"} == set(term.scopes)
    assert set(term.statuses) == set(trained().statuses) and sum(term.statuses.values()) == pytest.approx(1)
    assert (
        set(term.older) == {None, 0, 1}
        and term.older[0] == pytest.approx(0)
        and sum(term.older.values()) == pytest.approx(1)
    )
    assert set(look.topics) == set(Topic) and set(look.countries) == {"KR", "US", WORLD}
    assert look.terms({}) == {}


def test_a_figure_is_read_alike_alone_and_with_others() -> None:
    look = trained().look(analysed(TEXTS[0]))
    both = look.terms({0: "tariff", 1: "tariff"})
    for index in (0, 1):
        alone = look.terms({index: "tariff"})[index]
        assert alone.scopes == pytest.approx(both[index].scopes, abs=1e-4)
        assert alone.older == pytest.approx(both[index].older, abs=1e-4)
        assert alone.pairs == pytest.approx(both[index].pairs, abs=1e-4)


def test_the_likeliest_pairs_are_of_two_sides_of_which_the_first_is_somebody() -> None:
    for pairs in (
        term.pairs for term in trained().look(analysed(TEXTS[1])).terms({0: "investment", 1: "investment"}).values()
    ):
        assert 0 < sum(pairs.values()) <= 1.0001 and list(pairs.values()) == sorted(pairs.values(), reverse=True)
        assert all(party not in (counterparty, WORLD) for party, counterparty in pairs)


def test_an_article_without_figures_is_about_something_too() -> None:
    look = trained().look(analysed(TEXTS[3]))
    assert look.kinds == {} and all(0 <= share <= 1 for share in look.topics.values())


def test_an_encoder_comes_back_as_it_was_kept(tmp_path: Path) -> None:
    one, other = tmp_path / "one.npz", tmp_path / "other.npz"
    trained().save(one)
    back = Encoder.load(one)
    back.save(other)
    assert one.read_bytes() == other.read_bytes()
    a = analysed(TEXTS[1])
    assert back.look(a).kinds == trained().look(a).kinds
    assert back.look(a).terms({1: "investment"}) == trained().look(a).terms({1: "investment"})


def test_the_same_lessons_give_the_same_weights() -> None:
    again = training.fit(lessons(), Plan(epochs=1, rate=2e-3))
    assert all((again.weights[name] == values).all() for name, values in trained().weights.items())


def test_more_rounds_miss_less(capsys: pytest.CaptureFixture[str]) -> None:
    training.fit(lessons()[:12], Plan(epochs=4, rate=2e-3))
    missed = [float(line.rpartition(" ")[2]) for line in capsys.readouterr().err.splitlines()]
    assert len(missed) == 4 and missed[-1] < 0.8 * missed[0]


@pytest.mark.parametrize(
    "name",
    [
        *("conv0.in", "look.apart", "find.query", "beside.in", "party.token", "scope.table", "word", "home", "meaning"),
        *("party.out", "older.other", "older.order", "whole.ask", "topic.out", "country.figure", "beginning"),
    ],
)
def test_gradients_are_those_of_small_steps(name: str) -> None:
    batch = [one for one in lessons() if one.terms][:2]
    known = training.vocabulary(batch)
    sizes = {stream: len(words) + 2 for stream, words in known.items()}
    kinds = sorted({kind for one in batch for kind in one.kinds.values()})
    statuses = sorted({term[1] for one in batch for term in one.terms.values()})
    chance = np.random.default_rng(3)
    w = {n: v.astype(np.float64) for n, v in training.initial(sizes, len(kinds), len(statuses), chance, 3).items()}
    spoken = training.words(known["word"], VECTORS)
    n = page.numbers([one.page for one in batch], {**known, "word": spoken.numbered})
    numbers = n.streams["word"]
    numbers, meant = spoken.lesson(numbers, np.asarray(chance.random(numbers.shape) < 0.1))
    n = replace(n, streams={**n.streams, "word": numbers})
    right = training.answers(batch, n.first.shape[1], kinds, statuses)
    tools = gradients.tools(layers.all_of)
    by_name: dict[str, Any] = training.gradient(w, n, right, meant, tools)[1]
    step = np.asarray(chance.normal(0, 1, w[name].shape))
    step *= 1e-4 / np.sqrt((step * step).sum())
    up, down = ({**w, name: w[name] + way * step} for way in (1, -1))
    moved = (training.loss(up, n, right, meant, tools) - training.loss(down, n, right, meant, tools)) / 2
    assert moved == pytest.approx(float((by_name[name] * step).sum()), rel=0.02, abs=1e-9)


def test_exchanged_countries_keep_the_lesson() -> None:
    one = next(lesson for lesson in lessons() if any(len(term[2]) for term in lesson.terms.values()))
    new = training.exchanged(one, ["AA", "BB", "CC", "DD", "EE", "FF", "GG", "HH"], np.random.default_rng(1))
    assert len(new.page.codes) == len(one.page.codes)
    renamed = dict(zip(one.page.codes, new.page.codes, strict=True))
    assert renamed[WORLD] == WORLD and renamed["US"] == "US"
    assert new.countries == {renamed.get(code, code) for code in one.countries} and new.topics == one.topics
    for index, term in one.terms.items():
        known = {pair for pair in term[2] if set(pair) <= set(renamed)}
        assert {(renamed[p], renamed[c]) for p, c in known} <= set(new.terms[index][2])


def test_what_an_encoder_has_no_name_for_stands_for_the_mean() -> None:
    weights = trained().weights
    for name in training.STRANGE:
        assert weights[name][page.UNKNOWN] == pytest.approx(weights[name][page.UNKNOWN + 1 :].mean(0), abs=1e-3)


def test_a_lesson_tells_which_figure_is_replaced() -> None:
    claim: dict[str, Any] = {
        "kind": "tariff",
        "party": "US",
        "counterparty": "KR",
        "scope": "autos",
        "status": "agreed",
        "actor": None,
    }
    claim |= {"value": 15, "unit": "percent", "delta": None, "quote": "from 25% to 15%"}
    a = analysed(TEXTS[0])
    source = Article(
        id="a", source=Source(name="Wire", tier=2), published=DAY, observed=DAY, title=TITLE, text=TEXTS[0]
    )
    for previous, expected in ((25, {1: (0,)}), (None, {1: ()}), (30, {})):
        gold = {"topics": ["tariff"], "countries": ["KR", "US"], "claims": [claim | {"previous": previous}]}
        one = training.lesson(aligned(source, gold, analyst()))
        assert one.older == expected and one.countries == {"KR", "US"}
    assert len(a.quantities) == 2


def test_a_word_that_no_article_holds_is_known_by_its_vector() -> None:
    found = training.fit(lessons()[:6], Plan(epochs=1, rate=2e-3), VECTORS)
    number = found.vocabulary["word"]["zeppelin"]
    assert number == len(found.vocabulary["word"]) + 1
    table = found.weights["word"]
    assert not np.allclose(table[number], table[page.UNKNOWN])
    assert "zeppelin" not in trained().vocabulary["word"]


def test_a_forgotten_word_is_told_by_its_vector_alone() -> None:
    spoken = training.words({"tariff": 2, "steel": 3}, VECTORS)
    numbers = np.array([[2, 3, 4, page.UNKNOWN, page.NOTHING, 2]])
    anew, told = spoken.lesson(numbers, np.array([[False, True, False, False, False, True]]))
    own, meant = told.own[anew][0].tolist(), told.vectors[anew][0, :, 0].tolist()
    assert own == [2, page.UNKNOWN, page.UNKNOWN, page.UNKNOWN, page.NOTHING, page.UNKNOWN]
    assert meant == pytest.approx([1, 0, 0.6, 0, 0, 1])


def test_vectors_are_centred_and_of_one_length(tmp_path: Path) -> None:
    path = tmp_path / "vectors.json"
    rows = {"a": [1, 2, 9, 0], "b": [3, 2, 9, 1], "c": [2, 5, 9, 2]}  # behind the dimensions come other figures
    path.write_text(json.dumps({"dimensions": 2, "words": list(rows), "vectors": rows}), encoding="utf-8")
    found = vectors.load(path)
    assert found.words == ("a", "b", "c")
    assert np.linalg.norm(found.matrix, axis=1) == pytest.approx(vectors.LENGTH)
    assert found.matrix[0, 0] < 0 < found.matrix[1, 0]
