"""How things stand, out of the database: feeds, items, terms, deliveries. Reads only, so it works beside the daemon."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy import ColumnElement, Connection, Table, func, select

from alerts.directory import effective
from alerts.tables import deliveries
from config.masking import masked
from config.references import reveal
from config.settings import Config
from monitor.store import pages
from monitor.store.feeds import Stored, failing, listing, number_asked
from monitor.store.schema import changes, items, terms

#: A feed without a success for so long is blind: what was published there in the meantime was not seen. A delivery
#: that was given up is told of for as long.
DAY = timedelta(days=1)
#: An item that waits for its reading, or a delivery that is overdue, for so long is a sign that nobody works.
STUCK = timedelta(hours=1)
#: How many of the last deliveries a report lists.
LAST = 5
#: Where one sees the deliveries that were given up.
LIST_DEAD = "pactwatch alerts list --state dead"

UNREAD = items.c.read_at.is_(None)
PENDING = deliveries.c.state.in_(("queued", "leased"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A feed whose last poll failed."""

    name: str
    error: str
    last_ok_at: datetime | None
    #: No success for a day or more.
    blind: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A delivery that is over."""

    at: datetime
    subscription: str
    #: sent or dead.
    state: str
    #: The other side's own words, or why it was not asked.
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The state of one database at one moment."""

    #: Feeds that are polled.
    feeds: int
    #: Of those: not polled yet.
    new: int
    broken: tuple[Broken, ...]
    last_poll_at: datetime | None
    #: Of the feeds that ever had a success, the one longest ago.
    oldest_ok_at: datetime | None
    items: int
    #: Items that wait to be read.
    backlog: int
    #: Items of the last day on which the reader failed.
    unreadable: int
    terms: int
    changes: int
    #: Entries of the ledger's journal since midnight UTC.
    changes_today: int
    #: Deliveries that are due or wait for another attempt.
    waiting: int
    #: Deliveries given up in the last day.
    dead: int
    last_deliveries: tuple[Settled, ...]
    #: Feeds whose full articles mostly fail, in plain words; their summaries are read. No trouble of the daemon.
    articles: tuple[str, ...]
    #: What is wrong, in plain words; empty when all is well.
    problems: tuple[str, ...]


def report(connection: Connection, now: datetime) -> Report:
    """Everything that `pactwatch status` shows."""
    stored = listing(connection)
    broken = tuple(_broken(feed, now) for feed in stored if feed.state.failures and not feed.paused_at)
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return Report(
        feeds=len(stored),
        new=sum(feed.state.last_polled_at is None for feed in stored),
        broken=broken,
        last_poll_at=max((at for feed in stored if (at := feed.state.last_polled_at)), default=None),
        oldest_ok_at=min((at for feed in stored if (at := feed.state.last_ok_at)), default=None),
        items=_number(connection, items),
        backlog=_number(connection, items, UNREAD),
        unreadable=_unreadable(connection, now),
        terms=_number(connection, terms),
        changes=_number(connection, changes),
        changes_today=_number(connection, changes, changes.c.recorded_at >= midnight),
        waiting=_number(connection, deliveries, PENDING),
        dead=_dead(connection, now),
        last_deliveries=_last(connection),
        articles=tuple(pages.ailing(connection, now).values()),
        problems=tuple(problems(connection, now)),
    )


def problems(connection: Connection, now: datetime) -> list[str]:
    """What is wrong, in plain words. Asked twice a minute, so it goes by indices and not through all that is kept."""
    broken = [_broken(feed, now) for feed in failing(connection)]
    stuck = _number(connection, items, UNREAD, items.c.observed < now - STUCK)
    overdue = _number(connection, deliveries, PENDING, deliveries.c.next_attempt_at < now - STUCK)
    return [
        *_feed_problems(number_asked(connection), broken),
        *_said(_unreadable(connection, now), "item", "items", "of the last day could not be read: the log says why"),
        *_said(stuck, "item is", "items are", "waiting to be read for more than an hour"),
        *_said(_dead(connection, now), "delivery was", "deliveries were", f"given up in the last day: {LIST_DEAD}"),
        *_said(overdue, "delivery is", "deliveries are", "overdue by more than an hour"),
    ]


def _unreadable(connection: Connection, now: datetime) -> int:
    return _number(connection, items, items.c.read_at > now - DAY, items.c.read_error.is_not(None))


def _dead(connection: Connection, now: datetime) -> int:
    return _number(connection, deliveries, deliveries.c.state == "dead", deliveries.c.settled_at > now - DAY)


def _broken(feed: Stored, now: datetime) -> Broken:
    state = feed.state
    return Broken(
        name=feed.feed.name,
        error=masked(state.last_error or ""),
        last_ok_at=state.last_ok_at,
        blind=now - (state.last_ok_at or feed.added_at) >= DAY,
    )


def watched(connection: Connection, config: Config) -> str:
    """`watching 12 feeds for 2 subscriptions`: those of the owner's files, and those that commands added."""
    feeds = number_asked(connection)
    subscriptions = len(effective(connection, config, partial(reveal, env=os.environ)).subscriptions)
    return f"watching {_counted(feeds, 'feed')} for {_counted(subscriptions, 'subscription')}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _number(connection: Connection, table: Table, *where: ColumnElement[bool]) -> int:
    return int(connection.execute(select(func.count()).select_from(table).where(*where)).scalar_one())


def _said(number: int, one: str, many: str, what: str) -> list[str]:
    return [f"{number} {one if number == 1 else many} {what}"] if number else []


def _feed_problems(active: int, broken: Sequence[Broken]) -> list[str]:
    """One broken feed is the feed's trouble and shown beside; most of them is ours."""
    blind = sum(feed.blind for feed in broken)
    if active and len(broken) == active:
        first = broken[0]
        return [f"every feed fails ({active} of {active}; {first.name}: {first.error}): is this machine online?"]
    if blind * 2 > active:
        return [f"{blind} of {active} feeds had no success for a day or more"]
    return []


def _last(connection: Connection) -> tuple[Settled, ...]:
    c = deliveries.c
    settled = select(c.settled_at, c.subscription, c.state, c.last_answer, c.reason)
    settled = settled.where(c.state.in_(("sent", "dead")))
    rows = connection.execute(settled.order_by(c.settled_at.desc()).limit(LAST)).all()
    return tuple(
        Settled(at=at, subscription=name, state=state, answer=answer or reason)
        for at, name, state, answer, reason in rows
    )
