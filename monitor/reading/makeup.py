"""What a rate or a sum is made of: added to other duties or all in; in cash, equity, loans or guarantees."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from config.words import Kind
from monitor.reading.lexicon import entries
from monitor.reading.scan import Entry
from monitor.reading.stated import Page, Stated, Words, ends_with, tokens

RATE_LEFT, RATE_BESIDE, RATE_RIGHT, FORM = "rate before", "rate beside", "rate behind", "form of money"
#: Tokens between a word before the figure and the figure; between the figure and a word right behind it, or behind it.
BEFORE, BESIDE, BEHIND = 1, 2, 9
#: Tokens between a form of money and the sum behind it; and back to the sum, over far ties ("through") more.
AHEAD, NEAR, FAR = 4, 8, 18
#: Tokens before a form of money that can deny it.
DENIED = 3
MONEY = frozenset((Kind.INVESTMENT, Kind.ANNUAL_CAP))


@dataclass(frozen=True)
class RateTypes:
    """add_on, all_in, floor or replacement, by the words at a rate."""

    joins: frozenset[str]

    @staticmethod
    def entries(raw: Mapping[str, Any]) -> Iterator[Entry]:
        """The phrases to scan for; what only looks like one takes up its place."""
        for layer, side in ((RATE_LEFT, "left"), (RATE_BESIDE, "beside"), (RATE_RIGHT, "right")):
            for name, phrases in raw[side].items():
                yield from entries(phrases, layer, name)
            yield from entries(raw["not"], layer, None)

    def read(self, page: Page) -> dict[int, str]:
        """The type of each rate that is told one, by the figure's index. Two types of one rate are none."""
        found: dict[int, set[str]] = {}
        for words in page.words(RATE_LEFT):
            figure = page.right(words.last, BEFORE)
            if figure:
                found.setdefault(figure.index, set()).add(words.meaning)
        for layer, reach in ((RATE_BESIDE, BESIDE), (RATE_RIGHT, BEHIND)):
            for words in page.words(layer):
                figure = page.left(words.first, reach)
                if figure and not self._another(page, figure, words):
                    found.setdefault(figure.index, set()).add(words.meaning)
        rates = {f.index for f in page.figures if f.claim.kind is Kind.TARIFF and f.claim.value}
        return {index: next(iter(names)) for index, names in found.items() if index in rates and len(names) == 1}

    def _another(self, page: Page, figure: Stated, words: Words) -> bool:
        """Whether the words behind a figure speak of another rate: one joined to it, or one told right behind them."""
        joined = not self.joins.isdisjoint(page.norms(figure.last, words.first))
        return joined or page.right(words.last, 2) is not None


@dataclass(frozen=True)
class Instruments:
    """cash, equity, loan and guarantee, by the words that tie them to a sum."""

    ties: frozenset[tuple[str, ...]]
    far_ties: frozenset[tuple[str, ...]]
    leads: frozenset[str]
    joins: frozenset[str]
    negations: frozenset[tuple[str, ...]]
    #: Words behind a sum by which another one begins: "$250 billion, and as much again in credit".
    parts: frozenset[str]

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> Instruments:
        """From `instrument` of a language's relations."""
        singles = {part for phrase in tokens(raw["leads"]) for part in phrase}
        joins = {part for phrase in tokens(raw["joins"]) for part in phrase}
        return cls(
            ties=tokens(raw["ties"]),
            far_ties=tokens(raw["far_ties"]),
            leads=frozenset(singles),
            joins=frozenset(joins),
            negations=tokens(raw["negations"]),
            parts=frozenset(map(str, raw["parts"])),
        )

    @staticmethod
    def entries(raw: Mapping[str, Any]) -> Iterator[Entry]:
        """The phrases to scan for; what only looks like one takes up its place."""
        for name, phrases in raw["words"].items():
            yield from entries(phrases, FORM, name)
        yield from entries(raw["not"], FORM, None)

    def read(self, page: Page) -> dict[int, str]:
        """The forms of each sum that is told some, by the figure's index: `equity, loan` where several are."""
        out: dict[int, str] = {}
        for group in self._lists(page):
            first, last = group[0].first, group[-1].last
            figure = self._owner(page, first, last)
            if figure is None or figure.claim.kind not in MONEY or figure.index in out:
                continue
            out[figure.index] = ", ".join(dict.fromkeys(words.meaning for words in group))
        return out

    def _lists(self, page: Page) -> Iterator[Sequence[Words]]:
        """Forms told together: "equity, loans and guarantees"."""
        group: list[Words] = []
        for words in page.words(FORM):
            if group and not set(page.norms(group[-1].last, words.first)) <= self.joins:
                yield group
                group = []
            group.append(words)
        if group:
            yield group

    def _owner(self, page: Page, first: int, last: int) -> Stated | None:
        """The sum before the forms ("$200 billion in cash") or behind them ("loans worth $150 billion")."""
        before = page.before(first, 6)
        if any(ends_with(before[:stop], self.negations) for stop in range(len(before), len(before) - DENIED, -1)):
            return None
        tied = next((stop for stop in range(len(before), -1, -1) if ends_with(before[:stop], self.ties)), None)
        fillers = before[tied:] if tied is not None else before
        if tied is not None and set(fillers) <= self.joins:
            far = ends_with(before[:tied], self.far_ties)
            left = page.left(first, FAR if far else NEAR)
            if left and self.parts.isdisjoint(page.norms(left.last, first - len(fillers))):
                return left
        direct = page.left(first, 0)
        if direct:
            return direct
        right = page.right(last, AHEAD)
        return right if right and set(page.norms(last, right.first)) <= self.leads else None
