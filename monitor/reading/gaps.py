"""What stands between two figures, coarsely."""

from __future__ import annotations

from monitor.reading.analysis import Analysis

#: Marks that are told by themselves.
MARKS = frozenset({",", ";", ":", "(", ")", "—", "-", "."})
#: Classes of words that a signature tells by name, the most telling first.
TOLD = (
    *("except", "include", "tariff", "rate", "goods", "bear", "impose", "cut", "raise", "invest", "buy"),
    *("quota", "rejected", "suspended", "ended", "negation", "agreed"),
)


def secondary(a: Analysis, first: int) -> bool:
    """Whether a figure is told as the older of two: "from 25%", "instead of 25%"."""
    return first > 0 and "pair" in a.classes[first - 1]


def signature(a: Analysis, gap: range) -> tuple[str, ...]:
    """What stands in a gap, coarsely: its prepositions and marks, the classes of its other words, each run once."""
    out: list[str] = []
    for k in gap:
        shape, norm = a.shapes[k], a.doc.tokens[k].norm
        if norm in a.grammar.determiners or norm in a.grammar.adverbs:
            continue
        if shape.startswith("<") or norm in a.grammar.prepositions or norm in MARKS:
            name = shape
        elif norm in a.joins:
            name = "&"
        elif norm in a.grammar.auxiliaries:
            name = "x"
        else:
            name = next((n for n in TOLD if n in a.classes[k]), "w")
        if not out or out[-1] != name:
            out.append(name)
    return tuple(out)
