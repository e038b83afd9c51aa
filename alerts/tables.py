"""The outbox's tables. `monitor/store` joins this metadata with its own for the migrations.

No address, URL or secret is ever stored: a delivery names its subscription, and the config is asked when it is sent.
"""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Float, ForeignKey, Index, Integer, MetaData, String, Table, Text

from alerts.sqltypes import UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: What happened, frozen as it was announced.
alerts = Table(
    "alerts",
    metadata,
    Column("id", String(200), primary_key=True),
    Column("created_at", UtcDateTime, nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("title", Text, nullable=False),
    Column("thread", String(200), nullable=False),
    Column("labels", JSON, nullable=False),
    #: facts, quotes and data.
    Column("body", JSON, nullable=False),
)

#: One row per alert and subscription, those that were not told too: their reason is the answer to "why not?".
deliveries = Table(
    "deliveries",
    metadata,
    #: Stable: `alerts.outbox.delivery_id(alert, subscription)`. The webhook-id and the left part of the Message-ID.
    Column("id", String(64), primary_key=True),
    Column("alert_id", String(200), ForeignKey("alerts.id", ondelete="CASCADE"), nullable=False),
    Column("subscription", String(200), nullable=False),
    #: queued, leased, sent, dead or skipped.
    Column("state", String(16), nullable=False),
    #: Why it is sent, skipped or dead, in plain words.
    Column("reason", Text, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    #: Queued: when it is due. Leased: when the lease falls back and another may take it. Settled: NULL.
    Column("next_attempt_at", UtcDateTime),
    #: Only who holds the token may write the outcome.
    Column("lease_token", String(64)),
    Column("last_answer", Text, nullable=False, default=""),
    Column("created_at", UtcDateTime, nullable=False),
    Column("settled_at", UtcDateTime),
)
Index("uq_deliveries_alert_id_subscription", deliveries.c.alert_id, deliveries.c.subscription, unique=True)
# Partial: what is settled leaves the index, so that claiming costs the same after years of history.
Index(
    "ix_deliveries_pending",
    deliveries.c.subscription,
    deliveries.c.next_attempt_at,
    sqlite_where=deliveries.c.next_attempt_at.is_not(None),
    postgresql_where=deliveries.c.next_attempt_at.is_not(None),
)
Index("ix_deliveries_state", deliveries.c.state, deliveries.c.settled_at)

#: Every attempt with the other side's answer. Append-only.
attempts = Table(
    "delivery_attempts",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("delivery_id", String(64), ForeignKey("deliveries.id", ondelete="CASCADE"), nullable=False, index=True),
    #: 1 for the first try.
    Column("number", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("ok", Boolean, nullable=False),
    Column("permanent", Boolean, nullable=False),
    Column("detail", Text, nullable=False),
    Column("seconds", Float, nullable=False),
)

#: Subscriptions whose receiver said that it wants no more (HTTP 410).
stops = Table(
    "delivery_stops",
    metadata,
    Column("subscription", String(200), primary_key=True),
    #: Of the address that said so, hashed: another address in the config lifts the stop.
    Column("target", String(64), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("reason", Text, nullable=False),
)
