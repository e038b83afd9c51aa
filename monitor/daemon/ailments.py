"""What the operator should hear of, each under a key that stays the same while it lasts."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, func, select

from alerts import operator
from alerts.tables import deliveries, troubles
from monitor.daemon.upkeep import LITTLE_SPACE
from monitor.store import feeds, pages
from monitor.store.decisions import review_list
from monitor.store.schema import items, reviews

#: Failed polls in a row after which a feed is down. Before that it is the weather of the web.
DOWN = 5
#: How long a delivery that was given up is a trouble.
DAY = timedelta(days=1)
#: An item that waits so long for its reading is a sign that nobody works.
STUCK = timedelta(hours=1)
#: Claims that wait for review from which on the list is long, and below which it is short again: what goes up and down
#: by one is not told every time.
LONG, SHORT = 50, 25


def ailments(connection: Connection, folder: Path, now: datetime) -> dict[str, str]:
    """Key → what is wrong, in words: feeds, deliveries, addresses, items unread, claims to review, the disk."""
    found = {
        f"feed:{feed.feed.name}": f"the feed {feed.feed.name} failed {feed.state.failures} times in a row: "
        f"{feed.state.last_error}"
        for feed in feeds.failing(connection, DOWN)
    }
    found |= {f"articles:{name}": told for name, told in pages.ailing(connection, now).items()}
    found |= operator.stopped(connection)
    found |= _dead(connection, now)
    waiting = connection.scalar(
        select(func.count()).select_from(items).where(items.c.read_at.is_(None), items.c.observed < now - STUCK)
    )
    if waiting:
        found["unread"] = f"{waiting} items wait for more than an hour to be read"
    found |= _review(connection)
    free = shutil.disk_usage(folder).free
    if free < LITTLE_SPACE:
        found["disk"] = f"the disk of {folder} has {free // 1_000_000} MB left"
    return found


def _review(connection: Connection) -> dict[str, str]:
    """Whether so many claims wait for somebody's decision that nobody seems to decide."""
    ever = connection.scalar(select(func.count()).select_from(reviews)) or 0
    if ever < SHORT:
        return {}
    waiting = len(review_list(connection))
    told = connection.scalar(select(troubles.c.key).where(troubles.c.key == "review")) is not None
    if waiting < (SHORT if told else LONG):
        return {}
    return {"review": f"{waiting} claims wait for review and are told to nobody until then: pactwatch review list"}


def _dead(connection: Connection, now: datetime) -> dict[str, str]:
    c = deliveries.c
    dead = (
        select(c.subscription, func.count().label("number"))
        .where(c.state == "dead", c.settled_at > now - DAY)
        .group_by(c.subscription)
    )
    return {
        f"dead:{row.subscription}": f'{row.number} deliveries to "{row.subscription}" were given up: '
        "pactwatch alerts list --state dead"
        for row in connection.execute(dead)
    }
