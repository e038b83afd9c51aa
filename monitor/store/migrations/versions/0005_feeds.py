"""Feeds remember their publisher's wishes, can be paused and be told of by a hub; what a revision replaced is kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    when = sa.DateTime(timezone=True)
    op.add_column("feeds", sa.Column("hints", sa.JSON(), nullable=True))
    op.add_column("feeds", sa.Column("paused_at", when, nullable=True))
    op.add_column("feeds", sa.Column("pause_reason", sa.Text(), nullable=True))
    op.create_table(
        "hubs",
        sa.Column("feed_id", sa.Integer(), nullable=False),
        sa.Column("hub", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("next_at", when, nullable=False),
        sa.Column("lease_until", when, nullable=True),
        sa.Column("pushed_at", when, nullable=True),
        sa.Column("missed_at", when, nullable=True),
        sa.Column("failures", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name=op.f("fk_hubs_feed_id")),
        sa.PrimaryKeyConstraint("feed_id", name=op.f("pk_hubs")),
        sa.UniqueConstraint("token", name=op.f("uq_hubs_token")),
    )
    op.create_index(op.f("ix_hubs_next_at"), "hubs", ["next_at"], unique=False)
    op.create_table(
        "item_revisions",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("observed", when, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_item_revisions_item_id")),
        sa.PrimaryKeyConstraint("item_id", "revision", name=op.f("pk_item_revisions")),
    )
    op.create_table(
        "silent_edits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("figure", sa.Text(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("noted_at", when, nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_silent_edits_item_id")),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_silent_edits_claim_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_silent_edits")),
        sa.UniqueConstraint("claim_id", name=op.f("uq_silent_edits_claim_id")),
    )
    op.create_index(op.f("ix_silent_edits_item_id"), "silent_edits", ["item_id"], unique=False)
    op.create_index(op.f("ix_silent_edits_noted_at"), "silent_edits", ["noted_at"], unique=False)
