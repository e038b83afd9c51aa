"""The law that a term rests on: "Section 232", "IEEPA", "EO 14257", where the text ties it to the figure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from monitor.reading.lexicon import entries
from monitor.reading.scan import Entry
from monitor.reading.stated import Page, Stated, Words, ends_with, tokens

LAW, NUMBERED = "law", "numbered law"
#: Tokens between a law and its figure: where a word ties them, where they stand side by side, and at most.
TIED, BESIDE, REACH = 18, 6, 30
#: Tokens before a law in which a word can part it from the figure.
PARTED = 5
#: Digits of an act's number at least: "Executive Order 62" is another country's.
DIGITS = 4


@dataclass(frozen=True)
class Bases:
    """Finds laws. Built once from the words of a language."""

    not_behind: frozenset[tuple[str, ...]]
    behind_figure: frozenset[tuple[str, ...]]
    marks: frozenset[str]
    joins: frozenset[str]

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> Bases:
        """From `legal_basis` of a language's relations."""
        words = {name: frozenset(map(str, raw[name])) for name in ("number_marks", "joins")}
        return cls(tokens(raw["not_behind"]), tokens(raw["behind_figure"]), words["number_marks"], words["joins"])

    @staticmethod
    def entries(raw: Mapping[str, Any]) -> Iterator[Entry]:
        """The phrases to scan for: laws by kind and party, and what stands before the number of a numbered act."""
        for kind, parties in raw["laws"].items():
            for party, laws in parties.items():
                for name, phrases in laws.items():
                    yield from entries(phrases, f"{LAW} {kind} {party}", name)
        for party, acts in raw["numbered"].items():
            for name, phrases in acts.items():
                yield from entries(phrases, f"{NUMBERED} tariff {party}", name)

    def read(self, page: Page) -> dict[int, str]:
        """The law of each figure that has one, by the figure's index. Two laws of one figure are none."""
        out: dict[int, str] = {}
        for kind, party in sorted({(str(f.claim.kind), f.claim.party) for f in page.figures}):
            laws = page.words(f"{LAW} {kind} {party}")
            acts = [act for words in page.words(f"{NUMBERED} {kind} {party}") for act in self._numbered(page, words)]
            for found in (laws, acts):
                for index, names in self._owned(page, found, kind, party).items():
                    if len(names) == 1:
                        out.setdefault(index, names[0])
        return out

    def _numbered(self, page: Page, words: Words) -> Iterator[Words]:
        """The act with its number: "Executive Order No. 14257"."""
        norms = page.a.doc.norms
        at = words.last
        while at < len(norms) and at - words.last < 2 and norms[at] in self.marks:
            at += 1
        if at < len(norms) and norms[at].isdigit() and len(norms[at]) >= DIGITS:
            number = norms[at]
            if norms[at + 1 : at + 2] == ["/"] and norms[at + 2 : at + 3] and norms[at + 2].isdigit():
                number += f"/{norms[at + 2]}"
            yield Words(words.first, at + 1, f"{words.meaning} {number}")

    def _owned(self, page: Page, laws: Sequence[Words], kind: str, party: str) -> dict[int, list[str]]:
        """For each figure the laws that are tied to it."""
        out: dict[int, list[str]] = {}
        for law in laws:
            if ends_with_parting(page, law, self.not_behind):
                continue
            owner = self._owner(page, law)
            for figure in page.run(owner) if owner else ():
                if (str(figure.claim.kind), figure.claim.party) == (kind, party):
                    names = out.setdefault(figure.index, [])
                    if law.meaning not in names:
                        names.append(law.meaning)
        return out

    def _owner(self, page: Page, law: Words) -> Stated | None:
        """The figure that a law is tied to: the one before it ("25% under Section 232"), the one behind it
        ("the Section 232 duty of 25%"), or the only one near."""
        left, right = page.left(law.first, REACH), page.right(law.last, REACH)
        if left and not page.one_statement(left.last, law.first, self.joins):
            left = None
        if left and ends_with(page.before(law.first, 4), self.behind_figure) and law.first - left.last <= TIED:
            return left
        if left and right:
            near, far = law.first - left.last, right.first - law.last
            if near <= 2 < far:
                return left
            return right if far <= BESIDE and "," not in page.norms(law.last, right.first) else None
        return left or right


def ends_with_parting(page: Page, words: Words, parting: frozenset[tuple[str, ...]]) -> bool:
    """Whether one of the parting phrases stands just before the words: "on top of the Section 232 duty"."""
    before = page.before(words.first, PARTED)
    return any(ends_with(before[:stop], parting) for stop in range(len(before), max(0, len(before) - 3), -1))
