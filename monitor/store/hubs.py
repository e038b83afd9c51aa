"""WebSub hubs as rows: where we subscribe, until when, and whether a hub keeps its word."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, Update, delete, select, update

from monitor.store.feeds import ASKED
from monitor.store.schema import feeds, hubs


class State(StrEnum):
    """How far a subscription is."""

    #: To be asked for.
    WANTED = "wanted"
    #: Asked for; the hub has not yet come to verify it.
    ASKED = "asked"
    LIVE = "live"
    #: The hub said no.
    DENIED = "denied"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribed:
    """One feed's subscription at its hub."""

    feed_id: int
    #: The feed's name.
    feed: str
    hub: str
    topic: str
    #: The last part of the callback's address.
    token: str
    secret: str
    state: State
    next_at: datetime
    lease_until: datetime | None
    pushed_at: datetime | None
    missed_at: datetime | None
    failures: int
    last_error: str


def declare(connection: Connection, feed_id: int, hub: str, topic: str, now: datetime) -> None:
    """A feed's document names this hub and topic. Another one than before is subscribed to anew."""
    row = connection.execute(select(hubs.c.hub, hubs.c.topic).where(hubs.c.feed_id == feed_id)).first()
    if row is not None and (row.hub, row.topic) == (hub, topic):
        return
    withdraw(connection, feed_id)
    values = {"feed_id": feed_id, "hub": hub, "topic": topic, "state": State.WANTED, "next_at": now}
    fresh = {"token": secrets.token_urlsafe(24), "secret": secrets.token_hex(24)}
    connection.execute(hubs.insert().values(**values, **fresh))


def withdraw(connection: Connection, feed_id: int) -> None:
    """A feed names no hub any more. What the old one still sends is answered with 410."""
    connection.execute(delete(hubs).where(hubs.c.feed_id == feed_id))


def covers(connection: Connection, feed_id: int, now: datetime) -> bool:
    """Whether the hub tells of what is new, so that polls are a safety net only: its lease runs, it has delivered,
    and no poll since has found what it had not."""
    c = hubs.c
    held = c.state.in_((State.LIVE, State.ASKED)) & (c.lease_until > now) & c.pushed_at.is_not(None)
    kept = c.missed_at.is_(None) | (c.missed_at < c.pushed_at)
    return connection.scalar(select(c.feed_id).where(c.feed_id == feed_id, held, kept)) is not None


def due(connection: Connection, now: datetime, limit: int) -> list[Subscribed]:
    """Subscriptions to ask for or to renew, longest due first; none of feeds that rest, are paused or have a login:
    a hub is no part of what is between us and their publisher."""
    query = _query().where(ASKED, hubs.c.next_at <= now).order_by(hubs.c.next_at).limit(limit)
    rows = connection.execute(query.add_columns(feeds.c.spec)).mappings()
    return [_subscribed(row) for row in rows if not row["spec"].get("login")]


def by_token(connection: Connection, token: str) -> Subscribed | None:
    """The subscription whose callback this is; None where there is none, or its feed rests."""
    row = connection.execute(_query().where(hubs.c.token == token, feeds.c.active)).mappings().first()
    return _subscribed(row) if row else None


def listing(connection: Connection) -> dict[str, Subscribed]:
    """All subscriptions of active feeds by the feed's name."""
    rows = connection.execute(_query().where(feeds.c.active)).mappings()
    return {one.feed: one for one in map(_subscribed, rows)}


def asked(connection: Connection, one: Subscribed, again_at: datetime) -> None:
    """The hub took the request; where it does not come to verify it, it is asked again at `again_at`."""
    values = {"state": State.ASKED, "next_at": again_at, "last_error": None}
    connection.execute(_same(one).values(**values))


def failed(connection: Connection, one: Subscribed, error: str, again_at: datetime) -> None:
    """The hub could not be asked, or refused."""
    values = {"failures": hubs.c.failures + 1, "last_error": error[:500], "next_at": again_at}
    connection.execute(_same(one).values(**values))


def verified(connection: Connection, one: Subscribed, lease_until: datetime, renew_at: datetime) -> None:
    """We told the hub that we mean it."""
    values = {"state": State.LIVE, "lease_until": lease_until, "next_at": renew_at, "failures": 0, "last_error": None}
    connection.execute(_same(one).values(**values))


def denied(connection: Connection, one: Subscribed, reason: str, again_at: datetime) -> None:
    """The hub, or the publisher through it, said no. The feed is polled as ever."""
    values = {"state": State.DENIED, "lease_until": None, "last_error": reason[:500], "next_at": again_at}
    connection.execute(_same(one).values(**values))


def pushed(connection: Connection, feed_id: int, now: datetime) -> None:
    """The hub delivered, with a good signature."""
    connection.execute(update(hubs).where(hubs.c.feed_id == feed_id).values(pushed_at=now))


def missed(connection: Connection, feed_id: int, now: datetime) -> None:
    """A poll found what the hub had not delivered: until it delivers again it is not relied on."""
    connection.execute(update(hubs).where(hubs.c.feed_id == feed_id).values(missed_at=now))


def hasten(connection: Connection, feed_id: int, at: datetime) -> None:
    """Something may be new: the feed is asked at `at`, where that is sooner than planned."""
    connection.execute(update(feeds).where(feeds.c.id == feed_id, feeds.c.next_poll_at > at).values(next_poll_at=at))


def is_over(connection: Connection, now: datetime) -> bool:
    """Whether a lease ran out."""
    return connection.scalar(select(hubs.c.feed_id).where(hubs.c.lease_until <= now).limit(1)) is not None


def lapse(connection: Connection, now: datetime) -> list[str]:
    """Ends subscriptions whose lease ran out; their feeds are polled at once. Returns the feeds' names."""
    over = hubs.c.lease_until <= now
    ids = list(connection.scalars(select(hubs.c.feed_id).where(over)))
    if not ids:
        return []
    again = update(hubs).where(hubs.c.feed_id.in_(ids))
    connection.execute(again.values(state=State.WANTED, lease_until=None, next_at=now))
    sooner = update(feeds).where(feeds.c.id.in_(ids), feeds.c.next_poll_at > now).values(next_poll_at=now)
    connection.execute(sooner)
    return list(connection.scalars(select(feeds.c.name).where(feeds.c.id.in_(ids)).order_by(feeds.c.name)))


def _query() -> Select[Any]:
    return select(hubs, feeds.c.name.label("feed")).join(feeds, feeds.c.id == hubs.c.feed_id)


def _same(one: Subscribed) -> Update:
    """The row as long as it is that subscription: a token is never used again."""
    return update(hubs).where(hubs.c.feed_id == one.feed_id, hubs.c.token == one.token)


def _subscribed(row: RowMapping) -> Subscribed:
    values = {name: row[name] for name in Subscribed.__slots__}
    return Subscribed(**values | {"state": State(row["state"]), "last_error": row["last_error"] or ""})
