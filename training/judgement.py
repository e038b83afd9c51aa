"""What tells a right claim from a wrong one: learnt from what models made of articles that they had not seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from monitor.cli.jsonl import claim_fields
from monitor.reading.claims import Assembler
from monitor.reading.encoder import Encoder
from monitor.reading.judgement import ARTICLE, CLAIM, YES, Draft, article_features, claim_features, share_of, told
from monitor.reading.models import Labels, Models
from training import encoder, network
from training.calibration import Said, measure
from training.gold import Case
from training.instances import Encoding, Lessons, folded, taught
from training.network import Plan
from training.optimise import Labelled, labels
from training.parallel import each
from training.vectors import NO_VECTORS, load

#: How the network is trained that weighs a claim: its features are few, and each is in many claims.
PLAN = Plan(hidden=16, epochs=6, batch=128, drop_features=0.2, drop_hidden=0.2, least=20)
#: The fields in which two claims that state the same agree.
STATEMENT = ("kind", "party", "counterparty", "actor", "scope", "value", "unit", "delta")
#: Strength of the L2 penalty of the model that weighs an article.
STRENGTH = 2.0


class Weighed(NamedTuple):
    """A claim of a draft."""

    #: What can be told of it.
    features: list[str]
    right: bool
    #: What it states: equal statements are told once.
    statement: tuple[Any, ...]
    #: The `Odds.besides` of it.
    besides: str


@dataclass
class Unseen:
    """An article as models drafted it that had not seen it."""

    article: str
    #: Which of the folds it was held out in.
    fold: int
    claims: list[Weighed]
    #: What the models made of the article as a whole, without its decisions.
    features: Draft
    #: Whether it is annotated with any claim.
    has_claims: bool


#: The encoder of an article that is read unseen has learnt from the others of so many parts.
FOLDS = 2


def encoders(
    cases: Sequence[Case], vectors: Path | None = None, keep: Path | None = None, plan: Plan = encoder.PLAN
) -> tuple[Encoder, Encoding]:
    """The encoder of all articles, and for each article one that has not seen it: of those at even or at odd places.

    `vectors`: the file of word vectors; without one a word is known by the articles alone. With a folder to `keep` the
    encoders in, they are taken from it where they are there already.
    """
    told = [encoder.lesson(case) for case in cases]
    parts = dict(zip(("all", "even", "odd"), (told, *folded(told, FOLDS)), strict=True))
    kept = {name: keep / f"{name}.npz" if keep else None for name in parts}
    missing = any(path is None or not path.exists() for path in kept.values())
    meanings = load(vectors) if vectors and missing else NO_VECTORS

    def made(name: str) -> Encoder:
        path = kept[name]
        if path and path.exists():
            return Encoder.load(path)
        found = encoder.fit(parts[name], plan, meanings)
        if path:
            found.save(path)
        return found

    everything, even, odd = each(made, list(parts))
    return everything, by_place(cases, odd, even)


def by_place(cases: Sequence[Case], first: Encoder, second: Encoder) -> Encoding:
    """The first encoder for the cases at even places, the second for the others."""
    places = {case.article.id: place for place, case in enumerate(cases)}
    return lambda case: second if places[case.article.id] % FOLDS else first


def drafts(cases: Sequence[Case], models: Models, encoding: Encoding) -> list[Unseen]:
    """Every article as drafted after an encoder that has not seen it; `models`: those that go on from it."""
    parts = list(folded(cases, FOLDS))
    found = each(lambda fold: list(_drafted(fold, parts[fold], models, encoding)), range(FOLDS))
    return [one for part in found for one in part]


def _drafted(fold: int, cases: Sequence[Case], models: Models, encoding: Encoding) -> Iterator[Unseen]:
    score = measure()
    for case in cases:
        draft = Assembler(replace(models, encoder=encoding(case))).draft(case.analysis)
        rows = draft.rows
        claims = []
        for row, features in zip(rows, claim_features(case.analysis, draft, rows), strict=True):
            said = claim_fields(row.claim)
            right = any(score.same_key(one, said) and score.same_value(one, said) for one in case.gold["claims"])
            statement = tuple(said.get(name) for name in STATEMENT)
            claims.append(Weighed(features, right, statement, row.odds.besides))
        bare = replace(draft, decisions=())
        yield Unseen(case.article.id, fold, claims, bare, bool(case.gold["claims"]))


def learnt(cases: Sequence[Case], encoding: Encoding, encoder: Encoder) -> tuple[Lessons, list[Unseen]]:
    """What all models beside the encoder learn from, and the drafts that the models learn from that weigh claims."""
    lessons = taught(cases, encoding)
    unseen = drafts(cases, lessons.fit(encoder), encoding)
    judges = judges_of_others(unseen)
    told = {one.article: kept(one, judges[one.fold]) for one in unseen}
    for case in cases:
        case.told = [statement[:3] for statement in told[case.article.id]]
    lessons.look_back(cases)
    return lessons, unseen


def beside(lessons: Lessons, unseen: Sequence[Unseen], encoder: Encoder) -> Models:
    """All models: the encoder with those that go on from it, and those that weigh claims."""
    models = lessons.fit(encoder)
    return replace(models, labels={**models.labels, **fit(unseen)})


def halves(cases: Sequence[Case], encoding: Encoding) -> Iterator[tuple[list[Case], Models]]:
    """Each half of the cases with models that have not seen it."""
    lessons, unseen = learnt(cases, encoding, encoding(cases[0]))
    for fold, held in enumerate(folded(cases, FOLDS)):
        others = [one for one in unseen if one.fold != fold]
        yield held, beside(lessons.without({case.article.id for case in held}), others, encoding(held[0]))


def fit(unseen: Sequence[Unseen]) -> dict[str, Labels]:
    """The two models, by their names among all."""
    claims = [
        Labelled(claim.features, YES if claim.right else "no", one.article) for one in unseen for claim in one.claims
    ]
    model = network.labels(claims, PLAN)
    articles = []
    for one in unseen:
        if one.claims:
            shares = [share_of(model, claim.features) for claim in one.claims]
            articles.append(
                Labelled(article_features(one.features, shares), YES if one.has_claims else "no", one.article)
            )
    return {CLAIM: model, ARTICLE: Labels.linear(*labels(articles, STRENGTH))}


def cross_judged(unseen: Sequence[Unseen]) -> list[Said]:
    """Every claim that would be told, as sure as models say that were fitted on the articles of the other folds."""
    judges = judges_of_others(unseen)
    return [said for one in unseen for said in _said(one, judges[one.fold])]


def judges_of_others(unseen: Sequence[Unseen]) -> dict[int, dict[str, Labels]]:
    """For each fold the two models as fitted on the articles of the other folds."""
    return {fold: fit([one for one in unseen if one.fold != fold]) for fold in sorted({one.fold for one in unseen})}


def _said(one: Unseen, judges: dict[str, Labels]) -> Iterator[Said]:
    """The claims of an article that would be told, each statement once."""
    yield from (Said(round(share, 3), right, one.fold) for share, right in kept(one, judges).values())


def kept(one: Unseen, judges: dict[str, Labels]) -> dict[tuple[Any, ...], tuple[float, bool]]:
    """The statements of an article that would be told, each as sure as it is at its surest, and whether it is right."""
    shares = [share_of(judges[CLAIM], claim.features) for claim in one.claims]
    shares = told(shares, [claim.besides for claim in one.claims], one.features, judges[ARTICLE])
    best: dict[tuple[Any, ...], tuple[float, bool]] = {}
    for share, claim in zip(shares, one.claims, strict=True):
        if share > 0:
            best[claim.statement] = max(best.get(claim.statement, (0.0, False)), (share, claim.right))
    return best
