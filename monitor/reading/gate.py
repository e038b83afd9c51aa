"""Whether an article can matter at all: a look of some microseconds that spares most of the news a reading.

An article passes that has a word for a tariff, or that has a figure or a word for trade and names two sides. The first
test is a handful of plain searches, which are faster over a page than any automaton; names are looked for behind it.
A text of a few lines passes with less.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import ahocorasick

from config.vocabulary import Phrase, Vocabulary
from monitor.types import Article

#: A name as short as this must stand in its own case: "US" is no "us".
SHORT = 4
#: A text shorter than this, in characters, leaves much unsaid and is soon read: less is asked of it.
BRIEF = 600
#: How many jurisdictions make it a matter between states; one will do where it speaks of trade in figures.
SIDES = 2


class Gate:
    """Lets through what may be about a term. Immutable once built; safe to share between threads."""

    def __init__(self, vocabulary: Vocabulary, raw: Mapping[str, Any]) -> None:
        """`raw`: the language file; its section `gate` holds the stems, in lower case."""
        self._tariffs, self._trade, self._figures = (
            tuple(str(stem) for stem in raw["gate"][name]) for name in ("tariffs", "trade", "figures")
        )
        found: dict[str, dict[str | None, frozenset[str]]] = {}
        for phrase, codes in _names(vocabulary):
            key = phrase.lower()
            cased = phrase if len(phrase) <= SHORT and phrase != key else None
            meanings = found.setdefault(key, {})
            meanings[cased] = meanings.get(cased, frozenset()) | codes
        self._automaton = ahocorasick.Automaton()
        for key, meanings in found.items():
            self._automaton.add_word(key, (len(key), tuple(meanings.items())))
        self._automaton.make_automaton()

    def may_matter(self, article: Article) -> bool:
        """Whether the article can have a topic, a country or a claim. False is certain, true is not."""
        text = article.title + "\n" + article.text
        low = text.lower()
        if _any(self._tariffs, low):
            return True
        figures, trade = _any(self._figures, low), _any(self._trade, low)
        brief = len(text) < BRIEF
        if brief and (figures or trade):
            return True
        if not (brief or figures or trade):
            return False
        return self._named(article.source.name + "\n" + text, 1 if figures and trade else SIDES)

    def _named(self, text: str, least: int) -> bool:
        """Whether so many jurisdictions are named, the publisher's own and the homes of firms among them."""
        low = text.lower()
        if len(low) != len(text):
            return True  # some letters have a longer lower case, and places can't be compared
        codes: set[str] = set()
        for last, (size, meanings) in self._automaton.iter(low):
            start, end = last + 1 - size, last + 1
            if (start and low[start - 1].isalnum()) or low[end : end + 1].isalnum():
                continue
            for cased, named in meanings:
                if cased is None or cased == text[start:end]:
                    codes |= named
            if len(codes) >= least:
                return True
        return False


def _any(stems: tuple[str, ...], low: str) -> bool:
    for stem in stems:  # noqa: SIM110 - a loop is twice as fast as any() over a generator, and this is run on all news
        if stem in low:
            return True
    return False


def _names(vocabulary: Vocabulary) -> Iterator[tuple[str, frozenset[str]]]:
    """Every name with the codes that it stands for. A firm and its home are one side; blocs of several are more."""
    for code, known in vocabulary.jurisdictions.items():
        words: Iterable[Phrase] = (*known.names, *known.adjectives, *known.capitals, *known.bodies, *known.places)
        people = (alias for person in known.people for alias in person.aliases)
        for phrase in (*words, *people):
            yield phrase.text, frozenset((code,))
    for phrase, codes in vocabulary.groups:
        yield phrase.text, frozenset(codes)
    for company in vocabulary.companies:
        for phrase in company.aliases:
            yield phrase.text, frozenset((company.country or company.name,))
