"""When a tick counts as ill, and what the housekeeping does, on a real database."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from monitor.daemon.complaints import REPEAT, Complaints
from monitor.daemon.health import LATE, STUCK, failing, stuck
from monitor.daemon.ticks import Record
from monitor.daemon.upkeep import tidy, warn_of_little_space
from monitor.store import Store, url_for

EVERY = {"poll": 5.0}


def record(*, started: float | None, finished: float | None, busy: bool) -> dict[str, Record]:
    made = Record(started=started, finished=finished)
    if not busy:
        made.idle.set()
    return {"poll": made}


@pytest.mark.parametrize(
    ("started", "finished", "busy", "now", "told"),
    [
        (None, None, False, 1e9, []),
        (100.0, None, True, 100 + STUCK, []),
        (100.0, None, True, 101 + STUCK, ["poll: under way for 15 min and not done"]),
        (100.0, 110.0, False, 110 + 5 + LATE, []),
        (100.0, 110.0, False, 111 + 5 + LATE, ["poll: no turn for 5 min"]),
        (500.0, 110.0, True, 600.0, []),
    ],
)
def test_a_tick_that_does_not_move(
    started: float | None, finished: float | None, busy: bool, now: float, told: list[str]
) -> None:
    assert stuck(record(started=started, finished=finished, busy=busy), EVERY, now) == told


def test_a_tick_that_fails_is_told_with_why() -> None:
    records = record(started=1, finished=2, busy=False)
    assert failing(records) == []
    records["poll"].error = KeyError("x")
    assert failing(records) == ["poll: KeyError: 'x'"]


def test_a_trouble_is_said_once_again_after_a_while_and_when_another_comes() -> None:
    now = [1000.0]
    complaints = Complaints(lambda: now[0])
    with capture_logs() as logs:
        for seconds in (0, 5, REPEAT - 6, 2):
            now[0] += seconds
            complaints.heard("read", ValueError("a"))
        complaints.heard("read", ValueError("b"))
        complaints.heard("poll", ValueError("b"))
        complaints.over("read")
        complaints.over("read")
    assert [(line["event"], line["tick"]) for line in logs] == [
        ("tick_failed", "read"),
        ("tick_failed", "read"),
        ("tick_failed", "read"),
        ("tick_failed", "poll"),
        ("tick_recovered", "read"),
    ]


def test_upkeep_gives_the_write_ahead_logs_space_back(tmp_path: Path) -> None:
    store = Store.open(url_for(tmp_path))
    with store.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE filler (x)")
        connection.exec_driver_sql("INSERT INTO filler VALUES (zeroblob(200000))")
    log = tmp_path / "pactwatch.db-wal"
    assert log.stat().st_size > 200_000
    tidy(store)
    assert log.stat().st_size == 0
    store.close()


def test_upkeep_is_put_off_while_somebody_writes(tmp_path: Path) -> None:
    store = Store.open(url_for(tmp_path), busy_timeout=0.01)
    store.engine.dispose()
    other = sqlite3.connect(tmp_path / "pactwatch.db", isolation_level=None)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("CREATE TABLE filler (x)")
    with capture_logs() as logs:
        tidy(store)
    other.close()
    store.close()
    assert [line["event"] for line in logs] == ["upkeep_put_off"]


def test_little_space_is_told(tmp_path: Path) -> None:
    with capture_logs() as logs:
        free = warn_of_little_space(tmp_path, least=0)
        assert logs == []
        warn_of_little_space(tmp_path, least=2 * free)
    assert [line["event"] for line in logs] == ["disk_nearly_full"]
