"""What each model learns from: every decision that a careful reader would make on the annotated articles."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from config.words import Topic
from monitor.reading import attributes, claims, classify, features, goods, roles, standing
from monitor.reading import kinds as looks
from monitor.reading import sides as who
from monitor.reading.kinds import POSSIBLE
from monitor.reading.models import Labels, Models, Pairs, Rank
from monitor.reading.roles import Settled, Told
from training import network
from training.gold import Case
from training.network import Plan
from training.optimise import Choice, Labelled, PairChoice, labels, rank
from training.parallel import each

#: Strength of the L2 penalty by model.
STRENGTH = {
    "gate_tariff": 2.0,
    "gate_money": 2.0,
    "profit_scope": 2.0,
    "actor": 2.0,
    "effective": 2.0,
}
#: The models that have a hidden layer: those whose decisions hang on several words together.
PLANS = {
    "kind": Plan(hidden=24),
    "kind_again": Plan(hidden=16),
    "status": Plan(),
    "scope": Plan(),
    "sides": Plan(),
    "previous": Plan(hidden=16),
    "country": Plan(hidden=16),
}


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


def kinds(cases: Sequence[Case]) -> Iterator[Labelled]:
    for case in cases:
        for index, label in labelled(case):
            yield Labelled(features.around(case.analysis, index), label, case.article.id)


def kinds_again(cases: Sequence[Case]) -> Iterator[Labelled]:
    """Each figure's kind after a first look at its article by models that have not seen it."""
    for case in cases:
        if case.sketch is not None:
            found = looks.second_features(case.analysis, case.sketch)
            for index, label in labelled(case):
                yield Labelled(found[index], label, case.article.id)


def gates(name: str, cases: Sequence[Case]) -> Iterator[Labelled]:
    """Whether an article has a claim of a tariff, or of money."""
    for case in cases:
        found = {("tariff" if claim["kind"] == "tariff" else "money") for claim in case.gold["claims"]}
        label = "yes" if name.removeprefix("gate_") in found else "no"
        yield Labelled(classify.topic_features(case.analysis, []), label, case.article.id)


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


def statuses(cases: Sequence[Case], way: Way = walk) -> Iterator[Labelled]:
    for case in cases:
        a = case.analysis
        for index, group, told in way(case):
            f = standing.status_features(a, index, group[0]["kind"], told)
            yield Labelled(f, group[0]["status"], case.article.id)


def sides(cases: Sequence[Case], way: Way = walk) -> Iterator[PairChoice]:
    """The pair of party and counterparty."""
    for case in cases:
        a = case.analysis
        for index, group, told in way(case):
            kind, actor = group[0]["kind"], group[0]["actor"]
            by_role = roles.side_features(a, index, kind, told)
            place = {code: k for k, code in enumerate(by_role)}
            options = list(who.side_options(a, index, kind, told, actor))
            wanted = {(c["party"], c["counterparty"]) for c in group}
            right = {k for k, (p, c, _) in enumerate(options) if (p, c) in wanted}
            if right:
                pairs = [(place[p], place[c], f) for p, c, f in options]
                yield PairChoice(list(by_role.values()), pairs, right, case.article.id)


def scopes(cases: Sequence[Case], way: Way = walk) -> Iterator[Choice]:
    """The list of scopes; where none is just the annotated one, those that share most with it are right."""
    for case in cases:
        for index, group, told in way(case):
            if group[0]["kind"] == "profit_share":
                continue
            found = attributes.scope_options(
                case.analysis, index, group[0]["kind"], replace(told, actor=group[0]["actor"])
            )
            wanted = {c["scope"] for c in group}
            shared = [len(wanted & set(scopes)) / len(wanted | set(scopes)) for scopes, _ in found]
            if max(shared) > 0:
                right = {k for k, share in enumerate(shared) if share == max(shared)}
                yield Choice([f for _, f in found], right, case.article.id)


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
        for index, group, told in way(case):
            kind = group[0]["kind"]
            if name == "actor":
                if kind not in ("investment", "purchase", "duration", "annual_cap"):
                    continue
                found = attributes.actor_options(a, index, kind, told)
            elif name == "previous":
                leads = {i: 1.0 if i in case.older else 0.0 for i in range(len(a.quantities))}
                found = attributes.previous_options(a, index, leads)
            else:
                found = attributes.effective_options(a, index, kind, group[0]["status"], told)
            right = {k for k, o in enumerate(found) if any(_same(name, o.value, c[name]) for c in group)}
            if right and len(found) > 1:
                yield Choice([o.features for o in found], right, case.article.id)


def _same(name: str, option: str | float | None, wanted: Any) -> bool:
    if option is None or wanted is None:
        return option is None and wanted is None
    if name == "previous":
        return abs(float(option) - float(wanted)) < 1e-6 * max(1.0, abs(float(wanted)))
    if name == "actor":
        words = {w for w in str(option).lower().split() if w not in ("group", "motor", "company", "corp")}
        return bool(words & set(str(wanted).lower().split()))
    return bool(option == wanted)


def topic_labels(topic: str, cases: Sequence[Case]) -> Iterator[Labelled]:
    for case in cases:
        f = classify.topic_features(case.analysis, [c["kind"] for c in case.gold["claims"]])
        yield Labelled(f, "yes" if topic in case.gold["topics"] else "no", case.article.id)


def country_labels(cases: Sequence[Case]) -> Iterator[Labelled]:
    for case in cases:
        if not case.gold["topics"]:
            continue
        named = {code for c in case.gold["claims"] for code in (c["party"], c["counterparty"])}
        for code in sorted({p.code for p in case.analysis.places} | (named - {"WORLD"})):
            f = classify.country_features(case.analysis, code, code in named, case.gold["topics"])
            yield Labelled(f, "yes" if code in case.gold["countries"] else "no", case.article.id)


@dataclass
class Lessons:
    """Everything the models learn from, by model; built once and cut by article for cross-validation."""

    labelled: dict[str, list[Labelled]]
    choices: dict[str, list[Choice]]
    pairs: list[PairChoice]

    @classmethod
    def of(cls, cases: Sequence[Case]) -> Lessons:
        """From what a careful reader would have told before each figure."""
        return cls(
            {
                "kind": list(kinds(cases)),
                **{name: list(gates(name, cases)) for name in looks.GATES},
                "status": list(statuses(cases)),
                "country": list(country_labels(cases)),
                **{f"topic_{topic}": list(topic_labels(topic, cases)) for topic in Topic},
            },
            {
                "scope": list(scopes(cases)),
                "profit_scope": list(profit_scopes(cases)),
                **{name: list(options(name, cases)) for name in ("actor", "previous", "effective")},
            },
            list(sides(cases)),
        )

    def hear(self, cases: Sequence[Case]) -> None:
        """Adds what was overheard: the same decisions after what models told, right or wrong."""
        self.labelled[looks.MODEL] = list(kinds_again(cases))
        self.labelled["status"] += statuses(cases, overheard)
        self.choices["scope"] += scopes(cases, overheard)
        for name in ("actor", "effective"):
            self.choices[name] += options(name, cases, overheard)
        self.pairs += sides(cases, overheard)

    def without(self, held: set[str]) -> Lessons:
        """The lessons of all other articles."""
        return Lessons(
            {name: [t for t in things if t.group not in held] for name, things in self.labelled.items()},
            {name: [c for c in found if c.group not in held] for name, found in self.choices.items()},
            [p for p in self.pairs if p.group not in held],
        )

    def fit(self) -> Models:
        """The models that these lessons make."""
        return Models(
            labels={name: fit_labels(name, things) for name, things in self.labelled.items()},
            ranks={name: fit_rank(name, found) for name, found in self.choices.items()},
            pairs={"sides": fit_pairs("sides", self.pairs)},
        )


def fit_labels(name: str, things: Sequence[Labelled]) -> Labels:
    """The model of a label: a network where one is planned, else a logistic regression."""
    if name in PLANS:
        return network.labels(things, PLANS[name])
    return Labels.linear(*labels(things, STRENGTH.get(name, 1.0)))


def fit_rank(name: str, choices: Sequence[Choice]) -> Rank:
    """The model of a choice: a network where one is planned, else a conditional logit."""
    return network.rank(choices, PLANS[name]) if name in PLANS else Rank.linear(rank(choices, STRENGTH[name]))


def fit_pairs(name: str, choices: Sequence[PairChoice]) -> Pairs:
    """The model of a choice of pairs."""
    return network.pairs(choices, PLANS[name])


def folded(cases: Sequence[Case], folds: int) -> Iterator[list[Case]]:
    """The cases in so many parts of like size."""
    for fold in range(folds):
        yield [case for place, case in enumerate(cases) if place % folds == fold]


def taught(cases: Sequence[Case], folds: int = 3) -> Lessons:
    """What all models learn from annotated articles.

    Twice over: the first models, each kept from the articles that it is to read, tell what a reader would have told
    before each figure; the second learn to decide after such words too, which may be wrong.
    """
    lessons = Lessons.of(cases)
    if folds:
        parts = list(folded(cases, folds))
        for held, noted in zip(parts, each(lambda held: notes(held, lessons), parts), strict=True):
            for case, note in zip(held, noted, strict=True):
                case.sketch, case.heard = note
        lessons.hear(cases)
    return lessons


#: What models that have not seen a case make of it: each figure's kind at a first look, what was told before each.
Note = tuple[looks.Sketch, list[Told]]


def notes(held: Sequence[Case], lessons: Lessons) -> list[Note]:
    """What models make of cases whose lessons they have not had."""
    assembler = claims.Assembler(lessons.without({case.article.id for case in held}).fit())
    read = (assembler.draft(case.analysis) for case in held)
    return [(draft.sketch, [decision.told for decision in draft.decisions]) for draft in read]
