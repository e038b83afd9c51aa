"""One daemon per data folder: a lock that the kernel drops with its process, and a note beside it that says who."""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from types import TracebackType

from filelock import FileLock, Timeout

LOCK = "daemon.lock"
NOTE = "daemon.json"
#: Seconds a starting daemon waits for the lock: `status` holds it for a few microseconds while it looks.
PATIENCE = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who runs on a data folder."""

    pid: int
    host: str
    #: ISO 8601 with offset, real time.
    since: str
    version: str
    #: When it last looked after itself, and what it found wrong then.
    seen: str
    ailments: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}, running since {self.since}"


class FolderTaken(Exception):
    """Another daemon runs on the folder. The message says who, and what to do."""

    def __init__(self, folder: Path, holder: Holder | None) -> None:
        self.folder = folder
        self.holder = holder
        who = str(holder) if holder else "another process, which has not said who it is"
        super().__init__(
            f"the data folder {folder} is in use by {who}. Stop it first, or give this daemon a folder of its own."
        )


class FolderLock:
    """Holds a data folder for this process, as a context manager.

    The lock is the kernel's (flock), so that of a killed process is gone with it, and a note that is left behind means
    nothing. Raises `FolderTaken` where another process holds it, OSError where the folder cannot be written.
    """

    def __init__(self, folder: Path, *, version: str, since: datetime, patience: float = PATIENCE) -> None:
        self.folder = folder
        self._patience = patience
        at = since.isoformat("T", "seconds")
        self._me = Holder(pid=os.getpid(), host=socket.gethostname(), since=at, version=version, seen=at)
        self._lock = FileLock(folder / LOCK, thread_local=False, poll_interval=0.02)

    def __enter__(self) -> FolderLock:
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            self._lock.acquire(timeout=self._patience)
        except Timeout:
            raise FolderTaken(self.folder, noted(self.folder)) from None
        try:
            self._write_note()
        except BaseException:
            self._lock.release()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        with suppress(OSError):
            (self.folder / NOTE).unlink(missing_ok=True)
        self._lock.release()

    def sign_of_life(self, at: datetime, ailments: Iterable[str]) -> None:
        """Note that the daemon lives and what is wrong with it. Raises OSError where the note cannot be written."""
        self._me = replace(self._me, seen=at.isoformat("T", "seconds"), ailments=tuple(ailments))
        self._write_note()

    def _write_note(self) -> None:
        """Whole or not at all: who looks at the note must never read half of it."""
        draft = self.folder / f"{NOTE}.{os.getpid()}"
        try:
            draft.write_text(json.dumps(asdict(self._me)) + "\n", encoding="utf-8")
            draft.replace(self.folder / NOTE)
        except BaseException:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
            raise


def noted(folder: Path) -> Holder | None:
    """What the note in a folder says, be it true or left over; None where there is none or it cannot be read."""
    try:
        fields = json.loads((folder / NOTE).read_text(encoding="utf-8"))
        return Holder(**{**fields, "ailments": tuple(fields["ailments"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def held(folder: Path) -> bool:
    """Whether a living process holds the folder. Looks only: needs no right to write, and takes nothing from anyone.

    A shared lock is refused exactly while the daemon has its exclusive one.
    """
    try:
        descriptor = os.open(folder / LOCK, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
