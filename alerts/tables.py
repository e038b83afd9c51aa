"""The outbox's tables. `monitor/store` joins this metadata with its own for the migrations.

No secret is ever stored: a delivery names its subscription, and the config is asked when it is sent. Addresses are
stored only of those who subscribed by command, and `subscriptions forget` deletes them.
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
    #: queued, leased, sent, dead or skipped; grouped: goes in the message of `group_id`; held: waits for a digest.
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
    #: The delivery in whose message this one goes, its own id for the one that leads; NULL where it goes alone.
    Column("group_id", String(64)),
)
Index("uq_deliveries_alert_id_subscription", deliveries.c.alert_id, deliveries.c.subscription, unique=True)
# Partial: what is settled leaves the index, so that claiming costs the same after years of history.
Index(
    "ix_deliveries_pending",
    deliveries.c.subscription,
    deliveries.c.next_attempt_at,
    sqlite_where=deliveries.c.next_attempt_at.is_not(None),
)
Index(
    "ix_deliveries_group_id",
    deliveries.c.group_id,
    sqlite_where=deliveries.c.group_id.is_not(None),
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
    #: Refused for good: no further try would help. `alerts why` tells it.
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

#: Watchlists that a command added; YAML wins where it names one too.
commanded_watchlists = Table(
    "commanded_watchlists",
    metadata,
    Column("name", String(200), primary_key=True),
    #: config.settings.Watchlist as JSON.
    Column("spec", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

#: Subscriptions that a command added; YAML wins where it names one too.
commanded_subscriptions = Table(
    "commanded_subscriptions",
    metadata,
    Column("name", String(200), primary_key=True),
    #: config.settings.Subscription as JSON; a secret stands in it as its reference.
    Column("spec", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    #: NULL until the address said yes; nothing is sent before.
    Column("confirmed_at", UtcDateTime),
    #: Of the code that was sent to the address, hashed.
    Column("code_hash", String(64)),
    Column("code_until", UtcDateTime),
)

#: Subscriptions, of YAML too, that a command or their reader paused.
pauses = Table(
    "subscription_pauses",
    metadata,
    Column("subscription", String(200), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("reason", Text, nullable=False),
)

#: What nobody wants to hear for a while. Kept after it is over: `alerts why` still names it.
silences = Table(
    "silences",
    metadata,
    Column("id", String(16), primary_key=True),
    #: Label selectors, all of which must hold.
    Column("labels", JSON, nullable=False),
    Column("author", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)

#: How far each digest has come.
digests = Table(
    "digests",
    metadata,
    Column("subscription", String(200), primary_key=True),
    #: The last time for which a digest went out, or when the subscription was first seen.
    Column("done_until", UtcDateTime, nullable=False),
)

#: Troubles of which the operator was told and that are not over.
troubles = Table(
    "troubles",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("since", UtcDateTime, nullable=False),
    Column("text", Text, nullable=False),
)

#: A random key of this installation, from which the codes for opting out are made.
keys = Table(
    "alert_keys",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", String(64), nullable=False),
)
