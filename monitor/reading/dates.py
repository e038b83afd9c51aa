"""Dates in a text, resolved against the day of publication: "1 August", "next Wednesday", "2026", "midnight Friday"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from monitor.reading.lexicon import alternation

#: A day whose last occurrence was at most so many days ago is that one, and the next where it was at least so many; of
#: 2,000 annotated days fifteen were not. A month told by its name is the last one up to its bound, else either.
RECENT, LONG_AGO = 180, 270
#: So many letters of a word tell whether a date can begin with it; most words are passed over by that.
HEAD = 3


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date told in the text. Where the year (or the week) is left open and neither is near, it has two readings; the
    sentence decides.

    Both are ISO dates or prefixes of them (`2026-01`, `2026`); they are the same where nothing is open.
    """

    start: int
    end: int
    #: The last such day up to publication, and the next from then on; where one is near, it is both.
    past: str
    future: str
    #: day, full (with its year), month, year, weekday, relative.
    form: str
    #: The next such day where `future` is not: an end that is told lies ahead, however near the last one is.
    next_one: str = ""

    @property
    def coming(self) -> str:
        """The next such day from publication on, or the day itself where its year is told."""
        return self.next_one or self.future

    def since(self, published: date) -> int:
        """Days from its last reading, of a month or a year from their first day, to a day."""
        return (published - date.fromisoformat((self.past + "-01-01")[: len("2026-01-01")])).days


class DateReader:
    """Finds the dates of one language."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self._months: dict[str, int] = raw["months"]
        self._weekdays: dict[str, int] = raw["weekdays"]
        self._days: dict[str, int] = raw["days"]
        self._next = {str(word) for word in raw["next"]}
        self._last = {str(word) for word in raw["last"]}
        self._this = {str(word) for word in raw["this"]}
        self._years = {str(word) for word in raw["units"]["years"]}
        #: Months whose name is also another word, told apart by their capital.
        self._verbs = {str(word) for word in raw["month_verbs"]}
        months = alternation(self._months)
        nearby = alternation(self._next | self._last)
        day = rf"(?P<d{{0}}>[0-3]?\d)(?:{alternation(raw['day_endings'])})?"
        heads = {
            str(word).lower()[:HEAD] for word in (*self._months, *self._weekdays, *self._days, *self._next, *self._last)
        }
        self._pattern = re.compile(
            rf"""(?<![\w.])(?=\d|{alternation(heads)})(?:
            (?P<iso>20\d\d-[01]\d-[0-3]\d)
            |(?P<m1>{months})\.?\s+{day.format(1)}(?!\d)(?:\s*,)?(?:\s+(?P<y1>20\d\d))?
            |{day.format(2)}\s+(?:(?:{alternation(raw["day_of"])})\s+)?(?P<m2>{months})\b\.?(?:\s*,?\s+(?P<y2>20\d\d))?
            |(?P<rel3>{nearby})\s+(?P<m3>{months})\b
            |(?P<m4>{months})\b\.?(?:,?\s+(?P<y4>20\d\d))?
            |(?:(?P<rel5>{nearby})\s+)?(?P<w5>{alternation(self._weekdays)})
            |(?P<y6>20\d\d)
            |(?P<rel8>{nearby})\s+(?P<unit8>{alternation(raw["calendar_units"])})
            |(?P<r7>{alternation(self._days)})
            )(?![\w%]|[.,]\d)""",
            re.IGNORECASE | re.VERBOSE,
        )

    def dates(self, body: str, published: date) -> list[DateMention]:
        """All dates of a body in order; what cannot be resolved is left out."""
        found = []
        for match in self._pattern.finditer(body):
            mention = self._resolve(match, published)
            if mention is not None:
                found.append(mention)
        return found

    def _resolve(self, match: re.Match[str], published: date) -> DateMention | None:
        part = match.groupdict()
        start, end = match.span()
        if part["iso"]:
            return DateMention(start, end, part["iso"], part["iso"], "full")
        month_word = part["m1"] or part["m2"] or part["m3"] or part["m4"]
        if month_word:
            if month_word.lower() in self._verbs and (not month_word[0].isupper() or (part["m4"] and start == 0)):
                return None
            year = part["y1"] or part["y2"] or part["y4"]
            day = part["d1"] or part["d2"]
            number = self._months[month_word.lower()]
            mention = _calendar(start, end, number, int(day) if day else None, int(year) if year else None, published)
            return self._told_near(mention, (part["rel3"] or "").lower()) if mention else None
        if part["w5"]:
            ahead = (self._weekdays[part["w5"].lower()] - published.weekday()) % 7
            past = published - timedelta(days=(7 - ahead) % 7)
            following = published + timedelta(days=ahead)
            if (part["rel5"] or "").lower() in self._next:
                following = past = published + timedelta(days=ahead or 7)
            return DateMention(start, end, past.isoformat(), following.isoformat(), "weekday")
        if part["y6"]:
            return DateMention(start, end, part["y6"], part["y6"], "year")
        if part["rel8"]:
            step = self._step(part["rel8"].lower())
            return _shifted(start, end, part["unit8"].lower() in self._years, step, published)
        iso = (published + timedelta(days=self._days[re.sub(r"\s+", " ", part["r7"].lower())])).isoformat()
        return DateMention(start, end, iso, iso, "relative")

    def _told_near(self, mention: DateMention, word: str) -> DateMention:
        """A month behind "next" or "last"; what is near counts only where neither is told."""
        if word in self._next - self._this:
            return replace(mention, past=mention.coming, future=mention.coming, next_one="")
        return replace(mention, future=mention.past) if word in self._last else mention

    def _step(self, word: str) -> int:
        """How many months or years "this", "next" and "last" move."""
        return 0 if word in self._this else 1 if word in self._next else -1


def _calendar(
    start: int, end: int, month: int, day: int | None, year: int | None, published: date
) -> DateMention | None:
    """A month, or a day of it, with its year or with the last and the next one that it can be."""

    def iso(of_year: int) -> str:
        try:
            return date(of_year, month, day or 1).isoformat()[: None if day else len("2026-01")]
        except ValueError:  # 31 June, or 29 February of a year that has none
            return ""

    if year is not None:
        return DateMention(start, end, iso(year), iso(year), "full" if day else "year_month") if iso(year) else None
    ahead = (month, day or published.day) >= (published.month, published.day)
    behind = (month, day or published.day) <= (published.month, published.day)
    past, future = iso(published.year - (not behind)), iso(published.year + (not ahead))
    if not past and not future:
        return None
    told = DateMention(start, end, past or future, future or past, "day" if day else "month")
    if told.since(published) <= RECENT:
        return replace(told, future=told.past, next_one=told.future)
    return replace(told, past=told.future) if day and told.since(published) >= LONG_AGO else told


def _shifted(start: int, end: int, is_year: bool, step: int, published: date) -> DateMention:
    """ "Last month", "next year"."""
    if is_year:
        return DateMention(start, end, str(published.year + step), str(published.year + step), "year")
    index = published.year * 12 + published.month - 1 + step
    iso = f"{index // 12}-{index % 12 + 1:02d}"
    return DateMention(start, end, iso, iso, "month")
