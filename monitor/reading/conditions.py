"""What a term hangs on: "if …", "unless … by 1 August", "in exchange for …", verbatim from the text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from config.words import Status
from monitor.reading.lexicon import entries
from monitor.reading.scan import Entry
from monitor.reading.stated import BRACKETS, MARKS, QUOTES, Page, Stated, Words

CONDITION = "condition"
#: Tokens between a condition and its figure, and of a condition at most.
REACH, LONGEST = 26, 40
#: What can be the first of a list: "if Japan, Korea and the EU …".
NAMES = frozenset(("<place>", "<scope>", "<firm>", "<figure>"))
#: What closes a condition that leads its sentence; without it nobody knows where the main clause begins.
CLOSES = frozenset((",", "—"))
#: Tokens behind a comma in which a list goes on: "oil, gas and arms".
LISTED = 4


@dataclass(frozen=True)
class Conditions:
    """Finds conditions. Built once from the words of a language."""

    joins: frozenset[str]
    #: Words that end a condition; before `clean_ends` it is whole.
    ends: frozenset[str]
    clean_ends: frozenset[str]
    opens: frozenset[str]
    leads: frozenset[str]

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> Conditions:
        """From `condition` of a language's relations."""
        return cls(*(frozenset(map(str, raw[name])) for name in ("joins", "ends", "clean_ends", "opens", "leads")))

    @staticmethod
    def entries(raw: Mapping[str, Any]) -> Iterator[Entry]:
        """The phrases to scan for; what only looks like one takes up its place."""
        for name in ("clauses", "nouns"):
            yield from entries(raw[name], CONDITION, name)
        yield from entries(raw["not"], CONDITION, None)

    def read(self, page: Page) -> dict[int, str]:
        """The condition of each figure's term that has one, by the figure's index. Two of one figure are none."""
        spans: list[tuple[Words, int]] = []
        for words in page.words(CONDITION):
            if not spans or words.first >= spans[-1][1]:  # a condition within a condition is a part of it
                stop = self._end(page, words)
                spans += [(words, stop)] if stop is not None else []
        inside = {f.index for f in page.figures for words, stop in spans if words.first <= f.first < stop}
        found: dict[int, list[str]] = {}
        for words, stop in spans:
            text = page.a.doc.body[page.a.doc.tokens[words.first].start : page.a.doc.tokens[stop - 1].end]
            for figure in self._owners(page, words, stop):
                if figure.index not in inside and figure.claim.status is not Status.ENDED:
                    found.setdefault(figure.index, []).append(" ".join(text.split()))
        return {index: texts[0] for index, texts in found.items() if len(texts) == 1}

    def _end(self, page: Page, words: Words) -> int | None:
        """The token behind a condition: where its clause ends. None where that is not clear within reason."""
        _, end = page.sentence(words.first)
        norms, grammar = page.a.doc.norms, page.a.grammar
        verb = nouns = words.meaning == "nouns"
        k = words.last
        while k < end and k - words.first <= LONGEST and not self._over(page, k, verb, nouns, end):
            if norms[k] in self.ends and norms[k] not in self.clean_ends:
                return None  # "unless it yields he said": where the comma is missing, nobody knows where it ends
            verb = verb or page.is_verb(k)
            k += 1
        while norms[k - 1] == ",":
            k -= 1
        if not 2 <= k - words.last <= LONGEST or not (verb or self._clear(page, words.last, k)):
            return None
        last = norms[k - 1]
        torn = last in grammar.determiners or last in grammar.prepositions or last in grammar.auxiliaries
        return None if torn else k

    def _clear(self, page: Page, first: int, last: int) -> bool:
        """Whether a stretch without a verb that we know can be a clause: "the talks stall", not "by 1 May steel"."""
        begins_within = page.a.doc.norms[first] in page.a.grammar.prepositions
        return not begins_within and "<figure>" not in page.a.shapes[first:last]

    def _over(self, page: Page, k: int, verb: bool, nouns: bool, end: int) -> bool:
        """Whether a condition ends before a token."""
        norm, shapes = page.a.doc.norms[k], page.a.shapes
        if norm in MARKS or norm in QUOTES or norm in BRACKETS or norm in self.clean_ends:
            return True
        if norm == ".":
            return k == end - 1
        if norm == ",":
            listed = shapes[k - 1] in NAMES
            if shapes[k + 1 : k + 2] == ["<figure>"] or (verb and not listed):
                return True
            return not self._goes_on(page, k) and (verb or not listed)
        # "if they come from Europe and 10 from Britain"; "in exchange for a promise, and that it is paid"
        behind = range(k + 1, min(end, k + 3))
        parted = "<figure>" in shapes[k + 1 : min(end, k + 3)] or (nouns and any(page.is_verb(j) for j in behind))
        return norm in self.joins and parted

    def _goes_on(self, page: Page, comma: int) -> bool:
        """Whether a list goes on behind a comma: a word that joins comes before any verb or figure."""
        _, end = page.sentence(comma)
        for k in range(comma + 1, min(end, comma + 1 + LISTED)):
            if page.a.doc.norms[k] in self.joins:
                return k > comma + 1
            if page.is_verb(k) or page.a.shapes[k] == "<figure>":
                return False
        return False

    def _owners(self, page: Page, words: Words, stop: int) -> list[Stated]:
        """The figures that a condition is about: where it leads its sentence, the list behind it; else the figure
        before it; else, between two commas, the one behind."""
        begin, end = page.sentence(words.first)
        norms = page.a.doc.norms
        if set(norms[begin : words.first]) <= self.leads:
            behind = page.right(stop, REACH) if stop < end and norms[stop] in CLOSES else None
            return page.run(behind) if behind else []
        left = page.left(words.first, REACH)
        if left:
            between = set(norms[left.last : words.first])
            # "to 15%, the lowest rate in Asia, in exchange for …": what is given for it can stand behind an aside
            aside = words.meaning == "nouns" and between.isdisjoint(self.joins)
            aside = aside and not any(page.is_verb(k) for k in range(left.last, words.first))
            return [left] if aside or page.one_statement(left.last, words.first, self.joins) else []
        enclosed = norms[words.first - 1] in self.opens and norms[stop : stop + 1] == [","]
        behind = page.right(stop, REACH) if enclosed else None
        return [behind] if behind else []
