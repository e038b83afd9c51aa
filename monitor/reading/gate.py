"""Whether an article can matter at all: a look of some microseconds that spares most of the news a reading.

An article passes that has a word for a tariff, or that has a figure or a word for trade and names two sides. The first
test is one pass for a handful of stems; names are looked for in a second, by the few articles that need it.
A text of a few lines passes with less.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ahocorasick_rs import AhoCorasick

from config.vocabulary import Phrase, Vocabulary
from monitor.reading.scan import encodable
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
        stems = [(str(stem), name) for name in ("tariffs", "trade", "figures") for stem in raw["gate"][name]]
        self._says = [name for _, name in stems]
        self._stems = AhoCorasick([stem for stem, _ in stems])
        found: dict[str, dict[str | None, frozenset[str]]] = {}
        for phrase, codes in _names(vocabulary):
            key = phrase.lower()
            cased = phrase if len(phrase) <= SHORT and phrase != key else None
            meanings = found.setdefault(key, {})
            meanings[cased] = meanings.get(cased, frozenset()) | codes
        self._meanings = [tuple(meanings.items()) for meanings in found.values()]
        self._names = AhoCorasick(list(found))

    def may_matter(self, article: Article) -> bool:
        """Whether the article can have a topic, a country or a claim. False is certain, true is not."""
        text = article.title + "\n" + article.text
        low = encodable(text.lower())
        says = {self._says[stem] for stem, _, _ in self._stems.find_matches_as_indexes(low)}
        if "tariffs" in says:
            return True
        figures, trade = "figures" in says, "trade" in says
        brief = len(text) < BRIEF
        if brief and (figures or trade):
            return True
        if not (brief or figures or trade):
            return False
        if len(low) != len(text):
            return True  # some letters have a longer lower case, and places can't be compared
        publisher = article.source.name
        codes = self._named(publisher, publisher.lower()) if publisher.isascii() else set()
        return len(codes | self._named(text, low)) >= (1 if figures and trade else SIDES)

    def _named(self, text: str, low: str) -> set[str]:
        """The jurisdictions that a text names, the homes of firms among them. `low`: the text in lower case."""
        codes: set[str] = set()
        for name, start, end in self._names.find_matches_as_indexes(low, overlapping=True):
            if (start and low[start - 1].isalnum()) or low[end : end + 1].isalnum():
                continue
            for cased, named in self._meanings[name]:
                if cased is None or cased == text[start:end]:
                    codes |= named
        return codes


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
