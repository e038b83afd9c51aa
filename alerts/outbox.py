"""The outbox: alerts and their deliveries as rows, written in the transaction of whoever announces them.

If the change is there, so is the alert. Every function takes the caller's connection and never commits. A delivery
is done at least once: it is leased, tried, and its outcome written under the lease's token; who dies in between
leaves a lease that falls back, and the next attempt carries the same id.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, Insert, Table, and_, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from alerts.matching import decide
from alerts.retry import next_attempt
from alerts.rows import from_row, to_row
from alerts.tables import alerts, attempts, deliveries, metadata, stops
from alerts.types import Alert, Answer, Decision, Lease, Settled
from config.settings import Config, Subscription

__all__ = ["claim", "delivery_id", "due_subscriptions", "enqueue", "finish", "metadata"]

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
    rows = [
        _delivery(alert, subscription, _decide(alert, config, subscription), now)
        for alert in fresh.values()
        if alert.id in known
        for subscription in config.subscriptions
    ]
    if rows:
        connection.execute(_insert_new(connection, deliveries), rows)
    return [str(row["id"]) for row in rows if row["state"] == "queued"]


def _insert_new(connection: Connection, table: Table) -> Insert:
    """An INSERT that leaves rows alone that are there."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()


def _decide(alert: Alert, config: Config, subscription: Subscription) -> Decision:
    watchlist = next((w for w in config.watchlists if w.name == subscription.watchlist), None)
    if watchlist is None:
        return Decision(send=False, reason=f'there is no watchlist "{subscription.watchlist}"')
    return decide(alert, watchlist, subscription)


def _delivery(alert: Alert, subscription: Subscription, decision: Decision, now: datetime) -> dict[str, object]:
    return {
        "id": delivery_id(alert.id, subscription.name),
        "alert_id": alert.id,
        "subscription": subscription.name,
        "state": "queued" if decision.send else "skipped",
        "reason": decision.reason,
        "attempts": 0,
        "next_attempt_at": now if decision.send else None,
        "last_answer": "",
        "created_at": now,
        "settled_at": None if decision.send else now,
    }


def due_subscriptions(connection: Connection, now: datetime) -> list[str]:
    """Names of the subscriptions for which something is due, whether or not the config still knows them."""
    due = select(deliveries.c.subscription).where(deliveries.c.next_attempt_at <= now).distinct()
    return sorted(connection.scalars(due))


def next_due(connection: Connection) -> datetime | None:
    """When the next delivery is due, or the next lease falls back; None where nothing waits."""
    rows = select(deliveries.c.next_attempt_at).where(deliveries.c.next_attempt_at.is_not(None))
    return connection.scalar(rows.order_by(deliveries.c.next_attempt_at).limit(1))


def claim(
    connection: Connection,
    now: datetime,
    limit: int,
    lease: timedelta,
    *,
    subscriptions: Collection[str],
    flying: Collection[str] = (),
) -> list[Lease]:
    """Lease up to `limit` due deliveries of these subscriptions, the oldest alert first.

    `flying` are ids that the caller still has under way: they are not taken again, even where a clock jumped past
    their lease. Two claimers never hold the same delivery (SQLite: one writer; PostgreSQL: SKIP LOCKED).
    """
    due = (
        select(deliveries.c.id)
        .where(
            deliveries.c.subscription.in_(subscriptions),
            deliveries.c.next_attempt_at <= now,
            deliveries.c.id.not_in(flying),
        )
        .order_by(deliveries.c.next_attempt_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
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
        )
    )
    rows = sorted(connection.execute(taken), key=lambda row: (row.created_at, row.id))
    wanted = select(alerts).where(alerts.c.id.in_({row.alert_id for row in rows}))
    found = {row.id: from_row(row) for row in connection.execute(wanted)} if rows else {}
    return [
        Lease(
            id=row.id,
            token=token,
            attempt=row.attempts,
            subscription=row.subscription,
            reason=row.reason,
            alert=found[row.alert_id],
        )
        for row in rows
    ]


def finish(
    connection: Connection,
    lease: Lease,
    answer: Answer,
    now: datetime,
    *,
    draw: Callable[[], float],
    max_attempts: int,
    seconds: float = 0.0,
) -> Settled | None:
    """Write an attempt and what becomes of its delivery; None where the lease was lost and another decides.

    The attempt is logged in either case: it was made.
    """
    connection.execute(
        attempts.insert().values(
            delivery_id=lease.id,
            number=lease.attempt,
            at=now,
            ok=answer.ok,
            permanent=answer.permanent,
            detail=answer.detail,
            seconds=seconds,
        )
    )
    settled = _outcome(lease, answer, now, draw, max_attempts)
    again = settled.state == "queued"
    written = connection.execute(
        update(deliveries)
        .where(deliveries.c.id == lease.id, deliveries.c.state == "leased", deliveries.c.lease_token == lease.token)
        .values(
            state=settled.state,
            reason=settled.reason,
            next_attempt_at=settled.next_attempt_at,
            lease_token=None,
            last_answer=answer.detail,
            settled_at=None if again else now,
        )
    )
    return settled if written.rowcount else None


def _outcome(lease: Lease, answer: Answer, now: datetime, draw: Callable[[], float], max_attempts: int) -> Settled:
    if answer.ok:
        return Settled(state="sent", reason=lease.reason)
    again = next_attempt(lease.attempt, answer, now, draw, max_attempts)
    if again is not None:
        return Settled(state="queued", reason=lease.reason, next_attempt_at=again)
    if answer.permanent or answer.gone:
        return Settled(state="dead", reason=f"refused for good: {answer.detail}")
    return Settled(state="dead", reason=f"given up after {lease.attempt} attempts: {answer.detail}")


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
    return connection.execute(settled).rowcount


def requeue(connection: Connection, ids: Sequence[str], now: datetime) -> list[str]:
    """Start deliveries anew that were given up or wait for their next try; the ids of those that are due now.

    `ids` are of deliveries, or of alerts (all of their deliveries). What was sent, or never matched, stays as it is.
    """
    wanted = and_(
        or_(deliveries.c.id.in_(ids), deliveries.c.alert_id.in_(ids)), deliveries.c.state.in_(("queued", "dead"))
    )
    due = (
        update(deliveries)
        .where(wanted)
        .values(
            state="queued",
            reason="tried again by hand",
            attempts=0,
            next_attempt_at=now,
            lease_token=None,
            settled_at=None,
        )
        .returning(deliveries.c.id, deliveries.c.subscription)
    )
    rows = list(connection.execute(due))
    for subscription in {row.subscription for row in rows}:
        lift(connection, subscription)
    return sorted(row.id for row in rows)
