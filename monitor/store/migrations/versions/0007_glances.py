"""What a page shows of each term, in a table of its own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from monitor.store import backfill

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "glances",
        sa.Column("term", sa.Text(), nullable=False),
        sa.Column("family", sa.String(length=10), nullable=False),
        sa.Column("deal", sa.String(length=21), nullable=False),
        sa.Column("party", sa.String(length=10), nullable=False),
        sa.Column("counterparty", sa.String(length=10), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("term", "family", name=op.f("pk_glances")),
    )
    op.create_index(op.f("ix_glances_deal"), "glances", ["deal"], unique=False)
    backfill.glances(op.get_bind())
