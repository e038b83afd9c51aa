"""One daemon per folder, against real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.daemon.lock import LOCK, NOTE, FolderLock, FolderTaken, held, noted

SINCE = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
HOLD = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from monitor.daemon.lock import FolderLock
with FolderLock(Path(sys.argv[1]), version="9", since=datetime(2026, 3, 1, tzinfo=UTC)):
    print("held", flush=True)
    sys.stdin.read()
"""


def holder(folder: Path) -> subprocess.Popen[str]:
    """Another process that holds the folder until its stdin is closed."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def lock(folder: Path) -> FolderLock:
    return FolderLock(folder, version="1", since=SINCE, patience=0.2)


def test_holds_the_folder_and_says_who(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "data"
    assert not held(folder)
    with lock(folder):
        assert held(folder)
        note = noted(folder)
        assert note is not None
        assert (note.pid, note.version, note.since) == (os.getpid(), "1", "2026-03-01T09:30:00+00:00")
    assert not held(folder)
    assert noted(folder) is None


def test_a_second_daemon_is_refused_with_the_name_of_the_first(tmp_path: Path) -> None:
    process = holder(tmp_path)
    try:
        with (
            pytest.raises(FolderTaken, match=rf"process {process.pid} on .* since 2026-03-01") as caught,
            lock(tmp_path),
        ):
            pytest.fail("the folder was given away twice")
        assert caught.value.holder is not None
        assert held(tmp_path)
        assert noted(tmp_path) is not None, "the refused one must not take the holder's note away"
    finally:
        process.communicate("")
    with lock(tmp_path):
        pass


def test_a_killed_process_leaves_a_note_but_no_lock(tmp_path: Path) -> None:
    process = holder(tmp_path)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert noted(tmp_path) is not None
    assert not held(tmp_path)
    with lock(tmp_path):
        note = noted(tmp_path)
        assert note is not None
        assert note.pid == os.getpid()


def test_looking_does_not_keep_a_daemon_from_starting(tmp_path: Path) -> None:
    with lock(tmp_path):
        pass
    looker = os.open(tmp_path / LOCK, os.O_RDONLY)
    import fcntl
    import threading

    fcntl.flock(looker, fcntl.LOCK_SH | fcntl.LOCK_NB)
    release = threading.Timer(0.1, os.close, [looker])
    release.start()
    with FolderLock(tmp_path, version="1", since=SINCE, patience=5):
        assert held(tmp_path)
    release.join()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}', '{"pid": 1, "ailments": null}', "null"])
def test_a_torn_note_is_no_note(tmp_path: Path, text: str) -> None:
    (tmp_path / NOTE).write_text(text)
    assert noted(tmp_path) is None


def test_a_held_folder_without_a_note_is_still_refused(tmp_path: Path) -> None:
    with lock(tmp_path):
        (tmp_path / NOTE).unlink()
        with pytest.raises(FolderTaken, match="another process"), lock(tmp_path):
            pytest.fail("the folder was given away twice")


def test_signs_of_life_are_noted_with_what_is_wrong(tmp_path: Path) -> None:
    with lock(tmp_path) as mine:
        mine.sign_of_life(SINCE + timedelta(minutes=5), ["every feed fails"])
        note = noted(tmp_path)
    assert note is not None
    assert (note.since, note.seen) == ("2026-03-01T09:30:00+00:00", "2026-03-01T09:35:00+00:00")
    assert note.ailments == ("every feed fails",)
    assert [p.name for p in tmp_path.iterdir()] == [LOCK]
