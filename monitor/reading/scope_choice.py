"""On which goods a figure is: the lists of scopes it can be about, and their features."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from monitor.reading import lists
from monitor.reading.analysis import Analysis
from monitor.reading.features import sentence_words, span
from monitor.reading.lists import Chunk, signature
from monitor.reading.nearby import around, where
from monitor.reading.roles import GROUPS, Told

Scopes = tuple[str, ...]
ALL, OTHER = ("all",), ("other",)
#: Classes that speak for the choice of `all` or `other` where they stand near a figure.
CUES = frozenset(
    (
        "all_goods",
        "world",
        "goods",
        "same",
        "quota",
        "dumping",
        "invest",
        "rate",
        "except",
        "remainder",
        "include",
        "total",
    )
)
#: Those of them by which a list of goods is told as part of all.
EVERYTHING = frozenset(("all_goods", "include", "goods", "same"))
#: Families of figures that goods can be told to pay.
RATES = frozenset(("percent", "bare", "zero", "removal", "multiple"))
#: A share of goods from which they are told as all of them, in percent.
NEARLY_ALL = 90.0


@dataclass(frozen=True)
class _Around:
    """A figure and what its sentence tells of goods."""

    a: Analysis
    index: int
    kind: str
    told: Told
    first: int
    last: int
    sentence: int
    begin: int
    end: int
    #: The lists of its sentence that name goods.
    named: tuple[Chunk, ...]

    @classmethod
    def of(cls, a: Analysis, index: int, kind: str, told: Told) -> _Around:
        first, last = span(a, a.quantities[index])
        sentence = a.doc.sentence_of[first]
        begin, end = a.doc.sentences[sentence]
        named = tuple(c for c in lists.chunks_in(a)[sentence] if c.scopes != ALL)
        return cls(a, index, kind, told, first, last, sentence, begin, end, named)


def scope_options(a: Analysis, index: int, kind: str, told: Told) -> list[tuple[Scopes, list[str]]]:
    """What the figure can be about, each list of scopes with its features; `all` and `other` are always among them."""
    f = _Around.of(a, index, kind, told)
    group = GROUPS.get(kind, "m")
    candidates = _candidates(f, group == "m")
    shared = _general(f)
    titled = {c.scopes for c in lists.chunks_in(a)[0] if c.scopes != ALL}
    trades = {scope for name, scope in a.derived(_trades) if told.actor in (None, name)}
    out = []
    for scopes, places in candidates.items():
        kept = "a:" if scopes == ALL else "o:" if scopes == OTHER else "p:" if scopes[0] == "all" else ""
        features = [kept or "named", f"list{min(len(scopes), 3)}", f"t{min(len(titled), 2)}"]
        features += shared if kept else ()
        features += _context(f, scopes, places, titled, trades)
        features += _placed(f, scopes, places)
        out.append((scopes, [f"{group}{kept}{name}" for name in features]))
    return out


def _candidates(f: _Around, is_sum: bool) -> Mapping[Scopes, list[Chunk]]:
    """The lists of the title and of the sentences around, what was told last, the trades of the firms around."""
    a, told = f.a, f.told
    found: dict[Scopes, list[Chunk]] = {ALL: [], OTHER: []}
    for chunk in (c for s in around(f.sentence, len(a.doc.sentences)) for c in lists.chunks_in(a)[s]):
        found.setdefault(_whole(a, chunk.scopes) if is_sum else chunk.scopes, []).append(chunk)
    for part in _parts(f):
        found.setdefault(part.scopes, []).append(part)
    if not is_sum:
        for together in (*_together(f), *_with_all(f)):
            found.setdefault(together.scopes, []).append(together)
    if told.scopes:
        found.setdefault(told.scopes, [])
    for sentence in dict.fromkeys((0, max(0, f.sentence - 1), f.sentence)):
        for company in a.companies_in[sentence]:
            if company.scope:
                found.setdefault((company.scope,), [])
    return found


def _parts(f: _Around) -> Iterator[Chunk]:
    """The member of a longer list that stands next to the figure: "farm goods, and energy worth $15 billion"."""
    a = f.a
    for chunk in f.named:
        if len(chunk.scopes) > 1:
            inside = [m for m in a.scopes if chunk.start <= a.doc.at(m.start) < chunk.stop]
            if len({a.doc.at(m.start) for m in inside}) < 2:
                continue  # one word of two scopes, such as "metals"
            before = chunk.stop <= f.first
            edge = inside[-1] if before else inside[0]
            start, stop = a.doc.reach(edge)
            scopes = dict.fromkeys(m.scope for m in inside if a.doc.at(m.start) == start)
            yield Chunk(start, stop, tuple(scopes), edge.weak)


def _with_all(f: _Around) -> Iterator[Chunk]:
    """A list with everything else: "cars, lumber and the general rate", "its exports, cars included"."""
    told = any(c.scopes == ALL for c in lists.chunks_in(f.a)[f.sentence])
    if told or not EVERYTHING.isdisjoint(f.a.sentence_classes(f.sentence)):
        for chunk in f.named:
            if not chunk.weak:
                yield Chunk(chunk.start, chunk.stop, ALL + chunk.scopes, False)


def _trades(a: Analysis) -> frozenset[tuple[str, str]]:
    """The firms of the article with what they make."""
    return frozenset((company.name, company.scope) for company in a.companies if company.scope)


def _together(f: _Around) -> Iterator[Chunk]:
    """Two lists of the sentence as one, where no figure stands between: "beef, and up to 1,500 tonnes of poultry"."""
    a = f.a
    inside = (a.quantities[i] for i in a.figures_in[f.sentence])
    figures = [a.doc.at(q.start) for q in inside if q.family in RATES]
    for one, other in pairwise(f.named):
        gap = range(one.stop, other.start)
        parted = any(first in gap for first in figures)
        if one.scopes != other.scopes and not parted and (other.stop <= f.first or one.start >= f.last):
            scopes = tuple(dict.fromkeys(one.scopes + other.scopes))
            yield Chunk(one.start, other.stop, scopes, one.weak and other.weak)


def _whole(a: Analysis, scopes: Scopes) -> Scopes:
    """What a sum shared by several sectors is about: the one they are parts of, else all."""
    if len(scopes) == 1:
        return scopes
    wholes = {a.wholes.get(scope, scope) for scope in scopes}
    return (wholes.pop(),) if len(wholes) == 1 else ALL


def _general(f: _Around) -> list[str]:
    """Features of the figure itself, for `all` and for `other`."""
    a, first, last, begin, end = f.a, f.first, f.last, f.begin, f.end
    out = [f"cl:{n}" for k in range(max(begin, first - 8), first) for n in a.classes[k] if n in CUES]
    out += [f"cr:{n}" for k in range(last, min(end, last + 8)) for n in a.classes[k] if n in CUES]
    out += [f"l1:{a.shapes[first - 1] if first > begin else ''}", f"r1:{a.shapes[last] if last < end else ''}"]
    out += [f"f:{a.quantities[f.index].family}", f.kind, f"n{min(len(f.named), 3)}"]
    out += _counted(f)
    return out + sentence_words(a, f.sentence)


def _counted(f: _Around) -> Iterator[str]:
    """How many goods, or what share of them, the sentence says: "98% of lines", "221 products"."""
    a = f.a
    inside = (a.quantities[i] for i in a.figures_in[f.sentence])
    spans = {a.doc.at(q.start): q for q in inside if q.family in ("percent", "bare", "share", "fraction")}
    for k in range(f.begin, f.end):
        if k in spans and k != f.first:
            q = spans[k]
            stop = a.doc.at(q.end - 1) + 1
            after = [a.doc.tokens[j].norm for j in range(stop, min(f.end, stop + 6))]
            if after and after[0] in a.grammar.genitives and any(norm in a.grammar.counted for norm in after):
                share = q.value * (100 if q.family == "fraction" else 1)
                yield "share:" + ("most" if share >= NEARLY_ALL else "some")
        elif a.doc.tokens[k].norm[0].isdigit() and a.shapes[k] not in ("<figure>", "<date>"):
            after = [a.doc.tokens[j].norm for j in range(k + 1, min(f.end, k + 4))]
            if any(norm in a.grammar.counted for norm in after):
                yield "counted"


def _context(f: _Around, scopes: Scopes, places: list[Chunk], titled: set[Scopes], trades: set[str]) -> Iterator[str]:
    """What speaks for a candidate beside its place: told last, in the title, a firm's trade, often told."""
    a, told, n = f.a, f.told, min(len(f.named), 2)
    if told.scopes == scopes:
        yield from ("last", f"last{told.kind == f.kind}", f"lastn{n}")
        yield from (f"last:{name}" for name in _anaphora(f))
    same = {s for kind, value, s in told.goods if kind == f.kind and value == a.quantities[f.index].value}
    if scopes in same:
        yield from ("same", f"samen{n}", f"same{min(len(same), 2)}l{told.scopes == scopes:d}")
    elif any(kind == f.kind and s == scopes for kind, _, s in told.goods):
        yield from ("before", f"beforen{n}", f"beforel{told.scopes == scopes:d}s{len(same) > 0:d}")
    if scopes in titled:
        yield from ("T", f"Tn{n}", f"Tt{min(len(titled), 2)}n{n}")
    if len(scopes) == 1 and scopes[0] in trades:
        yield from ("trade", f"trade:{f.kind}", f"traden{n}", f"trade={scopes[0]}:{f.kind}")
    yield f"count{min(lists.counted(a)[scopes], 3)}"
    if places and not any(f.begin <= c.start < f.end for c in places):
        sentence = max(a.doc.sentence_of[c.start] for c in places)
        away = str(sentence - f.sentence) if sentence else "T"
        paragraph = a.doc.paragraphs[f.sentence] <= sentence
        yield from (f"out{away}", f"out{away}n{n}", f"out{away}p{paragraph:d}n{n}")
        if not n:
            yield from (f"out{away}:{name}" for name in _anaphora(f))


def _anaphora(f: _Around) -> Iterator[str]:
    """Whether the sentence points back: a pronoun before the figure, "the" duty or "a" duty; whom it names anew."""
    a = f.a
    if any(a.doc.tokens[k].norm in a.grammar.pronouns for k in range(f.begin, f.first)):
        yield "pronoun"
    yield f"begins:{a.shapes[f.begin]}"
    here = {p.code for p in a.places if f.begin <= p.first < f.end and p.kind != "firm"}
    yield f"new{bool(here - {f.told.party, f.told.counterparty}):d}"


def _placed(f: _Around, scopes: Scopes, places: list[Chunk]) -> Iterator[str]:
    """Where a candidate stands in the figure's sentence, and how the words between tie the two."""
    a, first, last = f.a, f.first, f.last
    inside = [c for c in places if f.begin <= c.start < f.end]
    own = {lists.chunks(a)[t.chunk] for t in lists.ties(a).get(f.sentence, ()) if t.figure == f.index}
    nearest = sorted(inside, key=lambda c: (c not in own, min(abs(c.start - last), abs(first - c.stop))))[:2]
    for rank, chunk in enumerate(nearest):
        place = where(a, first, last, chunk.start, chunk.stop)
        if rank:
            yield from (f"2{name}" for name in place[:2])
            continue
        yield from place
        if chunk not in f.named and chunk.scopes != ALL:
            parts = [c for c in f.named if chunk.start <= c.start < chunk.stop]
            if len(parts) > 1:
                marks = signature(a, range(parts[0].stop, parts[-1].start))
                yield from ("both", f"both:{' '.join(marks[:3])}", *(f"bothhas:{name}" for name in set(marks)))
            elif scopes[0] != "all":
                yield from _cut(f, chunk)
        left = chunk.stop <= first
        side = "L" if left else "R"
        between = [
            c
            for c in f.named
            if c.scopes != scopes and (chunk.stop <= c.start < first or last <= c.start < chunk.start)
        ]
        others = sum(c.scopes != scopes for c in f.named)
        yield from (f"w{chunk.weak:d}", f"m{min(len(chunk.scopes), 3)}")
        yield from (f"{side}closer{min(len(between), 3)}", f"{side}others{min(others, 2)}")
        yield from _tied(f, chunk, side)
        if chunk.start > f.begin:
            yield from (f"{side}bc:{name}" for name in a.classes[chunk.start - 1] if name in ("except", "include"))


def _cut(f: _Around, chunk: Chunk) -> Iterator[str]:
    """How a member is parted from the rest of its list: "soy and corn, and energy"."""
    a = f.a
    left = chunk.stop <= f.first
    gap = range(max(f.begin, chunk.start - 3), chunk.start) if left else range(chunk.stop, min(f.end, chunk.stop + 3))
    marks = signature(a, gap)
    yield from ("cut", f"cut{'L' if left else 'R'}:{' '.join(marks)}", *(f"cuthas:{name}" for name in set(marks)))


def _tied(f: _Around, chunk: Chunk, side: str) -> Iterator[str]:
    """Whether the words tie the list to this figure or to another, and which side the sentence's other ties are on."""
    ties = lists.ties(f.a).get(f.sentence, ())
    places = lists.places_of(f.a, chunk.start, chunk.stop)
    own = any(t.figure == f.index and t.chunk in places for t in ties)
    taken = [t for t in ties if t.chunk in places and t.figure != f.index]
    elsewhere = any(t.figure == f.index and t.chunk not in places for t in ties)
    behind = sum(t.behind for t in ties if t.figure != f.index) - sum(not t.behind for t in ties if t.figure != f.index)
    way = "R" if behind > 0 else "L" if behind < 0 else "-"
    yield f"{side}tie{own:d}{len(taken) > 0:d}{elsewhere:d}"
    yield f"{side}tie{own:d}{len(taken) > 0:d}{elsewhere:d}{way}"
    yield f"{side}way{way}"
    yield from (f"{side}taken{'R' if t.behind else 'L'}" for t in taken)
