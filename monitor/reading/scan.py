"""All phrases in one pass: an Aho-Corasick automaton over a text made comparable without moving a character.

The comparable text has the length of the original, so every offset holds in both: curly quotes are straight, every
space, line break and hyphen is one space, accents are gone ("Türkiye" and "Turkiye" are one word).
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from operator import itemgetter
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick

_QUOTES = dict.fromkeys("‘’‚‛′ʼ`´", "'") | dict.fromkeys("“”„‟″", '"')
_SPACES = dict.fromkeys("\t\n\r\v\f-\u00a0\u202f\u2007\u2009\u200a\u2002\u2003\u3000‐‑‒–—−", " ")
_LETTERS = {"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "ı": "i", "đ": "d", "Đ": "D", "æ": "a", "ß": "s"}
_FOLDED = _QUOTES | _SPACES | _LETTERS
_ASCII = tuple((char, plain) for char, plain in _FOLDED.items() if char.isascii())
#: Up to so many different letters, replacing them one by one is faster than a table.
_MANY = 40
_HALVES = re.compile("[\ud800-\udfff]")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
#: A character that cannot stand right behind a name: "US$350bn" is money.
_TAIL = "$"


def fold(text: str) -> str:
    """The text made comparable (case kept), with exactly the length of the original."""
    for char, plain in _ASCII:
        text = text.replace(char, plain)
    if not text.isascii():
        letters = set(_NOT_ASCII.findall(text))
        if len(letters) > _MANY:
            return text.translate({ord(char): _plain(char) for char in letters})
        for char in letters:
            text = text.replace(char, _plain(char))
    return text


def _plain(char: str) -> str:
    return _FOLDED.get(char) or unicodedata.normalize("NFD", char)[0]


def encodable(text: str) -> str:
    """The text with halves of characters, which no encoding has, made question marks; its length stays."""
    return text if text.isascii() else _HALVES.sub("?", text)


def _lower(folded: str) -> str:
    """Lower case of the same length: "İ" has a longer lower case, which would move every offset behind it."""
    low = folded.lower()
    return low if len(low) == len(folded) else "".join(c.lower() if len(c.lower()) == 1 else c for c in folded)


@dataclass(frozen=True, slots=True)
class Entry:
    """A phrase to look for. Hits of one layer do not overlap; a payload of None only takes up its place."""

    phrase: str
    layer: str
    payload: object
    #: The case of every word counts, not only of the first: "British Steel" is a firm, "British steel" a metal.
    exact: bool = False


class Hit(NamedTuple):
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
    layers: Mapping[str, Sequence[Hit]] = field(default_factory=dict)

    def hits(self, layer: str) -> Sequence[Hit]:
        """The hits of a layer, left to right; several with one span where one phrase means several things."""
        return self.layers.get(layer, ())


class _Meaning(NamedTuple):
    """One entry as the automaton keeps it. `cased` is None where any case will do."""

    layer: str
    cased: str | None
    exact: bool
    payload: object


#: Start, minus the end (so that the longest sorts first), the layer, the payload.
_Raw = tuple[int, int, str, object]


class Scanner:
    """Looks for any number of phrases in one pass. Immutable once built; safe to share between threads."""

    def __init__(self, entries: Iterable[Entry], overlapping: Iterable[str] = ()) -> None:
        """Entries with a capital letter are matched in their case, others in any.

        `overlapping`: layers that keep every hit, also those inside longer ones.
        """
        self._overlapping = frozenset(overlapping)
        stored: dict[str, dict[_Meaning, None]] = {}
        for entry in entries:
            folded = fold(entry.phrase)
            key = _lower(folded)
            cased = folded if key != folded else None
            stored.setdefault(key, {})[_Meaning(entry.layer, cased, entry.exact, entry.payload)] = None
        self._words = [(key[0].isalnum(), key[-1].isalnum(), tuple(meanings)) for key, meanings in stored.items()]
        self._automaton = AhoCorasick(list(stored)) if stored else None

    def scan(self, text: str) -> Scan:
        """All hits of all layers: whole words only, the leftmost first, of those the longest, none overlapping."""
        folded = fold(text)
        if self._automaton is None:
            return Scan(text, folded)
        low = encodable(_lower(folded))
        length = len(low)
        raw: list[_Raw] = []
        words = self._words
        for word, start, end in self._automaton.find_matches_as_indexes(low, overlapping=True):
            head, tail, meanings = words[word]
            if head and start and low[start - 1].isalnum():
                continue
            if tail and end < length and ((after := low[end]).isalnum() or after in _TAIL):
                continue
            for layer, cased, exact, payload in meanings:
                if cased is None or _same_case(cased, folded[start:end], exact):
                    raw.append((start, -end, layer, payload))
        raw.sort(key=_PLACE)
        return Scan(text, folded, self._settle(raw, folded))

    def _settle(self, raw: list[_Raw], folded: str) -> dict[str, list[Hit]]:
        """The leftmost, longest hits of each layer."""
        taken: dict[str, tuple[int, int]] = {}
        layers: dict[str, list[Hit]] = defaultdict(list)
        for start, minus_end, layer, payload in raw:
            end = -minus_end
            if layer not in self._overlapping:
                before = taken.get(layer)
                if before == (start, end):
                    if _repeats(layers[layer], start, payload):
                        continue
                elif before is not None and start < before[1]:
                    continue
                taken[layer] = (start, end)
            if payload is not None:
                possessive = folded.startswith("'", end) and _possessive(folded, end)
                layers[layer].append(Hit(start, end, payload, possessive))
        return dict(layers)


_PLACE = itemgetter(0, 1)


def _same_case(cased: str, found: str, exact: bool) -> bool:
    """Whether a phrase with capitals is meant: as written, all in capitals, or a longer phrase begun with its capital.

    A phrase of several words is hardly an accident, so only its first letter is held ("Trade ministry") unless the
    entry says otherwise; a short word in capitals may be an acronym, so "XI" is not Xi.
    """
    if cased == found:
        return True
    if len(cased) < 4:
        return False
    if not exact and " " in cased:
        return cased[0] == found[0]
    return found == cased.upper()


def _repeats(hits: list[Hit], start: int, payload: object) -> bool:
    """Whether the same meaning was found at the same place under another spelling ("Nestle", "Nestlé")."""
    return any(hit.payload == payload for hit in takewhile(lambda hit: hit.start == start, reversed(hits)))


def _possessive(folded: str, end: int) -> bool:
    follow = folded[end : end + 3]
    if follow[1:2] in ("s", "S"):
        return not follow[2:3].isalnum()
    return folded[end - 1] in "sS" and follow[1:2] in ("", " ")
