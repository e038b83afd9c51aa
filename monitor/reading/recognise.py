"""One pass over a text, and everything in it that the vocabulary knows by name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from config.vocabulary import Vocabulary
from monitor.reading import companies, context, jurisdictions, scopes
from monitor.reading.companies import CompanyMention
from monitor.reading.jurisdictions import Mention
from monitor.reading.scan import Entry, Scan, Scanner
from monitor.reading.scopes import ScopeMention
from monitor.reading.spans import Spans


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
        own = (*jurisdictions.entries(vocabulary), *scopes.entries(vocabulary), *companies.entries(vocabulary))
        contexts = (context.layer(domain) for domain in (jurisdictions.LAYER, scopes.LAYER, companies.LAYER))
        self._scanner = Scanner((*own, *further), overlapping=contexts)

    def look(self, text: str, published: date) -> Sighting:
        """All names in the text, each list in order of place. `published` decides who is in office.

        Where one name stands inside another, the outer one is meant: no country in "Air India", no firm in "Doug
        Ford", no goods in "Nippon Steel".
        """
        scan = self._scanner.scan(text)
        places = jurisdictions.mentions(scan, self._vocabulary, published)
        people = Spans(m for m in places if m.person is not None)
        firms = companies.companies(scan, self._vocabulary, people)
        goods = scopes.scopes(scan, self._vocabulary, firms)
        named = Spans(firms)
        return Sighting(
            scan=scan,
            mentions=tuple(m for m in places if not named.holding(m.start, m.end)),
            scopes=tuple(s for s in goods if not people.holding(s.start, s.end)),
            companies=firms,
        )
