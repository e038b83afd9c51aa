"""Troubles of the machine are told from faults of the program, shown on real ones."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from monitor.daemon.troubles import recognise
from monitor.store import Store, StoreError


def test_a_locked_database(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'x.db'}", busy_timeout=0.01)
    other = sqlite3.connect(tmp_path / "x.db")
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError) as caught, store.begin():
        pytest.fail("two writers at once")
    other.close()
    store.close()
    trouble = recognise(caught.value)
    assert trouble is not None
    assert trouble.event == "database_locked"
    assert "locked by another program" in trouble.advice


def test_a_full_disk_under_a_bare_engine() -> None:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        connection.execute(text("PRAGMA max_page_count = 2"))
        connection.execute(text("CREATE TABLE t (x)"))
        with pytest.raises(DBAPIError) as caught:
            connection.execute(text("INSERT INTO t VALUES (zeroblob(100000))"))
    engine.dispose()
    trouble = recognise(caught.value)
    assert trouble is not None
    assert trouble.event == "disk_full"
    assert "free some space" in trouble.advice


def test_a_full_disk_under_a_file_behind_another_error() -> None:
    try:
        try:
            raise OSError(errno.ENOSPC, "No space left on device")
        except OSError as cause:
            raise RuntimeError("cannot write the note") from cause
    except RuntimeError as error:
        trouble = recognise(error)
    assert trouble is not None
    assert trouble.event == "disk_full"


def test_no_database(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"a letter to grandmother, not a database" * 100)
    with pytest.raises(StoreError) as caught:
        Store.open(f"sqlite:///{tmp_path / 'x.db'}")
    trouble = recognise(caught.value)
    assert trouble is not None
    assert trouble.event == "database_damaged"


@pytest.mark.parametrize("error", [ValueError("x"), KeyError("y"), OSError(errno.ENOENT, "gone")])
def test_a_fault_of_ours_is_not_explained_away(error: Exception) -> None:
    assert recognise(error) is None
