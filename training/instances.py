"""What each model learns from: every decision that a careful reader would make on the annotated articles."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from config.words import WORLD, Topic
from monitor.reading import attributes, classify, goods, sides, standing
from monitor.reading import kinds as looks
from monitor.reading.claims import Assembler
from monitor.reading.encoder import Encoder
from monitor.reading.kinds import POSSIBLE
from monitor.reading.models import Labels, Models, Rank
from monitor.reading.overview import Overview
from monitor.reading.told import Settled, Told
from training import network
from training.gold import Case, Noted
from training.network import Plan
from training.optimise import Choice, Labelled, labels, rank
from training.parallel import each

#: Strength of the L2 penalty by model.
STRENGTH = {
    "profit_scope": 2.0,
    "actor": 2.0,
    "effective": 2.0,
}
#: The models that have a hidden layer: those whose decisions hang on several words together.
PLANS = {
    "sides": Plan(hidden=16),
    "status": Plan(hidden=16),
    "previous": Plan(hidden=16),
    "country": Plan(hidden=16),
}


Thing = TypeVar("Thing")
Made = TypeVar("Made")
#: Cases that a process works on together.
PART = 500
#: Yields each figure that has claims, its claims, and what was told before it.
Way = Callable[[Case], Iterator[tuple[int, list[dict[str, Any]], Told]]]


def walk(case: Case) -> Iterator[tuple[int, list[dict[str, Any]], Told]]:
    """Each figure that has claims, in order, with what was told before it."""
    told = Told()
    for index in sorted(case.groups):
        yield index, case.groups[index], told
        told = told.after(index, [Settled(*(claim[name] for name in Settled._fields)) for claim in case.groups[index]])


def overheard(case: Case) -> Iterator[tuple[int, list[dict[str, Any]], Told]]:
    """Each figure that has claims, with what trained models told before it, right or wrong."""
    for index in sorted(case.groups) if case.heard else ():
        yield index, case.groups[index], case.heard[index]


def labelled(case: Case) -> Iterator[tuple[int, str]]:
    """Each figure of a case that is clear, with its kind."""
    for index, q in enumerate(case.analysis.quantities):
        if index not in case.unclear:
            group = case.groups.get(index)
            label = group[0]["kind"] if group else "previous" if index in case.older else "none"
            if group and q.family == "points" and group[0]["value"] is not None:
                label = looks.SURCHARGE
            if label in POSSIBLE[q.family]:
                yield index, label


def pairs(cases: Sequence[Case], way: Way = walk) -> Iterator[Choice]:
    """Which pair of sides, of those that the encoder leaves open."""
    for case in cases:
        assert case.noted
        for index, group, told in way(case):
            found = sides.options(case.analysis, index, group[0]["kind"], told, case.noted.seen)
            wanted = {(c["party"], c["counterparty"]) for c in group}
            right = {k for k, pair in enumerate(found) if pair in wanted}
            if right and len(found) > 1:
                yield Choice(list(found.values()), right, case.article.id)


def statuses(cases: Sequence[Case], way: Way = walk) -> Iterator[Labelled]:
    for case in cases:
        assert case.noted
        for index, group, told in way(case):
            found = standing.status_features(case.analysis, index, group[0]["kind"], told, case.noted.seen)
            yield Labelled(found, group[0]["status"], case.article.id)


def profit_scopes(cases: Sequence[Case]) -> Iterator[Choice]:
    for case in cases:
        for index, group, _ in walk(case):
            if group[0]["kind"] == "profit_share":
                weighed = goods.profit_scopes(case.analysis, index)
                wanted = {c["scope"] for c in group}
                yield Choice(list(weighed.values()), {k for k, n in enumerate(weighed) if n in wanted}, case.article.id)


def options(name: str, cases: Sequence[Case], way: Way = walk) -> Iterator[Choice]:
    """The choices of actor, previous or effective."""
    for case in cases:
        a = case.analysis
        assert case.noted
        for index, group, told in way(case):
            kind = group[0]["kind"]
            if name == "actor":
                if kind not in ("investment", "purchase", "duration", "annual_cap"):
                    continue
                found = attributes.actor_options(a, index, kind, told)
            elif name == "previous":
                found = attributes.previous_options(a, index, case.noted.leads, case.noted.seen.terms[index].older)
            else:
                found = attributes.effective_options(a, index, kind, group[0]["status"], told)
            right = {k for k, o in enumerate(found) if any(_same(name, o.value, c[name]) for c in group)}
            if right and len(found) > 1:
                yield Choice([o.features for o in found], right, case.article.id)


def close(value: float, wanted: float) -> bool:
    """Whether two figures are the same but for how they were reckoned."""
    return abs(value - wanted) < 1e-6 * max(1.0, abs(wanted))


def _same(name: str, option: str | float | None, wanted: Any) -> bool:
    if option is None or wanted is None:
        return option is None and wanted is None
    if name == "previous":
        return close(float(option), float(wanted))
    if name == "actor":
        words = {w for w in str(option).lower().split() if w not in ("group", "motor", "company", "corp")}
        return bool(words & set(str(wanted).lower().split()))
    return bool(option == wanted)


def topic_labels(topic: str, cases: Sequence[Case]) -> Iterator[Labelled]:
    for case in cases:
        assert case.noted
        f = classify.topic_features(case.analysis, [kind for kind, *_ in case.told], case.noted.topics)
        yield Labelled(f, "yes" if topic in case.gold["topics"] else "no", case.article.id)


def country_labels(cases: Sequence[Case]) -> Iterator[Labelled]:
    for case in cases:
        assert case.noted
        if not case.gold["topics"]:
            continue
        named = {code for _, *pair in case.told for code in pair} - {WORLD}
        for code in sorted({p.code for p in case.analysis.places} | named):
            seen = case.noted.seen.countries
            f = classify.country_features(case.analysis, code, code in named, case.gold["topics"], seen)
            yield Labelled(f, "yes" if code in case.gold["countries"] else "no", case.article.id)


@dataclass
class Lessons:
    """Everything the small models learn from, by model; built once and cut by article for cross-validation."""

    labelled: dict[str, list[Labelled]]
    choices: dict[str, list[Choice]]

    @classmethod
    def of(cls, cases: Sequence[Case]) -> Lessons:
        """From cases that have been noted, after what a careful reader would have told before each figure."""
        choices = {name: list(options(name, cases)) for name in ("actor", "previous", "effective")}
        choices |= {"profit_scope": list(profit_scopes(cases)), "sides": list(pairs(cases))}
        return cls({"status": list(statuses(cases))}, choices)

    def hear(self, cases: Sequence[Case]) -> None:
        """Adds what was overheard: the same decisions after what models told, right or wrong."""
        for name in ("actor", "effective"):
            self.choices[name] += options(name, cases, overheard)
        self.choices["sides"] += pairs(cases, overheard)
        self.labelled["status"] += statuses(cases, overheard)

    def look_back(self, cases: Sequence[Case]) -> None:
        """Adds what an article is about, after the claims that models tell of it, right or wrong."""
        self.labelled["country"] = list(country_labels(cases))
        for topic in Topic:
            self.labelled[f"topic_{topic}"] = list(topic_labels(topic, cases))

    def without(self, held: set[str]) -> Lessons:
        """The lessons of all other articles."""
        return Lessons(
            {name: [t for t in things if t.group not in held] for name, things in self.labelled.items()},
            {name: [c for c in found if c.group not in held] for name, found in self.choices.items()},
        )

    def fit(self, encoder: Encoder) -> Models:
        """The models that these lessons make, beside an encoder."""
        return Models(
            labels={name: fit_labels(name, things) for name, things in self.labelled.items()},
            ranks={name: fit_rank(name, found) for name, found in self.choices.items()},
            encoder=encoder,
        )


def fit_labels(name: str, things: Sequence[Labelled]) -> Labels:
    """The model of a label: a network where one is planned, else a logistic regression."""
    if name in PLANS:
        return network.labels(things, PLANS[name])
    return Labels.linear(*labels(things, STRENGTH.get(name, 1.0)))


def fit_rank(name: str, choices: Sequence[Choice]) -> Rank:
    """The model of a choice: a network where one is planned, else a conditional logit."""
    return network.rank(choices, PLANS[name]) if name in PLANS else Rank.linear(rank(choices, STRENGTH[name]))


def folded(things: Sequence[Thing], folds: int) -> Iterator[list[Thing]]:
    """Things in so many parts of like size."""
    for fold in range(folds):
        yield list(things[fold::folds])


#: The encoder for an article: one that has not seen it.
Encoding = Callable[[Case], Encoder]


def taught(cases: Sequence[Case], encoding: Encoding) -> Lessons:
    """What the small models learn from annotated articles.

    They go on from what an encoder makes of an article that it has not seen. Twice over: what the first models tell
    is what the second also learn to decide after, for it may be wrong.
    """
    for case, note in zip(cases, _by_parts(lambda case: noted(case, encoding(case)), cases), strict=True):
        case.noted = note
    lessons = Lessons.of(cases)
    first = lessons.fit(encoding(cases[0]))

    def heard(case: Case) -> list[Told]:
        draft = Assembler(replace(first, encoder=encoding(case))).draft(case.analysis)
        return [decision.told for decision in draft.decisions]

    for case, found in zip(cases, _by_parts(heard, cases), strict=True):
        case.heard = found
    lessons.hear(cases)
    return lessons


def _by_parts(work: Callable[[Case], Made], cases: Sequence[Case]) -> Iterator[Made]:
    """What the work makes of each case, in order, on all cores."""
    parts = [cases[begin : begin + PART] for begin in range(0, len(cases), PART)]
    return (one for found in each(lambda part: [work(case) for case in part], parts) for one in found)


def noted(case: Case, encoder: Encoder) -> Noted:
    """What an encoder makes of a case."""
    look, figures = encoder.look(case.analysis), case.analysis.quantities
    shares = [looks.possible(q, look.kinds.get(index, {})) for index, q in enumerate(figures)]
    terms = look.terms({index: group[0]["kind"] for index, group in case.groups.items()})
    leads = {index: each.get("previous", 0.0) for index, each in enumerate(shares)}
    return Noted(look.topics, Overview.of(terms, look.countries), leads)
