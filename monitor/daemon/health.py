"""Whether the daemon's own ticks are well, in plain words. Silence must never mean "all is well"."""

from __future__ import annotations

from collections.abc import Mapping

from monitor.daemon.ticks import Record
from monitor.daemon.troubles import recognise

#: Seconds after which a turn that has not ended is stuck. A poll of slow feeds takes a minute or two.
STUCK = 900.0
#: Seconds without a turn of a tick, beyond its interval, after which the scheduler itself is stuck.
LATE = 300.0


def failing(records: Mapping[str, Record]) -> list[str]:
    """The ticks whose last turn raised, each with why; empty when all went well."""
    return [f"{name}: {why(record.error)}" for name, record in records.items() if record.error is not None]


def stuck(records: Mapping[str, Record], every: Mapping[str, float], now: float) -> list[str]:
    """The ticks that do not move any more. `now` is of the monotonic clock, `every` in seconds."""
    found = []
    for name, record in records.items():
        busy = not record.idle.is_set()
        if busy and record.started is not None and now - record.started > STUCK:
            found.append(f"{name}: under way for {_minutes(now - record.started)} and not done")
        elif not busy and record.finished is not None and now - record.finished > every[name] + LATE:
            found.append(f"{name}: no turn for {_minutes(now - record.finished)}")
    return found


def why(error: BaseException) -> str:
    """An error in one line."""
    if trouble := recognise(error):
        return trouble.advice
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} min"
