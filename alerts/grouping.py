"""Several alerts as one message, and which earlier message an alert follows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection, func, select, update

from alerts.rows import from_row
from alerts.tables import alerts, deliveries
from alerts.types import Alert

#: Classes about a change that was told before: they follow it in its thread.
FOLLOWING = frozenset({"confirmed", "contested", "date", "reminder", "corrected", "retracted"})


def combined(first: Alert, others: Sequence[Alert]) -> Alert:
    """One alert for all: of a group the first with the rest as parts, of a digest its own words and then the parts."""
    if first.labels.get("class") == "digest":
        return replace(first, parts=tuple(others))
    if not others:
        return first
    parts = (first, *others)
    about = f" on {first.thread}" if first.thread else ""
    labels: dict[str, str | float] = {"class": "group", "count": len(parts)}
    if "deal" in first.labels:
        labels["deal"] = first.labels["deal"]
    return Alert(
        id=first.id,
        labels=labels,
        title=f"{len(parts)} changes{about}: {first.title}",
        at=max(part.at for part in parts),
        thread=first.thread,
        parts=parts,
    )


def members(connection: Connection, leaders: Collection[str]) -> dict[str, list[Alert]]:
    """Leading delivery → the alerts of those that go in its message, in the order in which they came."""
    wanted = (
        select(deliveries.c.group_id, alerts)
        .join(alerts, alerts.c.id == deliveries.c.alert_id)
        .where(
            deliveries.c.group_id.in_(leaders),
            deliveries.c.id != deliveries.c.group_id,
            deliveries.c.state == "grouped",
        )
        .order_by(deliveries.c.created_at, alerts.c.at, deliveries.c.id)
    )
    found: dict[str, list[Alert]] = {}
    for row in connection.execute(wanted) if leaders else ():
        found.setdefault(row.group_id, []).append(from_row(row))
    return found


def follows(connection: Connection, alert: Alert, subscription: str) -> str | None:
    """The id of the last message in which the subscription was told of the same term; None where there is none."""
    term = alert.data.get("term")
    if alert.labels.get("class") not in FOLLOWING or term is None:
        return None
    told = (
        select(func.coalesce(deliveries.c.group_id, deliveries.c.id).label("message"), alerts.c.body)
        .join(alerts, alerts.c.id == deliveries.c.alert_id)
        .where(
            deliveries.c.subscription == subscription,
            deliveries.c.state == "sent",
            alerts.c.thread == alert.thread,
            alerts.c.id != alert.id,
        )
        .order_by(deliveries.c.settled_at.desc())
    )
    rows = connection.execute(told)
    return next((str(row.message) for row in rows if row.body["data"].get("term") == term), None)


def settle_members(connection: Connection, leader: str, values: Mapping[str, object]) -> None:
    """Write what became of a message to all that went in it."""
    c = deliveries.c
    connection.execute(
        update(deliveries).where(c.group_id == leader, c.id != leader, c.state == "grouped").values(**values)
    )


def settle_orphans(connection: Connection, subscription: str, values: Mapping[str, object]) -> None:
    """Write what became of those whose leader is over, and of those that waited for a digest."""
    c = deliveries.c
    pending = select(c.id).where(c.subscription == subscription, c.state.in_(("queued", "leased")))
    orphans = (c.subscription == subscription, c.state == "grouped", c.group_id.not_in(pending))
    connection.execute(update(deliveries).where(*orphans).values(**values))


def regroup(connection: Connection, queued: Sequence[tuple[str, str | None]]) -> list[str]:
    """After deliveries were queued anew (id, group_id): those of one group go together again, others alone.

    Returns the ids that are due by themselves.
    """
    ids = {id for id, _ in queued}
    leaders = {id for id, group in queued if group == id}
    c = deliveries.c
    again = {"state": "grouped", "next_attempt_at": None, "settled_at": None, "lease_token": None}
    with_leader = (c.group_id.in_(leaders), c.id.not_in(leaders), c.state.in_(("queued", "dead", "sent")))
    connection.execute(update(deliveries).where(*with_leader).values(**again))
    alone = {id for id, group in queued if group not in (None, id) and group not in leaders}
    connection.execute(update(deliveries).where(c.id.in_(alone)).values(group_id=None))
    follow = {id for id, group in queued if group in leaders and id != group}
    return sorted(ids - follow)
