"""Figures that lean on each other: ranges, units told once for two, ellipses, fractions of a figure before."""

from __future__ import annotations

import re
from dataclasses import replace

from config.words import Qualifier
from monitor.reading.lexicon import Lexicon
from monitor.reading.quantity import Quantity
from monitor.reading.text import Document

#: A sum in front of one this much larger lacks its scale word: "$15-20 billion".
SMALL_SUM = 10_000
#: How far before a fraction or a factor the figure may stand that it refers to, in characters.
REFERENCE_REACH = 90
DIGITS = re.compile(r"\d[\d,]*(?:\.\d+)?")


def lent(doc: Document, found: list[Quantity], lex: Lexicon) -> list[Quantity]:
    """A number right before a range's or a list's measured one takes its unit: "25 to 30 percent", "$15-20 billion"."""
    out = list(found)
    for index in range(len(out) - 2, -1, -1):
        here, following = out[index], out[index + 1]
        gap = doc.body[here.end : following.start]
        if len(gap) > 9 or not (lex.range_gap.fullmatch(gap) or lex.list_gap.fullmatch(gap)):
            continue
        text = doc.body[following.start : following.end]
        if here.family == "bare" and following.family in ("percent", "years"):
            out[index] = replace(here, family=following.family, unit=following.unit)
        elif here.family == "bare" and following.family in ("money", "tonnes"):
            value = here.value * _factor(following.value, text)
            out[index] = replace(here, family=following.family, unit=following.unit, value=value)
        elif here.family == following.family == "money":
            if following.unit == "":  # "$70-80 billion": the second sum has the first one's currency
                out[index + 1] = following = replace(following, unit=here.unit)
            if here.value < SMALL_SUM < following.value:
                out[index] = replace(here, value=here.value * _factor(following.value, text))
    return out


def _factor(value: float, text: str) -> float:
    """By how much a figure's scale word multiplied its digits."""
    digits = DIGITS.search(text)
    return value / (float(digits.group().replace(",", "")) or 1) if digits else 1.0


def elliptic(doc: Document, found: list[Quantity], lex: Lexicon) -> list[Quantity]:
    """A figure whose unit was told just before: "103 jets, options on 50 more", "12 million tons, then 25 million"."""
    out: list[Quantity] = []
    words = doc.words
    for q in found:
        before = out[-1] if out else None
        if before is None or doc.body.find("\n", before.end, q.start) >= 0:
            out.append(q)
            continue
        past = words.at(q.end)
        after = words.norms[past] if past < len(words.norms) else ""
        if q.family == "bare" and before.family == "units" and after in lex.ellipsis["pieces"]:
            q = replace(q, family="units", unit="units")
        elif q.family == "money" and not q.unit and before.family == "tonnes":
            q = replace(q, family="tonnes", unit="tonnes")
        elif q.family == "bare" and before.family == "money" and _spans(doc, before, q, lex):
            q = replace(q, family="years", unit="years")
        out.append(q)
    return out


def _spans(doc: Document, before: Quantity, q: Quantity, lex: Lexicon) -> bool:
    """Whether a bare number is a number of years: "$15 billion a year over ten"."""
    gap = doc.body[before.end : q.start]
    if len(gap) > 24:
        return False
    yearly = lex.yearly.search(gap)
    return yearly is not None and gap[yearly.end() :].strip().lower() in lex.ellipsis["period"]


def joined(doc: Document, found: list[Quantity], lex: Lexicon) -> list[Quantity]:
    """Two figures that are the ends of one range become one; "from 25 to 15" stays two, a change."""
    out: list[Quantity] = []
    for q in found:
        last = out[-1] if out else None
        if last and _one_range(doc, last, q, lex):
            out[-1] = replace(last, end=q.end, high=q.value, qualifier=Qualifier.RANGE)
        else:
            out.append(q)
    return out


def _one_range(doc: Document, last: Quantity, q: Quantity, lex: Lexicon) -> bool:
    if last.high is not None or last.family != q.family or last.unit != q.unit or last.value >= q.value:
        return False
    gap = doc.body[last.end : q.start]
    if len(gap) > 9:
        return False
    words = doc.words
    first = words.at(last.start)
    before = words.norms[first - 1] if first else ""
    if before in lex.ranges["between"]:
        return bool(lex.range_gap.fullmatch(gap) or lex.list_gap.fullmatch(gap))
    return before not in lex.ranges["changes"] and lex.range_gap.fullmatch(gap) is not None


def derived(doc: Document, found: list[Quantity], lex: Lexicon) -> list[Quantity]:
    """Fractions and multiples of a figure told before: "50%, half of it for oil", "15 percent ... and twice that"."""
    out: list[Quantity] = []
    for q in found:
        if q.family in ("fraction", "multiple") and lex.refers.match(doc.body, q.end):
            base = next((p for p in reversed(out[-3:]) if p.family == "percent"), None)
            if base and q.start - base.end < REFERENCE_REACH:
                factor = q.value / 100 if q.family == "fraction" else q.value
                q = replace(q, family="percent", value=round(base.value * factor, 4))
        out.append(q)
    return out
