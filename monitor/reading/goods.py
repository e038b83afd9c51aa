"""On which goods a figure is: the likeliest list of scopes, and how likely it is."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from monitor.reading.analysis import Analysis
from monitor.reading.models import Models, softmax

#: A list of scopes.
Scopes = tuple[str, ...]
#: The scope of what is on everything, which is told alone where it or the goods beside it are not sure.
EVERYTHING = "all"
#: Log odds from which on a scope is sure: "15% on its goods, cars included" is told of both.
SURE = 2.0
#: Log odds beyond this are certain.
BEYOND = 50.0
#: Log odds down to which a scope may be in the list too.
OPEN = -1.5


class Chosen(NamedTuple):
    """The likeliest list, how likely it is, and how far that is ahead of the next best."""

    scopes: Scopes
    share: float
    ahead: float
    #: How likely each scope is in the list, by itself.
    each: Mapping[str, float]
    #: What may be in it too, with how likely the list is where it is.
    further: Mapping[str, float]


def chosen(a: Analysis, index: int, kind: str, seen: Mapping[str, float], models: Models) -> Chosen:
    """The list that a figure of that kind is about. `seen`: for each scope the log odds that it is in the list."""
    if kind == "profit_share":
        return phase(a, index, models)
    return likeliest({name: seen[name] for name in _in_order(a, index, seen)})


def likeliest(seen: Mapping[str, float]) -> Chosen:
    """The list of all that are likelier in it than not, of the likeliest if none is.

    What is on everything is on nothing besides, unless both are sure.
    """
    names = [name for name, score in seen.items() if score > 0]
    each = {name: 1 / (1 + math.exp(-max(-BEYOND, min(score, BEYOND)))) for name, score in seen.items()}
    share = math.prod(max(likely, 1 - likely) for likely in each.values())
    if not names:
        names = [max(seen, key=seen.__getitem__)]
        share *= _less(seen, names)
    elif EVERYTHING in names and len(names) > 1:
        left_out = _beside(seen, [name for name in names if name != EVERYTHING])
        names = [name for name in names if name not in left_out]
        share *= _less(seen, left_out)
    nearest = min(seen, key=lambda name: abs(seen[name]))
    ahead = share * (1 - min(1.0, _less(seen, [nearest])))
    further = {
        name: share * _less(seen, [name]) for name, score in seen.items() if OPEN < score <= 0 and name not in names
    }
    return Chosen(tuple(names), share, ahead, each, further)


def _beside(seen: Mapping[str, float], rest: list[str]) -> list[str]:
    """Which of everything and the rest are left out where both are likelier than not."""
    unsure = [name for name in rest if seen[name] <= SURE]
    if seen[EVERYTHING] > SURE and len(unsure) < len(rest):
        return unsure
    return min([EVERYTHING], rest, key=lambda some: sum(seen[name] for name in some))


def _less(seen: Mapping[str, float], names: Iterable[str]) -> float:
    """What a share is multiplied by where it is the other way round for those."""
    return math.exp(-min(sum(abs(seen[name]) for name in names), BEYOND))


def _in_order(a: Analysis, index: int, names: Collection[str]) -> list[str]:
    """Scopes as a list of them is written: all first, then those of the figure's sentence, then the others."""
    begin, end = a.doc.sentences[a.doc.sentence_of[a.doc.reach(a.quantities[index])[0]]]
    here = [m.scope for m in a.scopes if begin <= a.doc.at(m.start) < end]
    return list(dict.fromkeys(name for name in (EVERYTHING, *here, *names) if name in names))


def phase(a: Analysis, index: int, models: Models) -> Chosen:
    """The phase that a share of profits holds for."""
    model, options = models.ranks["profit_scope"], profit_scopes(a, index)
    shares = dict(zip(options, softmax([model.score(found) for found in options.values()]), strict=True))
    first, second, *_ = sorted(shares, key=lambda name: -shares[name])
    return Chosen((first,), shares[first], shares[first] - shares[second], shares, {})


def profit_scopes(a: Analysis, index: int) -> dict[str, list[str]]:
    """The three phases that a share of profits can hold for, with the cues of each."""
    first, last = a.doc.reach(a.quantities[index])
    begin, end = a.doc.sentences[a.doc.sentence_of[first]]
    left = {n for k in range(begin, first) for n in a.classes[k]} & {"recovery", "after"}
    right = {n for k in range(last, end) for n in a.classes[k]} & {"recovery", "after"}
    words = {f"w:{a.shapes[k]}" for k in range(max(begin, first - 6), min(end, last + 8))}
    document = {n for n in a.document_classes if n in ("recovery", "after")}
    before = (a.quantities[i] for i in a.figures_in[a.doc.sentence_of[first]] if i < index)
    nth = sum(1 for q in before if q.family in ("percent", "share", "fraction"))
    value = f"v:{int(a.quantities[index].value)}"
    base = [
        *(f"l:{n}" for n in left),
        *(f"r:{n}" for n in right),
        *(f"d:{n}" for n in document),
        f"n{min(nth, 3)}",
        value,
        *words,
    ]
    return {name: [f"{name}|{f}" for f in ["1", *base]] for name in ("until_recovery", "after_recovery", "all")}
