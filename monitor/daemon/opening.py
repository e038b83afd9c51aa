"""Takes the data folder, opens the database in it, and waits out what hinders: a lock, a full disk."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from typing import TypeVar

from structlog import get_logger

from config.load import Loaded
from monitor.daemon.recovery import take_back
from monitor.daemon.troubles import recognise
from monitor.daemon.works import database_url
from monitor.store import Store

#: Seconds between two attempts to open a database that is locked, or whose disk is full.
REOPEN = 5.0

T = TypeVar("T")
log = get_logger()


def open_store(loaded: Loaded, clock: Callable[[], datetime]) -> Store:
    """The store, for who holds the data folder. Raises StoreError.

    A database in that folder is ours alone: leases in it are those of a daemon that was killed, and end here.
    """
    store = Store.open(database_url(loaded))
    if loaded.config.settings.database_url is not None:
        return store
    try:
        with store.begin() as connection:
            feeds, deliveries = take_back(connection, clock())
    except BaseException:
        store.close()
        raise
    if feeds or deliveries:
        log.info("leases_taken_back", feeds=feeds, deliveries=deliveries)
    return store


async def patiently(
    stop: asyncio.Event, attempt: Callable[[], Awaitable[T]], complain: Callable[[Exception], None]
) -> T | None:
    """What the attempt gives. A locked database or a full disk is waited out; None where `stop` was set meanwhile."""
    while not stop.is_set():
        try:
            return await attempt()
        except Exception as error:
            trouble = recognise(error)
            if trouble is None or trouble.event not in ("database_locked", "disk_full"):
                raise
            complain(error)
            with suppress(TimeoutError):
                async with asyncio.timeout(REOPEN):
                    await stop.wait()
    return None
