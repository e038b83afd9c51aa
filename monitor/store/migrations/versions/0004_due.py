"""Between which days dates mean something for a term, so that looking for what is due reads no other."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from monitor.store import backfill

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("terms", sa.Column("due_from", sa.Date(), nullable=True))
    op.add_column("terms", sa.Column("due_to", sa.Date(), nullable=True))
    op.create_index(op.f("ix_terms_due_from_due_to"), "terms", ["due_from", "due_to"], unique=False)
    backfill.due_days(op.get_bind())
