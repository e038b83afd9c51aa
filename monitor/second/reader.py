"""The doorway of the second reader: an article and its built-in reading in, a held opinion out; never an error."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Final

from config.settings import Settings
from config.vocabulary import VocabularyError, raw_language, vocabulary
from monitor.reading.gate import Gate
from monitor.reading.reader import Reader
from monitor.second.asking import Asker, NoAnswer
from monitor.second.checking import held
from monitor.second.form import Rubbish, parsed
from monitor.types import Article, Claim

#: Failures in a row after which the endpoint is left alone, and for how long at first and at most.
FAILURES: Final = 3
REST: Final = timedelta(minutes=2)
MAX_REST: Final = timedelta(hours=1)
HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What the second reader says of an article."""

    #: Those that the article bears, with the confidence of a lone claim.
    claims: tuple[Claim, ...] = ()
    #: What was wrong with the others, in plain words.
    dropped: tuple[str, ...] = ()
    #: Why there is no answer to use, in plain words; empty where there is one.
    trouble: str = ""


class SecondReader:
    """Asks within the owner's bounds. `settings` gives the present ones, `clock` the time in UTC.

    Safe for one event loop. An endpoint that fails is left alone for a while, longer each time.
    """

    def __init__(self, settings: Callable[[], Settings], clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._clock = clock
        self._asked: deque[datetime] = deque()
        self._asker: tuple[Settings, Asker, asyncio.Semaphore] | None = None
        self._failures = 0
        self._rest_until: datetime | None = None
        #: The last failure, in plain words; empty since the last good answer.
        self._error = ""

    @property
    def on(self) -> bool:
        """Whether the owner has named an endpoint."""
        return self._settings().reading.second.url is not None

    @property
    def model(self) -> str:
        return self._settings().reading.second.model

    def trouble(self) -> str:
        """What the operator should hear, in words; empty while all is well."""
        if not self.on or self._failures < FAILURES:
            return ""
        return (
            f"the second reader failed {self._failures} times in a row, and articles are read without it: {self._error}"
        )

    async def opinion(self, article: Article) -> Opinion | None:
        """What it says of an article; None where it is not asked: off, the gate, its bounds, a rest."""
        if not self.on or not wanted(article):
            return None
        asker, free = self._current()
        async with free:
            if not self._allowed():
                return None
            return self._noted(await self.consult(article, asker))

    async def consult(self, article: Article, asker: Asker | None = None) -> Opinion:
        """What it says of an article, asked at once and whatever the bounds, for `pactwatch explain --second`."""
        settings = self._settings()
        try:
            said, bad = parsed(await (asker or Asker(settings)).ask(article))
        except NoAnswer as error:
            self._wait(error.retry_after)
            return Opinion(trouble=str(error))
        except Rubbish as error:
            return Opinion(trouble=f"its answer is rubbish: {error}")
        if bad and not said:
            return Opinion(trouble=f"its answer is rubbish: {bad[0]}")
        seen = await asyncio.to_thread(Reader.of(article.language).examine, article)
        good, dropped = held(said, article, seen.analysis, settings.reading.second.confidence)
        told = (f"{d.said.kind} {d.said.party}:{d.said.counterparty}:{d.said.scope}: {d.reason}" for d in dropped)
        return Opinion(claims=tuple(good), dropped=(*bad, *told))

    def _current(self) -> tuple[Asker, asyncio.Semaphore]:
        settings = self._settings()
        if self._asker is None or self._asker[0] != settings:
            self._asker = (settings, Asker(settings), asyncio.Semaphore(settings.reading.second.concurrency))
        return self._asker[1], self._asker[2]

    def _allowed(self) -> bool:
        """Whether one more may be asked now; if so it is counted."""
        now = self._clock()
        if self._rest_until is not None and now < self._rest_until:
            return False
        while self._asked and self._asked[0] <= now - HOUR:
            self._asked.popleft()
        if len(self._asked) >= self._settings().reading.second.per_hour:
            return False
        self._asked.append(now)
        return True

    def _noted(self, opinion: Opinion) -> Opinion:
        if not opinion.trouble:
            self._failures, self._error, self._rest_until = 0, "", None
            return opinion
        self._failures += 1
        self._error = opinion.trouble
        if self._failures >= FAILURES:
            self._wait(min(MAX_REST, REST * 2 ** min(self._failures - FAILURES, 10)).total_seconds())
        return opinion

    def _wait(self, seconds: float | None) -> None:
        if seconds:
            until = self._clock() + min(MAX_REST, timedelta(seconds=seconds))
            self._rest_until = max(until, self._rest_until or until)


def wanted(article: Article) -> bool:
    """Whether an article can matter at all, by the gate of its language; of one that we do not know none does."""
    try:
        return _gate(article.language.split("-", maxsplit=1)[0].lower()).may_matter(article)
    except VocabularyError:
        return False


@cache
def _gate(language: str) -> Gate:
    return Gate(vocabulary(language), raw_language(language))
