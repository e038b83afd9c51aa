"""All phrases in one pass: an Aho-Corasick automaton over a text made comparable without moving a character.

The comparable text has the length of the original, so every offset holds in both: curly quotes are straight, every
space, line break and hyphen is one space, accents are gone ("Türkiye" and "Turkiye" are one word).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from operator import itemgetter

import ahocorasick

_QUOTES = dict.fromkeys(map(ord, "‘’‚‛′ʼ`´"), "'") | dict.fromkeys(map(ord, "“”„‟″"), '"')
_SPACES = dict.fromkeys(map(ord, "\t\n\r\v\f\u00a0\u202f\u2007\u2009\u200a\u2002\u2003\u3000-‐‑‒–—−"), " ")
#: A character that cannot stand right behind a name: "US$350bn" is money, "Korea2" a code.
_TAIL = "$"


class _Folding(dict[int, str]):
    """A table for `str.translate` that works out what it has not met yet: each letter without its accent."""

    def __missing__(self, code: int) -> str:
        base = unicodedata.normalize("NFD", chr(code))[0]
        self[code] = base
        return base


_FOLDING = _Folding({**_QUOTES, **_SPACES, ord("ł"): "l", ord("Ł"): "L", ord("ø"): "o", ord("Ø"): "O", ord("ı"): "i"})
_ASCII_FOLDING = {code: value for code, value in _FOLDING.items() if code < 128}


def fold(text: str) -> str:
    """The text made comparable (case kept), with exactly the length of the original."""
    if text.isascii():
        return text.translate(_ASCII_FOLDING)
    return text.translate(_FOLDING)


def _lower(folded: str) -> str:
    """Lower case of the same length: "İ" has a longer lower case, which would move every offset behind it."""
    low = folded.lower()
    return low if len(low) == len(folded) else "".join(c.lower() if len(c.lower()) == 1 else c for c in folded)


@dataclass(frozen=True, slots=True)
class Entry:
    """A phrase to look for. Hits of one layer never overlap; a payload of None only takes up its place."""

    phrase: str
    layer: str
    payload: object


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase found at `text[start:end]`; `possessive` where an 's or a lone ' follows it."""

    start: int
    end: int
    payload: object
    possessive: bool = False


@dataclass(frozen=True, slots=True)
class Scan:
    """What was found in one text: the text, its folded form, and the hits of each layer in order of place."""

    text: str
    folded: str
    layers: Mapping[str, tuple[Hit, ...]] = field(default_factory=dict)

    def hits(self, layer: str) -> tuple[Hit, ...]:
        """The hits of a layer, left to right; several with one span where one phrase means several things."""
        return self.layers.get(layer, ())


#: (length, layer, the phrase in its own case or None where any case will do, payload)
_Stored = tuple[int, str, str | None, object]


class Scanner:
    """Looks for any number of phrases in one pass. Immutable once built; safe to share between threads."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        """Entries with a capital letter are matched in their case, others in any."""
        stored: dict[str, dict[_Stored, None]] = {}
        for entry in entries:
            folded = fold(entry.phrase)
            key = _lower(folded)
            cased = folded if key != folded else None
            stored.setdefault(key, {})[(len(key), entry.layer, cased, entry.payload)] = None
        self._automaton = ahocorasick.Automaton()
        for key, values in stored.items():
            self._automaton.add_word(key, tuple(values))
        self._empty = not stored
        if stored:
            self._automaton.make_automaton()

    def scan(self, text: str) -> Scan:
        """All hits of all layers: whole words only, the leftmost first, of those the longest, none overlapping."""
        folded = fold(text)
        if self._empty:
            return Scan(text, folded)
        low = _lower(folded)
        size = len(low)
        raw: list[tuple[int, int, str, object]] = []
        for last, values in self._automaton.iter(low):
            end = last + 1
            start = end - values[0][0]
            if start and low[start - 1].isalnum() and low[start].isalnum():
                continue
            if end < size and low[last].isalnum() and (low[end].isalnum() or low[end] in _TAIL):
                continue
            for _, layer, cased, payload in values:
                if cased is None or _same_case(cased, folded[start:end]):
                    raw.append((start, -end, layer, payload))
        raw.sort(key=itemgetter(0, 1))
        return Scan(text, folded, _leftmost_longest(raw, folded))


def _same_case(cased: str, found: str) -> bool:
    """Whether a phrase with capitals is meant: as written, all in capitals, or a longer phrase begun with its capital.

    A phrase of several words is hardly an accident, so only its first letter is held ("Trade ministry"); a single
    short word in capitals may be an acronym, so "XI" is not Xi.
    """
    if cased == found:
        return True
    if " " in cased and len(cased) > 5:
        return cased[0] == found[0]
    return len(cased) > 3 and found == cased.upper()


def _leftmost_longest(raw: list[tuple[int, int, str, object]], folded: str) -> dict[str, tuple[Hit, ...]]:
    taken: dict[str, tuple[int, int]] = {}
    layers: dict[str, list[Hit]] = {}
    for start, minus_end, layer, payload in raw:
        span = (start, -minus_end)
        before = taken.get(layer)
        if before is not None and start < before[1] and span != before:
            continue
        taken[layer] = span
        if payload is not None:
            hit = Hit(start, span[1], payload, _possessive(folded, span[1]))
            layers.setdefault(layer, []).append(hit)
    return {layer: tuple(hits) for layer, hits in layers.items()}


def _possessive(folded: str, end: int) -> bool:
    follow = folded[end : end + 3]
    if not follow.startswith("'"):
        return False
    if follow[1:2] in ("s", "S"):
        return not follow[2:3].isalnum()
    return folded[end - 1] in "sS" and follow[1:2] in ("", " ")
