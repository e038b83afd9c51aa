"""One pass over a text, and everything in it that the vocabulary knows by name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from config.vocabulary import Vocabulary
from monitor.reading import companies, jurisdictions, scopes
from monitor.reading.companies import CompanyMention
from monitor.reading.jurisdictions import Mention
from monitor.reading.scan import Entry, Scan, Scanner
from monitor.reading.scopes import ScopeMention


@dataclass(frozen=True, slots=True)
class Sighting:
    """The names in one text; `scan` holds the hits of every further layer that the recogniser was given."""

    scan: Scan
    mentions: tuple[Mention, ...]
    scopes: tuple[ScopeMention, ...]
    companies: tuple[CompanyMention, ...]


class Recogniser:
    """Finds jurisdictions, scopes and companies. Immutable once built; safe to share between threads."""

    def __init__(self, vocabulary: Vocabulary, further: Iterable[Entry] = ()) -> None:
        """`further`: entries of layers of the caller's own, found in the same pass."""
        self._vocabulary = vocabulary
        self._scanner = Scanner(
            [
                *jurisdictions.entries(vocabulary),
                *scopes.entries(vocabulary),
                *companies.entries(vocabulary),
                *further,
            ]
        )

    def look(self, text: str, published: date) -> Sighting:
        """All names in the text, each list in order of place. `published` decides who is in office."""
        scan = self._scanner.scan(text)
        firms = companies.companies(scan, self._vocabulary)
        goods = scopes.scopes(scan, self._vocabulary, firms)
        places = jurisdictions.mentions(scan, self._vocabulary, published)
        inside = [m for m in places if not any(f.start <= m.start and m.end <= f.end for f in firms)]
        return Sighting(scan, tuple(inside), goods, firms)
