"""The doorway of reading: an article in, its topics, countries and claims out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

from config.vocabulary import raw_language, vocabulary
from monitor.reading import classify
from monitor.reading.analysis import Analysis, Analyst
from monitor.reading.claims import Assembler, Decision, merged
from monitor.reading.models import Models, models
from monitor.types import Article, Claim, Reading


@dataclass(frozen=True)
class Examination:
    """What each room made of an article, for `pactwatch explain`."""

    analysis: Analysis
    decisions: tuple[Decision, ...]
    reading: Reading


class Reader:
    """Reads articles of one language. Pure; safe to share between threads."""

    def __init__(self, analyst: Analyst, trained: Models) -> None:
        self._analyst = analyst
        self._models = trained
        self._assembler = Assembler(trained)

    @classmethod
    def of(cls, language: str = "en") -> Reader:
        """The reader of a language, built once per process. Raises VocabularyError where the language is not known."""
        return _reader(language)

    def read(self, article: Article) -> Reading:
        """The article's topics, countries and claims."""
        return self.examine(article).reading

    def examine(self, article: Article) -> Examination:
        """The reading, with what each room made of the article on the way."""
        analysis = self._analyst.analyse(article)
        decisions = tuple(self._assembler.decide(analysis))
        claims = merged([claim for decision in decisions for claim in decision.claims])
        claims = tuple(_verbatim(article, claim) for claim in claims)
        topics = classify.topics(analysis, claims, self._models)
        countries = classify.countries(analysis, claims, topics, self._models)
        return Examination(analysis, decisions, Reading(topics=topics, countries=countries, claims=claims))


def _verbatim(article: Article, claim: Claim) -> Claim:
    """The quote as it stands in the article: the rooms work on a folded body of the same length."""
    body = article.title + "\n" + article.text
    return replace(claim, quote=body[claim.start : claim.end])


@cache
def _reader(language: str) -> Reader:
    base = language.split("-", maxsplit=1)[0].lower()
    return Reader(Analyst(vocabulary(base), raw_language(base)), models(base))
