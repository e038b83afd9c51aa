"""When a term ends: the end of a pause, a window or a truce, where the text gives its day."""

from __future__ import annotations

from bisect import bisect_left
from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from config.words import Kind, Status
from monitor.reading.dates import DateMention
from monitor.reading.lexicon import entries
from monitor.reading.scan import Entry
from monitor.reading.stated import Page, Stated, Words, holds, tokens

UNTIL, TRUCE, LASTING, YEAR_END = "until", "truce", "lasting", "year end"
LAYERS = ((UNTIL, "before"), (TRUCE, "truces"), (LASTING, "lasting"), (YEAR_END, "year_ends"))
#: Tokens between "until" and its day, and between a figure and "until".
FILLED, REACH = 6, 24
#: Characters of an ISO date that is a year only, and of a whole one.
YEAR, DAY = 4, 10
#: Tokens before "until" in which a word can say that it is time somebody has, or that something is paused.
BEFORE = 5
KINDS = frozenset((Kind.TARIFF, Kind.PURCHASE, Kind.ANNUAL_CAP))
#: What stands, or rests, for a while. A threat's day is a deadline and no end.
LASTS = frozenset((Status.IN_EFFECT, Status.AGREED, Status.ORDERED, Status.SUSPENDED, Status.PROPOSED))


@dataclass(frozen=True)
class Periods:
    """Finds ends. Built once from the words of a language."""

    fillers: frozenset[str]
    not_behind: frozenset[tuple[str, ...]]
    not_before: frozenset[str]
    numbers: Mapping[str, float]
    days: Mapping[str, int]
    months: Mapping[str, int]
    joins: frozenset[str]

    @classmethod
    def of(cls, raw: Mapping[str, Any], numbers: Mapping[str, float]) -> Periods:
        """From `until` of a language's relations, and its numbers in words."""
        return cls(
            fillers=frozenset(part for phrase in tokens(raw["fillers"]) for part in phrase),
            not_behind=tokens(raw["not_behind"]),
            not_before=frozenset(map(str, raw["not_before"])),
            numbers={str(word): float(value) for word, value in numbers.items()},
            days=raw["units"],
            months=raw["long_units"],
            joins=frozenset(map(str, raw["joins"])),
        )

    @staticmethod
    def entries(raw: Mapping[str, Any]) -> Iterator[Entry]:
        """The phrases to scan for."""
        for layer, name in LAYERS:
            yield from entries(raw[name], layer, name)

    def read(self, page: Page) -> dict[int, str]:
        """The end of each figure's term that has one, by the figure's index: an ISO date or its prefix."""
        out: dict[int, str] = {}
        loose: set[str] = set()
        for words in page.words(UNTIL):
            found = self._day(page, words)
            if found is None:
                continue
            day, behind = found
            owner = self._owner(page, words, behind)
            for figure in page.told_with(owner, self.joins) if owner else ():
                if _can_end(figure, day):
                    out.setdefault(figure.index, day)
            if owner is None and self._of_truce(page, words):
                loose.add(day)
        for words in page.words(LASTING):
            self._lasting(page, words, out)
        if len(loose) == 1:
            day = next(iter(loose))
            for figure in page.figures:
                if figure.claim.status is Status.SUSPENDED and _can_end(figure, day):
                    out.setdefault(figure.index, day)
        return out

    def _day(self, page: Page, words: Words) -> tuple[str, int] | None:
        """The day behind "until", and the token behind it; None where it is past, or time that somebody has."""
        if holds(page.before(words.first, BEFORE), self.not_behind):
            return None
        for year_end in page.row(YEAR_END).between(words.last, words.last + 1):
            return f"{page.a.published.year}-12-31", year_end.last
        mention = _next_date(page, words.last)
        if mention is None:
            return None
        first, last = page.a.doc.reach(mention)
        if first - words.last > FILLED or not set(page.norms(words.last, first)) <= self.fillers:
            return None
        if page.a.doc.norms[last : last + 1] and page.a.doc.norms[last] in self.not_before:
            return None
        day, today = mention.coming, page.a.published.isoformat()
        # "until this year" tells as often what is over
        return (day, last) if day > today[: len(day)] or (day == today[: len(day)] and len(day) > YEAR) else None

    def _owner(self, page: Page, words: Words, behind: int) -> Stated | None:
        """The figure that ends: the one before "until"; where the sentence begins with it, the one behind.

        Where what is paused is told right before it, only a figure that is paused.
        """
        near = range(max(page.sentence(words.first)[0], words.first - BEFORE), words.first)
        paused = any("suspended" in page.a.classes[k] for k in near)
        left, right = page.left(words.first, REACH), page.right(behind, REACH)
        if paused:
            found = [f for f in (left, right) if f and f.claim.status is Status.SUSPENDED]
            return found[0] if found else None
        if left:
            return left
        begins = words.first - page.sentence(words.first)[0] <= 1
        return right if begins else None

    def _of_truce(self, page: Page, words: Words) -> bool:
        """Whether "until" stands in a sentence about a truce, with no figure of its own."""
        first, _ = page.sentence(words.first)
        sentence = page.a.doc.sentence_of[first]
        about = page.row(TRUCE).between(max(first, words.first - REACH), words.first)
        return bool(about) and not page.in_sentence(sentence) and page.open(about[0].first, words.first, REACH)

    def _lasting(self, page: Page, words: Words, out: dict[int, str]) -> None:
        """ "For 150 days", behind a figure whose day is known."""
        norms = page.a.doc.norms
        if words.last + 1 >= len(norms):
            return
        count = _count(norms[words.last], self.numbers)
        unit = norms[words.last + 1]
        owner = page.left(words.first, REACH)
        if owner is None or not page.one_statement(owner.last, words.first, self.joins):
            return
        if count is None or owner.claim.effective is None or len(owner.claim.effective) != DAY:
            return
        start = date.fromisoformat(owner.claim.effective)
        if unit in self.days:
            end = start + timedelta(days=count * self.days[unit])
        elif unit in self.months:
            end = _months_later(start, count * self.months[unit])
        else:
            return
        for figure in page.told_with(owner, self.joins):
            if _can_end(figure, end.isoformat()) and end >= page.a.published:
                out.setdefault(figure.index, end.isoformat())


def _next_date(page: Page, token: int) -> DateMention | None:
    """The first date from a token on."""
    tokens_, dates = page.a.doc.tokens, page.a.dates
    if token >= len(tokens_):
        return None
    place = bisect_left(dates, tokens_[token].start, key=lambda mention: mention.start)
    return dates[place] if place < len(dates) else None


def _count(norm: str, numbers: Mapping[str, float]) -> int | None:
    """A small number in digits or in words."""
    if norm.isdigit():
        return int(norm) if len(norm) <= 3 else None
    value = numbers.get(norm)
    return int(value) if value is not None else None


def _months_later(start: date, months: int) -> date:
    """The same day so many months later, or the month's last one."""
    index = start.year * 12 + start.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(start.day, monthrange(year, month)[1]))


def _can_end(figure: Stated, day: str) -> bool:
    """Whether a figure's term can end on a day: it is of a kind that lasts, and begins before."""
    claim = figure.claim
    begins = claim.effective
    comes_later = begins is None or begins < day or (len(begins) != len(day) and begins[: len(day)] <= day)
    return claim.kind in KINDS and claim.status in LASTS and comes_later
