"""What tells a right claim from a wrong one: learnt from what models made of articles that they had not seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from monitor.cli.jsonl import claim_fields
from monitor.reading.claims import Assembler
from monitor.reading.encoder import Encoder
from monitor.reading.judgement import (
    ARTICLE,
    CLAIM,
    YES,
    Draft,
    article_features,
    claim_features,
    share_of,
    told,
)
from monitor.reading.models import Labels, Models
from training import encoder, network
from training.calibration import Said, measure
from training.gold import Case
from training.instances import Lessons, folded
from training.network import Plan
from training.optimise import Labelled, labels
from training.parallel import each

#: How the network is trained that weighs a claim: its features are few, and each is in many claims.
PLAN = Plan(hidden=16, epochs=6, batch=128, drop_features=0.2, drop_hidden=0.2, least=20)
#: The fields in which two claims that state the same agree.
STATEMENT = ("kind", "party", "counterparty", "actor", "scope", "value", "unit", "delta")
#: Strength of the L2 penalty of the model that weighs an article.
STRENGTH = 2.0


#: The encoder for an article: one that has not seen it.
Encoding = Callable[[Case], Encoder | None]


@dataclass
class Unseen:
    """An article as models drafted it that had not seen it."""

    article: str
    #: Which of the folds it was held out in.
    fold: int
    #: What can be told of each claim, whether it is right, and what it states: equal statements are told once.
    claims: list[tuple[list[str], bool, tuple[Any, ...]]]
    #: What the models made of the article as a whole, without its decisions.
    features: Draft
    #: Whether it is annotated with any claim.
    has_claims: bool


def encoders(cases: Sequence[Case], plan: Plan = encoder.PLAN) -> tuple[Encoder, Encoding]:
    """The encoder of all articles, and for each article one that has not seen it: of those at even or at odd places."""
    told = [encoder.lesson(case) for case in cases]
    everything, even, odd = each(lambda part: encoder.fit(part, plan), [told, told[::2], told[1::2]])
    places = {case.article.id: place for place, case in enumerate(cases)}
    return everything, lambda case: odd if places[case.article.id] % 2 == 0 else even


def drafts(cases: Sequence[Case], lessons: Lessons, encoding: Encoding, folds: int = 3) -> list[Unseen]:
    """Every article as drafted by models fitted on the lessons of all articles of the other folds."""
    parts = list(folded(cases, folds))
    return _joined(each(lambda fold: _drafted(fold, parts, lessons, encoding), range(folds)))


def learnt(cases: Sequence[Case], lessons: Lessons, encoding: Encoding, folds: int = 3) -> tuple[Models, list[Unseen]]:
    """The models of all lessons, and the drafts by those of some: made beside each other."""
    parts = list(folded(cases, folds))

    def made(fold: int) -> Models | list[Unseen]:
        return lessons.fit() if fold == folds else _drafted(fold, parts, lessons, encoding)

    found = each(made, range(folds + 1))
    models = next(one for one in found if isinstance(one, Models))
    return models, _joined(one for one in found if isinstance(one, list))


def _drafted(fold: int, parts: Sequence[list[Case]], lessons: Lessons, encoding: Encoding) -> list[Unseen]:
    return list(drafted_by(without(parts[fold], lessons), encoding, parts[fold], fold))


def _joined(found: Iterable[list[Unseen]]) -> list[Unseen]:
    return [one for part in found for one in part]


def whole(cases: Sequence[Case], lessons: Lessons, folds: int) -> Iterator[tuple[list[Case], Models]]:
    """Each part of the cases with models, those that weigh claims among them, that have not seen it."""
    parts = list(folded(cases, folds))
    told = [[encoder.lesson(case) for case in part] for part in parts]

    def made(fold: int) -> tuple[Models, list[Unseen]]:
        others = [one for k, part in enumerate(told) if k != fold for one in part]
        models = replace(without(parts[fold], lessons), encoder=encoder.fit(others))
        return models, list(drafted_by(models, lambda _: models.encoder, parts[fold], fold))

    found = each(made, range(folds))
    for fold, (models, _) in enumerate(found):
        others = [one for k, (_, unseen) in enumerate(found) if k != fold for one in unseen]
        yield parts[fold], with_judgement(models, fit(others))


def without(held: Sequence[Case], lessons: Lessons) -> Models:
    """Models that have not seen some of the cases."""
    return lessons.without({case.article.id for case in held}).fit()


def drafted_by(models: Models, encoding: Encoding, held: Sequence[Case], fold: int) -> Iterator[Unseen]:
    """What models, and an encoder, make of articles that they have not seen."""
    score = measure()
    for case in held:
        draft = Assembler(replace(models, encoder=encoding(case))).draft(case.analysis)
        rows = draft.rows
        claims = []
        for row, features in zip(rows, claim_features(case.analysis, draft, rows), strict=True):
            said = claim_fields(row.claim)
            right = any(score.same_key(one, said) and score.same_value(one, said) for one in case.gold["claims"])
            claims.append((features, right, tuple(said.get(name) for name in STATEMENT)))
        bare = replace(draft, decisions=())
        yield Unseen(case.article.id, fold, claims, bare, bool(case.gold["claims"]))


def fit(unseen: Sequence[Unseen]) -> dict[str, Labels]:
    """The two models, by their names among all."""
    claims = [
        Labelled(features, YES if right else "no", one.article) for one in unseen for features, right, _ in one.claims
    ]
    model = network.labels(claims, PLAN)
    articles = []
    for one in unseen:
        if one.claims:
            shares = [share_of(model, features) for features, *_ in one.claims]
            articles.append(
                Labelled(article_features(one.features, shares), YES if one.has_claims else "no", one.article)
            )
    return {CLAIM: model, ARTICLE: Labels.linear(*labels(articles, STRENGTH))}


def with_judgement(models: Models, judges: dict[str, Labels]) -> Models:
    """The models with those that weigh claims and articles among them."""
    return replace(models, labels={**models.labels, **judges})


def cross_judged(unseen: Sequence[Unseen]) -> list[Said]:
    """Every claim that would be told, as sure as models say that were fitted on the articles of the other folds."""
    out = []
    for fold in sorted({one.fold for one in unseen}):
        judges = fit([one for one in unseen if one.fold != fold])
        out += [said for one in unseen if one.fold == fold for said in _said(one, judges)]
    return out


def _said(one: Unseen, judges: dict[str, Labels]) -> Iterator[Said]:
    """The claims of an article that would be told, each statement once."""
    shares = [share_of(judges[CLAIM], features) for features, *_ in one.claims]
    best: dict[tuple[Any, ...], tuple[float, bool]] = {}
    for share, (_, right, statement) in zip(told(shares, one.features, judges[ARTICLE]), one.claims, strict=True):
        if share > 0:
            best[statement] = max(best.get(statement, (0.0, False)), (share, right))
    yield from (Said(round(share, 3), right, one.fold) for share, right in best.values())
