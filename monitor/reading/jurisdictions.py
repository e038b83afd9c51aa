"""States and blocs in a text: by name, adjective, capital, ministry, person or place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from config.vocabulary import Person, Phrase, Vocabulary
from monitor.reading import context
from monitor.reading.context import Contexts
from monitor.reading.scan import Entry, Hit, Scan

LAYER = "jurisdiction"


class MentionKind(StrEnum):
    """By what sort of word a jurisdiction is meant."""

    NAME = "name"
    #: "Korean", and the people: "Koreans".
    ADJECTIVE = "adjective"
    #: A seat of government that acts, or a place where something happens: "Seoul".
    CAPITAL = "capital"
    #: A ministry, agency or office: "White House".
    BODY = "body"
    PERSON = "person"
    #: A region or city in it; weak.
    PLACE = "place"
    #: One of several that a phrase means together: "USMCA".
    GROUP = "group"
    #: "the bloc", of the bloc named last.
    BLOC = "bloc"


class Mention(NamedTuple):
    """`text[start:end]` means the jurisdiction `code`."""

    start: int
    end: int
    code: str
    kind: MentionKind
    #: Counts only beside other evidence: a place, somebody out of office, "Europe".
    weak: bool = False
    #: An 's follows: "Korea's".
    possessive: bool = False
    #: Whom the phrase names, where it is a person.
    person: str | None = None


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What a phrase of the vocabulary stands for."""

    codes: tuple[str, ...]
    kind: MentionKind
    phrase: str = field(compare=False)
    weak: bool = False
    person: Person | None = None


def entries(vocabulary: Vocabulary) -> Iterator[Entry]:
    """Everything the scanner must look for so that `mentions` can tell the jurisdictions of a text."""
    for code, known in vocabulary.jurisdictions.items():
        yield from _entries(code, MentionKind.NAME, known.names)
        yield from _entries(code, MentionKind.ADJECTIVE, known.adjectives)
        yield from _entries(code, MentionKind.CAPITAL, known.capitals)
        yield from _entries(code, MentionKind.BODY, known.bodies)
        yield from _entries(code, MentionKind.PLACE, (Phrase(p.text, True) for p in known.places))
        for person in known.people:
            for alias in person.aliases:
                yield Entry(alias.text, LAYER, _Meaning((code,), MentionKind.PERSON, alias.text, alias.weak, person))
    for phrase, codes in vocabulary.groups:
        yield Entry(phrase.text, LAYER, _Meaning(codes, MentionKind.GROUP, phrase.text, phrase.weak))
    yield from _entries("", MentionKind.BLOC, vocabulary.bloc_words)
    yield from (Entry(phrase.text, LAYER, None) for phrase in vocabulary.no_jurisdiction)
    yield from context.entries(LAYER, vocabulary.jurisdiction_contexts)


def _entries(code: str, kind: MentionKind, words: Iterable[Phrase]) -> Iterator[Entry]:
    return (Entry(p.text, LAYER, _Meaning((code,), kind, p.text, p.weak)) for p in words)


def mentions(scan: Scan, vocabulary: Vocabulary, published: date) -> tuple[Mention, ...]:
    """Every mention of a jurisdiction, left to right. A phrase that means several gives one mention each.

    `published` decides who is in office. Phrases whose context speaks against them are left out, or mean another
    jurisdiction where the vocabulary says which.
    """
    hits = scan.hits(LAYER)
    rules = Contexts(LAYER, vocabulary.jurisdiction_contexts, scan)
    named = {m.person.name for m in map(_meaning, hits) if m.person is not None and not m.weak}
    found: list[Mention] = []
    for hit in hits:
        meaning = _meaning(hit)
        if meaning.person is not None and meaning.weak and meaning.person.name not in named:
            continue
        found.extend(_resolve(hit, meaning, rules, published))
    return _blocs(_incumbents(found), vocabulary)


def _meaning(hit: Hit) -> _Meaning:
    assert isinstance(hit.payload, _Meaning)
    return hit.payload


def _resolve(hit: Hit, meaning: _Meaning, rules: Contexts, published: date) -> Iterator[Mention]:
    rule = rules.rule(meaning.phrase)
    if rule is not None and not rules.meant(rule, hit):
        if rule.otherwise:
            yield Mention(hit.start, hit.end, rule.otherwise, MentionKind.PLACE, True, hit.possessive)
        return
    person = meaning.person
    weak = meaning.weak if person is None else not person.in_office(published)
    for code in meaning.codes:
        name = person.name if person else None
        yield Mention(hit.start, hit.end, code, meaning.kind, weak, hit.possessive, name)


def _incumbents(found: list[Mention]) -> list[Mention]:
    """Where one name means several people ("President Lee"), those in office push out the others."""
    if not any(m.person is not None and m.weak for m in found):
        return found
    holders = {(m.start, m.end) for m in found if m.person is not None and not m.weak}
    return [m for m in found if m.person is None or not m.weak or (m.start, m.end) not in holders]


def _blocs(found: list[Mention], vocabulary: Vocabulary) -> tuple[Mention, ...]:
    """ "The bloc" is the one named last before it, else the first named after it, else nobody."""
    if all(m.kind is not MentionKind.BLOC for m in found):
        return tuple(found)
    named = [m for m in found if m.code and vocabulary.members(m.code)]
    resolved: list[Mention] = []
    last = named[0].code if named else ""
    for mention in found:
        if mention.kind is MentionKind.BLOC:
            if last:
                resolved.append(Mention(mention.start, mention.end, last, mention.kind, False, mention.possessive))
            continue
        if vocabulary.members(mention.code):
            last = mention.code
        resolved.append(mention)
    return tuple(resolved)


def codes_named(hit: Hit) -> tuple[str, ...]:
    """The codes that a hit of this layer means by name ("Korea"), none where it is an adjective, a person or a seat."""
    meaning = hit.payload
    return meaning.codes if isinstance(meaning, _Meaning) and meaning.kind is MentionKind.NAME else ()
