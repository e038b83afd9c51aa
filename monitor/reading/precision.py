"""How exactly a figure is meant, and whether it is per year: "up to", "more than", "15% or less", "a year"."""

from __future__ import annotations

import re
from dataclasses import replace

from config.words import Qualifier
from monitor.reading.lexicon import Lexicon
from monitor.reading.quantity import Quantity
from monitor.reading.text import Document

#: How far around a sum the words "a year" may stand, in characters.
YEARLY_BEFORE, YEARLY_BEHIND = 24, 42
#: How many words before a comparison a negation may stand that turns it round.
NEGATION_REACH = 8
#: How many words may stand between a figure and a qualifier behind it.
BEHIND_REACH = 3
CLAUSE_END = re.compile(r"[.;,]\s")
MARKS = frozenset(',;:.()!?"—')
TURNED = {Qualifier.AT_LEAST: Qualifier.AT_MOST, Qualifier.AT_MOST: Qualifier.AT_LEAST}


def qualified(doc: Document, q: Quantity, lex: Lexicon) -> Quantity:
    """The figure with its qualifier and with whether it is yearly."""
    if q.family in ("money", "tonnes", "units") and _yearly(doc.body, q, lex):
        q = replace(q, yearly=True)
    if q.qualifier is Qualifier.RANGE or q.family in ("removal", "multiple"):
        return q
    found = _before(doc, q, lex) or _behind(doc, q, lex)
    return replace(q, qualifier=found) if found else q


def _yearly(body: str, q: Quantity, lex: Lexicon) -> bool:
    behind = CLAUSE_END.split(body[q.end : q.end + YEARLY_BEHIND], maxsplit=1)[0]
    return lex.yearly.search(body[max(0, q.start - YEARLY_BEFORE) : q.start] + "|" + behind) is not None


def _before(doc: Document, q: Quantity, lex: Lexicon) -> Qualifier | None:
    """What the words right before a figure say of it."""
    norms, precision = doc.words.norms, lex.precision
    stop = doc.words.at(q.start)
    found = lex.qualifiers.ending(norms, stop)
    if found is None and stop and norms[stop - 1] in precision["fillers"]:
        stop -= 1
        found = lex.qualifiers.ending(norms, stop)
    if found is None:
        return None
    size, name = found
    phrase = " ".join(norms[stop - size : stop])
    prior = norms[stop - size - 1] if stop > size else ""
    if q.family == "years" and phrase in precision["spans"]:
        return None  # "over ten years" tells how long
    if phrase in precision["arriving"] and prior in precision["arrives"]:
        return None  # "goes up to 35" tells where it ends up
    qualifier = Qualifier(name)
    if phrase in precision["turned"] and _negated(norms, stop - size, lex):
        return TURNED[qualifier]
    return qualifier


def _negated(norms: list[str], stop: int, lex: Lexicon) -> bool:
    """Whether a negation stands before a comparison in its clause: "cannot be charged more than"."""
    for index in range(stop - 1, max(-1, stop - NEGATION_REACH - 1), -1):
        if norms[index] in lex.precision["negators"]:
            return True
        if norms[index] in MARKS:
            return False
    return False


def _behind(doc: Document, q: Quantity, lex: Lexicon) -> Qualifier | None:
    """What the words right behind a figure say of it."""
    norms, precision = doc.words.norms, lex.precision
    first = doc.words.at(q.end)
    if first < len(norms) and norms[first] == ",":
        first += 1
    for index in range(first, first + BEHIND_REACH + 1):
        found = lex.qualifiers_behind.beginning(norms, index)
        if found:
            return Qualifier(found[1])
        if index >= len(norms) or norms[index] not in precision["behind"]:
            return None
    return None
