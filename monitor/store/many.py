"""Many rows in one statement, and on SQLite in one step of it.

SQLAlchemy prepares each row anew, and SQLite's driver lets go of Python's lock for each step: beside a busy event loop
the two then hand that lock to and fro for every row, which takes longer than what is done with it. So rows go to SQLite
as one JSON text, and what becomes of them is one step, during which the loop runs on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import count
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import JSON, Connection, LargeBinary, Numeric, Select, Text, func, select
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.types import TypeEngine

#: In JSON the character at which SQLite would end a text.
_END = b"\\u0000"
#: Characters of a row from which on it takes longer to find its values in the text than was won.
WIDE: Final = 500
_VALUES = re.compile(r"VALUES \(([?, ]+)\)")


class _Translated(NamedTuple):
    """A statement for SQLite."""

    #: For one row.
    text: str
    #: For all rows of a JSON text; None where its values cannot be written there and come back as they were.
    of_json: str | None
    #: (key in a row, what makes its value ready for the database), as the statement wants them.
    places: Sequence[tuple[str, Callable[[Any], Any] | None]]


def execute_many(connection: Connection, statement: UpdateBase, rows: Sequence[Mapping[str, Any]]) -> int:
    """Executes an insert or update for each row, all with the same keys; how many rows of the table an update touched.

    An update must find another row of the table for each. The statement is one that is kept (in a module or a cache):
    on SQLite it is translated once, and a row then costs its own values and nothing else, a fifth of what
    `Connection.execute` takes. Other databases go that way.
    """
    if not rows:
        return 0
    if connection.dialect.name != "sqlite":
        return connection.execute(statement, list(rows)).rowcount
    told = _translated(statement, connection.dialect, tuple(rows[0]))
    values = list(_values(rows, told))
    if told.of_json is not None and len(values) > 1:
        text = msgspec.json.encode(values)
        if _END not in text and len(text) < WIDE * len(values):
            return connection.exec_driver_sql(told.of_json, (text.decode(),)).rowcount
    return connection.exec_driver_sql(told.text, values).rowcount


def _values(rows: Sequence[Mapping[str, Any]], told: _Translated) -> Iterator[tuple[Any, ...]]:
    places = told.places
    for row in rows:
        yield tuple([row[name] if ready is None else ready(row[name]) for name, ready in places])


@cache
def _translated(statement: UpdateBase, dialect: Dialect, names: tuple[str, ...]) -> _Translated:
    compiled = statement.compile(dialect=dialect, column_keys=list(names))
    types = [(name, compiled.binds[name].type.dialect_impl(dialect)) for name in compiled.positiontup or ()]
    # SQLite reads fractions from JSON with a digit less than they may have.
    fits = not any(isinstance(one, Numeric | LargeBinary) for _, one in types)
    places = [(name, one.bind_processor(dialect)) for name, one in types]
    return _Translated(str(compiled), _of_json(str(compiled)) if fits else None, places)


def _of_json(text: str) -> str:
    """The statement for all rows of a JSON text, each an array of its values."""
    if text.startswith("INSERT"):
        # Without a condition SQLite would take ON CONFLICT for that of a join.
        text = _VALUES.sub(r"SELECT \1 FROM json_each(:rows) AS j WHERE true", text, count=1)
    else:
        text = text.replace(" WHERE ", " FROM json_each(:rows) AS j WHERE ", 1)
    numbers = count()
    return re.sub(r"\?", lambda _: f"json_extract(j.value, '$[{next(numbers)}]')", text).replace(":rows", "?")


def fetch_many(connection: Connection, query: Select[Any]) -> list[list[Any]]:
    """The rows of a query over columns that hold no fractions, each as a list; sort them yourself."""
    if connection.dialect.name != "sqlite":
        return [list(row) for row in connection.execute(query)]
    rows = query.subquery("q")
    each = func.json_array(*(func.json(one) if isinstance(one.type, JSON) else one for one in rows.c))
    text = connection.execute(select(func.json_group_array(each, type_=Text))).scalar_one()
    found: list[list[Any]] = msgspec.json.decode(text)
    for place, one in enumerate(rows.c):
        ready = None if isinstance(one.type, JSON) else _result(one.type, connection.dialect)
        if ready is not None:
            for row in found:
                row[place] = ready(row[place])
    return found


@cache
def _result(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    return kind.dialect_impl(dialect).result_processor(dialect, None)
