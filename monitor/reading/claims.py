"""Assembly: from the figures of an article to its claims, decision by decision, by small models and the encoder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from config.words import Kind, Qualifier, Status
from monitor.reading import attributes, couples, features, goods, kinds, mixture, sides, standing
from monitor.reading.analysis import Analysis
from monitor.reading.decision import Decision, Odds, Sureness
from monitor.reading.encoder import Look
from monitor.reading.judgement import Draft, judged
from monitor.reading.mixture import Pooled
from monitor.reading.models import Models
from monitor.reading.roles import Settled, Told
from monitor.reading.scope_choice import Scopes
from monitor.types import Claim

#: A figure is weighed as a term from this probability on.
THRESHOLD = 0.4
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

    def decide(self, a: Analysis) -> list[Decision]:
        """One decision a figure, in the order of the text, with the claims that are likely enough."""
        return judged(a, self.draft(a), self.models)

    def draft(self, a: Analysis) -> Draft:
        """The article read figure by figure; no claim is left out for being unsure."""
        sketch = kinds.first_look(a, self.models)
        look = self.models.encoder.look(a) if self.models.encoder and a.quantities else None
        alone = kinds.second_look(a, self.models, sketch)
        pooled = [mixture.kinds(shares, look.kinds(index) if look else {}) for index, shares in enumerate(alone)]
        looked = [one.shares for one in pooled]
        ranked = [sorted(shares.items(), key=lambda pair: -pair[1]) for shares in looked]
        leads = {index: shares.get("previous", 0.0) for index, shares in enumerate(looked)}
        told = Told()
        out = []
        for index, q in enumerate(a.quantities):
            kind, probability = ranked[index][0]
            taken = 0.0 if is_holding(a, index) else kinds.taken(looked[index])
            if taken < THRESHOLD:
                reason = "the older figure of another" if kind == "previous" else "no term"
                out.append(Decision(q, kind if kind in kinds.NO_TERM else "none", probability, reason, told=told))
                continue
            kind, probability = next((k, p) for k, p in ranked[index] if k not in kinds.NO_TERM)
            figures = self._figures(a, index, kind, leads)
            if figures is None:
                out.append(Decision(q, "none", probability, "no figure to reckon it from", told=told))
                continue
            kind_of_claim = Kind.TARIFF if kind == kinds.SURCHARGE else kind
            claims, odds = self._claims(a, index, kind_of_claim, pooled[index], told, figures, look)
            out.append(Decision(q, kind, probability, "a term", tuple(claims), told, odds))
            told = told.after(index, [_settled(claim) for claim in claims])
        return Draft(sketch, tuple(map(kinds.taken, looked)), tuple(out))

    def _claims(
        self,
        a: Analysis,
        index: int,
        kind: str,
        what: Pooled[str],
        told: Told,
        figures: Figures,
        look: Look | None,
    ) -> tuple[list[Claim], Odds]:
        q = a.quantities[index]
        value, previous, delta, unit = figures
        actor = self._actor(a, index, kind, told)
        pairs = sides.weighed(a, index, kind, told, actor, self.models, look)
        party, counterparty = pairs.best
        lists = goods.weighed(a, index, kind, replace(told, actor=actor), self.models, look)
        standings = self.status(a, index, kind, told, look)
        scopes, status = lists.best, standings.best
        odds = Odds(
            kinds.taken(what.shares),
            *_lead(list(pairs.shares.values())),
            *_lead(list(lists.shares.values())),
            standings.shares[status],
            len(pairs.shares),
            len(lists.shares),
            *_sureness(what, pairs, lists, standings),
        )
        effective = self._best("effective", attributes.effective_options(a, index, kind, status, told))
        start, end = quote_span(a, index)
        claim = Claim(
            kind=Kind(kind),
            party=party,
            counterparty=counterparty,
            actor=actor,
            scope=scopes[0],
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
        claims = [
            replace(claim, party=one, counterparty=other, scope=scope)
            for one, other in couples.expanded(a, index, kind, party, counterparty)
            for scope in scopes
        ]
        return claims, odds

    def _actor(self, a: Analysis, index: int, kind: str, told: Told) -> str | None:
        """The firm whose commitment a figure is, where it is a firm's."""
        if kind not in ("investment", "purchase", "duration", "annual_cap"):
            return None
        chosen = respective_firm(a, index) or self._best("actor", attributes.actor_options(a, index, kind, told))
        return str(chosen) if chosen else None

    def _figures(self, a: Analysis, index: int, label: str, leads: Mapping[int, float]) -> Figures | None:
        """What a figure of that label says; None where there is no figure to reckon it from."""
        q = a.quantities[index]
        options = attributes.previous_options(a, index, leads)
        best = self._best("previous", options)
        previous = float(best) if best is not None else None
        if q.family == "multiple":
            older = (
                previous
                if previous is not None
                else next((p.value for p in reversed(a.quantities[:index]) if p.family == "percent"), None)
            )
            return Figures(round(older * q.value, 4), older, None, "percent") if older else None
        if q.family == "points":
            is_rate = label == kinds.SURCHARGE
            return Figures(q.value, previous, None, "percent") if is_rate else Figures(None, None, q.value, POINTS)
        unit = q.unit or next((p.unit for p in a.quantities if p.family == "money" and p.unit), "USD")
        return Figures(q.value, previous, None, unit)

    def _best(self, name: str, options: list[attributes.Option]) -> str | float | None:
        """The likeliest option of a choice."""
        model = self.models.ranks[name]
        return max(options, key=lambda option: model.score(option.features)).value

    def status(self, a: Analysis, index: int, kind: str, told: Told, look: Look | None = None) -> Pooled[str]:
        """How likely each status of a figure's claims is."""
        seen = look.statuses(index, kind) if look else {}
        sure = mixture.sure_status(seen)
        if sure:
            return sure
        model = self.models.labels["status"]
        found = model.probabilities(standing.status_features(a, index, kind, told))
        return mixture.statuses(dict(zip(model.labels, found, strict=True)), seen)


def _sureness(
    what: Pooled[str], pairs: Pooled[sides.Pair], lists: Pooled[Scopes], standings: Pooled[str]
) -> tuple[Sureness | None, Sureness | None]:
    """What the small models alone, and the encoder alone, made of what both together chose."""
    if not what.encoder:
        return None, None
    small, encoder = zip(pairs.sureness, lists.sureness, standings.sureness, strict=True)
    return Sureness(kinds.taken(what.small), *small), Sureness(kinds.taken(what.encoder), *encoder)


def _lead(shares: Sequence[float]) -> tuple[float, float]:
    """The largest share, and how far it is ahead of the next."""
    ranked = sorted(shares, reverse=True)
    return ranked[0], ranked[0] - (ranked[1] if len(ranked) > 1 else 0.0)


def _settled(claim: Claim) -> Settled:
    c = claim
    return Settled(c.kind, c.party, c.counterparty, c.scope, c.actor, c.value, c.status, c.effective)


def quote_span(a: Analysis, index: int) -> tuple[int, int]:
    """The shortest clause around the figure that a person could check: up to the nearest mark on either side."""
    first, last = features.span(a, a.quantities[index])
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


def merged(claims: list[Claim]) -> tuple[Claim, ...]:
    """One claim per distinct statement: repeats of one key, value and unit become the first of them, completed by the
    others' date and older figure."""
    out: dict[tuple[object, ...], Claim] = {}
    for claim in claims:
        key = (
            claim.kind,
            claim.party,
            claim.counterparty,
            claim.actor,
            claim.scope,
            claim.value,
            claim.delta,
            claim.unit,
        )
        known = out.get(key)
        if known is None:
            out[key] = claim
            continue
        out[key] = replace(
            known,
            previous=known.previous if known.previous is not None else claim.previous,
            effective=known.effective or claim.effective,
            qualifier=known.qualifier if known.qualifier is not Qualifier.EXACT else claim.qualifier,
            confidence=max(known.confidence, claim.confidence),
        )
    return tuple(out.values())


#: Tokens between a sum and the word that makes it a holding: "reserves of about $400 billion".
HOLDING_REACH = 4


def is_holding(a: Analysis, index: int) -> bool:
    """Whether a sum is what somebody has, such as reserves: never a term, whatever else the sentence speaks of."""
    q = a.quantities[index]
    if q.family != "money":
        return False
    first, last = features.span(a, q)
    begin, end = a.doc.sentences[a.doc.sentence_of[first]]
    for places in (
        range(first - 1, max(begin, first - 1 - HOLDING_REACH) - 1, -1),
        range(last, min(end, last + HOLDING_REACH)),
    ):
        for k in places:
            if a.doc.tokens[k].norm in QUOTE_EDGES or a.shapes[k] == "<figure>":
                break
            if "holdings" in a.classes[k]:
                return True
    return False


def respective_firm(a: Analysis, index: int) -> str | None:
    """The firm that a figure belongs to by its place: "A and B pledged $37 billion and $3 billion, respectively"."""
    q = a.quantities[index]
    sentence = a.doc.sentence_of[features.span(a, q)[0]]
    if "respective" not in a.sentence_classes(sentence):
        return None
    inside = [a.quantities[i] for i in a.figures_in[sentence] if a.quantities[i].family == q.family]
    firms = list(dict.fromkeys(c.name for c in a.companies_in[sentence]))
    return firms[inside.index(q)] if len(firms) == len(inside) > 1 else None
