"""The articles behind the links of items, and what a second reader says of an item."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    when = sa.DateTime(timezone=True)
    op.create_table(
        "pages",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("until", when, nullable=False),
        sa.Column("next_attempt_at", when, nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("settled_at", when, nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_pages_item_id")),
        sa.PrimaryKeyConstraint("item_id", "revision", name=op.f("pk_pages")),
    )
    op.create_index(op.f("ix_pages_state_next_attempt_at"), "pages", ["state", "next_attempt_at"], unique=False)
    op.create_index(op.f("ix_pages_settled_at"), "pages", ["settled_at"], unique=False)
    op.create_table(
        "opinions",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("made_at", when, nullable=False),
        sa.Column("claims", sa.JSON(), nullable=False),
        sa.Column("dropped", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_opinions_item_id")),
        sa.PrimaryKeyConstraint("item_id", "revision", name=op.f("pk_opinions")),
    )
