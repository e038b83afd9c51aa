"""When a feed is asked next. Pure: the moment, the outcome and the draw of the dice are arguments."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from config.settings import Polling

#: The longest that a server's Retry-After is obeyed.
MAX_RETRY_AFTER: Final = timedelta(days=1)
#: How often a feed is asked that its publisher calls gone (410). Some come back.
GONE: Final = timedelta(days=1)
#: Without an interval of the owner's, how fast the interval follows a feed's rhythm, and how far above the default it
#: may drift while nothing is published: a quiet ministry is still heard within the hour.
FASTER: Final = 0.75
SLOWER: Final = 1.1
MAX_DRIFT: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What is remembered of a feed between polls. A feed is never given up: there is always a next poll."""

    #: The interval learned so far; None before the first poll.
    interval: timedelta | None = None
    #: Due from this moment on; None means at once.
    next_poll_at: datetime | None = None
    #: Failed polls in a row.
    failures: int = 0
    last_ok_at: datetime | None = None
    #: The last failure in words; empty since the last success.
    last_error: str = ""
    last_error_at: datetime | None = None
    #: The publisher answered 410.
    gone: bool = False
    #: Why the next poll is when it is, in words.
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one poll came to. `error` is empty for a success, whether it brought something or not."""

    #: Entries that were not known before.
    new: int = 0
    error: str = ""
    gone: bool = False
    #: Seconds that the server asked us to wait.
    retry_after: float | None = None
    #: Seconds that the answer stays fresh by Cache-Control or Expires.
    max_age: float | None = None
    #: How long the feed says that it stays fresh.
    ttl: timedelta | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()
    #: The usual time between two entries, as the document tells (`monitor.feeds.rhythm`).
    gap: timedelta | None = None
    #: Nobody was asked, for the host asked for rest; `error` and `retry_after` say for how long.
    rest: bool = False
    #: A hub tells of what is new (W3C WebSub): polls are a safety net.
    pushed: bool = False


def after(
    state: State, outcome: Outcome, now: datetime, draw: float, polling: Polling, feed_interval: timedelta | None = None
) -> State:
    """The state after a poll that ended at `now`. `draw` lies in [0, 1); `feed_interval` is the owner's, where set."""
    if outcome.rest:
        return _rested(state, outcome, now, draw, polling)
    if outcome.error:
        return _failed(state, outcome, now, draw, polling, feed_interval)
    interval = feed_interval or _rhythm(state.interval, outcome, polling)
    delay, why = max(interval, polling.min_interval), f"every {words(interval)}"
    if feed_interval is None:
        for hint, name in ((_seconds(outcome.max_age), "its Cache-Control"), (outcome.ttl, "its ttl")):
            if hint is not None and delay < hint:
                delay, why = (
                    min(hint, polling.max_interval),
                    f"every {words(min(hint, polling.max_interval))} by {name}",
                )
        if outcome.pushed and delay < polling.safety_interval:
            delay = polling.safety_interval
            why = f"its hub tells of new items (WebSub); asked every {words(delay)} all the same"
    delay, why = _no_sooner(delay, why, outcome.retry_after)
    at = _waking(now + _jittered(delay, draw, polling.jitter), outcome.skip_hours, outcome.skip_days)
    return State(interval=interval, next_poll_at=at, last_ok_at=now, why=why)


def _rested(state: State, outcome: Outcome, now: datetime, draw: float, polling: Polling) -> State:
    """Not asked, and so neither well nor failed; a little spread, for all feeds of the host wait alike."""
    asked = min(_seconds(outcome.retry_after) or polling.min_interval, MAX_RETRY_AFTER)
    later = _jittered(asked, draw, polling.jitter) + draw * polling.jitter * polling.interval
    return replace(state, next_poll_at=now + later, why=f"its host asks for rest: in {words(asked)}")


def _failed(
    state: State, outcome: Outcome, now: datetime, draw: float, polling: Polling, feed_interval: timedelta | None
) -> State:
    interval = feed_interval or state.interval or polling.interval
    failures = state.failures + 1
    # The first failure waits no longer than usual; from 2**20 on the cap has long been reached.
    delay = min(max(interval, polling.min_interval) * 2 ** min(failures - 1, 20), max(polling.max_interval, interval))
    why = f"failed {failures} times in a row" if failures > 1 else "failed once"
    if outcome.gone:
        delay, why = max(delay, GONE), "gone by its publisher's word (410); asked once a day in case it comes back"
    delay, why = _no_sooner(delay, why, outcome.retry_after)
    return replace(
        state,
        interval=interval,
        next_poll_at=now + _jittered(delay, draw, polling.jitter),
        failures=failures,
        last_error=outcome.error,
        last_error_at=now,
        gone=outcome.gone or state.gone,
        why=why,
    )


def _rhythm(interval: timedelta | None, outcome: Outcome, polling: Polling) -> timedelta:
    """The next interval: at first by the feed's own dates, twice as often as it brings something; then step by step."""
    if interval is None and outcome.gap is not None:
        slowest = max(min(polling.max_interval, polling.interval * MAX_DRIFT), polling.min_interval)
        return max(polling.min_interval, min(outcome.gap / 2, slowest))
    return _adapted(interval or polling.interval, outcome.new, polling)


def _adapted(interval: timedelta, new: int, polling: Polling) -> timedelta:
    """The interval moved a step towards the feed's rhythm, within the bounds."""
    slowest = min(polling.max_interval, polling.interval * MAX_DRIFT)
    moved = interval * (FASTER if new else SLOWER)
    return max(polling.min_interval, min(moved, max(slowest, polling.min_interval)))


def _no_sooner(delay: timedelta, why: str, retry_after: float | None) -> tuple[timedelta, str]:
    asked = _seconds(retry_after)
    if asked is None or min(asked, MAX_RETRY_AFTER) <= delay:
        return delay, why
    asked = min(asked, MAX_RETRY_AFTER)
    return asked, f"the server asks to wait {words(asked)}"


def _jittered(delay: timedelta, draw: float, jitter: float) -> timedelta:
    """A little later, never sooner, so that feeds of one host drift apart and no wish is undercut."""
    return delay * (1 + jitter * draw)


def _waking(at: datetime, hours: frozenset[int], days: frozenset[int]) -> datetime:
    """The first moment from `at` on that lies in none of the skipped hours (UTC) and days."""
    if len(hours) >= 24 or len(days) >= 7:
        return at
    for _ in range(8 * 24):
        if at.hour not in hours and at.weekday() not in days:
            break
        at += timedelta(hours=1)
    return at


def _seconds(value: float | None) -> timedelta | None:
    """Seconds as a duration, or None for none. What is beyond all bounds is cut, so that no number can overflow."""
    return None if value is None or not value > 0 else timedelta(seconds=min(value, 366 * 86_400))


@lru_cache(256)
def words(duration: timedelta) -> str:
    """A duration for people: "15 min", "2 h", "1 h 30 min", "1 d"."""
    minutes = max(1, round(duration.total_seconds() / 60))
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    parts = [f"{days} d" if days else "", f"{hours} h" if hours else "", f"{minutes} min" if minutes else ""]
    return " ".join(filter(None, parts))
