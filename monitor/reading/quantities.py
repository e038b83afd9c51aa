"""Every figure of a document: rates, sums of money, counts, tonnes, years, and the words that stand for a figure."""

from __future__ import annotations

from monitor.reading.groups import derived, elliptic, joined, lent
from monitor.reading.lexicon import Lexicon
from monitor.reading.measures import measured, shares
from monitor.reading.precision import qualified
from monitor.reading.quantity import Quantity
from monitor.reading.spans import Spans
from monitor.reading.text import Document
from monitor.reading.worded import worded

__all__ = ["Quantity", "quantities"]


def quantities(doc: Document, lex: Lexicon) -> list[Quantity]:
    """All figures of a document in the order of the text, ranges joined, none overlapping another."""
    numbers = joined(doc, elliptic(doc, lent(doc, measured(doc, lex), lex), lex), lex)
    words = _apart([*worded(doc, numbers, lex), *shares(doc, lex)])
    taken = Spans(words)
    found = [q for q in numbers if not taken.meet(q.start, q.end)] + words
    found.sort(key=lambda q: (q.start, q.end))
    return [qualified(doc, q, lex) for q in derived(doc, found, lex)]


def _apart(found: list[Quantity]) -> list[Quantity]:
    """Those that overlap none before them; two shares of one phrase may stand in one place."""
    out: list[Quantity] = []
    for q in sorted(found, key=lambda q: q.start):
        if not out or q.start >= out[-1].end:
            out.append(q)
    return out
