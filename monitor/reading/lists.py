"""Goods told in one list, and which figure each list is tied to by the words between them."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from monitor.reading.analysis import Analysis

#: Tokens that may stand between two members of a list, and between a list and a figure tied to it.
LIST_GAP, TIE_GAP = 5, 10
#: Marks that no tie reaches across.
MARKS = frozenset({",", ";", ":", "(", ")", "—", "-", "."})


@dataclass(frozen=True, slots=True)
class Chunk:
    """Scopes told in one list: "steel, aluminum and copper". Tokens, the scopes in order, whether all are weak."""

    start: int
    stop: int
    scopes: tuple[str, ...]
    weak: bool


def chunks(a: Analysis) -> tuple[Chunk, ...]:
    """The lists of scopes of an article, in order."""
    return a.derived(_chunked)


def ties(a: Analysis) -> Mapping[int, tuple[Tie, ...]]:
    """For each sentence which list is tied to which figure."""
    return a.derived(_tied)


def chunks_in(a: Analysis) -> list[list[Chunk]]:
    """For each sentence the lists of scopes that it tells, in order."""
    return a.derived(_sorted)


def _sorted(a: Analysis) -> list[list[Chunk]]:
    return a.by_sentence(chunks(a), lambda chunk: chunk.start)


def counted(a: Analysis) -> Counter[tuple[str, ...]]:
    """How often each list of scopes is told."""
    return a.derived(_counts)


def _counts(a: Analysis) -> Counter[tuple[str, ...]]:
    return Counter(chunk.scopes for chunk in chunks(a))


def places_of(a: Analysis, start: int, stop: int) -> range:
    """The places in `chunks` of the lists that begin at a token from `start` to before `stop`."""
    starts = a.derived(_starts)
    return range(bisect_left(starts, start), bisect_left(starts, stop))


def _starts(a: Analysis) -> list[int]:
    return [chunk.start for chunk in chunks(a)]


def _chunked(a: Analysis) -> tuple[Chunk, ...]:
    """The lists of scopes of an article, in order; a scope told alone is a list of one. `all` never joins a list."""
    found: list[Chunk] = []
    for mention in a.scopes:
        start, stop = a.doc.reach(mention)
        last = found[-1] if found else None
        if last and mention.scope != "all" and last.scopes != ("all",) and _joined(a, last, start):
            scopes = last.scopes if mention.scope in last.scopes else (*last.scopes, mention.scope)
            found[-1] = Chunk(last.start, max(stop, last.stop), scopes, last.weak and mention.weak)
        else:
            found.append(Chunk(start, stop, (mention.scope,), mention.weak))
    return tuple(found)


def _joined(a: Analysis, last: Chunk, start: int) -> bool:
    """Whether only joining words, and an adjective or two, stand between a list and the next scope."""
    if start < last.stop:
        return True
    gap = range(last.stop, start)
    if len(gap) > LIST_GAP or a.doc.sentence_of[start] != a.doc.sentence_of[last.stop - 1]:
        return False
    norms = [a.doc.tokens[k].norm for k in gap]
    if any(norm in a.grammar.prepositions and norm not in a.joins for norm in norms):
        return False
    if any(a.shapes[k].startswith("<") and a.shapes[k] != "<place>" for k in gap):
        return False
    others = sum(norm not in a.joins for norm in norms)
    return not gap or (others <= LIST_GAP - 2 and others < len(norms))


@dataclass(frozen=True, slots=True)
class Tie:
    """A list and a figure that stand together: "25% on cars" (`behind`: the list follows), "cars pay 25%"."""

    figure: int
    chunk: int
    behind: bool


def _tied(a: Analysis) -> Mapping[int, tuple[Tie, ...]]:
    """For each sentence the ties that the words between a figure and the list next to it make."""
    out: dict[int, list[Tie]] = {}
    for sentence, row in rows(a).items():
        for (left, _, last, is_figure), (right, start, _, then_figure) in pairwise(row):
            if is_figure == then_figure or start < last or start - last > TIE_GAP:
                continue
            if is_figure and _follows(a, range(last, start)):
                out.setdefault(sentence, []).append(Tie(left, right, True))
            elif then_figure and _precedes(a, range(last, start)):
                out.setdefault(sentence, []).append(Tie(right, left, False))
    return {sentence: tuple(found) for sentence, found in out.items()}


Item = tuple[int, int, int, bool]


def rows(a: Analysis) -> Mapping[int, list[Item]]:
    """For each sentence its figures and lists in order: index, tokens from and to, whether it is a figure."""
    items: list[Item] = [(i, c.start, c.stop, False) for i, c in enumerate(chunks(a))]
    for i, q in enumerate(a.quantities):
        first, last = a.doc.reach(q)
        if q.family != "years" and not secondary(a, first):
            items.append((i, first, last, True))
    out: dict[int, list[Item]] = {}
    for item in sorted(items, key=lambda item: item[1:3]):
        out.setdefault(a.doc.sentence_of[item[1]], []).append(item)
    return out


def secondary(a: Analysis, first: int) -> bool:
    """Whether a figure is told as the older of two: "from 25%", "instead of 25%"."""
    return first > 0 and "pair" in a.classes[first - 1]


def _norms(a: Analysis, gap: Iterable[int]) -> list[str]:
    skipped = a.grammar.determiners | a.grammar.adverbs
    return [a.doc.tokens[k].norm for k in gap if a.doc.tokens[k].norm not in skipped]


def _follows(a: Analysis, gap: range) -> bool:
    """ "25% on cars", "25% steel tariff", "$15 billion worth of aircraft": a preposition, or nothing, between."""
    norms = _norms(a, gap)
    if not norms:
        return True
    if MARKS & set(norms) or any(a.shapes[k] == "<figure>" for k in gap):
        return False
    at = next((k for k, norm in enumerate(norms[:4]) if norm in a.grammar.prepositions), None)
    return at is not None and not any(norm in a.joins for norm in norms[:at])


def _precedes(a: Analysis, gap: range) -> bool:
    """ "cars: 25%", "cars at 25%", "duty on cars falls to 25%": a mark, a preposition or a verb between."""
    norms = _norms(a, gap)
    if len(norms) == 1 and norms[0] in MARKS:
        return True
    if MARKS & set(norms):
        return False
    verbs = {"bear", "cut", "raise", "impose", "in_effect", "agreed"}
    return bool(norms) and (norms[-1] in a.grammar.prepositions or any(verbs & set(a.classes[k]) for k in gap))


#: Classes of words that a signature tells by name, the most telling first.
TOLD = (
    *("except", "include", "tariff", "rate", "goods", "bear", "impose", "cut", "raise", "invest", "buy"),
    *("quota", "rejected", "suspended", "ended", "negation", "agreed"),
)


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
