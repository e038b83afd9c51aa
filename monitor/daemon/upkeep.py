"""What is done now and then: the database's own housekeeping, and a look at the space that is left."""

from __future__ import annotations

import shutil
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from structlog import get_logger

from monitor.store import Store

#: Bytes below which the log warns of a disk that fills.
LITTLE_SPACE = 500_000_000

log = get_logger()


def tidy(store: Store) -> None:
    """Let SQLite renew its statistics and give the write-ahead log's space back; nothing for other databases.

    https://www.sqlite.org/pragma.html#pragma_optimize asks long-lived programs for this every few hours.
    """
    if store.engine.dialect.name != "sqlite":
        return
    with store.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("PRAGMA optimize")
        driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def warn_of_little_space(folder: Path, least: int = LITTLE_SPACE) -> int:
    """Bytes that are left on the disk of a folder; a line in the log if they are few."""
    free = shutil.disk_usage(folder).free
    if free < least:
        log.warning("disk_nearly_full", folder=str(folder), free_mb=free // 1_000_000)
    return free


def log_event(event: object) -> None:
    """A room's event as a line of the log: its kind (or its class's name) as the event, its other fields as fields."""
    name = str(getattr(event, "kind", "")) or _snake(type(event).__name__)
    log.info(name, **{field: value for field, value in _fields(event).items() if value not in ("", None, ())})


def _fields(event: object) -> dict[str, Any]:
    if is_dataclass(event):
        return {field.name: getattr(event, field.name) for field in fields(event) if field.name != "kind"}
    return {"message": str(event)}


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
