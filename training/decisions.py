"""How well an encoder decides on articles that it has not seen, each decision by itself, all before it told right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from monitor.reading import goods
from monitor.reading.encoder import Look
from training.encoder import lesson
from training.gold import Case
from training.instances import Encoding

Option = TypeVar("Option")


def accuracy(cases: Sequence[Case], encoding: Encoding) -> dict[str, tuple[int, int]]:
    """By decision how often it is right, and of how many."""
    right, total = Counter[str](), Counter[str]()
    for case in cases:
        for name, well in _judged(case, encoding(case).look(case.analysis)):
            right[name] += well
            total[name] += 1
    return {name: (right[name], count) for name, count in total.items()}


def _judged(case: Case, look: Look) -> Iterator[tuple[str, bool]]:
    one = lesson(case)
    for index, kind in one.kinds.items():
        if index in look.kinds:
            yield "kind", best(look.kinds[index]) == kind
    terms = look.terms({index: term[0] for index, term in one.terms.items()})
    for index, found in terms.items():
        kind, status, pairs, scopes = one.terms[index]
        yield "sides", best(found.pairs) in pairs
        if kind != "profit_share":
            yield "scopes", set(goods.likeliest(found.scopes).scopes) == scopes
        yield "status", found.status == status
        if index in one.older:
            older = best(found.older)
            yield "older", older in one.older[index] if one.older[index] else older is None
    for topic, share in look.topics.items():
        yield "topic", (share >= 0.5) == (topic in one.topics)
    for code, share in look.countries.items() if one.topics else ():
        yield "country", (share >= 0.5) == (code in one.countries)


def best(shares: Mapping[Option, float]) -> Option:
    """The likeliest option, the first of several."""
    return max(shares, key=shares.__getitem__)


def told(found: Mapping[str, tuple[int, int]]) -> Iterable[str]:
    """A line a decision."""
    return [f"{name:8} {right / total:7.2%} of {total}" for name, (right, total) in found.items()]
