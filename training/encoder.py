"""The encoder, trained on the annotated articles: all its decisions at once, by Adam with a one-cycle step size.

Gradients by `autograd`, which runs the layers that also read. In some of the articles the codes of all countries but
the most usual are exchanged at random, so that grammar is learnt and not who did what; units and words are left out at
random (Srivastava et al., 2014). What a word is to the encoder has two parts: one of its own, and one drawn from a
vector of what it means elsewhere, which words that no article holds have too. One core; the same articles, vectors,
seed and machine give the same weights.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import autograd.numpy as anp
import numpy as np
from autograd import value_and_grad
from autograd.tracer import getval

from config.words import WORLD, Topic
from monitor.reading import layers, page
from monitor.reading.encoder import Encoder
from monitor.reading.layers import BUCKETS, HEADS, ORDER, PARTS, QUESTIONS, STEPS, WIDTH, Tools
from monitor.reading.page import STREAMS, UNKNOWN, USUAL, Array, Page
from monitor.reading.previous_choice import replaceable
from training.gold import Case
from training.gradients import tools
from training.instances import close, labelled
from training.network import Adam, Plan
from training.vectors import NO_VECTORS, Vectors

#: Tokens of a step, filled up ones among them.
TOKENS = 3000
#: Articles that hold a name at least, for it to have a number.
LEAST = {"word": 3, "beginning": 5, "ending": 5, "form": 1, "code": 1, "scope": 1, "value": 4, "class": 1, "issue": 5}
#: Shares: of units left out, of articles with exchanged codes, of words taken for unknown.
THIN, EXCHANGED, FORGOTTEN = 0.2, 0.35, 0.03
#: The loss of a figure's scopes beside the others, since it adds up over all that could be.
SCOPES = 0.7
#: The largest norm of a step's gradient.
CLIP = 1.0
PLAN = Plan(epochs=16, rate=2e-3, warm=0.06)
#: Tables in which what is not known stands for the mean of all that is: the articles teach
#: nothing of it, since there every name is known.
STRANGE = ("form", "code", "code.table", "scope", "scope.table", "issue")
#: What a pair of sides scores that cannot be.
IMPOSSIBLE = -1e4


@dataclass(frozen=True)
class Lesson:
    """A page with what is right about it, by figure."""

    article: str
    page: Page
    #: The kind of each figure that is clear.
    kinds: Mapping[int, str]
    #: Of each figure that has claims: kind, status, pairs of sides, scopes.
    terms: Mapping[int, tuple[str, str, frozenset[tuple[str, str]], frozenset[str]]]
    #: Of each figure that has claims the figures that can be the one it replaces: none where it replaces none.
    #: One that replaces what no figure tells is left out.
    older: Mapping[int, tuple[int, ...]]
    #: What the article as a whole is about.
    topics: frozenset[str]
    countries: frozenset[str]


def lesson(case: Case) -> Lesson:
    """What a case teaches."""
    terms = {
        index: (
            group[0]["kind"],
            group[0]["status"],
            frozenset((claim["party"], claim["counterparty"]) for claim in group),
            frozenset(claim["scope"] for claim in group),
        )
        for index, group in case.groups.items()
    }
    gold, told = case.gold, page.pages(case.analysis)[0]
    topics, countries = frozenset(gold["topics"]), frozenset(gold["countries"])
    return Lesson(case.article.id, told, dict(labelled(case)), terms, dict(_replaced(case)), topics, countries)


def _replaced(case: Case) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Each figure that has claims with those that it can replace."""
    figures = case.analysis.quantities
    for index, group in case.groups.items():
        wanted = group[0]["previous"]
        if wanted is None:
            yield index, ()
        elif found := tuple(i for i in replaceable(case.analysis, index) if close(figures[i].value, wanted)):
            yield index, found


def vocabulary(lessons: Sequence[Lesson]) -> dict[str, dict[str, int]]:
    """By stream the number of each name; two numbers are nobody's: of nothing, and of what is not known."""
    seen: dict[str, Counter[str]] = {name: Counter() for name in LEAST}
    for one in lessons:
        for name in STREAMS:
            seen[name].update({*one.page.streams[name], *_further(one, name)})
        seen["issue"].update(one.page.issue)
        seen["class"].update({name for names in one.page.classes for name in names})
    return {
        name: {word: k + 2 for k, word in enumerate(sorted(w for w, n in counts.items() if w and n >= LEAST[name]))}
        for name, counts in seen.items()
    }


@dataclass(frozen=True)
class Words:
    """All words that will be known, by number: first those that are learnt, then those of which a vector is all."""

    numbered: dict[str, int]
    #: So many numbers are learnt, those of nothing and of what is not known among them.
    learnt: int
    #: A vector for each number; zeros where there is none.
    vectors: Array

    def lesson(self, numbers: Array, forgotten: Array) -> tuple[Array, Batch]:
        """(B, T): the words of a batch numbered anew, those that are forgotten by their vectors alone."""
        rows, again = np.unique(numbers + len(self.vectors) * forgotten, return_inverse=True)
        words = rows % len(self.vectors)
        own = np.where(rows < len(self.vectors), self._own(words), UNKNOWN)
        return again.reshape(numbers.shape), Batch(own, self.vectors[words])

    def table(self, w: Mapping[str, Array]) -> Array:
        """What each word is to the encoder once all is learnt."""
        found: Array = w["word"][self._own(np.arange(len(self.vectors)))] + self.vectors @ w["meaning"]
        return found

    def _own(self, numbers: Array) -> Array:
        """Numbers as far as they are learnt."""
        return np.where(numbers < self.learnt, numbers, UNKNOWN)


class Batch(NamedTuple):
    """The words of a batch: the number of each as far as it is learnt, and its vector."""

    own: Array
    vectors: Array


def words(learnt: Mapping[str, int], vectors: Vectors) -> Words:
    """The words that the articles teach, and those of the vectors."""
    numbered = dict(learnt)
    for word in vectors.words:
        numbered.setdefault(word, len(numbered) + 2)
    table = np.zeros((len(numbered) + 2, vectors.matrix.shape[1]), dtype=np.float32)
    for word, vector in zip(vectors.words, vectors.matrix, strict=True):
        table[numbered[word]] = vector
    return Words(numbered, len(learnt) + 2, table)


def _further(one: Lesson, stream: str) -> set[str]:
    """Codes and scopes that a lesson is about and that no token tells."""
    if stream == "code":
        return set(one.page.codes)
    return {*one.page.scopes, *(s for term in one.terms.values() for s in term[3])} if stream == "scope" else set()


def initial(
    sizes: Mapping[str, int], kinds: int, statuses: int, chance: np.random.Generator, meanings: int
) -> dict[str, Array]:
    """Weights to begin with, by name. `meanings`: the columns of the words' vectors."""
    w: dict[str, Array] = {}

    def table(name: str, rows: int, columns: int = WIDTH, spread: float = 0.1) -> None:
        w[name] = chance.normal(0, spread, (rows, columns)).astype(np.float32)

    def matrix(name: str, rows: int, columns: int) -> None:
        edge = (6 / (rows + columns)) ** 0.5
        w[name] = chance.uniform(-edge, edge, (rows, columns)).astype(np.float32)

    def plain(name: str, size: int, value: float = 0.0) -> None:
        w[name] = np.full(size, value, dtype=np.float32)

    for name in LEAST:
        table(name, sizes[name])
    table("meaning", meanings)
    table("marks", 5)
    for name in (*(f"conv{k}" for k in range(len(STEPS))), "look", "norm"):
        plain(f"{name}.gain", WIDTH, 1.0)
        plain(f"{name}.bias", WIDTH)
    for k in range(len(STEPS)):
        matrix(f"conv{k}.in", 3 * WIDTH, 2 * WIDTH)
        plain(f"conv{k}.out", 2 * WIDTH)
    matrix("look.in", WIDTH, 3 * WIDTH)
    matrix("look.out", WIDTH, WIDTH)
    matrix("find.query", 2 * WIDTH, WIDTH)
    matrix("find.in", WIDTH, 2 * WIDTH)
    for name in ("look", "find"):
        table(f"{name}.apart", 2 * BUCKETS, HEADS, 0.01)
    matrix("beside.in", 3 * WIDTH, 3 * WIDTH)
    matrix("beside.out", WIDTH, WIDTH)
    table("beside.order", 2 * ORDER + 1, HEADS, 0.01)
    for name in ("find", "beside"):
        table(f"{name}.same", 2, HEADS, 0.01)
    for name, outputs in (("kind", kinds), ("status", statuses)):
        matrix(f"{name}.in", (4 if name == "kind" else 1) * WIDTH, WIDTH)
        plain(f"{name}.bias", WIDTH)
        matrix(f"{name}.out", WIDTH, outputs)
    matrix("figure.in", 4 * WIDTH, WIDTH)
    table("figure.kind", kinds)
    matrix("older.none", WIDTH, WIDTH)
    matrix("older.none.out", WIDTH, 1)
    plain("older.none.bias", WIDTH)
    for side in ("figure", "other"):
        matrix(f"older.{side}", WIDTH if side == "figure" else 4 * WIDTH, WIDTH)
    plain("older.bias", WIDTH)
    table("older.order", 2 * ORDER + 1, spread=0.05)
    table("older.apart", 2 * BUCKETS, spread=0.05)
    matrix("older.out", WIDTH, 1)
    matrix("whole.ask", WIDTH, QUESTIONS)
    matrix("whole.in", QUESTIONS * WIDTH, WIDTH)
    plain("whole.bias", WIDTH)
    matrix("topic.out", WIDTH, len(Topic))
    table("home", 2, spread=0.02)
    for part in PARTS:
        for side in ("figure", "token", "prior"):
            matrix(f"{part}.{side}", WIDTH, WIDTH)
        plain(f"{part}.bias", WIDTH)
        table(f"{part}.apart", 2 * BUCKETS, WIDTH, 0.05)
        matrix(f"{part}.out", WIDTH, 1)
    table("code.table", sizes["code"], spread=0.02)
    table("scope.table", sizes["scope"], spread=0.02)
    return w


@dataclass(frozen=True)
class Answers:
    """What is right about a batch: by figure the kind (-1 where unclear), and of those with claims the rest."""

    kind: Array
    #: (B, F): the kind and the status of each figure's term; where `term` is 0 there is none.
    term: Array
    of_kind: Array
    status: Array
    #: (B, F, K, K): pairs that are right, and those that can be; (B, F, M): scopes that are right, that can be.
    pairs: Array
    possible: Array
    scopes: Array
    scoped: Array
    #: (B, F, 1 + F): which figure each replaces, the first place for none; all 0 where that is not known.
    older: Array
    #: (B, topics) and (B, K): what the article is about; and which codes can be.
    topics: Array
    countries: Array
    counted: Array


def answers(batch: Sequence[Lesson], figures: int, kinds: Sequence[str], statuses: Sequence[str]) -> Answers:
    """The answers of a batch, as arrays beside `page.numbers` of it."""
    rows, codes = len(batch), max(len(one.page.codes) for one in batch)
    scopes = max(len(one.page.scopes) for one in batch)
    kind = np.full((rows, figures), -1)
    of_kind, status = (np.zeros((rows, figures), dtype=np.int64) for _ in range(2))
    term = np.zeros((rows, figures), dtype=np.float32)
    pairs = np.zeros((rows, figures, codes, codes), dtype=np.float32)
    possible = np.zeros((rows, 1, codes, codes), dtype=np.float32)
    right = np.zeros((rows, figures, scopes), dtype=np.float32)
    scoped = np.zeros((rows, 1, scopes), dtype=np.float32)
    older = np.zeros((rows, figures, 1 + figures), dtype=np.float32)
    topics = np.array([[topic in one.topics for topic in Topic] for one in batch], dtype=np.float32)
    countries, counted = (np.zeros((rows, codes), dtype=np.float32) for _ in range(2))
    for row, one in enumerate(batch):
        place = {code: k for k, code in enumerate(one.page.codes)}
        count = len(place)
        possible[row, 0, :count, :count] = 1 - np.eye(count)
        possible[row, 0, place[WORLD]] = 0
        scoped[row, 0, : len(one.page.scopes)] = 1
        countries[row, :count] = [code in one.countries for code in place]
        counted[row, :count] = [code != WORLD for code in place]
        column_of = {index: column for column, index in enumerate(one.page.figures)}
        for index, column in column_of.items():
            if index in one.kinds:
                kind[row, column] = kinds.index(one.kinds[index])
            if index not in one.terms:
                continue
            name, how_far, sides, goods = one.terms[index]
            term[row, column] = 1
            for other in (column_of.get(i) for i in one.older.get(index, ())):
                if other is not None:
                    older[row, column, 1 + other] = 1
            older[row, column, 0] = one.older.get(index) == ()
            of_kind[row, column], status[row, column] = kinds.index(name), statuses.index(how_far)
            for party, counterparty in sides:
                if party in place and counterparty in place:
                    pairs[row, column, place[party], place[counterparty]] = 1
            right[row, column, : len(one.page.scopes)] = [scope in goods for scope in one.page.scopes]
    return Answers(
        kind, term, of_kind, status, pairs * possible, possible, right, scoped, older, topics, countries, counted
    )


def loss(w: Mapping[str, Any], n: page.Numbers, right: Answers, meant: Batch, t: Tools) -> Any:
    """Minus the log likelihood of all decisions of a batch, a figure. `meant`: what its words' numbers stand for."""
    w = {**w, "word": t.take(w["word"], meant.own) + meant.vectors @ w["meaning"]}
    s = layers.seen(w, n, t)
    clear = np.maximum(right.kind, 0)
    total = (_missed(layers.kinds(w, s, t), clear) * (right.kind >= 0)).sum()
    figures = layers.settled(w, s.figures, right.of_kind, t)
    total = total + (_missed(layers.statuses(w, figures, t), right.status) * right.term).sum()
    party = layers.named(w, "party", s, figures, n.first, n.codes, t)
    counterparty = layers.named(w, "counterparty", s, figures, n.first, n.codes, t)
    both = (party[..., :, None] + counterparty[..., None, :]).reshape((*right.term.shape, -1))
    possible, pairs = right.possible.reshape((len(clear), 1, -1)), right.pairs.reshape(both.shape)
    known = (pairs.sum(-1) > 0).astype(np.float32)
    wanted = both + IMPOSSIBLE * (1 - pairs) * known[..., None]
    total = total + ((_summed(both + IMPOSSIBLE * (1 - possible)) - _summed(wanted)) * known).sum()
    older = layers.older(w, s, figures, np.arange(right.term.shape[1]), n, t)
    settled = right.older.sum(-1) > 0
    total = total + ((_summed(older) - _summed(older + IMPOSSIBLE * (1 - right.older))) * settled).sum()
    scopes = layers.named(w, "scope", s, figures, n.first, n.scopes, t)
    missed = _denied(scopes, right.scopes)
    total = total + SCOPES * (missed * right.scoped * right.term[..., None]).sum()
    about = layers.whole(w, s, n, t)
    topics = layers.topics(w, about)
    total = total + _denied(topics, right.topics).sum()
    countries = layers.named(w, "country", s, about, np.zeros((len(clear), 1), dtype=np.int64), n.codes, t)[:, 0]
    total = total + (_denied(countries, right.countries) * right.counted).sum()
    return total / max(1.0, float((right.kind >= 0).sum()))


def _denied(scores: Any, right: Array) -> Any:
    """Minus the log of the share that each yes or no is given."""
    return anp.logaddexp(0, scores) - scores * right


gradient = value_and_grad(loss)


def _summed(scores: Any) -> Any:
    """The log of the sum of powers over the last axis."""
    top = getval(scores).max(-1, keepdims=True)
    return anp.log(anp.exp(scores - top).sum(-1)) + top[..., 0]


def _missed(scores: Any, right: Array) -> Any:
    """Minus the log of the right label's share."""
    picked = np.eye(scores.shape[-1], dtype=np.float32)[right]
    return _summed(scores) - (scores * picked).sum(-1)


def exchanged(one: Lesson, codes: Sequence[str], chance: np.random.Generator) -> Lesson:
    """The lesson with other countries in it, each for one of its own."""
    mine = sorted(set(one.page.codes) - {USUAL, WORLD})
    others = [codes[k] for k in chance.choice(len(codes), len(mine), replace=False)]
    new = dict(zip(mine, others, strict=True))
    renamed = {**one.page.streams, "code": [new.get(code, code) for code in one.page.streams["code"]]}
    home = tuple(new.get(code, code) for code in one.page.home)
    told = replace(one.page, home=home, streams=renamed, codes={new.get(c, c): at for c, at in one.page.codes.items()})
    terms = {
        index: (kind, status, frozenset((new.get(p, p), new.get(c, c)) for p, c in pairs), scopes)
        for index, (kind, status, pairs, scopes) in one.terms.items()
    }
    countries = frozenset(new.get(code, code) for code in one.countries)
    return replace(one, page=told, terms=terms, countries=countries)


def batches(lessons: Sequence[Lesson], chance: np.random.Generator) -> list[list[Lesson]]:
    """The lessons in steps of like length, in any order."""
    order = sorted(lessons, key=lambda one: len(one.page.marks) * (1 + 0.3 * chance.random()))
    out: list[list[Lesson]] = [[]]
    longest = 0
    for one in order:
        longest = max(longest, len(one.page.marks))
        if out[-1] and longest * (len(out[-1]) + 1) > TOKENS:
            out.append([])
            longest = len(one.page.marks)
        out[-1].append(one)
    return [out[k] for k in chance.permutation(len(out))]


def fit(lessons: Sequence[Lesson], plan: Plan = PLAN, vectors: Vectors = NO_VECTORS) -> Encoder:
    """The encoder of all lessons."""
    known = vocabulary(lessons)
    spoken = words(known["word"], vectors)
    kinds = sorted({kind for one in lessons for kind in (*one.kinds.values(), *(t[0] for t in one.terms.values()))})
    statuses = sorted({status for one in lessons for _, status, *_ in one.terms.values()})
    chance = np.random.default_rng(plan.seed)
    sizes = {name: len(names) + 2 for name, names in known.items()}
    w = initial(sizes, len(kinds), len(statuses), chance, vectors.matrix.shape[1])
    known["word"] = spoken.numbered
    codes = sorted(set(known["code"]) - {USUAL, WORLD})
    steps = [len(batches(lessons, np.random.default_rng(k))) for k in range(plan.epochs)]
    adam = Adam(list(w.values()), plan, sum(steps))

    def thin(x: Any) -> Any:
        kept = chance.random(x.shape, dtype=np.float32) >= THIN
        return x * (kept / np.float32(1 - THIN))

    learning = tools(thin)
    for epoch in range(plan.epochs):
        missed = 0.0
        for batch in batches(lessons, np.random.default_rng(epoch)):
            told = [exchanged(one, codes, chance) if chance.random() < EXCHANGED else one for one in batch]
            n = page.numbers([one.page for one in told], known)
            numbers = n.streams["word"]
            forgotten = (chance.random(numbers.shape) < FORGOTTEN) & (numbers > UNKNOWN)
            numbers, meant = spoken.lesson(numbers, forgotten)
            n = replace(n, streams={**n.streams, "word": numbers})
            value, by_name = gradient(w, n, answers(told, n.first.shape[1], kinds, statuses), meant, learning)
            adam.step(_clipped([by_name[name] for name in w]))
            missed += float(value)
        print(f"encoder: round {epoch + 1} of {plan.epochs}, loss {missed / steps[epoch]:.3f}", file=sys.stderr)
    w["word"] = spoken.table(w)
    kept = {name: _kept(values) for name, values in w.items() if name != "meaning"}
    for name in STRANGE:
        kept[name][UNKNOWN] = _kept(kept[name][UNKNOWN + 1 :].mean(0))
    return Encoder(known, tuple(kinds), tuple(statuses), kept)


def _clipped(gradients: Sequence[Array]) -> list[Array]:
    """The gradients of a step, made smaller together where their norm is too large."""
    norm = float(np.sqrt(sum(float(np.vdot(g, g)) for g in gradients)))
    return [g * np.float32(CLIP / norm) for g in gradients] if norm > CLIP else list(gradients)


def _kept(values: Array) -> Array:
    """Weights as they are shipped: halves of the size, which is the same to what is read."""
    return values.astype(np.float16).astype(np.float32)
