"""Which older figure a figure replaces: "from 25% to 15%", "15%, down from 25%"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from monitor.reading.analysis import Analysis
from monitor.reading.gaps import secondary, signature
from monitor.reading.kinds import step as reached
from monitor.reading.nearby import Option, between, where
from monitor.reading.quantities import Quantity

#: Figures to either side among which the older one is looked for.
WINDOW = 4
#: Tokens between a figure and a multiple that tells the older one: "halved to 5%", "50%, twice the old rate".
DERIVED_GAP = 4
PAIRING = frozenset(("pair", "cut", "raise", "past", "in_effect", "ended", "same", "future"))


def previous_options(
    a: Analysis, index: int, leads: Mapping[int, float], older: Mapping[int | None, float]
) -> list[Option]:
    """No older figure (None), and each figure near that this one may replace.

    `leads`: how likely each is replaced by any; `older`: how likely this one replaces each, or none.
    """
    q = a.quantities[index]
    first, _ = a.doc.reach(q)
    own = a.doc.sentence_of[first]
    near = list(replaceable(a, index))
    likely = [i for i in near if leads.get(i, 0.0) >= 0.5]
    nothing = [
        "none",
        f"nonef:{q.family}",
        f"nonelikely{min(len(likely), 2)}",
        f"nonef:{q.family}{min(len(likely), 2)}",
    ]
    nothing += [f"nonec:{name}" for name in a.sentence_classes(own) if name in PAIRING]
    none = reached(older.get(None, 0.0))
    options = [Option(None, [*nothing, f"older{none}", f"noneolder{none}"])]
    for other in near:
        features = _features(a, index, other)
        lead = int(leads.get(other, 0.0) * 4)
        closest = other in likely and other == min(likely, key=lambda i: abs(i - index))
        features += [f"lead{lead}", f"lead{lead}s{other - index}", f"lead{lead}f:{q.family}"]
        features += [f"lead{lead}only{len(likely) == 1:d}closest{closest:d}"]
        mine = reached(older.get(other, 0.0))
        features += [f"older{mine}", f"older{mine}f:{q.family}", f"older{mine}lead{lead}"]
        options.append(Option(a.quantities[other].value, features))
    return options + [Option(o.value, [*o.features, f"derivedolder{none}"]) for o in _derived(a, index)]


def replaceable(a: Analysis, index: int) -> Iterator[int]:
    """The figures near that this one may replace."""
    q = a.quantities[index]
    own = a.doc.sentence_of[a.doc.reach(q)[0]]
    for other_index in range(max(0, index - WINDOW), min(len(a.quantities), index + WINDOW + 1)):
        other = a.quantities[other_index]
        if other_index == index or not comparable(q, other) or (other.value == q.value and q.family != "zero"):
            continue
        if a.doc.sentence_of[a.doc.at(other.start)] in (own - 1, own, own + 1):
            yield other_index


def _features(a: Analysis, index: int, other_index: int) -> list[str]:
    """How one figure stands to another that it may replace."""
    q, other = a.quantities[index], a.quantities[other_index]
    first, last = a.doc.reach(q)
    start, stop = a.doc.reach(other)
    step = other_index - index
    way = "<" if step < 0 else ">"
    gap = range(stop, first) if step < 0 else range(last, start)
    before = a.shapes[start - 1] if start else ""
    out = [f"step{step}", f"f:{q.family}>{other.family}", "down" if other.value > q.value else "up"]
    out += where(a, first, last, start, stop)
    out += [f"g{way}:{between(a, gap.start, gap.stop)}", f"b{way}:{before}"]
    out.append(f"own:{a.shapes[first - 1] if first else ''}|{before}")
    out += [
        f"c{way}:{name}" for k in range(min(stop, last), max(start, first)) for name in a.classes[k] if name in PAIRING
    ]
    out.append(f"owner{owner(a, other_index) == index:d}{secondary(a, start):d}{secondary(a, first):d}")
    if len(gap) <= 12:
        out.append(f"s{way}:{' '.join(signature(a, gap)[-4:])}")
    return out


def owner(a: Analysis, index: int) -> int:
    """Which figure replaces the older one at `index`: the next one behind "to", else the one before it."""
    _, stop = a.doc.reach(a.quantities[index])
    if index + 1 < len(a.quantities) and comparable(a.quantities[index], a.quantities[index + 1]):
        start, _ = a.doc.reach(a.quantities[index + 1])
        if start - stop <= 3 and any(a.shapes[k] in a.grammar.goals for k in range(stop, start)):
            return index + 1
    return index - 1


def _derived(a: Analysis, index: int) -> Iterator[Option]:
    """The older figure that a multiple tells: "halved to 5%" was 10%, "50%, twice the old rate" was 25%."""
    q = a.quantities[index]
    first, last = a.doc.reach(q)
    if q.family not in ("percent", "bare"):
        return
    for step in (-1, 1):
        if not 0 <= index + step < len(a.quantities):
            continue
        other = a.quantities[index + step]
        start, stop = a.doc.reach(other)
        gap = range(stop, first) if step < 0 else range(last, start)
        if other.family == "multiple" and other.value and len(gap) <= DERIVED_GAP:
            shape = " ".join(a.shapes[k] for k in gap)
            yield Option(round(q.value / other.value, 4), ["derived", f"derived{step}", f"derived{step}:{shape}"])


def comparable(q: Quantity, other: Quantity) -> bool:
    """Whether one figure can replace the other: of one family, a bare number and zero being rates."""
    rates = ("percent", "bare", "zero", "removal", "multiple", "fraction")
    if q.family in rates:
        return other.family in ("percent", "bare", "zero")
    return q.family == other.family and q.unit == other.unit
