"""A database that is new gets the tables as they are declared; the way there, step by step, is for older ones.

So a first start is spared Alembic, which takes a tenth of a second and eight megabytes that a daemon never gives back.
A test holds both ways to the same schema.
"""

from __future__ import annotations

from sqlalchemy import Column, Connection, MetaData, PrimaryKeyConstraint, String, Table, insert, text

from alerts import tables as outbox
from monitor.store import schema

#: Every table of the program: the store's own and those of the rooms that declare theirs.
ALL_METADATA: tuple[MetaData, ...] = (schema.metadata, outbox.metadata)
#: Where Alembic looks for the revision.
REVISION = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)


def make(connection: Connection) -> None:
    """Makes everything in an empty database, as the newest migration would leave it."""
    if connection.dialect.name == "postgresql":
        _partial()
    for metadata in (*ALL_METADATA, REVISION.metadata):
        metadata.create_all(connection, checkfirst=False)
    _guard(connection)
    connection.execute(insert(REVISION).values(version_num=schema.HEAD))


def _partial() -> None:
    """Indexes of a part of a table are declared for SQLite alone: to name PostgreSQL there loads all of its dialect."""
    for metadata in ALL_METADATA:
        for index in (index for table in metadata.tables.values() for index in table.indexes):
            if "sqlite_where" in index.dialect_kwargs:
                index.dialect_kwargs["postgresql_where"] = index.dialect_kwargs["sqlite_where"]


def _guard(connection: Connection) -> None:
    """The database itself refuses to change or remove a row of the tables that are only added to."""
    postgresql = connection.dialect.name == "postgresql"
    if postgresql:
        connection.execute(
            text(
                "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = '23000'; END $$"
            )
        )
    for table in schema.APPEND_ONLY:
        for verb in ("UPDATE", "DELETE"):
            act = "EXECUTE FUNCTION refuse_change()"
            if not postgresql:
                act = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            name = f"{table}_no_{verb.lower()}"
            connection.execute(text(f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW {act}"))
