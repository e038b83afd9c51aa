"""Alerts: groups, subscriptions and watchlists by command, pauses, silences, digests, troubles, the opt-out key."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("group_id", sa.String(length=64), nullable=True))
    grouped = sa.text("group_id IS NOT NULL")
    op.create_index(
        "ix_deliveries_group_id", "deliveries", ["group_id"], sqlite_where=grouped, postgresql_where=grouped
    )
    by_command()
    op.create_table(
        "subscription_pauses",
        sa.Column("subscription", sa.String(length=200), nullable=False),
        sa.Column("at", WHEN, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("subscription", name="pk_subscription_pauses"),
    )
    op.create_table(
        "silences",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", WHEN, nullable=False),
        sa.Column("expires_at", WHEN, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_silences"),
    )
    op.create_index("ix_silences_expires_at", "silences", ["expires_at"])
    bookkeeping()


def by_command() -> None:
    op.create_table(
        "commanded_watchlists",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("spec", sa.JSON(), nullable=False),
        sa.Column("created_at", WHEN, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_commanded_watchlists"),
    )
    op.create_table(
        "commanded_subscriptions",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("spec", sa.JSON(), nullable=False),
        sa.Column("created_at", WHEN, nullable=False),
        sa.Column("confirmed_at", WHEN, nullable=True),
        sa.Column("code_hash", sa.String(length=64), nullable=True),
        sa.Column("code_until", WHEN, nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_commanded_subscriptions"),
    )


def bookkeeping() -> None:
    op.create_table(
        "digests",
        sa.Column("subscription", sa.String(length=200), nullable=False),
        sa.Column("done_until", WHEN, nullable=False),
        sa.PrimaryKeyConstraint("subscription", name="pk_digests"),
    )
    op.create_table(
        "troubles",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("since", WHEN, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_troubles"),
    )
    op.create_table(
        "alert_keys",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_alert_keys"),
    )
