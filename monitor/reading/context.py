"""Whether an ambiguous phrase is meant: "Georgia" beside Savannah is no country, "drugs" beside cartels no goods."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from config.vocabulary import Context
from monitor.reading.scan import Entry, Hit, Scan


def layer(domain: str, phrase: str) -> str:
    """The scan layer that holds the deciding phrases of one ambiguous phrase."""
    return f"context:{domain}:{phrase}"


def entries(domain: str, contexts: Mapping[str, Context]) -> Iterable[Entry]:
    """The deciding phrases of all contexts: payload True supports, False opposes."""
    for context in contexts.values():
        name = layer(domain, context.phrase)
        yield from (Entry(p.text, name, True) for p in context.supports)
        yield from (Entry(p.text, name, False) for p in context.opposes)


def meant(domain: str, context: Context, hit: Hit, scan: Scan) -> bool:
    """Whether the hit of an ambiguous phrase means what its entry says, by the words around it."""
    near = [h for h in scan.hits(layer(domain, context.phrase)) if _near(h, hit, context.within)]
    if any(h.payload is True for h in near):
        return True
    if near or (context.given_name and _given_name(scan.text, hit.end)):
        return False
    return context.default


def _near(other: Hit, hit: Hit, within: int | None) -> bool:
    return within is None or max(other.start - hit.end, hit.start - other.end) <= within


def _given_name(text: str, end: int) -> bool:
    """Whether one capitalised word follows at once; two of them are a headline in capitals, not a surname."""
    words = text[end : end + 60].split(" ", 3)
    follow = [word[:1].isupper() for word in words[1:3]] if words[0] == "" else []
    return bool(follow) and follow[0] and not (len(follow) > 1 and follow[1])
