"""What a model states, held to the article: each part must be borne by what the recognisers see there. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from math import isclose
from typing import Final

from config.words import WORLD, Kind, Qualifier
from monitor.reading.analysis import Analysis
from monitor.reading.quantities import Quantity
from monitor.reading.text import fold
from monitor.second.form import Said
from monitor.types import Article, Claim, unit_family

#: Families of figures that a value of each unit may come from; `bare` is a number whose unit was left out.
FAMILIES: Final = {
    "percent": frozenset(("percent", "bare", "share", "fraction", "zero", "removal")),
    "money": frozenset(("money",)),
    "years": frozenset(("years",)),
    "units": frozenset(("units", "bare")),
    "tonnes": frozenset(("tonnes",)),
}
#: Units that each kind of term is told in.
UNITS: Final = {
    Kind.TARIFF: frozenset(("percent",)),
    Kind.INVESTMENT: frozenset(("money",)),
    Kind.PURCHASE: frozenset(("money", "units", "tonnes")),
    Kind.PROFIT_SHARE: frozenset(("percent",)),
    Kind.ANNUAL_CAP: frozenset(("money",)),
    Kind.DURATION: frozenset(("years",)),
}
#: Currencies that are written "$" at home, with the side that must be one of the claim's. The recognisers take a
#: plain "$" for USD.
DOLLARS: Final = {"CAD": "CA", "AUD": "AU", "NZD": "NZ", "SGD": "SG", "HKD": "HK", "TWD": "TW"}
#: Scopes that no word of an article needs to name.
UNNAMED: Final = frozenset(("all", "other", "until_recovery", "after_recovery"))
_SPACE: Final = re.compile(r"\s+")
_WORD: Final = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Dropped:
    """A claim that the article does not bear, and why, in plain words."""

    said: Said
    reason: str


def held(said: Iterable[Said], article: Article, a: Analysis, confidence: float) -> tuple[list[Claim], list[Dropped]]:
    """The claims that the article bears, each with this confidence, and those that it does not. `a`: what is seen."""
    claims: dict[tuple[object, ...], Claim] = {}
    dropped = []
    for one in said:
        found = _claim(one, article, a, confidence)
        if isinstance(found, str):
            dropped.append(Dropped(one, found))
        else:
            claims.setdefault(_statement(found), found)
    return list(claims.values()), dropped


def _claim(said: Said, article: Article, a: Analysis, confidence: float) -> Claim | str:
    """The claim, or why it is dropped. What only adorns it (date, older figure) is left out where it is not borne."""
    family = unit_family(said.unit)
    if said.party == said.counterparty:
        return "both sides are the same"
    if family not in UNITS[said.kind]:
        return f"{said.kind} is not told in {said.unit}"
    if (said.value is None) == (said.delta is None) or (said.delta is None) == (said.unit == "percentage_points"):
        return "it gives neither a value nor a difference, or both"
    body = article.title + "\n" + article.text
    span = _place(said, body, a)
    if span is None:
        return "its quote does not stand in the article"
    if isinstance(span, str):
        return span
    if (unnamed := _unnamed(said, body, a)) is not None:
        return unnamed
    start, end = span
    previous = said.previous if said.previous is not None and _anywhere(said.previous, said.unit, a) else None
    return Claim(
        kind=said.kind, party=said.party, counterparty=said.counterparty, actor=said.actor, scope=said.scope,
        value=said.value, unit=said.unit, qualifier=said.qualifier, status=said.status, delta=said.delta,
        high=said.high if said.qualifier is Qualifier.RANGE else None, previous=previous,
        effective=said.effective if _dated(said.effective, a) else None,
        quote=body[start:end], start=start, end=end, confidence=confidence,
    )  # fmt: skip


def _place(said: Said, body: str, a: Analysis) -> tuple[int, int] | str | None:
    """Where the quote stands with the figure in it; why it does not bear the figure; None where it does not stand."""
    spans = list(_spans(said.quote, body))
    if not spans:
        return None
    for start, end in spans:
        inside = [q for q in a.quantities if start <= q.start and q.end <= end]
        if any(_bears(q, said, a) for q in inside) and _reaches(inside, said):
            return start, end
    start, end = spans[0]
    seen = ", ".join(dict.fromkeys(body[q.start : q.end] for q in a.quantities if start <= q.start < end))
    figure = said.value if said.value is not None else said.delta
    return f"its quote does not hold the figure {figure:g} {said.unit}" + (f", but {seen}" if seen else "")


def _spans(quote: str, body: str) -> Iterable[tuple[int, int]]:
    """Every place where a quote stands, word for word; kinds of quotation marks and of white space count as one."""
    words = [re.escape(word) for word in _SPACE.split(fold(quote).strip()) if word]
    if words:
        for found in re.finditer(r"\s+".join(words), fold(body)):
            yield found.span()


def _bears(q: Quantity, said: Said, a: Analysis) -> bool:
    """Whether a figure is the claim's, or the one that it follows from: "double the 25% duty", "up 10 points"."""
    if said.delta is not None:
        return q.family in ("points", "percent") and _same(q.value, abs(said.delta))  # "raised by 10 per cent"
    value = said.value
    assert value is not None, "a claim has a value or a difference"
    if q.family == "multiple":
        return said.unit == "percent" and any(_same(p.value * q.value, value) for p in _rates(a))
    if q.family == "points":
        return said.unit == "percent" and any(_same(abs(p.value - value), q.value) for p in _rates(a))
    return (_fits(q, said.unit) or _dollars(q, said, a)) and _same(q.value, value)


def _dollars(q: Quantity, said: Said, a: Analysis) -> bool:
    """Whether a sum in plain "$" may be of the dollar of one of the claim's sides."""
    plain = q.family == "money" and q.unit == "USD" and a.doc.body.startswith("$", q.start)
    return plain and DOLLARS.get(said.unit) in (said.party, said.counterparty)


def _reaches(inside: Iterable[Quantity], said: Said) -> bool:
    """Whether the quote holds the high end of a range, too: in one figure ("10-15%") or in another one."""
    if said.qualifier is not Qualifier.RANGE:
        return True
    ends = (end for q in inside if _fits(q, said.unit) for end in (q.value, q.high))
    return said.high is not None and any(_same(end, said.high) for end in ends)


def _fits(q: Quantity, unit: str) -> bool:
    family = unit_family(unit)
    return q.family in FAMILIES[family] and (family != "money" or q.unit in ("", unit))


def _rates(a: Analysis) -> list[Quantity]:
    return [q for q in a.quantities if q.family in ("percent", "bare")]


def _anywhere(value: float, unit: str, a: Analysis) -> bool:
    return any(_fits(q, unit) and _same(q.value, value) for q in a.quantities)


def _same(one: float | None, other: float) -> bool:
    return one is not None and isclose(one, other, rel_tol=1e-6, abs_tol=1e-9)


def _unnamed(said: Said, body: str, a: Analysis) -> str | None:
    """The part of a claim that nothing in the article names, in words; None where all are named."""
    named = {m.code for m in a.mentions} | {c.country for c in a.companies} | set(a.home) | {WORLD}
    for code in (said.party, said.counterparty):
        if code not in named:
            return f"the article does not name {code}"
    if said.scope not in UNNAMED and said.scope not in {m.scope for m in a.scopes}:
        return f"the article does not name {said.scope}"
    if said.actor is not None and not _stands(said.actor, body):
        return "the article does not name its firm"
    return None


def _stands(name: str, body: str) -> bool:
    """Whether the first word of a firm's name that begins with a capital stands in the text: "Hyundai Motor Group"."""
    words = _WORD.findall(fold(name))
    first = next((word for word in words if not word[0].islower()), words[0] if words else "")
    return bool(first) and re.search(rf"(?<!\w){re.escape(first)}(?!\w)", fold(body), re.IGNORECASE) is not None


def _dated(effective: str | None, a: Analysis) -> bool:
    """Whether the article tells the day, or one in the month or year that is meant."""
    return effective is not None and any(
        day.startswith(effective) for mention in a.dates for day in (mention.past, mention.coming)
    )


def _statement(claim: Claim) -> tuple[object, ...]:
    return (
        claim.kind, claim.party, claim.counterparty, claim.actor, claim.scope, claim.value, claim.delta, claim.unit,
        claim.status,
    )  # fmt: skip
