"""Whether an ambiguous phrase is meant: "Georgia" beside Savannah is no country, "drugs" beside cartels no goods."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from config.vocabulary import Context
from monitor.reading.scan import Entry, Hit, Scan

#: A deciding phrase is no longer than this, in characters.
_LONGEST = 80


def layer(domain: str) -> str:
    """The scan layer that holds the deciding phrases of a domain's contexts; its hits may overlap."""
    return f"context of {domain}"


def entries(domain: str, contexts: Mapping[str, Context]) -> Iterator[Entry]:
    """The deciding phrases of all contexts, each once: its payload pairs ambiguous phrases with True (for) or False."""
    verdicts: dict[str, dict[str, bool]] = {}
    for context in contexts.values():
        for phrase in context.opposes:
            verdicts.setdefault(phrase.text, {})[context.phrase] = False
        for phrase in context.supports:
            verdicts.setdefault(phrase.text, {})[context.phrase] = True
    return (Entry(phrase, layer(domain), tuple(verdict.items())) for phrase, verdict in verdicts.items())


class Contexts:
    """The contexts of a domain over one text."""

    def __init__(self, domain: str, contexts: Mapping[str, Context], scan: Scan) -> None:
        self._contexts = contexts
        self._text = scan.text
        self._hits = scan.hits(layer(domain))
        self._signs: dict[tuple[str, bool], list[tuple[int, int]]] | None = None

    def rule(self, phrase: str) -> Context | None:
        """What decides about the phrase, or None where it is not ambiguous."""
        return self._contexts.get(phrase)

    def meant(self, context: Context, hit: Hit) -> bool:
        """Whether the hit of an ambiguous phrase means what its entry says, by the words around it."""
        if self._sign(context, hit, True):
            return True
        if self._sign(context, hit, False) or (context.given_name and _given_name(self._text, hit.end)):
            return False
        return context.default

    def _sign(self, context: Context, hit: Hit, verdict: bool) -> bool:
        """Whether a phrase that decides so stands close enough, and is not a part of the ambiguous phrase itself."""
        if self._signs is None:
            self._signs = _index(self._hits)
        spans = self._signs.get((context.phrase, verdict), ())
        if not spans or context.within is None:
            return any(start < hit.start or end > hit.end for start, end in spans)
        first = bisect_left(spans, (hit.start - context.within - _LONGEST, 0))
        for start, end in spans[first : bisect_left(spans, (hit.end + context.within + 1, 0))]:
            if hit.start - end <= context.within and (start < hit.start or end > hit.end):
                return True
        return False


def _index(hits: Sequence[Hit]) -> dict[tuple[str, bool], list[tuple[int, int]]]:
    """Where the deciding phrases stand, by ambiguous phrase and verdict."""
    signs: dict[tuple[str, bool], list[tuple[int, int]]] = defaultdict(list)
    for hit in hits:
        assert isinstance(hit.payload, tuple)
        for key in hit.payload:
            signs[key].append((hit.start, hit.end))
    return signs


def _given_name(text: str, end: int) -> bool:
    """Whether one capitalised word follows at once; two of them are a headline in capitals, not a surname."""
    words = text[end : end + 60].split(" ", 3)
    follow = [word[:1].isupper() for word in words[1:3]] if words[0] == "" else []
    return bool(follow) and follow[0] and not (len(follow) > 1 and follow[1])
