"""How likely each claim is right once the whole article has been read, and whether the article tells a term at all.

The models decide figure by figure. Here a claim is weighed beside all others of its article: that the same rate is told
elsewhere with the same sides speaks for it, that it is told with others against it. A repeat that was read wrongly is
the commonest false claim.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from config.words import WORLD, Qualifier, Topic
from monitor.reading.analysis import Analysis
from monitor.reading.classify import TOPIC_OF
from monitor.reading.decision import Decision, Odds
from monitor.reading.kinds import fine, step
from monitor.reading.models import Labels, Models
from monitor.types import Claim

#: The models of a claim and of an article, and the label of what is kept.
CLAIM, ARTICLE, YES = "right", "tells", "yes"
#: A claim is told from this probability on: below it more is lost by what is wrong than won by what is right.
LEAST_CONFIDENCE = 0.35
#: What was not chosen for a figure is told only if it is likelier right than wrong: most often one excludes the other.
LEAST_OTHER = 0.5
#: An article's claims are told only where it is so likely to have any.
LEAST_ARTICLE = 0.97
#: Without models for it: the least product of the odds, and the least odds of an article's surest figure.
LEAST_PRODUCT, SURE = 0.4, 0.85
UNSURE = "a term, but it is too unsure whose and on what"


class Row(NamedTuple):
    """One claim with the figure it is of: its place among the decisions."""

    place: int
    claim: Claim
    odds: Odds


@dataclass(frozen=True)
class Draft:
    """An article read figure by figure, each with every claim it may be, and what the article is about as a whole."""

    #: How likely each topic is one of the article's.
    topics: Mapping[str, float]
    #: For each figure how likely it is a term.
    terms: tuple[float, ...]
    decisions: tuple[Decision, ...]
    #: How likely each code is one of the article's countries.
    countries: Mapping[str, float]

    @property
    def rows(self) -> list[Row]:
        """Every claim, in the order of the text."""
        return [Row(k, *of) for k, d in enumerate(self.decisions) for of in zip(d.claims, d.odds, strict=True)]


def judged(a: Analysis, draft: Draft, models: Models) -> list[Decision]:
    """The decisions with the claims that are likely enough, each as sure as it is likely right."""
    rows = draft.rows
    shares = dict[int, list[float]]()
    for row, share in zip(rows, _shares(a, draft, rows, models), strict=True):
        shares.setdefault(row.place, []).append(share)
    out = []
    for place, decision in enumerate(draft.decisions):
        found = zip(decision.claims, shares.get(place, ()), strict=True)
        kept = tuple(replace(claim, confidence=round(share, 3)) for claim, share in found if share > 0)
        unsure = decision.claims and not kept
        out.append(replace(decision, claims=kept, reason=UNSURE if unsure else decision.reason))
    return out


def _shares(a: Analysis, draft: Draft, rows: Sequence[Row], models: Models) -> list[float]:
    """For each claim how likely it is right; 0 where it is not to be told."""
    claim, article = models.labels.get(CLAIM), models.labels.get(ARTICLE)
    if claim is None or article is None:
        sure = max(draft.terms, default=0.0) >= SURE
        plain = [row.odds.product if not row.odds.besides else 0.0 for row in rows]
        return [product if sure and product >= LEAST_PRODUCT else 0.0 for product in plain]
    shares = [share_of(claim, features) for features in claim_features(a, draft, rows)]
    return told(shares, [row.odds.besides for row in rows], draft, article)


def told(shares: Sequence[float], besides: Sequence[str], draft: Draft, article: Labels) -> list[float]:
    """The shares of the claims that are to be told, and 0 for the others: for all where the article tells no term.

    `besides`: for each claim the `Odds.besides` of it.
    """
    if not shares or share_of(article, article_features(draft, shares)) < LEAST_ARTICLE:
        return [0.0] * len(shares)
    least = [LEAST_OTHER if each else LEAST_CONFIDENCE for each in besides]
    return [share if share >= limit else 0.0 for share, limit in zip(shares, least, strict=True)]


def share_of(model: Labels, features: list[str]) -> float:
    """How likely the answer is yes."""
    return model.probabilities(features)[model.labels.index(YES)]


@dataclass
class _Others:
    """The claims that have something in common, by figure: how sure the surest of each figure is."""

    best: dict[int, float] = field(default_factory=dict)

    def add(self, row: Row) -> None:
        self.best[row.place] = max(self.best.get(row.place, 0.0), row.odds.product)

    def without(self, others: _Others) -> _Others:
        """Those of figures that are not among the others."""
        return _Others({place: share for place, share in self.best.items() if place not in others.best})

    def surest(self, place: int) -> float | None:
        """The surest of another figure than that one; None where there is none."""
        return max((share for k, share in self.best.items() if k != place), default=None)


def _sides(c: Claim) -> tuple[str, str, str]:
    return c.kind, c.party, c.counterparty


def _value(c: Claim) -> tuple[object, ...]:
    return c.kind, c.unit, c.value, c.delta


def claim_features(a: Analysis, draft: Draft, rows: Sequence[Row]) -> list[list[str]]:
    """For each claim what speaks for it and against it."""
    values, keys, sides, whole = (defaultdict[object, _Others](_Others) for _ in range(4))
    chosen = [row for row in rows if not row.odds.besides]
    levying = {(row.claim.kind, row.claim.party) for row in chosen}
    for row in chosen:
        c = row.claim
        values[_value(c)].add(row)
        keys[_sides(c), c.scope].add(row)
        sides[_sides(c)].add(row)
        whole[_value(c), _sides(c), c.scope].add(row)
    sure = step(max(draft.terms, default=0.0))
    out = []
    for row in rows:
        c = row.claim
        group = "t" if c.kind == "tariff" else "m"
        found = ["1", f"sure{sure}", f"rows{min(12, len(chosen))}", f"share{6 * len(chosen) // len(draft.terms)}"]
        found += _own(a, draft, row, group)
        found += [f"g{name}{group}{step(share)}" for name, share in draft.topics.items()]
        same = whole[_value(c), _sides(c), c.scope]
        found += _beside("same", row, same)
        found += _beside("other", row, values[_value(c)].without(same))
        found += _beside("key", row, keys[_sides(c), c.scope].without(same))
        found += _beside("sides", row, sides[_sides(c)])
        found.append(f"sided{4 * len(sides[_sides(c)].best.keys() - {row.place}) // max(1, len(draft.terms) - 1)}")
        found.append(f"back{(c.kind, c.counterparty) in levying:d}")
        out.append(found)
    return out


def _own(a: Analysis, draft: Draft, row: Row, group: str) -> Iterator[str]:
    """What the claim is, how sure each decision on the way was, and where it stands."""
    place, c, odds = row
    q = draft.decisions[place].quantity
    sentence = a.doc.sentence_of[a.doc.at(q.start)]
    named = {p.code for p in a.places_in[sentence]}
    yield from (f"k:{c.kind}", f"f:{q.family}", f"st:{c.status}", f"{group}st:{c.status}", f"q:{c.qualifier}")
    for name in ("term", "sides", "scopes", "status"):
        reached = step(getattr(odds, name))
        yield from (f"{name}{reached}", f"{group}{name}{reached}")
    yield from (f"ahead:s{step(odds.sides_ahead)}", f"ahead:g{step(odds.scopes_ahead)}", f"all{int(odds.product * 12)}")
    own = (f"scope{step(odds.own_scope)}", f"sides{step(odds.own_sides)}")
    yield from (f"own:{odds.besides}:{each}" for each in own)
    yield from (f"besides:{odds.besides}", f"{group}besides:{odds.besides}:{' '.join(own)}")
    yield f"choices{min(odds.choices, 8)}"
    yield f"about{step(draft.topics[TOPIC_OF.get(c.kind, Topic.INVESTMENT)])}"
    yield from (f"country:P{_counted(draft, c.party)}", f"country:C{_counted(draft, c.counterparty)}")
    together = sum(not each.besides for each in draft.decisions[place].odds)
    yield from (f"n{min(4, together)}", f"in{min(sentence, 4)}")
    yield f"long{min(10, len(a.doc.sentences) // 2)}"
    yield from (f"sc:{c.scope}", f"{group}whole{c.scope == 'all'}", f"P:{c.party}", f"C:{c.counterparty}")
    yield from (f"world{c.counterparty == WORLD}", f"named{c.party in named:d}{c.counterparty in named:d}")
    yield from (f"places{min(4, len(named))}", f"firm{c.actor is not None}", f"exact{c.qualifier == Qualifier.EXACT}")
    yield f"zero{c.value == 0}"
    yield from (f"{group}cs:{name}" for name in a.sentence_classes(sentence))


def _counted(draft: Draft, code: str) -> str:
    """How likely a code is one of the article's countries; "-" where that is not known."""
    return str(step(draft.countries[code])) if code in draft.countries and code != WORLD else "-"


def _beside(name: str, row: Row, others: _Others) -> Iterator[str]:
    """Whether other figures have that in common with the claim, how sure the surest is, and where they stand."""
    surest = others.surest(row.place)
    if surest is None:
        yield f"{name}-"
        return
    yield from (f"{name}+", f"{name}{step(surest)}", f"{name}{'>' if surest > row.odds.product else '<'}")
    yield f"{name}{'b' if any(k < row.place for k in others.best) else 'a'}"
    yield f"{name}n{min(3, len(others.best))}"


def article_features(draft: Draft, shares: Sequence[float]) -> list[str]:
    """What tells whether an article has a claim; `shares`: how likely each of its claims is right."""
    terms = sorted(draft.terms, reverse=True)
    best = sorted(shares, reverse=True)
    out = ["1", f"rows{min(8, len(shares))}", f"figures{min(8, len(terms))}", f"sum{min(8, int(2 * sum(terms)))}"]
    for name, ranked in (("term", terms), ("claim", best)):
        out += [f"{name}{k}:{fine(ranked[k]) if k < len(ranked) else '-'}" for k in range(2)]
    out += [f"g{name}{fine(share)}" for name, share in draft.topics.items()]
    return [*out, f"about{fine(max(draft.topics.values(), default=0.0))}"]
