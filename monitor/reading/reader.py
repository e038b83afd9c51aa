"""The doorway of reading: an article in, its topics, countries and claims out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

from config.vocabulary import raw_language, raw_words, vocabulary
from monitor.reading import classify
from monitor.reading.analysis import Analysis, Analyst
from monitor.reading.calibration import Calibration, calibration
from monitor.reading.claims import Assembler, merged
from monitor.reading.decision import Decision
from monitor.reading.gate import Gate
from monitor.reading.judgement import judged
from monitor.reading.models import Models, models
from monitor.reading.provisions import Provisions
from monitor.reading.relations import Relations, shared
from monitor.types import Article, Claim, Reading

#: Characters of an article that are read at most: some twenty-five pages. News is shorter; what is longer is an annex
#: or a table, and whoever sends it must not hold up the others.
LONGEST = 50_000
#: What an article that cannot matter says.
NOTHING = Reading()


@dataclass(frozen=True)
class Examination:
    """What each room made of an article, for `pactwatch explain`. The gate is passed by: all that is seen is shown."""

    analysis: Analysis
    decisions: tuple[Decision, ...]
    reading: Reading
    #: Characters at the end of a very long article that were left unread.
    unread: int = 0


@dataclass(frozen=True)
class Afterwards:
    """What is read by rules once the models have decided, and what their confidence is worth."""

    relations: Relations
    provisions: Provisions
    calibration: Calibration

    @classmethod
    def of(cls, language: str) -> Afterwards:
        """From the words and models of a language. Raises VocabularyError where it has none."""
        return cls(
            Relations.of(raw_words("relations", language), raw_language(language)["numbers"]),
            Provisions.of(raw_words("provisions", language)),
            calibration(language),
        )


class Reader:
    """Reads articles of one language. Pure; safe to share between threads."""

    def __init__(
        self, analyst: Analyst, trained: Models, gate: Gate | None = None, after: Afterwards | None = None
    ) -> None:
        """Without a `gate` every article is read in full; without `after` only what the models decide is read."""
        self._gate = gate
        self._analyst = analyst
        self._models = trained
        self._assembler = Assembler(trained)
        self._after = after

    @classmethod
    def of(cls, language: str = "en") -> Reader:
        """The reader of a language, built once per process. Raises VocabularyError where the language is not known."""
        return _reader(language)

    def read(self, article: Article, *, provisions: bool = False) -> Reading:
        """The article's topics, countries and claims; of one that the gate stops, none, and that in microseconds.

        With `provisions` the terms without a figure are among the claims, behind the others.
        """
        if self._gate is not None and not self._gate.may_matter(article):
            return NOTHING
        return self.examine(article, provisions=provisions).reading

    def examine(self, article: Article, *, provisions: bool = False) -> Examination:
        """The reading, with what each room made of the article on the way."""
        part = beginning(article)
        analysis = self._analyst.analyse(part)
        draft = self._assembler.draft(analysis)
        decisions = tuple(judged(analysis, draft, self._models))
        if self._after is not None:
            decisions = self._after.relations.told(analysis, decisions)
        claims = merged(shared([claim for decision in decisions for claim in decision.claims]), len(part.title))
        claims = tuple(_verbatim(article, claim) for claim in claims)
        topics = classify.topics(analysis, claims, draft.topics, self._models)
        claims = classify.fitting(claims, topics)
        countries = classify.countries(analysis, claims, topics, draft.countries, self._models)
        if self._after is not None:
            claims = tuple(replace(c, confidence=self._after.calibration(c.confidence)) for c in claims)
        reading = Reading(topics=topics, countries=countries, claims=claims)
        if provisions and self._after is not None:
            further = self._after.provisions.read(analysis, reading)
            reading = replace(reading, claims=(*claims, *(_verbatim(article, claim) for claim in further)))
        return Examination(analysis, decisions, reading, unread=len(article.text) - len(part.text))


def beginning(article: Article) -> Article:
    """The article itself, or, where it is longer than `LONGEST`, as many of its paragraphs as fit."""
    if len(article.text) <= LONGEST:
        return article
    cut = article.text.rfind("\n", LONGEST // 2, LONGEST)
    return replace(article, text=article.text[: cut if cut > 0 else LONGEST])


def _verbatim(article: Article, claim: Claim) -> Claim:
    """The quote as it stands in the article: the rooms work on a folded body of the same length."""
    body = article.title + "\n" + article.text
    return replace(claim, quote=body[claim.start : claim.end])


@cache
def _reader(language: str) -> Reader:
    base = language.split("-", maxsplit=1)[0].lower()
    known, raw = vocabulary(base), raw_language(base)
    return Reader(Analyst(known, raw), models(base), Gate(known, raw), Afterwards.of(base))
