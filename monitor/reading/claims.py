"""Assembly: from the figures of an article to its claims, decision by decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import merge
from typing import NamedTuple

from config.words import Kind, Qualifier, Status
from monitor.reading import attributes, couples, kinds, sides, standing
from monitor.reading import goods as scopes_of
from monitor.reading.analysis import Analysis
from monitor.reading.decision import FURTHER_SCOPE, OTHER_SIDES, Decision, Odds
from monitor.reading.encoder import Pair
from monitor.reading.judgement import Draft
from monitor.reading.models import Models
from monitor.reading.nearby import outwards
from monitor.reading.overview import Overview
from monitor.reading.quantities import Quantity
from monitor.reading.told import Settled, Told
from monitor.types import Claim

#: A figure is weighed as a term from this probability on.
THRESHOLD = 0.4
#: Sides are weighed besides those that were chosen from this share on.
OPEN_SIDES = 0.15
#: The unit of a change that is told as a difference.
POINTS = "percentage_points"


class Figures(NamedTuple):
    """What a figure says: the value that holds, the one it replaces, or by how much it moves; and the unit."""

    value: float | None
    previous: float | None
    delta: float | None
    unit: str


@dataclass
class Assembler:
    """Turns an analysis into claims. Pure; safe to share between threads."""

    models: Models

    def draft(self, a: Analysis) -> Draft:
        """The article read figure by figure; no claim is left out for being unsure."""
        look = self.models.encoder.look(a)
        shares = [kinds.possible(q, look.kinds.get(index, {})) for index, q in enumerate(a.quantities)]
        found = {index: _term(each) for index, each in enumerate(shares) if self._is_term(a, index, each)}
        terms = look.terms({index: of_claim(kind) for index, kind in found.items()})
        seen = Overview.of(terms, look.countries)
        leads = {index: each.get("previous", 0.0) for index, each in enumerate(shares)}
        told = Told()
        out = []
        for index, q in enumerate(a.quantities):
            kind = found.get(index)
            if kind is None:
                out.append(_refused(q, shares[index], told))
                continue
            figures = self._figures(a, index, kind, leads, terms[index].older)
            if figures is None:
                reason = "no figure to reckon it from"
                out.append(Decision(q, "none", shares[index][kind], reason, told=told))
                continue
            certain = kinds.taken(shares[index])
            rows = self._claims(a, index, of_claim(kind), certain, seen, told, figures)
            claims, odds = zip(*rows, strict=True)
            out.append(Decision(q, kind, shares[index][kind], "a term", claims, told, odds))
            told = told.after(index, [_settled(claim) for claim, how in rows if not how.besides])
        return Draft(look.topics, tuple(map(kinds.taken, shares)), tuple(out), look.countries)

    def _is_term(self, a: Analysis, index: int, shares: Mapping[str, float]) -> bool:
        return kinds.taken(shares) >= THRESHOLD and not is_holding(a, index)

    def _claims(
        self, a: Analysis, index: int, kind: str, certain: float, seen: Overview, told: Told, figures: Figures
    ) -> list[tuple[Claim, Odds]]:
        """The claims of a figure that is a term with that certainty: those that were chosen, then those to be weighed
        besides."""
        q = a.quantities[index]
        value, previous, delta, unit = figures
        actor = self._actor(a, index, kind, told)
        pairs = sides.weighed(a, index, kind, told, seen, self.models)
        (party, counterparty), *_ = pairs
        scopes = seen.terms[index].scopes
        goods = scopes_of.chosen(a, index, kind, scopes, self.models)
        statuses = standing.weighed(a, index, kind, told, seen, self.models)
        status = max(statuses, key=statuses.__getitem__)
        odds = Odds(certain, *_lead(pairs), goods.share, goods.ahead, statuses[status], len(scopes))
        effective = self._best("effective", attributes.effective_options(a, index, kind, status, told))
        start, end = quote_span(a, index)
        claim = Claim(
            kind=Kind(kind),
            party=party,
            counterparty=counterparty,
            actor=actor,
            scope=goods.scopes[0],
            value=value,
            unit=unit,
            qualifier=q.qualifier,
            high=q.high,
            previous=previous,
            status=Status(status),
            effective=str(effective) if effective else None,
            delta=delta,
            quote=a.doc.body[start:end],
            start=start,
            end=end,
            confidence=round(odds.product, 3),
        )
        chosen = couples.expanded(a, index, kind, party, counterparty)
        others = [pair for pair, share in pairs.items() if share >= OPEN_SIDES and pair not in chosen]
        rows = [(pair, scope, "") for pair in chosen for scope in goods.scopes]
        rows += [(pair, scope, FURTHER_SCOPE) for pair in chosen for scope in goods.further]
        rows += [(pair, scope, OTHER_SIDES) for pair in others for scope in goods.scopes]
        return [
            (
                replace(claim, party=pair[0], counterparty=pair[1], scope=scope),
                odds._replace(
                    scopes=goods.further.get(scope, goods.share),
                    own_sides=pairs.get(pair, 0.0),
                    own_scope=goods.each[scope],
                    besides=besides,
                ),
            )
            for pair, scope, besides in rows
        ]

    def _actor(self, a: Analysis, index: int, kind: str, told: Told) -> str | None:
        """The firm whose commitment a figure is, where it is a firm's."""
        if kind not in ("investment", "purchase", "duration", "annual_cap"):
            return None
        chosen = respective_firm(a, index) or self._best("actor", attributes.actor_options(a, index, kind, told))
        return str(chosen) if chosen else None

    def _figures(
        self, a: Analysis, index: int, label: str, leads: Mapping[int, float], older: Mapping[int | None, float]
    ) -> Figures | None:
        """What a figure of that label says; None where there is no figure to reckon it from."""
        q = a.quantities[index]
        options = attributes.previous_options(a, index, leads, older)
        best = self._best("previous", options)
        previous = float(best) if best is not None else None
        if q.family == "multiple":
            before = (
                previous
                if previous is not None
                else next((p.value for p in reversed(a.quantities[:index]) if p.family == "percent"), None)
            )
            return Figures(round(before * q.value, 4), before, None, "percent") if before else None
        if q.family == "points":
            if label == kinds.SURCHARGE:
                return Figures(q.value, previous, None, "percent")
            return Figures(None, None, -q.value if lowers(a, index) else q.value, POINTS)
        unit = q.unit or next((p.unit for p in a.quantities if p.family == "money" and p.unit), "USD")
        return Figures(q.value, previous, None, unit)

    def _best(self, name: str, options: list[attributes.Option]) -> str | float | None:
        """The likeliest option of a choice."""
        model = self.models.ranks[name]
        return max(options, key=lambda option: model.score(option.features)).value


def _refused(q: Quantity, shares: Mapping[str, float], told: Told) -> Decision:
    """What is said of a figure that is no term."""
    kind = max(shares, key=shares.__getitem__)
    reason = "the older figure of another" if kind == "previous" else "no term"
    return Decision(q, kind if kind in kinds.NO_TERM else "none", shares[kind], reason, told=told)


def _term(shares: Mapping[str, float]) -> str:
    """The likeliest kind of a figure that is a term."""
    return max((kind for kind in shares if kind not in kinds.NO_TERM), key=shares.__getitem__)


def of_claim(kind: str) -> str:
    """The kind of the claim that a figure of that kind makes."""
    return Kind.TARIFF if kind == kinds.SURCHARGE else kind


def _lead(shares: Mapping[Pair, float]) -> tuple[float, float]:
    """The first share, and how far it is ahead of the next."""
    first, *rest = shares.values()
    return first, first - (rest[0] if rest else 0.0)


def _settled(c: Claim) -> Settled:
    return Settled(c.kind, c.party, c.counterparty, c.actor, c.status, c.effective)


def quote_span(a: Analysis, index: int) -> tuple[int, int]:
    """The shortest clause around the figure that a person could check: up to the nearest mark on either side."""
    first, last = a.doc.reach(a.quantities[index])
    begin, end = a.doc.sentences[a.doc.sentence_of[first]]
    tokens = a.doc.tokens
    start, stop = first, last
    while start > begin and first - start < 14 and tokens[start - 1].norm not in QUOTE_EDGES:
        start -= 1
    while stop < end and stop - last < 10 and tokens[stop].norm not in QUOTE_EDGES:
        stop += 1
    if a.quantities[index].family == "removal":
        # "will thus go" proves nothing by itself: the quote goes back to the rate or the tariff that it takes away
        while start > begin and first - start < LONGEST_QUOTE and not any(_is_rate(a, k) for k in range(start, stop)):
            start -= 1
        while start > begin and a.shapes[start] == a.shapes[start - 1] == "<figure>":
            start -= 1  # the whole of the figure
    return tokens[start].start, tokens[stop - 1].end


#: Tokens that a quote reaches back at most for what its verb takes away.
LONGEST_QUOTE = 50


def _is_rate(a: Analysis, k: int) -> bool:
    return a.shapes[k] == "<figure>" or "tariff" in a.classes[k]


QUOTE_EDGES = frozenset({",", ";", ":", ".", "(", ")", "—", "!", "?"})


def merged(claims: Sequence[Claim], title: int) -> tuple[Claim, ...]:
    """One claim per distinct statement: repeats of one key, value and unit become the first of them that the text tells
    and not the title, which is so many characters long, completed by the others' date and older figure.

    A title is written in the present, whatever has come of it: the text says how far it has come.
    """
    said: dict[tuple[object, ...], list[Claim]] = {}
    for c in claims:
        key = (c.kind, c.party, c.counterparty, c.actor, c.scope, c.value, c.delta, c.unit)
        said.setdefault(key, []).append(c)
    return tuple(_one(same, title) for same in said.values())


def _one(same: list[Claim], title: int) -> Claim:
    """One of several that state the same, completed by the others."""
    best = next((claim for claim in same if claim.start >= title), same[0])
    told = [best, *same]
    return replace(
        best,
        previous=next((c.previous for c in told if c.previous is not None), None),
        effective=next((c.effective for c in told if c.effective), None),
        qualifier=next((c.qualifier for c in told if c.qualifier is not Qualifier.EXACT), Qualifier.EXACT),
        confidence=max(c.confidence for c in told),
    )


#: Tokens between a sum and the word that makes it a holding: "reserves of about $400 billion".
HOLDING_REACH = 4


def is_holding(a: Analysis, index: int) -> bool:
    """Whether a sum is what somebody has, such as reserves: never a term, whatever else the sentence speaks of."""
    q = a.quantities[index]
    if q.family != "money":
        return False
    for places in outwards(a, index, 1 + HOLDING_REACH, HOLDING_REACH):
        for k in places:
            if a.doc.tokens[k].norm in QUOTE_EDGES or a.shapes[k] == "<figure>":
                break
            if "holdings" in a.classes[k]:
                return True
    return False


#: Tokens before and behind a difference among which it is told whether it raises or lowers.
WAY_BEFORE, WAY_BEHIND = 8, 6
#: Cue classes of either way.
UP, DOWN = frozenset(("raise",)), frozenset(("cut", "less"))


def lowers(a: Analysis, index: int) -> bool:
    """Whether a difference takes away, by the nearest word of its sentence that tells the way: "10 points off"."""
    nearest = merge(*(enumerate(places) for places in outwards(a, index, WAY_BEFORE, WAY_BEHIND)))
    near = (set(a.classes[k]) & (UP | DOWN) for _, k in nearest)
    return next((not found & UP for found in near if found), False)


def respective_firm(a: Analysis, index: int) -> str | None:
    """The firm that a figure belongs to by its place: "A and B pledged $37 billion and $3 billion, respectively"."""
    q = a.quantities[index]
    sentence = a.doc.sentence_of[a.doc.reach(q)[0]]
    if "respective" not in a.sentence_classes(sentence):
        return None
    inside = [a.quantities[i] for i in a.figures_in[sentence] if a.quantities[i].family == q.family]
    firms = list(dict.fromkeys(c.name for c in a.companies_in[sentence]))
    return firms[inside.index(q)] if len(firms) == len(inside) > 1 else None
