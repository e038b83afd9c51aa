"""Whether two names mean one firm."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+")
#: Words of legal form and the like, which the press leaves out as it likes.
_FORM = frozenset(
    {"group", "corp", "corporation", "inc", "incorporated", "co", "company", "ltd", "limited", "plc", "ag", "sa", "nv"}
    | {"se", "holding", "holdings", "motor", "motors", "the", "and", "of", "international", "global"}
)


def words(name: str) -> frozenset[str]:
    """The words that tell a firm from another, folded: `Hyundai Motor Group` → {hyundai}."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold() or name.casefold()
    every = _WORD.findall(plain)
    return frozenset(w for w in every if w not in _FORM) or frozenset(every)


@lru_cache(maxsize=65_536)
def match(a: str | None, b: str | None) -> int:
    """How well two names fit: 3 the same words, 2 one's words among the other's, 1 one an acronym of the other, 0 not.

    A state's own term (None) fits only itself.
    """
    if a is None or b is None:
        return 3 if a is b else 0
    one, two = words(a), words(b)
    if one == two:
        return 3
    if one <= two or two <= one:
        return 2
    return 1 if _acronym(a, b) or _acronym(b, a) else 0


def _acronym(short: str, long: str) -> bool:
    """Whether the first letters of `long` begin with, or are, `short` (TSMC, Taiwan Semiconductor Manufacturing)."""
    initials = "".join(w[0] for w in _WORD.findall(long)).casefold()
    return len(short) >= 3 and short.isupper() and short.casefold() == initials[: len(short)]
