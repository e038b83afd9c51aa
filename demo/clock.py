"""The demo's clock: it stands on the days of the news, runs like any clock while they are read, then leaps on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta

#: After an article appears, so that the feed has it when it is asked.
JUST_AFTER = timedelta(minutes=1)
#: Quiet spells are walked through in strides, so that what a date brings comes near its day.
STRIDE = timedelta(days=5)


class DemoClock:
    """Gives the demo's time. Between leaps it runs at the pace of the real one, and it never goes back.

    It leaps instead of racing so that each item is read on its day: a second of a clock that makes a year in forty
    seconds is nine days.
    """

    def __init__(self, start: datetime, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._instant = start.astimezone(UTC)
        self._since = monotonic()

    def __call__(self) -> datetime:
        """Now, aware, in UTC."""
        return self._instant + timedelta(seconds=self._monotonic() - self._since)

    def leap(self, to: datetime) -> None:
        """Go on from `to`, or from now if that is later."""
        self._instant = max(to.astimezone(UTC), self())
        self._since = self._monotonic()


def steps(times: Iterable[datetime], start: datetime, end: datetime, stride: timedelta = STRIDE) -> Iterator[datetime]:
    """The instants to leap to: just after each of `times` that is past `start`, strides between, `end` last."""
    here = start
    for mark in [*sorted(at + JUST_AFTER for at in times if at > start), end]:
        while mark - here > stride:
            here += stride
            yield here
        if mark > here:
            here = mark
            yield here
