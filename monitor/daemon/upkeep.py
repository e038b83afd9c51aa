"""What is done now and then: the database's own housekeeping, and a look at the space that is left."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

from sqlalchemy.exc import OperationalError
from structlog import get_logger

from monitor.store import Store

#: Bytes below which the log warns of a disk that fills.
LITTLE_SPACE = 500_000_000
#: Bytes below which nothing more can be kept, not even the daemon's own note of what is wrong with it.
NO_SPACE = 1_000_000

log = get_logger()


def tidy(store: Store) -> None:
    """Let SQLite renew its statistics and give the write-ahead log's space back; nothing for other databases.

    https://www.sqlite.org/pragma.html#pragma_optimize asks long-lived programs for this every few hours. Where somebody
    writes at that moment it waits for the next time: SQLite answers "busy" at once, whatever its timeout, where a
    reading statement finds that it must write behind another's back.
    """
    if store.engine.dialect.name != "sqlite":
        return
    try:
        with store.engine.connect() as connection:
            driver = connection.connection.driver_connection
            assert driver is not None
            driver.execute("PRAGMA optimize")
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except (sqlite3.OperationalError, OperationalError) as error:
        if "locked" not in str(error):
            raise
        log.info("upkeep_put_off", reason="somebody writes")


def warn_of_little_space(folder: Path, least: int = LITTLE_SPACE) -> int:
    """Bytes that are left on the disk of a folder; a line in the log if they are few."""
    free = shutil.disk_usage(folder).free
    if free < least:
        log.warning("disk_nearly_full", folder=str(folder), free_mb=free // 1_000_000)
    return free


def out_of_space(folder: Path) -> list[str]:
    """What is wrong with the disk of a folder, in plain words; empty where something can still be written."""
    free = shutil.disk_usage(folder).free
    return [f"the disk of {folder} is full: free some space, the work is tried again"] if free < NO_SPACE else []
