"""INSERT … ON CONFLICT, which SQLite and PostgreSQL spell alike and SQLAlchemy builds per dialect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Table

from monitor.store.many import execute_many

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite


def insert_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts the rows whose primary key or unique columns are not there yet; the others stay as they are."""
    execute_many(connection, _inserting(connection.dialect.name, table), rows)


def upsert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], key: Sequence[str]) -> None:
    """Inserts rows, or sets all their columns where one with the same `key` columns is there."""
    if rows:
        execute_many(connection, _upserting(connection.dialect.name, table, tuple(rows[0]), tuple(key)), rows)


@cache
def _inserting(dialect: str, table: Table) -> postgresql.Insert | sqlite.Insert:
    return _insert(dialect, table).on_conflict_do_nothing()


@cache
def _upserting(
    dialect: str, table: Table, columns: tuple[str, ...], key: tuple[str, ...]
) -> postgresql.Insert | sqlite.Insert:
    """Built once: putting it together takes longer than it runs."""
    insert = _insert(dialect, table)
    moved = {name: insert.excluded[name] for name in columns if name not in key}
    return insert.on_conflict_do_update(index_elements=list(key), set_=moved)


def _insert(dialect: str, table: Table) -> postgresql.Insert | sqlite.Insert:
    # Either dialect takes megabytes of memory; that of a database that is not there is not loaded.
    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table)
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(table)
