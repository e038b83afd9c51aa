"""The ledger keeps who reported what, what people decided, what waits for review, and a chain over it all."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from monitor.store import backfill

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

APPEND_ONLY = ("reports", "hands", "reviews", "chain")


def upgrade() -> None:
    tables()
    op.add_column("claims", sa.Column("report_id", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_claims_report_id"), "claims", ["report_id"], unique=False)
    connection = op.get_bind()
    drop_guards("claims")
    backfill.reports(connection)
    guards("claims")
    for table in APPEND_ONLY:
        guards(table)
    backfill.chain(connection)


def tables() -> None:
    when = sa.DateTime(timezone=True)
    op.create_table(
        "reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("reader", sa.String(length=40), nullable=False),
        sa.Column("recorded_at", when, nullable=False),
        sa.Column("made_at", when, nullable=False),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("published", when, nullable=False),
        sa.Column("published_offset", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("observed", when, nullable=False),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("baseline", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_reports_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
    )
    op.create_index(op.f("ix_reports_item_id_revision"), "reports", ["item_id", "revision"], unique=False)
    op.create_table(
        "hands",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", when, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("term", sa.Text(), nullable=False),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hands")),
    )
    op.create_table(
        "reviews",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("term", sa.Text(), nullable=False),
        sa.Column("deal", sa.String(length=21), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("held_at", when, nullable=False),
        sa.Column("key", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_reviews_claim_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
    )
    op.create_table(
        "chain",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=10), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_chain")),
    )


def guards(table: str) -> None:
    """The database itself refuses to change or remove a row of the table."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    for verb in ("UPDATE", "DELETE"):
        act = "EXECUTE FUNCTION refuse_change()"
        if not postgresql:
            act = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        op.execute(f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} FOR EACH ROW {act}")


def drop_guards(table: str) -> None:
    on = f" ON {table}" if op.get_bind().dialect.name == "postgresql" else ""
    for verb in ("update", "delete"):
        op.execute(f"DROP TRIGGER {table}_no_{verb}{on}")
