"""The figures of an article that became claims, as places in its text, with the words of relation around them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from typing import Generic, Protocol, TypeVar

from monitor.reading.analysis import Analysis
from monitor.reading.lexicon import written_out
from monitor.reading.scan import Scan
from monitor.reading.text import TOKEN
from monitor.types import Claim

#: Marks that no relation reaches across.
MARKS = frozenset((";", ":", "—", "\n", "!", "?"))
BRACKETS = frozenset(("(", ")"))
QUOTES = frozenset(('"',))
#: Figures that a relation of their list is given to at most.
LONGEST_LIST = 40
#: Figures of these families part nothing: they are a year's length, or a word.
THROUGH = frozenset(("years", "multiple", "removal"))
#: Shapes that a list of figures is made of, beside small words; how far back its head is looked for, in figures.
NOUNS = frozenset(("<place>", "<scope>", "<figure>", "<firm>"))
FIGURES = 30
#: Cue classes whose words are mostly verbs, the most telling first.
VERBAL = (
    "impose",
    "bear",
    "invest",
    "buy",
    "cut",
    "raise",
    "suspended",
    "ended",
    "rejected",
    "demanded",
    "threatened",
    "proposed",
    "ordered",
    "agreed",
)


@dataclass(frozen=True, slots=True)
class Words:
    """Words that were looked for, where they stand (tokens), and what they mean."""

    first: int
    last: int
    meaning: str


class Placed(Protocol):
    """Anything that begins at a token."""

    @property
    def first(self) -> int: ...


P = TypeVar("P", bound=Placed)


class Row(Generic[P]):
    """Things in order of place, of which a stretch is found by bisection: a long article costs no more per word."""

    def __init__(self, items: Iterable[P]) -> None:
        self.items = sorted(items, key=lambda item: item.first)
        self._firsts = [item.first for item in self.items]

    def between(self, first: int, last: int) -> list[P]:
        """Those that begin from `first` on and before `last`."""
        return self.items[bisect_left(self._firsts, first) : bisect_left(self._firsts, last)]

    def before(self, token: int) -> P | None:
        """The last that begins before a token."""
        place = bisect_left(self._firsts, token)
        return self.items[place - 1] if place else None

    def behind(self, token: int) -> P | None:
        """The first that begins at a token or behind it."""
        place = bisect_left(self._firsts, token)
        return self.items[place] if place < len(self.items) else None


@dataclass(frozen=True, slots=True)
class Stated:
    """A figure that became claims: its tokens, its sentence, the first figure of the list that it stands in."""

    index: int
    first: int
    last: int
    sentence: int
    head: int
    claims: tuple[Claim, ...]

    @property
    def claim(self) -> Claim:
        """The first of its claims; all of them share everything but sides and scope."""
        return self.claims[0]


@dataclass(frozen=True)
class Scanned:
    """One article with the words that were looked for in it, by layer."""

    a: Analysis
    scan: Scan
    _rows: dict[str, Row[Words]] = field(default_factory=dict, repr=False, compare=False, kw_only=True)

    def words(self, layer: str) -> list[Words]:
        """The words of a layer, in order."""
        return self.row(layer).items

    def row(self, layer: str) -> Row[Words]:
        """The words of a layer, to be looked up by place."""
        if layer not in self._rows:
            hits = self.scan.hits(layer)
            self._rows[layer] = Row(Words(*self.a.doc.reach(hit), str(hit.payload)) for hit in hits)
        return self._rows[layer]


@dataclass(frozen=True)
class Page(Scanned):
    """One article's claims and words of relation, by sentence."""

    figures: Sequence[Stated]
    #: Words that begin another statement.
    breaks: frozenset[str]

    @classmethod
    def of(cls, a: Analysis, scan: Scan, claims: Mapping[int, tuple[Claim, ...]], breaks: frozenset[str]) -> Page:
        """`claims` are those of each figure, by its index."""
        figures = []
        for index, own in sorted(claims.items()):
            first, last = a.doc.reach(a.quantities[index])
            figures.append(Stated(index, first, last, a.doc.sentence_of[first], run_head(a, index), own))
        return cls(a, scan, figures, breaks)

    @cached_property
    def _by_sentence(self) -> Mapping[int, list[Stated]]:
        return {number: list(group) for number, group in groupby(self.figures, key=lambda f: f.sentence)}

    @cached_property
    def _figures(self) -> Row[Stated]:
        return Row(self.figures)

    @cached_property
    def _runs(self) -> Mapping[int, list[Stated]]:
        out: dict[int, list[Stated]] = {}
        for figure in self.figures:
            out.setdefault(figure.head, []).append(figure)
        return out

    @cached_property
    def _walls(self) -> frozenset[int]:
        """The first tokens of figures that are no claim: what stands behind them is theirs."""
        known = {f.index for f in self.figures}
        older = {(f.sentence, value) for f in self.figures for value in (f.claim.previous, f.claim.high)}
        return frozenset(
            at
            for index, q in enumerate(self.a.quantities)
            if index not in known and q.family not in THROUGH
            for at in (self.a.doc.at(q.start),)
            if (self.a.doc.sentence_of[at], q.value) not in older
        )

    def in_sentence(self, sentence: int) -> list[Stated]:
        """The stated figures of a sentence, in order."""
        return self._by_sentence.get(sentence, [])

    def norms(self, first: int, last: int) -> list[str]:
        """The lower-case tokens of a stretch."""
        return self.a.doc.norms[first:last]

    def sentence(self, token: int) -> tuple[int, int]:
        """The first token of the sentence that a token stands in, and the one behind its last."""
        return self.a.doc.sentences[self.a.doc.sentence_of[token]]

    def left(self, token: int, reach: int) -> Stated | None:
        """The last stated figure before a token, in its sentence, with no other figure and no mark between."""
        found = self._figures.before(token)
        if found is None or found.last > token or found.sentence != self.a.doc.sentence_of[token]:
            return None
        return found if self.open(found.last, token, reach) else None

    def right(self, token: int, reach: int) -> Stated | None:
        """The first stated figure from a token on, in the sentence of the one before it, with nothing between."""
        found = self._figures.behind(token)
        if found is None or found.sentence != self.a.doc.sentence_of[token - 1]:
            return None
        return found if self.open(token, found.first, reach) else None

    def open(self, first: int, last: int, reach: int) -> bool:
        """Whether a stretch is at most so long and holds no figure of something else, no mark, no new statement."""
        if last - first > reach:
            return False
        return not any(
            k in self._walls or norm in MARKS or norm in BRACKETS or norm in self.breaks or self._full_stop(k)
            for k, norm in zip(range(first, last), self.norms(first, last), strict=True)
        )

    def _full_stop(self, k: int) -> bool:
        """Whether a dot within a sentence ends one after all: "… is China's. The office …"."""
        norms = self.a.doc.norms
        return norms[k] == "." and k > 0 and "'" in norms[k - 1]

    def run(self, figure: Stated) -> list[Stated]:
        """All stated figures of the list that one stands in, at most `LONGEST_LIST`."""
        return self._runs[figure.head][:LONGEST_LIST]

    def told_with(self, figure: Stated, joins: frozenset[str]) -> list[Stated]:
        """The figure with those that a word joins to it from before: "25 on bourbon and 30 on aircraft"."""
        found = [figure]
        for other in reversed(self.run(figure)):
            if other.last <= found[0].first:
                between = self.norms(other.last, found[0].first)
                # "A, B and C": behind the first joint a comma joins too
                if joins.isdisjoint(between) and not (len(found) > 1 and "," in between):
                    break
                found.insert(0, other)
        return found

    def one_statement(self, first: int, last: int, joins: frozenset[str]) -> bool:
        """Whether a stretch belongs to one statement: a comma only at its end, no verb behind a word that joins."""
        norms = self.norms(first, last)
        if "," in norms[:-1]:
            return False
        joint = next((first + k for k, norm in enumerate(norms) if norm in joins), last)
        return not any(self.is_verb(k) for k in range(joint, last))

    def is_verb(self, k: int) -> bool:
        """Whether a token is a verb: an auxiliary, or a verbal cue word that nothing before it makes a noun."""
        a = self.a
        norm = a.doc.norms[k]
        if (norm in a.grammar.auxiliaries and norm != "to") or k in a.removals:
            return True
        before = a.doc.norms[k - 1] if k else ""
        noun = before in a.grammar.determiners or before in a.grammar.prepositions
        return not noun and any(name in VERBAL for name in a.classes[k]) and not a.shapes[k].startswith("<")

    def before(self, token: int, reach: int) -> list[str]:
        """Up to `reach` lower-case tokens before one, of its own sentence, the nearest last."""
        return self.norms(max(self.sentence(token)[0], token - reach), token)


def ends_with(norms: Sequence[str], phrases: Iterable[tuple[str, ...]]) -> bool:
    """Whether the tokens end with one of the phrases."""
    return any(len(p) <= len(norms) and tuple(norms[len(norms) - len(p) :]) == p for p in phrases)


def tokens(phrases: Iterable[str]) -> frozenset[tuple[str, ...]]:
    """Phrases of a language file as the tokens that they have in a document, alternatives written out."""
    return frozenset(tuple(TOKEN.findall(form.lower())) for form in written_out(phrases))


def holds(norms: Sequence[str], phrases: Iterable[tuple[str, ...]]) -> bool:
    """Whether one of the phrases stands among the tokens."""
    return any(tuple(norms[k : k + len(p)]) == p for p in phrases for k in range(len(norms) - len(p) + 1))


def run_head(a: Analysis, index: int) -> int:
    """The first figure of the list that a figure stands in: "46 per cent for Vietnam, 32 for Taiwan, 25 for Korea"."""
    small = a.joins | a.grammar.prepositions | a.grammar.determiners | BRACKETS
    head = index
    while head > max(0, index - FIGURES):
        stop, start = a.doc.reach(a.quantities[head - 1])[1], a.doc.reach(a.quantities[head])[0]
        if start - stop > 7 or a.doc.sentence_of[start] != a.doc.sentence_of[stop - 1]:
            break
        if not all(a.shapes[k] in NOUNS or a.doc.tokens[k].norm in small for k in range(stop, start)):
            break
        head -= 1
    return head
