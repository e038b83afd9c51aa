"""Figures told in words alone: zero, a removal, a multiple."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.reading.lexicon import Lexicon
from monitor.reading.quantity import Quantity
from monitor.reading.text import Document

#: How many words may stand between "free of" and the tariff that it is free of.
GAP = 4
#: How far before "goes" the rate or the tariff that goes may stand, in words.
CLAUSE = 14


def worded(doc: Document, numbers: Sequence[Quantity], lex: Lexicon) -> list[Quantity]:
    """The worded figures in order. `numbers`: the figures in digits, some of which a phrase leans on."""
    words = doc.words
    about = _about_tariffs(doc, lex)
    out = []
    for first, last, (kind, value) in lex.worded.find(words):
        family, end = kind, last
        if kind == "zero_gap":
            family, end = "zero", _gap_end(doc, first, last, lex)
        elif kind == "zero_free":
            family, end = "zero", last if _is_alone(doc, first, last, lex) else 0
        elif kind == "removal":
            end = last if about[first] else 0
        elif kind == "removal_go":
            family, end = "removal", last if _goes(doc, first, last, lex) else 0
        if end:
            out.append(Quantity(words.starts[first], words.ends[end - 1], family, value, "percent"))
    return out


def _about_tariffs(doc: Document, lex: Lexicon) -> list[bool]:
    """For each word whether its sentence has a word for a tariff or a rate in it."""
    words, beside = doc.words, lex.beside["tariff"]
    out: list[bool] = []
    for sentence in range(len(doc.sentences)):
        _, end = doc.span(sentence)
        stop = words.at(end)
        begin = len(out)
        out += [not beside.isdisjoint(words.norms[begin:stop])] * (stop - begin)
    return out


def _gap_end(doc: Document, first: int, last: int, lex: Lexicon) -> int:
    """One past the last word of "free of Section 232 tariffs"; 0 where no tariff follows.

    Where a rate in figures follows ("without the 5 per cent") the phrase ends before it: the rate is its own figure.
    """
    norms = doc.words.norms
    for index in range(last, min(last + GAP + 1, len(norms))):
        norm = norms[index]
        if norm in lex.beside["gap_ends"]:
            return index + 1
        if norm in lex.beside["gap_stops"]:
            return 0
        if norm[0].isdigit() and index + 1 < len(norms) and norms[index + 1] in lex.beside["percent"]:
            return last if last - first > 1 else 0
        if not norm[0].isalnum():
            return 0
    return 0


def _is_alone(doc: Document, first: int, last: int, lex: Lexicon) -> bool:
    """Whether "free" stands by itself: what follows is a mark or a word that it does not describe."""
    norms = doc.words.norms
    if first and norms[first - 1] in lex.beside["free_not_behind"]:
        return False
    after = norms[last] if last < len(norms) else "."
    return after in lex.beside["free_before"] or not after[0].isalnum()


def _goes(doc: Document, first: int, last: int, lex: Lexicon) -> bool:
    """Whether what goes is a rate: one stands before it in the clause, and nowhere to go behind it."""
    norms = doc.words.norms
    after = norms[last] if last < len(norms) else "."
    if after[0].isalnum() and after not in lex.beside["go_before"]:
        return False
    for index in range(first - 1, max(-1, first - CLAUSE - 1), -1):
        if norms[index] in lex.beside["tariff"]:
            return True
        if norms[index] in (".", ";", "!", "?"):
            return False
    return False
