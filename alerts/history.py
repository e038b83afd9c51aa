"""What became of alerts: questions to the outbox's tables. Reads only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, or_, select

from alerts.rows import from_row
from alerts.tables import alerts, attempts, deliveries
from alerts.types import Alert


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One attempt."""

    number: int
    at: datetime
    ok: bool
    answer: str
    seconds: float
    #: The other side refused for good: no further try was made.
    permanent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What became of an alert for one subscription."""

    id: str
    subscription: str
    #: As in `alerts.tables.deliveries`.
    state: str
    #: Why it is sent, skipped or dead.
    reason: str
    attempts: int
    #: When it is tried next; None where nothing more is to come.
    next_attempt_at: datetime | None
    settled_at: datetime | None
    last_answer: str
    #: Every attempt, in order.
    log: tuple[Tried, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An alert and all decisions on it."""

    alert: Alert
    #: When it was written to the outbox.
    created_at: datetime
    told: tuple[Told, ...]


def recent(connection: Connection, limit: int, *, state: str | None = None) -> list[Entry]:
    """The newest alerts, newest first; with `state` only those that have a delivery in it."""
    wanted = select(alerts).order_by(alerts.c.created_at.desc(), alerts.c.id).limit(limit)
    if state is not None:
        wanted = wanted.where(alerts.c.id.in_(select(deliveries.c.alert_id).where(deliveries.c.state == state)))
    return _entries(connection, connection.execute(wanted))


def entry(connection: Connection, alert_id: str) -> Entry | None:
    """One alert with every attempt that was made for it."""
    found = _entries(connection, connection.execute(select(alerts).where(alerts.c.id == alert_id)), with_log=True)
    return found[0] if found else None


def named(connection: Connection, start: str, limit: int = 10) -> list[str]:
    """Ids of the alerts whose id, or one of whose deliveries' ids, begins so; at most `limit`."""
    of_deliveries = select(deliveries.c.alert_id).where(deliveries.c.id.startswith(start, autoescape=True))
    meant = or_(alerts.c.id.startswith(start, autoescape=True), alerts.c.id.in_(of_deliveries))
    return list(connection.scalars(select(alerts.c.id).where(meant).order_by(alerts.c.id).limit(limit)))


def since(connection: Connection, subscription: str, when: datetime) -> list[str]:
    """Ids of the deliveries to a subscription that were sent or given up since a moment, the oldest first."""
    c = deliveries.c
    over = select(c.id).where(c.subscription == subscription, c.state.in_(("sent", "dead")), c.settled_at >= when)
    return list(connection.scalars(over.order_by(c.settled_at, c.id)))


def _entries(connection: Connection, rows: Iterable[Row[Any]], with_log: bool = False) -> list[Entry]:
    found = list(rows)
    ids = [row.id for row in found]
    wanted = select(deliveries).where(deliveries.c.alert_id.in_(ids)).order_by(deliveries.c.subscription)
    told: dict[str, list[Told]] = {id: [] for id in ids}
    logs = _logs(connection, ids) if with_log else {}
    for row in connection.execute(wanted):
        told[row.alert_id].append(_told(row, tuple(logs.get(row.id, ()))))
    return [Entry(alert=from_row(row), created_at=row.created_at, told=tuple(told[row.id])) for row in found]


def _told(row: Row[Any], log: tuple[Tried, ...]) -> Told:
    return Told(
        id=row.id,
        subscription=row.subscription,
        state=row.state,
        reason=row.reason,
        attempts=row.attempts,
        next_attempt_at=row.next_attempt_at,
        settled_at=row.settled_at,
        last_answer=row.last_answer,
        log=log,
    )


def _logs(connection: Connection, alert_ids: list[str]) -> dict[str, list[Tried]]:
    """Delivery id → its attempts."""
    wanted = (
        select(attempts)
        .join(deliveries, deliveries.c.id == attempts.c.delivery_id)
        .where(deliveries.c.alert_id.in_(alert_ids))
        .order_by(attempts.c.id)
    )
    logs: dict[str, list[Tried]] = {}
    for row in connection.execute(wanted):
        one = Tried(
            number=row.number, at=row.at, ok=row.ok, answer=row.detail, seconds=row.seconds, permanent=row.permanent
        )
        logs.setdefault(row.delivery_id, []).append(one)
    return logs
