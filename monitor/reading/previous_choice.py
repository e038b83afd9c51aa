"""Which older figure a figure replaces: "from 25% to 15%", "15%, down from 25%"."""

from __future__ import annotations

from monitor.reading.analysis import Analysis
from monitor.reading.features import span
from monitor.reading.nearby import Option, between, where
from monitor.reading.quantities import Quantity


def previous_options(a: Analysis, index: int, leads: dict[int, float]) -> list[Option]:
    """No older figure (None), and each figure near that this one may replace. `leads`: how likely each is one."""
    q = a.quantities[index]
    first, last = span(a, q)
    own = a.doc.sentence_of[first]
    options = [
        Option(None, ["none", f"nonef:{q.family}"] + [f"nonec:{n}" for n in a.sentence_classes(own) if n in PAIRING])
    ]
    for other_index in range(max(0, index - 4), min(len(a.quantities), index + 5)):
        other = a.quantities[other_index]
        if other_index == index or not comparable(q, other) or (other.value == q.value and q.family != "zero"):
            continue
        start, stop = span(a, other)
        if a.doc.sentence_of[start] not in (own - 1, own, own + 1):
            continue
        step = other_index - index
        features = [f"step{step}", f"f:{q.family}>{other.family}", f"lead{int(leads.get(other_index, 0.0) * 4)}"]
        features += where(a, first, last, start, stop)
        gap = between(a, stop, first) if stop <= first else between(a, last, start)
        features += [f"g{'<' if step < 0 else '>'}:{gap}", f"{'down' if other.value > q.value else 'up'}"]
        span_range = range(min(stop, last), max(start, first))
        features += [f"c{'<' if step < 0 else '>'}:{n}" for k in span_range for n in a.classes[k] if n in PAIRING]
        before = a.shapes[start - 1] if start else ""
        features += [f"b{'<' if step < 0 else '>'}:{before}", f"own:{a.shapes[first - 1] if first else ''}|{before}"]
        options.append(Option(other.value, features))
    return options


PAIRING = frozenset(("pair", "cut", "raise", "past", "in_effect", "ended", "same", "future"))


def comparable(q: Quantity, other: Quantity) -> bool:
    """Whether one figure can replace the other: of one family, a bare number and zero being rates."""
    rates = ("percent", "bare", "zero", "removal", "multiple", "fraction")
    if q.family in rates:
        return other.family in ("percent", "bare", "zero")
    return q.family == other.family and q.unit == other.unit
