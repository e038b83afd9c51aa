"""Opening, migrating, transactions, and what a user is told when the database cannot."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, insert, inspect, make_url, select, text, update
from sqlalchemy.exc import IntegrityError, StatementError

from monitor.feeds.entry import Entry
from monitor.ledger.terms import Act, Hand
from monitor.store import NoLedger, Store, StoreError, decisions, feeds, items, ledger, reports, schema, url_for
from monitor.store.migrations import ALL_METADATA, head, upgrade
from monitor.types import Change, Claim


def test_migrations_make_exactly_the_metadata(store: Store) -> None:
    with store.begin() as connection:
        empty(connection)
        upgrade(connection)
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, list(ALL_METADATA)) == []  # type: ignore[arg-type]


def test_a_new_database_is_what_all_migrations_together_make(store: Store) -> None:
    with store.begin() as connection:
        made = described(connection)
        empty(connection)
        upgrade(connection)
        assert described(connection) == made
    assert made["claims"]["triggers"] == ["claims_no_delete", "claims_no_update"]


def empty(connection: Connection) -> None:
    """Takes everything out of a database."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
        return
    every = MetaData()
    every.reflect(connection)
    every.drop_all(connection)


def described(connection: Connection) -> dict[str, dict[str, list[str]]]:
    """Table → its columns, keys, indexes and triggers, each in words; their order in a table says nothing."""
    names = "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'"
    if connection.dialect.name == "postgresql":
        names = "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal"
    triggers = [(str(table), str(name)) for table, name in connection.execute(text(names))]
    found = inspect(connection)
    return {
        table: {
            "columns": sorted(str(sorted(column.items(), key=str)) for column in found.get_columns(table)),
            "keys": [str(found.get_pk_constraint(table)), *sorted(map(str, found.get_foreign_keys(table)))],
            "unique": sorted(map(str, found.get_unique_constraints(table))),
            "indexes": sorted(
                f"{index['name']} {index['column_names']} {index['unique']} "
                f"{ ({name: str(said) for name, said in index.get('dialect_options', {}).items()}) }"
                for index in found.get_indexes(table)
            ),
            "triggers": sorted(name for of, name in triggers if of == table),
        }
        for table in found.get_table_names()
    }


def test_head_is_the_newest_migration() -> None:
    assert head() == schema.HEAD


def test_every_shared_table_name_is_declared_once() -> None:
    names = [name for metadata in ALL_METADATA for name in metadata.tables]
    assert len(names) == len(set(names))
    assert {"feeds", "items", "claims", "terms", "changes", "alerts", "deliveries"} <= set(names)


def test_opening_twice_keeps_what_is_there(url: str, add_feed: Callable[..., feeds.Stored]) -> None:
    add_feed("Yonhap")
    with Store.open(url).read() as connection:
        assert [stored.feed.name for stored in feeds.listing(connection)] == ["Yonhap"]


def test_two_daemons_that_open_at_once_migrate_once(url: str) -> None:
    failures: list[BaseException] = []

    def open_it() -> None:
        try:
            Store.open(url).close()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with Store.open(url).read() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [schema.HEAD]


def test_reading_where_nothing_is_says_what_to_start(tmp_path: Path) -> None:
    with pytest.raises(NoLedger, match=r"no ledger yet.*pactwatch run"):
        Store.open(url_for(tmp_path), read_only=True)
    assert list(tmp_path.iterdir()) == []


def test_reading_an_empty_database_is_no_ledger_either(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "pactwatch.db").close()
    with pytest.raises(NoLedger):
        Store.open(url_for(tmp_path), read_only=True)


def test_a_reader_writes_nothing_and_sees_what_a_daemon_writes_beside_it(
    url: str, store: Store, add_feed: Callable[..., feeds.Stored]
) -> None:
    reader = Store.open(url, read_only=True)
    with store.begin() as writing:
        writing.execute(insert(schema.meta).values(name="half", value=1))
        with reader.read() as connection:  # does not wait for the writer, does not see the half
            assert connection.execute(select(schema.meta)).all() == []
    add_feed("Yonhap")
    with reader.read() as connection:
        assert len(feeds.listing(connection)) == 1
    with pytest.raises(StoreError, match="may not be written"), reader.begin() as connection:
        connection.execute(insert(schema.meta).values(name="x", value=1))


def test_a_view_is_of_one_moment(url: str, store: Store) -> None:
    """What is read second fits what was read first, whatever was written in between."""
    with Store.open(url, read_only=True).read() as connection:
        assert connection.execute(select(schema.meta)).all() == []
        with store.begin() as writing:
            writing.execute(insert(schema.meta).values(name="late", value=1))
        assert connection.execute(select(schema.meta)).all() == []


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_server_that_is_not_there_is_told_without_its_password(url: str) -> None:
    away = make_url(url).set(password="secret", query={"host": "/nowhere"})
    with pytest.raises(StoreError, match="cannot be reached") as told:
        Store.open(away.render_as_string(hide_password=False))
    assert "secret" not in str(told.value)
    missing = make_url(url).set(database="missing")
    with pytest.raises(StoreError, match=r'database "missing" does not exist.*create'):
        Store.open(missing.render_as_string(hide_password=False))


def test_a_newer_database_is_refused_by_name(url: str, store: Store) -> None:
    with store.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match=r"newer pactwatch \(schema 9999\)"):
        Store.open(url)
    with pytest.raises(StoreError, match="9999"):
        Store.open(url, read_only=True)


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "pactwatch.db").write_text("dear diary, " * 100)
    with pytest.raises(StoreError, match="not an SQLite database"):
        Store.open(url_for(tmp_path))


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="does not exist"):
        Store.open(url_for(tmp_path / "nowhere"))


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_locked_database_is_told_and_nothing_is_lost(url: str, add_feed: Callable[..., feeds.Stored]) -> None:
    add_feed("Yonhap")
    hasty = Store.open(url, busy_timeout=0.05)
    other = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="locked by another program"), hasty.begin():
        raise AssertionError("must not be reached")
    with hasty.read() as connection:
        assert len(feeds.listing(connection)) == 1
    other.execute("COMMIT")
    other.close()
    with hasty.begin() as connection:
        connection.execute(insert(schema.meta).values(name="x", value=1))


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_full_disk_is_told_and_undoes_the_whole_transaction(
    store: Store, add_feed: Callable[..., feeds.Stored], make_entry: Callable[..., Entry], now: datetime
) -> None:
    feed = add_feed("Yonhap")
    long = [make_entry(str(n), content=f"tariff {n} " * 2_000) for n in range(50)]
    with store.begin() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
        connection.execute(text(f"PRAGMA max_page_count = {pages + 20}"))
    with pytest.raises(StoreError, match="disk is full"), store.begin() as connection:
        items.save(connection, feed, long[:1], now, baseline=False)
        items.save(connection, feed, long, now, baseline=False)
    with store.begin() as connection:
        assert items.backlog(connection, 100) == []
        connection.execute(text("PRAGMA max_page_count = 1000000"))
    with store.begin() as connection:
        assert len(items.save(connection, feed, long, now, baseline=False).new) == 50


def test_what_fails_half_way_is_not_stored(store: Store) -> None:
    with pytest.raises(RuntimeError, match="power cut"), store.begin() as connection:
        connection.execute(insert(schema.meta).values(name="x", value=1))
        raise RuntimeError("power cut")
    with store.read() as connection:
        assert connection.execute(select(schema.meta)).all() == []


@pytest.mark.parametrize("table", schema.APPEND_ONLY)
@pytest.mark.parametrize("verb", ["update", "delete"])
def test_the_database_refuses_to_rewrite_the_ledger(
    store: Store,
    add_feed: Callable[..., feeds.Stored],
    make_entry: Callable[..., Entry],
    make_claim: Callable[..., Claim],
    make_change: Callable[..., Change],
    now: datetime,
    table: str,
    verb: str,
) -> None:
    feed = add_feed("Yonhap")
    with store.begin() as connection:
        (item,) = items.save(connection, feed, [make_entry("a")], now, baseline=False).new
        (claim,) = ledger.record_claims(connection, item, 1, [make_claim()], "1", now)
        change = make_change()
        ledger.append(connection, [change], now)
        article = items.backlog(connection, 1)[0].article
        reports.add(connection, article, "", revision=1, baseline=False, reader="1", now=now)
        decisions.hold(connection, [(claim, change.key, "weak")], now)
        decisions.add(connection, Hand(act=Act.RETRACT, at=now, by="me", reason="wrong", key=change.key))
    rows = schema.metadata.tables[table]
    some = next(column.name for column in rows.c if not column.primary_key)
    statement = rows.delete() if verb == "delete" else update(rows).values({some: rows.c[some]})
    with pytest.raises(IntegrityError, match=f"{table} is append-only"), store.begin() as connection:
        connection.execute(statement)


def test_times_come_back_aware_and_equal(store: Store, now: datetime) -> None:
    seoul = now.astimezone(timezone(timedelta(hours=9)))
    with store.begin() as connection:
        connection.execute(
            insert(schema.feeds).values(name="a", url="b", origin="yaml", spec={}, added_at=seoul, next_poll_at=seoul)
        )
        assert connection.execute(select(schema.feeds.c.added_at)).scalar_one() == now
        assert connection.execute(select(schema.feeds.c.added_at)).scalar_one().tzinfo is UTC
    with pytest.raises(StatementError, match="time zone"), store.begin() as connection:
        connection.execute(update(schema.feeds).values(added_at=datetime(2025, 1, 1)))  # noqa: DTZ001


def test_a_reference_to_nothing_is_refused(store: Store, now: datetime) -> None:
    with pytest.raises(IntegrityError), store.begin() as connection:
        connection.execute(insert(schema.item_feeds).values(item_id=1, feed_id=1, seen_at=now))


def test_a_store_in_memory_serves_threads(now: datetime) -> None:
    memory = Store.open("sqlite://")

    def write(name: str) -> None:
        with memory.begin() as connection:
            connection.execute(insert(schema.meta).values(name=name, value=1))

    threads = [threading.Thread(target=write, args=[str(n)]) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with memory.read() as connection:
        assert len(connection.execute(select(schema.meta)).all()) == 20
    memory.close()
