"""Many rows in one statement come out as one by one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError, StatementError

from monitor.store import Store
from monitor.store.many import execute_many, fetch_many
from monitor.store.schema import feeds

NOON = datetime(2025, 11, 3, 12, tzinfo=UTC)
INSERT = insert(feeds)
UPDATE = update(feeds).where(feeds.c.name == bindparam("of")).values(etag=bindparam("etag"), hints=bindparam("hints"))


def row(name: str, **others: Any) -> dict[str, Any]:
    fixed = {"url": "https://a.example/", "origin": "yaml", "active": True, "spec": {"tags": ["é"]}, "hints": None}
    times = {"added_at": NOON, "next_poll_at": NOON, "interval": timedelta(minutes=7, microseconds=3)}
    return {"name": name, **fixed, **times, **others}


def stored(connection: Connection) -> list[dict[str, Any]]:
    return [dict(one) for one in connection.execute(select(feeds).order_by(feeds.c.id)).mappings()]


def test_rows_are_stored_as_sqlalchemy_stores_them(store: Store) -> None:
    seoul = NOON.replace(microsecond=5).astimezone(timezone(timedelta(hours=9)))
    rows = [row("a"), row("b", active=False, added_at=seoul, hints={"ttl": 5}, interval=None)]
    with store.begin() as connection:
        execute_many(connection, INSERT, rows)
        connection.execute(INSERT, [one | {"name": one["name"] + "'"} for one in rows])
        first, second, *plain = (one | {"id": 0} for one in stored(connection))
    assert [first, second] == [one | {"name": one["name"][:-1]} for one in plain]
    assert second["added_at"] == seoul and second["hints"] == {"ttl": 5}
    assert second["spec"] == {"tags": ["é"]} and second["active"] is False


def test_an_update_counts_the_rows_that_it_touched(store: Store) -> None:
    with store.begin() as connection:
        execute_many(connection, INSERT, [row("a"), row("b")])
        moved = [{"of": name, "etag": f'"{name}"', "hints": None} for name in ("a", "b", "nobody")]
        assert execute_many(connection, UPDATE, moved) == 2
        assert [one["etag"] for one in stored(connection)] == ['"a"', '"b"']
        assert execute_many(connection, UPDATE, []) == 0


@pytest.mark.parametrize(
    "said", ["\0", "a\0b", "\\u0000", "\x1f\x7f\u2028\"'", "é" * 2_000, "\U0001f600", "5", "null", ""]
)
def test_texts_come_back_as_they_were(store: Store, said: str) -> None:
    if store.engine.dialect.name == "postgresql":
        said = said.replace("\0", "")  # which it does not keep
    with store.begin() as connection:
        execute_many(connection, INSERT, [row("a", etag=said), row("b", etag=said, hints={"x": said})])
        execute_many(connection, UPDATE, [{"of": "b", "etag": said, "hints": {"y": [said]}}])
        moved = [{"of": name, "etag": said + name, "hints": {"y": [said]}} for name in ("a", "b")]
        execute_many(connection, UPDATE, moved)
        found = fetch_many(connection, select(feeds.c.etag, feeds.c.hints).order_by(feeds.c.id))
        assert sorted(found) == [[said + "a", {"y": [said]}], [said + "b", {"y": [said]}]]


def test_rows_are_fetched_as_sqlalchemy_fetches_them(store: Store) -> None:
    with store.begin() as connection:
        execute_many(connection, INSERT, [row("a", hints={"ttl": 5}), row("b", active=False, interval=None)])
        query = select(feeds).where(feeds.c.name != "c").order_by(feeds.c.id).limit(5)
        assert fetch_many(connection, query) == [list(one) for one in connection.execute(query)]
        assert fetch_many(connection, query.where(feeds.c.id < 0)) == []


def test_what_the_database_refuses_is_refused(store: Store) -> None:
    with pytest.raises(IntegrityError), store.begin() as connection:
        execute_many(connection, INSERT, [row("a"), row("a")])
    with pytest.raises((ValueError, StatementError), match="time zone"), store.begin() as connection:
        execute_many(connection, INSERT, [row("a", added_at=datetime(2025, 11, 3, 12))])  # noqa: DTZ001
