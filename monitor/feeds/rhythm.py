"""How often a feed brings something, as its own document tells; pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from monitor.feeds.entry import Entry

#: The entries that are looked at, newest first, and how many of them it takes.
NEWEST = 12
LEAST = 4


def gap(entries: Iterable[Entry], now: datetime) -> timedelta | None:
    """The usual time between two entries, or None where the document does not tell.

    Entries need not be in order. Those dated in the future count as of now; a feed that has fallen silent is as slow
    as its silence is long.
    """
    dates = sorted({min(entry.published, now) for entry in entries if entry.published}, reverse=True)[:NEWEST]
    if len(dates) < LEAST:
        return None
    steps = [later - earlier for later, earlier in pairwise(dates)]
    return max(timedelta(seconds=median(step.total_seconds() for step in steps)), (now - dates[0]) / LEAST)
