"""What went wrong, in plain words: an error of the database or the disk as an event name and a sentence."""

from __future__ import annotations

import errno
from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError

from monitor.store.engine import SQLITE_ERRORS, StoreError

#: First letters of SQLite's name of an error → the event in the log.
_EVENTS = {
    "SQLITE_FULL": "disk_full",
    "SQLITE_BUSY": "database_locked",
    "SQLITE_LOCKED": "database_locked",
    "SQLITE_IOERR": "disk_error",
    "SQLITE_READONLY": "database_readonly",
    "SQLITE_CANTOPEN": "database_unreachable",
    "SQLITE_PERM": "database_unreachable",
    "SQLITE_CORRUPT": "database_damaged",
    "SQLITE_NOTADB": "database_damaged",
}
_DISK_FULL = {errno.ENOSPC, errno.EDQUOT}


@dataclass(frozen=True, slots=True)
class Trouble:
    """A trouble of the machine and not of the program."""

    #: Snake case, for the log.
    event: str
    #: What is the matter and what to do.
    advice: str


def recognise(error: BaseException) -> Trouble | None:
    """The trouble behind an error or its causes; None where it is not one of the known, which means a fault of ours."""
    chain = list(_chain(error))
    told = next((str(link) for link in chain if isinstance(link, StoreError)), None)
    for link in chain:
        if isinstance(link, OSError) and link.errno in _DISK_FULL:
            return Trouble("disk_full", told or SQLITE_ERRORS["SQLITE_FULL"])
        name = getattr(link, "sqlite_errorname", "")
        for start, event in _EVENTS.items():
            if name.startswith(start):
                return Trouble(event, told or f"database: {SQLITE_ERRORS[start]}")
        if isinstance(link, DBAPIError) and link.connection_invalidated:
            return Trouble("database_unreachable", told or "the database closed the connection; trying again")
    return Trouble("database_failed", told) if told else None


def _chain(error: BaseException) -> list[BaseException]:
    """The error, what caused it, and so on down; what SQLAlchemy wraps included."""
    chain: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in chain:
        chain.append(link)
        link = link.__cause__ or link.__context__ or getattr(link, "orig", None)
    return chain
