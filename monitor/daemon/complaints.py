"""Says what goes wrong in the log: once when it begins, again while it lasts, and when it is over."""

from __future__ import annotations

import time
from collections.abc import Callable

from structlog import get_logger

from monitor.daemon.troubles import recognise

#: Seconds between two lines about the same trouble. A full disk at five seconds a turn must not fill the log too.
REPEAT = 600.0

log = get_logger()


class Complaints:
    """What each tick last complained of."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        #: Tick → (what it complained of, when that was last said).
        self._last: dict[str, tuple[str, float]] = {}

    def heard(self, tick: str, error: Exception) -> None:
        """A turn raised. A trouble of the machine is told in a sentence, a fault of the program with its traceback."""
        trouble = recognise(error)
        what = trouble.event if trouble else f"{type(error).__name__}: {error}"
        before, said = self._last.get(tick, ("", 0.0))
        now = self._monotonic()
        if what == before and now - said < REPEAT:
            return
        self._last[tick] = (what, now)
        if trouble:
            log.error(trouble.event, tick=tick, message=trouble.advice)
        else:
            log.error("tick_failed", tick=tick, message="a fault of the program; trying again", exc_info=error)

    def over(self, tick: str) -> None:
        """A turn went well."""
        if tick in self._last:
            what, _ = self._last.pop(tick)
            log.info("tick_recovered", tick=tick, after=what)
