"""What the encoder made of all terms of an article: what one figure leaves open, others may tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from monitor.reading.encoder import Pair, Term


@dataclass(frozen=True)
class Overview:
    """The terms of an article by figure, and what they have in common."""

    terms: Mapping[int, Term]
    #: How likely each code is one of the article's countries.
    countries: Mapping[str, float]
    #: The shares that all terms together give a pair of sides.
    sides: Mapping[Pair, float]
    #: Of how many terms each status is the likeliest.
    statuses: Mapping[str, int]

    @classmethod
    def of(cls, terms: Mapping[int, Term], countries: Mapping[str, float]) -> Overview:
        """The overview of an article's terms."""
        sides = Counter[Pair]()
        for term in terms.values():
            sides.update(term.pairs)  # shares add up
        return cls(terms, countries, sides, Counter(term.status for term in terms.values()))

    def share(self, pair: Pair) -> float:
        """How large a part of all terms a pair is told of."""
        return self.sides.get(pair, 0.0) / max(1, len(self.terms))
