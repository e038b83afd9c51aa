"""How well the feeds could be read, for digests."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from alerts.digests import Blind, Sight
from monitor.feeds.health import blind_after
from monitor.store.feeds import listing


def sight(connection: Connection, now: datetime) -> Sight:
    """The feeds that are asked, those that failed for hours, and the last success of any."""
    stored = [feed for feed in listing(connection) if not feed.paused_at]
    seen = [feed.state.last_ok_at for feed in stored if feed.state.last_ok_at]
    blind = [
        Blind(name=feed.feed.name, since=feed.state.last_ok_at, error=feed.state.last_error or "")
        for feed in stored
        if now - (feed.state.last_ok_at or feed.added_at) >= blind_after(feed.state.interval)
        and (feed.state.failures or feed.state.last_ok_at is None)
    ]
    return Sight(feeds=len(stored), blind=blind, last_good_check=max(seen, default=None))
