"""Opens the database: connections, transactions, migrations, and errors in plain words."""

from __future__ import annotations

import sqlite3
import threading
import weakref
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import URL, Connection, Engine, StaticPool, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import DatabaseError, DataError, DBAPIError, IntegrityError, InterfaceError, ProgrammingError

from monitor.store import fresh
from monitor.store.schema import HEAD

FILE_NAME = "pactwatch.db"
#: Seconds that a write waits for another writer before it fails as "locked".
BUSY_TIMEOUT = 10.0


class StoreError(Exception):
    """The database could not do what was asked. The text says what is the matter and what to do.

    The transaction was rolled back: nothing of it is stored, and it can be tried again.
    """


class NoLedger(StoreError):
    """There is no database yet."""


def url_for(data_dir: Path) -> str:
    """The URL of the SQLite database in a data folder."""
    return f"sqlite:///{data_dir / FILE_NAME}"


class Store:
    """A database that is open and has the current schema."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        # PostgreSQL's default shows every statement the newest; a page must be of one moment.
        moment: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        self._reading = engine.execution_options(reading=True, **(moment if _postgresql(engine) else {}))
        # A store that is dropped without `close` gives its connections back all the same.
        weakref.finalize(self, engine.dispose)
        memory = engine.dialect.name == "sqlite" and isinstance(engine.pool, StaticPool)
        # A database in memory has one connection: its transactions take turns.
        self._turn: AbstractContextManager[Any] = threading.RLock() if memory else nullcontext()

    @classmethod
    def open(cls, url: str, *, read_only: bool = False, busy_timeout: float = BUSY_TIMEOUT) -> Store:
        """The store at an SQLAlchemy URL, created and migrated to the current schema unless `read_only`.

        Raises NoLedger where `read_only` finds no database, and StoreError where it cannot be opened or was written
        by a newer program.
        """
        parsed = make_url(url)
        store = cls(_engine(parsed, read_only, busy_timeout))
        try:
            store._check() if read_only else store._migrate()
        except BaseException:
            store.close()
            raise
        return store

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction that writes: all of it is stored at the end, or nothing. Raises StoreError."""
        with plain_errors(self.engine.url), self._turn, self.engine.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view to read from, which blocks no writer. Raises StoreError."""
        with plain_errors(self.engine.url), self._turn, self._reading.begin() as connection:
            yield connection

    def close(self) -> None:
        """Gives every connection back."""
        self.engine.dispose()

    def _check(self) -> None:
        with self.read() as connection:
            revision = _revision(connection)
        if revision is None:
            raise NoLedger(f"no ledger yet at {_where(self.engine.url)}: start `pactwatch run` first")
        if revision != HEAD:
            raise StoreError(
                f"the database {_where(self.engine.url)} has schema {revision}, this program needs {HEAD}: "
                "let the daemon and the command be of one version (`pactwatch run` migrates an older database)"
            )

    def _migrate(self) -> None:
        with self.read() as connection:
            if _revision(connection) == HEAD:
                return
        with self.begin() as connection:
            if _alone(connection) is None:
                fresh.make(connection)
                return
        # Alembic costs a tenth of a second and eight megabytes to import: only an older database pays for it.
        from monitor.store.migrations import Newer, upgrade

        try:
            with self.begin() as connection:
                upgrade(connection)
        except Newer as error:
            raise StoreError(
                f"the database {_where(self.engine.url)} was written by a newer pactwatch (schema {error}): "
                "install that version, or name another data folder"
            ) from error


def _postgresql(engine: Engine) -> bool:
    return engine.dialect.name == "postgresql"


def _to_text(value: Any) -> str:
    return msgspec.json.encode(value).decode()


#: Half of what a busy term costs was JSON by the standard library.
_JSON: dict[str, Any] = {"json_serializer": _to_text, "json_deserializer": msgspec.json.decode}


def _engine(url: URL, read_only: bool, busy_timeout: float) -> Engine:
    if url.get_backend_name() != "sqlite":
        try:
            engine = create_engine(url, pool_pre_ping=True, **_JSON)
        except ImportError as error:
            raise StoreError(
                f"the driver of {_where(url)} is not installed: pip install 'pactwatch[postgresql]'"
            ) from error
        return engine.execution_options(postgresql_readonly=True) if read_only else engine
    if url.database in (None, "", ":memory:"):
        engine = create_engine(url, poolclass=StaticPool, connect_args={"check_same_thread": False}, **_JSON)
    else:
        path = Path(str(url.database))
        if read_only and not path.is_file():
            raise NoLedger(f"no ledger yet at {path}: start `pactwatch run` first")
        if not path.parent.is_dir():
            raise StoreError(f"the folder {path.parent} does not exist: create it, or name another as data_dir")
        if read_only:
            url = url.set(database=path.resolve().as_uri(), query={"mode": "ro", "uri": "true"})
        # The last connection first: each that is kept has megabytes of pages and statements in memory.
        arguments = {"timeout": busy_timeout, "cached_statements": 64}
        engine = create_engine(url, connect_args=arguments, pool_size=3, pool_use_lifo=True, **_JSON)
    _sqlite_manners(engine, read_only)
    return engine


def _sqlite_manners(engine: Engine, read_only: bool) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: sqlite3.Connection, _record: object) -> None:
        # The driver's own BEGIN is lazy and deferred: two writers could both read first and then deadlock.
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys = ON")
        if not read_only:
            connection.execute("PRAGMA journal_mode = WAL")
            # Pages of a connection that stay in memory, half of what is usual; others come from the system's.
            connection.execute("PRAGMA cache_size = -1000")
            # FULL: a delivery that was recorded stays recorded over a power cut, so that no mail goes out twice.
            connection.execute("PRAGMA synchronous = FULL")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        reading = read_only or connection.get_execution_options().get("reading")
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def _alone(connection: Connection) -> str | None:
    """The revision, None for an empty database, once whoever else makes or migrates it just now is done."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(7228928)"))
    return _revision(connection)


def _where(url: URL) -> str:
    """The database in a form that can be shown: no password."""
    if url.get_backend_name() == "sqlite":
        return (url.database or "in memory").removeprefix("file://")
    return url.render_as_string(hide_password=True)


#: First letters of SQLite's name of an error (https://sqlite.org/rescode.html) → what is the matter, what to do.
SQLITE_ERRORS = {
    "SQLITE_FULL": "the disk is full: free some space, the work is tried again",
    "SQLITE_BUSY": "it is locked by another program: end that program, the work is tried again",
    "SQLITE_LOCKED": "it is locked by another program: end that program, the work is tried again",
    "SQLITE_IOERR": "the disk could not be read or written: check the disk and its space",
    "SQLITE_READONLY": "it may not be written: give this user the right to write the file and its folder",
    "SQLITE_CANTOPEN": "it cannot be opened: check that the folder exists and that this user may write there",
    "SQLITE_PERM": "it cannot be opened: check that this user may read and write there",
    "SQLITE_CORRUPT": "it is damaged: restore it from a backup",
    "SQLITE_NOTADB": "it is not an SQLite database: name another data folder, or move the file away",
}


#: First characters of PostgreSQL's code of an error (its manual, appendix A) → the same.
POSTGRESQL_ERRORS = {
    "25006": "it may not be written: it was opened to read only",
    "40": "others wrote at the same moment: the work is tried again",
    "53100": "the disk of its server is full: free some space, the work is tried again",
    "53": "its server has no room for more work: raise max_connections there, the work is tried again",
    "55P03": "it is locked by another program: the work is tried again",
    "57P": "its server is being shut down or started: the work is tried again",
}


def _told(error: DBAPIError) -> str:
    """What is the matter with the database, and what to do."""
    name, code = getattr(error.orig, "sqlite_errorname", ""), getattr(error.orig, "sqlstate", None) or ""
    known = (*SQLITE_ERRORS.items(), *POSTGRESQL_ERRORS.items())
    words = next((words for start, words in known if name.startswith(start) or code.startswith(start)), None)
    if words is not None:
        return words
    said = " ".join(str(error.orig).split())
    if "does not exist" in said:
        return f"{said}: create it, or name another as database_url"
    if error.connection_invalidated or (not code and "connection" in said):
        return f"it cannot be reached ({said}): start the server, or name another as database_url"
    return said


@contextmanager
def plain_errors(url: URL) -> Iterator[None]:
    """Turns what the database reports about its state into StoreError; mistakes of ours (a broken constraint, bad
    SQL) stay as they are."""
    try:
        yield
    except (IntegrityError, ProgrammingError, DataError):
        raise
    except (DatabaseError, InterfaceError) as error:
        raise StoreError(f"database {_where(url)}: {_told(_first(error))}") from error


def _first(error: DBAPIError) -> DBAPIError:
    """The error that began it: a full disk can end the transaction, and then its savepoint is missed too."""
    found, one = error, error.__context__
    while one is not None:
        if isinstance(one, (DatabaseError, InterfaceError)):
            found = one
        one = one.__context__
    return found
