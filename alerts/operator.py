"""The operator's own channel: each trouble is told once, and once when it is over.

Every function takes the caller's connection and never commits.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from alerts import outbox
from alerts.directory import LEFT
from alerts.tables import stops, troubles
from alerts.types import Alert
from config.settings import Config

REASON = "is the operator's (settings.operator)"


def stopped(connection: Connection) -> dict[str, str]:
    """Key → what is wrong: addresses that refused for good, and receivers that want no more."""
    return {
        f"stopped:{row.subscription}": f'nothing more is sent to "{row.subscription}": {row.reason}; once that is '
        f"mended: pactwatch subscriptions resume {row.subscription}"
        for row in connection.execute(select(stops))
        if not row.reason.startswith(LEFT)
    }


def tell(connection: Connection, config: Config, found: Mapping[str, str], now: datetime) -> list[str]:
    """Write what is new among the troubles and what is over; the ids of the deliveries that are queued now.

    `found` is key → what is wrong now, in words; a trouble is the same as long as its key is, whatever its words.
    Without `settings.operator` nobody is told, and it is kept all the same, so that one set later hears only of news.
    """
    known = {row.key: row for row in connection.execute(select(troubles))}
    fresh = {key: text for key, text in found.items() if key not in known}
    over = [row for key, row in known.items() if key not in found]
    if fresh:
        rows = [{"key": key, "since": now, "text": text} for key, text in fresh.items()]
        connection.execute(insert(troubles), rows)
    if over:
        connection.execute(delete(troubles).where(troubles.c.key.in_([row.key for row in over])))
    operator = config.settings.operator
    if operator is None or operator not in {one.name for one in config.subscriptions}:
        return []
    alerts = [trouble(key, text, now) for key, text in fresh.items() if key != f"stopped:{operator}"]
    alerts += [relief(row.key, row.text, row.since, now) for row in over]
    queued = [outbox.put(connection, alert, operator, REASON, now) for alert in alerts]
    return [id for id in queued if id is not None]


def trouble(key: str, text: str, now: datetime) -> Alert:
    """The alert about a trouble that began."""
    return Alert(
        id=f"trouble:{key}:{now.isoformat()}"[:200],
        labels={"class": "trouble", "state": "began", "trouble": key.partition(":")[0]},
        title=f"Trouble: {text}",
        at=now,
        facts=(("What", text), ("See", "pactwatch status")),
        thread=f"trouble {key}"[:200],
    )


def relief(key: str, text: str, since: datetime, now: datetime) -> Alert:
    """The alert about a trouble that is over."""
    began = f"{since.day} {since:%b %Y %H:%M} UTC"
    return Alert(
        id=f"over:{key}:{now.isoformat()}"[:200],
        labels={"class": "trouble", "state": "over", "trouble": key.partition(":")[0]},
        title=f"Over: {text}",
        at=now,
        facts=(("What", text), ("Began", began)),
        thread=f"trouble {key}"[:200],
    )
