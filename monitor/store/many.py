"""One statement for many rows, without what SQLAlchemy does anew for each of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.dml import UpdateBase


def execute_many(connection: Connection, statement: UpdateBase, rows: Sequence[Mapping[str, Any]]) -> int:
    """Executes an insert or update for each row, all with the same keys; how many rows of the table an update touched.

    The statement is one that is kept (in a module or a cache): on SQLite it is translated once, and a row then costs
    its own values and nothing else, a fifth of what `Connection.execute` takes. Other databases go that way.
    """
    if not rows:
        return 0
    if connection.dialect.name != "sqlite":
        return connection.execute(statement, list(rows)).rowcount
    text, converters = _translated(statement, connection.dialect, tuple(rows[0]))
    values = [
        tuple([row[name] if convert is None else convert(row[name]) for name, convert in converters]) for row in rows
    ]
    return connection.exec_driver_sql(text, values).rowcount


@cache
def _translated(
    statement: UpdateBase, dialect: Dialect, names: tuple[str, ...]
) -> tuple[str, list[tuple[str, Callable[[Any], Any] | None]]]:
    """The statement in SQL, and in the order of its question marks the keys of rows with what makes a value ready."""
    compiled = statement.compile(dialect=dialect, column_keys=list(names))
    converters: list[tuple[str, Callable[[Any], Any] | None]] = [
        (name, compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect))
        for name in compiled.positiontup or ()
    ]
    return str(compiled), converters
