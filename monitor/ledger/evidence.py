"""How well something is attested: near copies, independent publishers, trust."""

from __future__ import annotations

import base64
import re
import struct
from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import blake2b

from config.words import Trust
from monitor.ledger.terms import Evidence, by_order

_WORD = re.compile(r"[^\W_]+")
#: Words in a row that make one shingle, and how many of the smallest shingle hashes are kept of an article.
_SHINGLE = 4
_SKETCH = 48
#: From this share of the shorter text's shingles up, two articles are copies of each other. Rewrites of one event by
#: two newsrooms share under a tenth, agency copy with a few words changed over a half.
_COPY = 0.4


def fingerprint(text: str) -> str:
    """A sketch of the text's four-word shingles: the 48 smallest of their 32-bit hashes, as ASCII text.

    A bottom-k sketch (Cohen & Kaplan, 2007) also knows an excerpt as a copy, which a comparison of whole texts
    would not. Empty for a text of fewer than four words.
    """
    words = [word.casefold() for word in _WORD.findall(text)]
    shingles = {" ".join(words[i : i + _SHINGLE]) for i in range(len(words) - _SHINGLE + 1)}
    hashes = sorted({int.from_bytes(blake2b(s.encode(), digest_size=4).digest(), "big") for s in shingles})[:_SKETCH]
    return base64.b85encode(struct.pack(f">{len(hashes)}I", *hashes)).decode()


@lru_cache(maxsize=4096)
def _sketch(mark: str) -> frozenset[int]:
    raw = base64.b85decode(mark)
    return frozenset(struct.unpack(f">{len(raw) // 4}I", raw))


@lru_cache(maxsize=4096)
def _written(mark: str) -> frozenset[str]:
    """The hashes of a fingerprint as they are written: five characters each."""
    return frozenset([mark[place : place + 5] for place in range(0, len(mark), 5)])


def near_copy(a: str, b: str) -> bool:
    """Whether two fingerprints are of one text: a copy, a shortened copy or an excerpt."""
    if not a or not b or _written(a).isdisjoint(_written(b)):
        return False
    one, two = _sketch(a), _sketch(b)
    reach = min(_reach(one), _reach(two))
    first, second = {h for h in one if h <= reach}, {h for h in two if h <= reach}
    return len(first & second) >= _COPY * max(1, min(len(first), len(second)))


def _reach(sketch: frozenset[int]) -> int:
    """Up to which hash the sketch is complete: one that is not full holds every shingle of its text."""
    return max(sketch) if len(sketch) >= _SKETCH else 2**32


def independent(evidence: Iterable[Evidence]) -> list[Evidence]:
    """One report for each voice: publishers that differ and are not near copies of each other, the earliest first."""
    voices: list[Evidence] = []
    for item in sorted(evidence, key=lambda e: e.order):
        if not any(_one_voice(item, voice) for voice in voices):
            voices.append(item)
    return voices


def several(evidence: Iterable[Evidence]) -> bool:
    """Whether there is more than one independent voice: one that the earliest report does not speak for."""
    told = list(evidence)
    if len(told) < 2:
        return False
    first = min(told, key=by_order)
    return any(not _one_voice(item, first) for item in told if item is not first)


def _one_voice(a: Evidence, b: Evidence) -> bool:
    return a.publisher.casefold() == b.publisher.casefold() or near_copy(a.fingerprint, b.fingerprint)


def trust(evidence: Sequence[Evidence]) -> Trust:
    """Confirmed by an official source or two independent ones, reported by one of tier 2, else unconfirmed."""
    if any(e.tier == 1 for e in evidence) or several(evidence):
        return Trust.CONFIRMED
    return Trust.REPORTED if any(e.tier == 2 for e in evidence) else Trust.UNCONFIRMED


def attested(evidence: Sequence[Evidence], rivals: Sequence[Evidence]) -> Trust:
    """The trust of a version whose value rivals contest: contested until one side alone is confirmed."""
    own = trust(evidence)
    if rivals and (own is not Trust.CONFIRMED or trust(rivals) is Trust.CONFIRMED):
        return Trust.CONTESTED
    return own
