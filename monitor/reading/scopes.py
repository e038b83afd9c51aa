"""What a term covers: cars, steel, everything. Words for goods and sectors in a text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from config.vocabulary import Back, Vocabulary
from monitor.reading import context
from monitor.reading.companies import CompanyMention
from monitor.reading.context import Contexts
from monitor.reading.scan import Entry, Hit, Scan
from monitor.reading.spans import Spans

LAYER = "scope"


class ScopeMention(NamedTuple):
    """`text[start:end]` names the scope. `weak`: the word often means something else ("overall", "components")."""

    start: int
    end: int
    scope: str
    weak: bool = False


@dataclass(frozen=True, slots=True)
class _Word:
    scope: str
    phrase: str = field(compare=False)
    weak: bool


def entries(vocabulary: Vocabulary) -> Iterator[Entry]:
    """Everything the scanner must look for so that `scopes` can tell the goods of a text."""
    for code, scope in vocabulary.scopes.items():
        yield from (Entry(p.text, LAYER, _Word(code, p.text, p.weak)) for p in scope.words)
    yield from (Entry(back.phrase, LAYER, back) for back in vocabulary.back)
    yield from (Entry(phrase.text, LAYER, None) for phrase in vocabulary.no_scope)
    yield from context.entries(LAYER, vocabulary.scope_contexts)


def scopes(scan: Scan, vocabulary: Vocabulary, firms: Sequence[CompanyMention] = ()) -> tuple[ScopeMention, ...]:
    """Every mention of a scope, left to right; a word with two scopes gives two.

    Words that are only a part of a firm's name ("Nippon Steel") are left out. "The metal" means the one named last.
    """
    found: list[ScopeMention] = []
    last: dict[str, None] = {}
    named = Spans(firms)
    rules = Contexts(LAYER, vocabulary.scope_contexts, scan)
    for hit in scan.hits(LAYER):
        if named.holding(hit.start, hit.end) and not _is_goods(hit):
            continue
        if isinstance(hit.payload, Back):
            found.extend(_named_before(hit, hit.payload, last))
        elif isinstance(hit.payload, _Word):
            for mention in _resolve(hit, hit.payload, rules):
                found.append(mention)
                last.pop(mention.scope, None)
                last[mention.scope] = None
    return tuple(found)


def _is_goods(hit: Hit) -> bool:
    """A name that is a word for goods, too: "Boeing" is a firm and aircraft, but "Apple" is no fruit."""
    return isinstance(hit.payload, _Word) and hit.payload.phrase[0].isupper()


def _resolve(hit: Hit, word: _Word, rules: Contexts) -> Iterator[ScopeMention]:
    rule = rules.rule(word.phrase)
    if rule is None or rules.meant(rule, hit):
        yield ScopeMention(hit.start, hit.end, word.scope, word.weak)
    elif rule.otherwise:
        yield ScopeMention(hit.start, hit.end, rule.otherwise, True)


def _named_before(hit: Hit, back: Back, last: Mapping[str, None]) -> Iterator[ScopeMention]:
    """`last`: the scopes named so far, the latest at the end."""
    named = [scope for scope in reversed(list(last)) if scope in back.scopes]
    yield from (ScopeMention(hit.start, hit.end, scope) for scope in (named if back.all else named[:1]))
