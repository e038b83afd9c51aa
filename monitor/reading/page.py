"""An article as the encoder is told it: for each token its word and what the recognisers see there, by name and then
by number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np

from config.words import WORLD
from monitor.reading.analysis import Analysis

Array = np.ndarray[Any, Any]
#: Tokens that are told together at most, and those of them that a further part has from the part before it.
LONGEST, BEFORE = 1200, 200
#: Classes of one token that are told at most.
CLASSES = 4
#: The number of nothing, and of what the vocabulary does not hold.
NOTHING, UNKNOWN = 0, 1
#: Codes and scopes that every figure may be about.
USUAL, BROAD = "US", ("all", "other")
#: What a token is told by; each has a vocabulary.
STREAMS = ("word", "beginning", "ending", "form", "code", "scope", "value")
#: Letters of a beginning and of an ending, by which words are told that are too rare to be known.
BEGINNING, ENDING = 4, 3
#: From this year on measures came and went by the month, and what an article calls "the 25%" hangs on when it appeared.
BUSY = 2025
Vocabulary = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Page:
    """The tokens of an article, or of a part of it, its figures, and where each place and each scope is mentioned."""

    #: By stream a name for each token; "" where there is none.
    streams: Mapping[str, list[str]]
    classes: list[tuple[str, ...]]
    #: When the article appeared, and of which tier its source is.
    issue: tuple[str, str]
    #: For each token whether it stands in the title, and whether it begins with a capital.
    marks: list[tuple[bool, bool]]
    sentences: list[int]
    #: By its index the first and the last token of each figure.
    figures: Mapping[int, tuple[int, int]]
    #: The codes and scopes that a figure can be about, each with the tokens at which a mention begins.
    codes: Mapping[str, list[int]]
    scopes: Mapping[str, list[int]]
    #: Whose source it is.
    home: tuple[str, ...] = ()


class Window(NamedTuple):
    """A part of an article, in tokens: from, to, and from where on its figures are not those of the window before."""

    begin: int
    end: int
    fresh: int


def windows(a: Analysis) -> list[Window]:
    """The parts in which an article is told: whole sentences, each part with some of the one before it.

    Behind its last figure nothing is told that does not fit the first part; of an article without words there is none.
    """
    ends = [end for _, end in a.doc.sentences]
    last = max((a.doc.reach(q)[1] for q in a.quantities), default=0)
    out: list[Window] = []
    fresh = 0
    while fresh < last or (ends and not out):
        begin = next((end for end in ends if end >= fresh - BEFORE), 0) if out else 0
        fitting = [end for end in ends if fresh < end <= begin + LONGEST]
        end = fitting[-1] if fitting else min(begin + LONGEST, len(a.doc.tokens))
        out.append(Window(begin, end, fresh))
        fresh = end
    return out


def pages(a: Analysis) -> list[Page]:
    """What the encoder is told of an article; of one that is not very long a single page."""
    return [_page(a, window) for window in windows(a)]


def _page(a: Analysis, window: Window) -> Page:
    doc, (begin, end, fresh) = a.doc, window
    count = end - begin
    words = [token.norm for token in doc.tokens[begin:end]]
    forms, codes, scopes, values = ([""] * count for _ in range(4))

    def put(stream: list[str], first: int, last: int, name: str) -> None:
        for k in range(max(first, begin), min(last, end)):
            stream[k - begin] = name

    published = a.published.isoformat()
    for mention in a.dates:
        put(forms, *doc.reach(mention), f"date:{lies(mention.past, mention.future, published)}")
    spans = [doc.reach(q) for q in a.quantities]
    for q, reach in zip(a.quantities, spans, strict=True):
        if q.family in ("zero", "removal", "multiple"):
            put(values, *reach, q.family)  # told in words, which stay
            continue
        put(forms, *reach, f"figure:{q.family}")
        put(values, *reach, f"{q.value:g}")
        put(words, *reach, "")
    for place in a.places:
        put(codes, place.first, place.last, place.code)
        put(forms, place.first, place.last, f"place:{place.kind}")
        put(words, place.first, place.last, "")
    goods = [(scope.scope, *doc.reach(scope)) for scope in a.scopes]
    for name, first, last in goods:
        put(scopes, first, last, name)
    begins, ends = ([word[part] for word in words] for part in (slice(BEGINNING), slice(-ENDING, None)))
    title = doc.sentences[0][1] if doc.sentences else 0
    named = ((p.code, p.first - begin) for p in a.places if begin <= p.first < end)
    on = ((name, first - begin) for name, first, _ in goods if begin <= first < end)
    return Page(
        streams=dict(zip(STREAMS, (words, begins, ends, forms, codes, scopes, values), strict=True)),
        classes=[names[:CLASSES] for names in a.classes[begin:end]],
        issue=(_half(a.published), f"tier{a.tier}"),
        marks=[(k < title, token.capital) for k, token in enumerate(doc.tokens[begin:end], begin)],
        sentences=list(doc.sentence_of[begin:end]),
        figures={
            index: (first - begin, last - 1 - begin)
            for index, (first, last) in enumerate(spans)
            if fresh <= first and last <= end
        },
        codes=_mentions(named, (*a.home, USUAL, WORLD)),
        scopes=_mentions(on, BROAD),
        home=a.home,
    )


def _half(day: date) -> str:
    """The half of the year in which an article appeared; of quieter years the year."""
    return f"{day.year}h{(day.month - 1) // 6}" if day.year >= BUSY else str(day.year)


def lies(past: str, future: str, published: str) -> str:
    """Where a date lies: `open` where it has two readings; days behind of another year are `old`."""
    if past != future:
        return "open"
    if past >= published:
        return "day" if past == published else "ahead"
    return "behind" if past[:4] == published[:4] else "old"


def _mentions(found: Iterable[tuple[str, int]], further: Iterable[str]) -> dict[str, list[int]]:
    """Where each name is mentioned; the further ones perhaps nowhere."""
    out: dict[str, list[int]] = {}
    for name, at in found:
        out.setdefault(name, []).append(at)
    for name in further:
        out.setdefault(name, [])
    return out


@dataclass(frozen=True)
class Named:
    """What figures can be about, by name, and where it is mentioned: B pages, K names, N mentions."""

    #: (B, K): the names by number, and whether each is where the source is at home.
    ids: Array
    home: Array
    #: (B, N): the token at which each mention begins; 0 where there is none.
    at: Array
    #: (B, N, K): 1 where a mention is one of a name.
    of: Array


@dataclass(frozen=True)
class Numbers:
    """Several pages as arrays; shorter ones are filled up with nothing.

    B pages, T tokens, F figures, K codes, M scopes; all integers but the masks and mentions, which are 0 or 1.
    """

    #: By stream, (B, T).
    streams: Mapping[str, Array]
    #: (B, 2): when each article appeared, and the tier of its source.
    issue: Array
    #: (B, T, CLASSES).
    classes: Array
    #: (B, T).
    marks: Array
    mask: Array
    sentences: Array
    #: (B, F): the tokens of each figure, 0 where there is none, and whether there is one.
    first: Array
    last: Array
    real: Array
    codes: Named
    scopes: Named


def numbers(pages: Sequence[Page], known: Vocabulary) -> Numbers:
    """Pages as the arrays that the encoder reckons with."""
    tokens = max(len(p.marks) for p in pages)
    figures = max(1, *(len(p.figures) for p in pages))
    streams = {name: np.zeros((len(pages), tokens), dtype=np.int64) for name in STREAMS}
    classes = np.zeros((len(pages), tokens, CLASSES), dtype=np.int64)
    marks, sentences = (np.zeros((len(pages), tokens), dtype=np.int64) for _ in range(2))
    mask = np.zeros((len(pages), tokens), dtype=np.float32)
    first, last = (np.zeros((len(pages), figures), dtype=np.int64) for _ in range(2))
    real = np.zeros((len(pages), figures), dtype=np.float32)
    for row, p in enumerate(pages):
        count = len(p.marks)
        mask[row, :count] = 1
        for name in STREAMS:
            numbered = known[name]
            streams[name][row, :count] = [numbered.get(w, UNKNOWN) if w else NOTHING for w in p.streams[name]]
        numbered = known["class"]
        for k, names in enumerate(p.classes):
            # a class that is not known tells nothing, as if it were none
            classes[row, k, : len(names)] = [numbered.get(name, NOTHING) for name in names]
        marks[row, :count] = [1 + titled + 2 * capital for titled, capital in p.marks]
        sentences[row, :count] = p.sentences
        if p.figures:
            real[row, : len(p.figures)] = 1
            first[row, : len(p.figures)], last[row, : len(p.figures)] = zip(*p.figures.values(), strict=True)
    codes = _placed([p.codes for p in pages], [p.home for p in pages], known["code"])
    scopes = _placed([p.scopes for p in pages], [()] * len(pages), known["scope"])
    issue = np.array([[known["issue"].get(name, UNKNOWN) for name in p.issue] for p in pages])
    return Numbers(streams, issue, classes, marks, mask, sentences, first, last, real, codes, scopes)


def _placed(
    found: Sequence[Mapping[str, list[int]]], homes: Sequence[tuple[str, ...]], known: Mapping[str, int]
) -> Named:
    """Names by number, and where each is mentioned."""
    width = max(map(len, found))
    most = max(1, *(sum(map(len, names.values())) for names in found))
    ids, home = (np.zeros((len(found), width), dtype=np.int64) for _ in range(2))
    at = np.zeros((len(found), most), dtype=np.int64)
    of = np.zeros((len(found), most, width), dtype=np.float32)
    for row, (names, mine) in enumerate(zip(found, homes, strict=True)):
        mention = 0
        for column, (name, places) in enumerate(names.items()):
            ids[row, column], home[row, column] = known.get(name, UNKNOWN), name in mine
            for place in places:
                at[row, mention], of[row, mention, column] = place, 1
                mention += 1
    return Named(ids, home, at, of)
