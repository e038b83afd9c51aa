"""The outbox: alerts and their deliveries as rows, written in the transaction of whoever announces them.

If the change is there, so is the alert. Every function takes the caller's connection and never commits. A delivery
is done at least once: it is leased, tried, and its outcome written under the lease's token; who dies in between
leaves a lease that falls back, and the next attempt carries the same id.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, Insert, Select, Table, and_, delete, func, or_, select, update
from sqlalchemy.dialects import sqlite

from alerts import grouping
from alerts.outcomes import finish_all, give_back
from alerts.routing import Router
from alerts.rows import from_row, to_row
from alerts.tables import alerts, deliveries, metadata, stops
from alerts.types import Alert, Lease
from config.settings import Config, Subscription

__all__ = ["claim", "delivery_id", "due_subscriptions", "enqueue", "finish_all", "give_back", "metadata"]

_NAMESPACE = uuid.UUID("5b1f7a0e-4a57-5a0e-9d0c-0c6d7f3b2a11")


def delivery_id(alert: str, subscription: str) -> str:
    """The one id of an alert's way to a subscription, the same whenever it is computed: `msg_` and 32 hex digits."""
    return "msg_" + uuid.uuid5(_NAMESPACE, f"{alert}\n{subscription}").hex


def enqueue(connection: Connection, new: Iterable[Alert], config: Config, now: datetime) -> list[str]:
    """Write alerts and what each subscription decides of them; the ids of the deliveries that are now queued.

    An alert whose id is known is left as it is, whoever has subscribed since.
    """
    fresh = {alert.id: alert for alert in new}
    if not fresh:
        return []
    insert = _insert_new(connection, alerts).returning(alerts.c.id)
    known = {row.id for row in connection.execute(insert, [to_row(alert, now) for alert in fresh.values()])}
    router = Router(connection, config, now) if known else None
    rows = [
        _delivery(router, alert, subscription, now)
        for alert in fresh.values()
        if alert.id in known and router
        for subscription in config.subscriptions
    ]
    if rows:
        connection.execute(_insert_new(connection, deliveries), rows)
    return [str(row["id"]) for row in rows if row["state"] == "queued"]


def put(connection: Connection, alert: Alert, subscription: str, reason: str, now: datetime) -> str | None:
    """Write an alert that goes to one subscription, whatever its watchlist; the delivery's id, None if it is known."""
    insert = _insert_new(connection, alerts).returning(alerts.c.id)
    if connection.execute(insert, to_row(alert, now)).first() is None:
        return None
    id = delivery_id(alert.id, subscription)
    row = _base(id, alert.id, subscription, now) | {"state": "queued", "reason": reason, "next_attempt_at": now}
    connection.execute(_insert_new(connection, deliveries), row)
    return id


def _insert_new(connection: Connection, table: Table) -> Insert:
    """An INSERT that leaves rows alone that are there."""
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql  # two megabytes that SQLite is spared

        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()


def _delivery(router: Router, alert: Alert, subscription: Subscription, now: datetime) -> dict[str, object]:
    id = delivery_id(alert.id, subscription.name)
    return _base(id, alert.id, subscription.name, now) | router.row(alert, subscription, id)


def _base(id: str, alert: str, subscription: str, now: datetime) -> dict[str, object]:
    return {
        "id": id,
        "alert_id": alert,
        "subscription": subscription,
        "attempts": 0,
        "last_answer": "",
        "created_at": now,
    }


def due_subscriptions(connection: Connection, now: datetime) -> list[str]:
    """Names of the subscriptions for which something is due, whether or not the config still knows them."""
    due = select(deliveries.c.subscription).where(deliveries.c.next_attempt_at <= now).distinct()
    return sorted(connection.scalars(due))


def next_due(connection: Connection, after: datetime) -> datetime | None:
    """When after a moment the next delivery is due, or the next lease falls back; None where nothing waits so long."""
    wanted = select(deliveries.c.next_attempt_at).where(deliveries.c.next_attempt_at > after)
    return connection.scalar(wanted.order_by(deliveries.c.next_attempt_at).limit(1))


def claim(
    connection: Connection,
    now: datetime,
    limit: int,
    lease: timedelta,
    *,
    subscriptions: Collection[str],
    flying: Collection[str] = (),
    each: bool = False,
) -> list[Lease]:
    """Lease up to `limit` due deliveries of these subscriptions, or of `each` of them, the longest due first.

    `flying` are ids that the caller still has under way: they are not taken again, even where a clock jumped past
    their lease. Two claimers never hold the same delivery (SQLite: one writer; PostgreSQL: SKIP LOCKED).
    """
    due = _due(now, limit, subscriptions, flying, each)
    token = uuid.uuid4().hex
    taken = (
        update(deliveries)
        .where(deliveries.c.id.in_(due))
        .values(state="leased", lease_token=token, next_attempt_at=now + lease, attempts=deliveries.c.attempts + 1)
        .returning(
            deliveries.c.id,
            deliveries.c.alert_id,
            deliveries.c.attempts,
            deliveries.c.subscription,
            deliveries.c.reason,
            deliveries.c.created_at,
            deliveries.c.group_id,
        )
    )
    rows = sorted(connection.execute(taken), key=lambda row: (row.created_at, row.id))
    wanted = select(alerts).where(alerts.c.id.in_({row.alert_id for row in rows}))
    found = {row.id: from_row(row) for row in connection.execute(wanted)} if rows else {}
    others = grouping.members(connection, {row.id for row in rows if row.group_id})
    return [
        Lease(
            id=row.id,
            token=token,
            attempt=row.attempts,
            subscription=row.subscription,
            reason=row.reason,
            alert=grouping.combined(found[row.alert_id], others.get(row.id, ())),
            follows=grouping.follows(connection, found[row.alert_id], row.subscription),
        )
        for row in rows
    ]


def _due(
    now: datetime, limit: int, subscriptions: Collection[str], flying: Collection[str], each: bool
) -> Select[tuple[str]]:
    """Ids of what is due, locked, for `claim`."""
    c = deliveries.c
    ripe = (c.subscription.in_(subscriptions), c.next_attempt_at <= now, c.id.not_in(flying))
    if not each:
        longest = select(c.id).where(*ripe).order_by(c.next_attempt_at).limit(limit)
        return longest.with_for_update(skip_locked=True)
    place = func.row_number().over(partition_by=c.subscription, order_by=(c.next_attempt_at, c.id)).label("place")
    ranked = select(c.id, place).where(*ripe).subquery()
    # PostgreSQL locks no rows of a window: those that were chosen are locked around it.
    return (
        select(c.id)
        .where(c.id.in_(select(ranked.c.id).where(ranked.c.place <= limit)))
        .with_for_update(skip_locked=True)
    )


def target_hash(subscription: Subscription) -> str:
    """A name for where a subscription goes that does not tell where: 32 hex digits."""
    return hashlib.sha256(f"{subscription.channel}\n{subscription.to}".encode()).hexdigest()[:32]


def stop(connection: Connection, subscription: Subscription, reason: str, now: datetime) -> None:
    """Note that the receiver wants nothing more. It holds as long as the subscription's address stays the same."""
    lift(connection, subscription.name)
    row = {"subscription": subscription.name, "target": target_hash(subscription), "at": now, "reason": reason}
    connection.execute(stops.insert().values(row))


def lift(connection: Connection, subscription: str) -> bool:
    """Take a stop away; whether there was one."""
    return connection.execute(delete(stops).where(stops.c.subscription == subscription)).rowcount > 0


def stop_reasons(connection: Connection) -> dict[tuple[str, str], str]:
    """All stops: (subscription, `target_hash`) → why nothing more may be sent there."""
    return {(row.subscription, row.target): row.reason for row in connection.execute(select(stops))}


def settle_pending(
    connection: Connection,
    subscription: str,
    state: str,
    reason: str,
    now: datetime,
    flying: Collection[str] = (),
) -> int:
    """Settle all that waits for a subscription without trying it (`skipped` or `dead`); how many those were."""
    waits = or_(
        deliveries.c.state == "queued", and_(deliveries.c.state == "leased", deliveries.c.next_attempt_at <= now)
    )
    settled = (
        update(deliveries)
        .where(
            deliveries.c.subscription == subscription,
            deliveries.c.next_attempt_at.is_not(None),
            waits,
            deliveries.c.id.not_in(flying),
        )
        .values(state=state, reason=reason, next_attempt_at=None, lease_token=None, settled_at=now)
    )
    count = connection.execute(settled).rowcount
    grouping.settle_orphans(connection, subscription, {"state": state, "reason": reason, "settled_at": now})
    return count


def requeue(
    connection: Connection,
    ids: Sequence[str],
    now: datetime,
    states: Collection[str] = ("queued", "dead"),
    reason: str = "tried again by hand",
) -> list[str]:
    """Start deliveries anew that are in one of `states`; the ids of those that are due now.

    `ids` are of deliveries, or of alerts (all of their deliveries). What never matched stays as it is.
    """
    named = or_(deliveries.c.id.in_(ids), deliveries.c.alert_id.in_(ids))
    wanted = and_(named, deliveries.c.state.in_(states))
    due = (
        update(deliveries)
        .where(wanted)
        .values(
            state="queued",
            reason=reason,
            attempts=0,
            next_attempt_at=now,
            lease_token=None,
            settled_at=None,
        )
        .returning(deliveries.c.id, deliveries.c.subscription, deliveries.c.group_id)
    )
    rows = list(connection.execute(due))
    for subscription in {row.subscription for row in rows}:
        lift(connection, subscription)
    return grouping.regroup(connection, [(row.id, row.group_id) for row in rows])
