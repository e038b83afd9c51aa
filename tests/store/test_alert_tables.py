"""A database of the first schema is brought forward with what it holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from alembic import command
from sqlalchemy import create_engine, text

from alerts import outbox
from monitor.store import Store, url_for
from monitor.store.migrations import config

NOW = datetime(2025, 11, 14, 9, 0, tzinfo=UTC)


def test_what_waited_before_the_upgrade_is_delivered_after_it(tmp_path: Path) -> None:
    engine = create_engine(url_for(tmp_path))
    with engine.begin() as connection:
        command.upgrade(config(connection), "0001")
        stamp = NOW.replace(tzinfo=None).isoformat(sep=" ") + ".000000"
        body = '{"facts": [], "quotes": [], "data": {}}'
        connection.execute(
            text(
                "INSERT INTO alerts (id, created_at, at, title, thread, labels, body) "
                "VALUES ('a', :t, :t, 'x', '', '{}', :b)"
            ),
            {"t": stamp, "b": body},
        )
        connection.execute(
            text(
                "INSERT INTO deliveries (id, alert_id, subscription, state, reason, attempts, next_attempt_at, "
                "last_answer, created_at) VALUES ('msg_1', 'a', 'desk', 'queued', 'r', 0, :t, '', :t)"
            ),
            {"t": stamp},
        )
    engine.dispose()
    store = Store.open(url_for(tmp_path))
    with store.begin() as connection:
        (lease,) = outbox.claim(connection, NOW, 9, timedelta(minutes=1), subscriptions=["desk"])
    store.close()
    assert (lease.id, lease.alert.title, lease.alert.parts) == ("msg_1", "x", ())
