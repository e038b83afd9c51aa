"""Whether an ambiguous phrase is meant: "Georgia" beside Savannah is no country, "drugs" beside cartels no goods."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from config.vocabulary import Context
from monitor.reading.scan import Entry, Hit, Scan


def layer(domain: str) -> str:
    """The scan layer that holds the deciding phrases of a domain's contexts; its hits may overlap."""
    return f"context of {domain}"


def entries(domain: str, contexts: Mapping[str, Context]) -> Iterator[Entry]:
    """The deciding phrases of all contexts, each once: its payload maps ambiguous phrases to True (for) or False."""
    verdicts: dict[str, dict[str, bool]] = {}
    for context in contexts.values():
        for phrase in context.opposes:
            verdicts.setdefault(phrase.text, {})[context.phrase] = False
        for phrase in context.supports:
            verdicts.setdefault(phrase.text, {})[context.phrase] = True
    return (Entry(phrase, layer(domain), tuple(verdict.items())) for phrase, verdict in verdicts.items())


def meant(domain: str, context: Context, hit: Hit, scan: Scan) -> bool:
    """Whether the hit of an ambiguous phrase means what its entry says, by the words around it."""
    near = {
        verdict
        for other in scan.hits(layer(domain))
        if _near(other, hit, context.within) and isinstance(other.payload, tuple)
        for phrase, verdict in other.payload
        if phrase == context.phrase
    }
    if True in near:
        return True
    if near or (context.given_name and _given_name(scan.text, hit.end)):
        return False
    return context.default


def _near(other: Hit, hit: Hit, within: int | None) -> bool:
    """Whether the other stands close enough, and is not a part of the ambiguous phrase itself."""
    if other.start >= hit.start and other.end <= hit.end:
        return False
    return within is None or max(other.start - hit.end, hit.start - other.end) <= within


def _given_name(text: str, end: int) -> bool:
    """Whether one capitalised word follows at once; two of them are a headline in capitals, not a surname."""
    words = text[end : end + 60].split(" ", 3)
    follow = [word[:1].isupper() for word in words[1:3]] if words[0] == "" else []
    return bool(follow) and follow[0] and not (len(follow) > 1 and follow[1])
