"""Everything the recognisers see in one article, on one page, with an index by token."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

from config.vocabulary import Vocabulary
from monitor.reading.companies import CompanyMention
from monitor.reading.dates import DateMention, DateReader
from monitor.reading.jurisdictions import Mention
from monitor.reading.lexicon import Lexicon, entries, lexicon
from monitor.reading.quantities import Quantity, quantities
from monitor.reading.recognise import Recogniser
from monitor.reading.scan import Entry
from monitor.reading.scopes import ScopeMention
from monitor.reading.text import Document, document
from monitor.types import Article

CUE_LAYER = "cue"
#: Figures of an article that are looked at, the first of it; a report that speaks of a tenth as many is a long one.
MOST_FIGURES = 300
#: What a function makes of an analysis.
#: What stands in a sentence.
Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Cue:
    """A word of the language file: where it stands (tokens) and the class it is in."""

    first: int
    last: int
    name: str


@dataclass(frozen=True, slots=True)
class Grammar:
    """The small words of a language that shallow parsing needs."""

    auxiliaries: frozenset[str] = frozenset()
    passives: frozenset[str] = frozenset()
    adverbs: frozenset[str] = frozenset()
    determiners: frozenset[str] = frozenset()
    prepositions: frozenset[str] = frozenset()
    #: What an infinitive begins with: "to".
    infinitives: frozenset[str] = frozenset()
    #: Prepositions by which goods are somebody's: "of".
    genitives: frozenset[str] = frozenset()
    #: Prepositions before the one whom a rate is for: "15% for Japan", "10% on Chinese goods".
    benefits: frozenset[str] = frozenset()
    #: What stands between a place and its figure where one is the other's: "India at 50%".
    joining: frozenset[str] = frozenset()
    relatives: frozenset[str] = frozenset()
    #: Words that stand for goods told before: "these", "both".
    pronouns: frozenset[str] = frozenset()
    #: Words before the figure that replaces another: "from 25% to 15%".
    goals: frozenset[str] = frozenset()
    #: What a share or a number of goods is counted in: "98% of lines", "221 products".
    counted: frozenset[str] = frozenset()
    #: Prepositions of place: "in".
    locatives: frozenset[str] = frozenset()
    #: "own", which makes nothing else of a phrase.
    owns: frozenset[str] = frozenset()
    #: Endings of a verb form that is never passive: "-ing".
    active_endings: tuple[str, ...] = ()

    @classmethod
    def of(cls, raw: Mapping[str, list[str]]) -> Grammar:
        """From the `grammar` section of a language file."""
        sets = {name: frozenset(map(str, words)) for name, words in raw.items() if name != "active_endings"}
        return cls(**sets, active_endings=tuple(raw["active_endings"]))


@dataclass(frozen=True)
class Analysis:
    """One article, recognised. All offsets are into `doc.body`."""

    doc: Document
    published: date
    tier: int
    quantities: tuple[Quantity, ...]
    dates: tuple[DateMention, ...]
    mentions: tuple[Mention, ...]
    scopes: tuple[ScopeMention, ...]
    companies: tuple[CompanyMention, ...]
    cues: tuple[Cue, ...]
    #: Codes of the publisher's own name: "Korea Herald" is KR.
    home: tuple[str, ...] = ()
    #: Words and marks that join the members of a list.
    joins: frozenset[str] = frozenset()
    #: The language's small words.
    grammar: Grammar = Grammar()
    #: Scopes that are a part of another: LNG of energy.
    wholes: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def classes(self) -> list[tuple[str, ...]]:
        """For each token the cue classes of the phrases it belongs to."""
        out: list[list[str]] = [[] for _ in self.doc.tokens]
        for cue in self.cues:
            for index in range(cue.first, cue.last):
                out[index].append(cue.name)
        return [tuple(names) for names in out]

    @cached_property
    def shapes(self) -> list[str]:
        """For each token its word, or what it is a part of: a figure, a jurisdiction, a scope, a firm, a date."""
        out = [token.norm for token in self.doc.tokens]
        for mark, spans in (
            ("<date>", self.dates),
            ("<scope>", self.scopes),
            ("<firm>", self.companies),
            ("<place>", self.mentions),
            ("<figure>", [q for q in self.quantities if q.family not in ("zero", "removal", "multiple")]),
        ):
            for span in spans:
                for index in range(*self.doc.reach(span)):
                    out[index] = mark
        return out

    @cached_property
    def places_in(self) -> list[list[Place]]:
        """For each sentence the places that it names, in order."""
        return self.by_sentence(self.places, lambda place: place.first)

    @cached_property
    def figures_in(self) -> list[list[int]]:
        """For each sentence the indices of its figures, in order."""
        return self.by_sentence(range(len(self.quantities)), lambda i: self.doc.at(self.quantities[i].start))

    @cached_property
    def dates_in(self) -> list[list[DateMention]]:
        """For each sentence the dates that it names, in order."""
        return self.by_sentence(self.dates, lambda date: self.doc.at(date.start))

    @cached_property
    def companies_in(self) -> list[list[CompanyMention]]:
        """For each sentence the firms that it names, in order."""
        return self.by_sentence(self.companies, lambda company: self.doc.at(company.start))

    def by_sentence(self, things: Iterable[Thing], token: Callable[[Thing], int]) -> list[list[Thing]]:
        """Things sorted into the sentences that they begin in. `token`: the token at which one begins."""
        out: list[list[Thing]] = [[] for _ in self.doc.sentences]
        sentence_of = self.doc.sentence_of
        for thing in things:
            out[sentence_of[token(thing)]].append(thing)
        return out

    @cached_property
    def title_classes(self) -> frozenset[str]:
        """Cue classes in the title."""
        return self.sentence_classes(0)

    @cached_property
    def document_classes(self) -> Mapping[str, int]:
        """Cue classes of the whole article with how often each stands in it."""
        counts: dict[str, int] = {}
        for cue in self.cues:
            counts[cue.name] = counts.get(cue.name, 0) + 1
        return counts

    def sentence_classes(self, sentence: int) -> frozenset[str]:
        """Cue classes in a sentence; 0 is the title."""
        return self._sentence_classes[sentence] if self.doc.sentences else frozenset()

    @cached_property
    def _sentence_classes(self) -> list[frozenset[str]]:
        classes = self.classes
        return [
            frozenset(name for found in classes[first:last] for name in found) for first, last in self.doc.sentences
        ]

    @cached_property
    def removals(self) -> frozenset[int]:
        """The tokens of verbs that take a rate away."""
        return frozenset(self.doc.at(q.start) for q in self.quantities if q.family == "removal")

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Mentions of jurisdictions and of firms at home in one, as token spans in order."""
        spans = [Place(*self.doc.reach(m), m.code, m.kind.value, m.possessive, m.weak) for m in self.mentions if m.code]
        spans += [Place(*self.doc.reach(c), c.country, "firm", c.possessive, True) for c in self.companies if c.country]
        return listed(sorted(spans, key=lambda place: (place.first, place.last)), self)


@dataclass(frozen=True, slots=True)
class Place:
    """A jurisdiction where it is mentioned: tokens, its code, and by what kind of word."""

    first: int
    last: int
    code: str
    kind: str
    possessive: bool
    weak: bool
    #: The list that it is told in: "the EU, Japan and Korea". Tokens, and the codes in order.
    list_first: int = -1
    list_last: int = -1
    members: tuple[str, ...] = ()


#: Kinds of mention that can stand in one list.
LISTABLE = frozenset(("name", "bloc", "group", "capital"))


def listed(places: Sequence[Place], a: Analysis) -> tuple[Place, ...]:
    """The places with the list that each is told in; one that is told alone is its own list."""
    runs: list[list[Place]] = []
    for place in places:
        last = runs[-1][-1] if runs else None
        if last and place.kind != "firm" != last.kind:
            gap = [a.doc.tokens[k].norm for k in range(last.last, place.first)]
            leads = a.doc.tokens[runs[-1][0].first - 1].norm if runs[-1][0].first else ""
            if len(gap) > 1 and leads in a.grammar.prepositions:
                gap = [norm for norm in gap if norm != leads]  # "for Japan and for Malaysia"
            same_form = place.kind == last.kind or {place.kind, last.kind} <= LISTABLE
            if place.first < last.last or (gap and same_form and len(gap) <= 4 and set(gap) <= a.joins):
                runs[-1].append(place)
                continue
        runs.append([place])
    return tuple(
        replace(
            place,
            list_first=run[0].first,
            list_last=max(p.last for p in run),
            members=tuple(dict.fromkeys(p.code for p in run)),
        )
        for run in runs
        for place in run
    )


class Analyst:
    """Runs all recognisers of one language over articles."""

    def __init__(self, vocabulary: Vocabulary, raw: Mapping[str, Any]) -> None:
        self.lexicon: Lexicon = lexicon(raw)
        self._dates = DateReader(raw)
        self._grammar = Grammar.of(raw["grammar"])
        self._wholes = {code: scope.part_of for code, scope in vocabulary.scopes.items() if scope.part_of}
        self._joins = frozenset(str(word) for word in raw["joins"])
        self._recogniser = Recogniser(vocabulary, further=list(_cue_entries(raw["cues"])))

    def analyse(self, article: Article) -> Analysis:
        """Everything the recognisers see in an article."""
        doc = document(article.title, article.text, self.lexicon.abbreviations)
        published = article.published.date()
        sighting = self._recogniser.look(doc.body, published)
        cues = tuple(Cue(*doc.reach(hit), str(hit.payload)) for hit in sighting.scan.hits(CUE_LAYER))
        source = self._recogniser.look(article.source.name, published)
        return Analysis(
            doc=doc,
            published=published,
            tier=article.source.tier,
            quantities=tuple(quantities(doc, self.lexicon))[:MOST_FIGURES],
            dates=tuple(self._dates.dates(doc.body, published)),
            mentions=sighting.mentions,
            scopes=sighting.scopes,
            companies=sighting.companies,
            cues=cues,
            joins=self._joins,
            grammar=self._grammar,
            wholes=self._wholes,
            home=tuple(dict.fromkeys(m.code for m in source.mentions)),
        )


def _cue_entries(cues: Mapping[str, list[str]]) -> Iterator[Entry]:
    for name, phrases in cues.items():
        yield from entries(phrases, CUE_LAYER, name)
