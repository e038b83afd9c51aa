"""An article as the encoder is told it: for each token its word and what the recognisers see there, by name and then
by number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from config.words import WORLD
from monitor.reading.analysis import Analysis
from monitor.reading.features import span
from monitor.reading.standing import half, when

Array = np.ndarray[Any, Any]
#: Tokens of an article that are told at most: what is longer is a table or an annex.
LONGEST = 1200
#: Classes of one token that are told at most.
CLASSES = 4
#: The number of nothing, and of what the vocabulary does not hold.
NOTHING, UNKNOWN = 0, 1
#: Codes and scopes that every figure may be about.
USUAL, BROAD = "US", ("all", "other")
#: What a token is told by; each has a vocabulary.
STREAMS = ("word", "ending", "form", "code", "scope", "value")
#: Letters of an ending, by which words are told that are too rare to be known.
ENDING = 3
Vocabulary = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Page:
    """The tokens of an article, its figures, and where each place and each scope is mentioned."""

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


def page(a: Analysis) -> Page:
    """What the encoder is told of an article."""
    doc, count = a.doc, min(len(a.doc.tokens), LONGEST)
    words = [token.norm for token in doc.tokens[:count]]
    forms, codes, scopes, values = ([""] * count for _ in range(4))

    def put(stream: list[str], first: int, last: int, name: str) -> None:
        for k in range(first, min(last, count)):
            stream[k] = name

    published = a.published.isoformat()
    for mention in a.dates:
        put(forms, *doc.reach(mention), f"date:{when(mention.past, mention.future, published)}")
    spans = [span(a, q) for q in a.quantities]
    for q, reach in zip(a.quantities, spans, strict=True):
        if q.family in ("zero", "removal", "multiple"):
            put(values, *reach, q.family)  # told in words, which stay
            continue
        put(forms, *reach, f"figure:{q.family}:{'money' if q.unit not in ('percent', '') else q.unit}")
        put(values, *reach, f"{q.value:g}")
        put(words, *reach, "")
    for place in a.places:
        put(codes, place.first, place.last, place.code)
        put(forms, place.first, place.last, f"place:{place.kind}")
        put(words, place.first, place.last, "")
    goods = [(scope.scope, *doc.reach(scope)) for scope in a.scopes]
    for name, first, last in goods:
        put(scopes, first, last, name)
    endings = [word[-ENDING:] for word in words]
    title = doc.sentences[0][1] if doc.sentences else 0
    return Page(
        streams=dict(zip(STREAMS, (words, endings, forms, codes, scopes, values), strict=True)),
        classes=[names[:CLASSES] for names in a.classes[:count]],
        issue=(half(a.published), f"tier{a.tier}"),
        marks=[(k < title, token.capital) for k, token in enumerate(doc.tokens[:count])],
        sentences=list(doc.sentence_of[:count]),
        figures={index: (first, last - 1) for index, (first, last) in enumerate(spans) if last <= count},
        codes=_mentions(((p.code, p.first) for p in a.places if p.first < count), (*a.home, USUAL, WORLD)),
        scopes=_mentions(((name, first) for name, first, _ in goods if first < count), BROAD),
    )


def _mentions(found: Iterable[tuple[str, int]], further: Iterable[str]) -> dict[str, list[int]]:
    """Where each name is mentioned; the further ones perhaps nowhere."""
    out: dict[str, list[int]] = {}
    for name, at in found:
        out.setdefault(name, []).append(at)
    for name in further:
        out.setdefault(name, [])
    return out


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
    #: (B, F): the tokens of each figure, 0 where there is none.
    first: Array
    last: Array
    #: (B, K) and (B, M): the codes and scopes by number; (B, T, K) and (B, T, M): where each is mentioned.
    codes: Array
    coded: Array
    scopes: Array
    scoped: Array


def numbers(pages: Sequence[Page], known: Vocabulary) -> Numbers:
    """Pages as the arrays that the encoder reckons with."""
    tokens = max(len(p.marks) for p in pages)
    figures = max(1, *(len(p.figures) for p in pages))
    streams = {name: np.zeros((len(pages), tokens), dtype=np.int64) for name in STREAMS}
    classes = np.zeros((len(pages), tokens, CLASSES), dtype=np.int64)
    marks, sentences = (np.zeros((len(pages), tokens), dtype=np.int64) for _ in range(2))
    mask = np.zeros((len(pages), tokens), dtype=np.float32)
    first, last = (np.zeros((len(pages), figures), dtype=np.int64) for _ in range(2))
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
            first[row, : len(p.figures)], last[row, : len(p.figures)] = zip(*p.figures.values(), strict=True)
    codes, coded = _placed([p.codes for p in pages], tokens, known["code"])
    scopes, scoped = _placed([p.scopes for p in pages], tokens, known["scope"])
    issue = np.array([[known["issue"].get(name, UNKNOWN) for name in p.issue] for p in pages])
    return Numbers(streams, issue, classes, marks, mask, sentences, first, last, codes, coded, scopes, scoped)


def _placed(found: Sequence[Mapping[str, list[int]]], tokens: int, known: Mapping[str, int]) -> tuple[Array, Array]:
    """Names by number, and where each is mentioned."""
    width = max(map(len, found))
    ids = np.zeros((len(found), width), dtype=np.int64)
    at = np.zeros((len(found), tokens, width), dtype=np.float32)
    for row, names in enumerate(found):
        for column, (name, places) in enumerate(names.items()):
            ids[row, column] = known.get(name, UNKNOWN)
            at[row, places, column] = 1
    return ids, at
