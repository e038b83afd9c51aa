"""`pactwatch status` beside a running daemon, a dead one and none, on real folders and databases."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result

from alerts.tables import alerts, deliveries
from config.settings import Feed
from monitor.cli.root import cli
from monitor.daemon.lock import FolderLock
from monitor.store import Store, url_for
from monitor.store.feeds import sync
from monitor.store.schema import feeds, items

CONFIG = """
settings:
  data_dir: {data}
catalogue: false
feeds:
  - {{name: Ministry, url: "https://ministry.example/feed", tier: 1}}
  - {{name: Gazette, url: "https://gazette.example/feed"}}
"""


@pytest.fixture
def now() -> datetime:
    """`status` looks at the real clock, so the rows are dated from it."""
    return datetime.now(UTC)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A configuration with two feeds; its data folder does not exist yet."""
    (tmp_path / "pactwatch.yaml").write_text(CONFIG.format(data=tmp_path / "data"))
    return tmp_path


@pytest.fixture
def store(home: Path, now: datetime) -> Iterator[Store]:
    """The home's database: both feeds were polled a minute ago, and well."""
    (home / "data").mkdir(exist_ok=True)
    opened = Store.open(url_for(home / "data"))
    with opened.begin() as connection:
        named = [Feed(name=name, url=f"https://{name.lower()}.example/feed") for name in ("Ministry", "Gazette")]
        sync(connection, named, now - timedelta(days=3))
        well = {"last_polled_at": now - timedelta(minutes=1), "last_ok_at": now - timedelta(minutes=1)}
        connection.execute(feeds.update().values(**well, next_poll_at=now + timedelta(minutes=9)))
    yield opened
    opened.close()


@pytest.fixture
def daemon(home: Path, now: datetime) -> Iterator[FolderLock]:
    """A daemon's lock, held by this process."""
    with FolderLock(home / "data", version="1.2.3", since=now - timedelta(hours=5)) as lock:
        lock.sign_of_life(now, [])
        yield lock


@pytest.fixture
def status(home: Path) -> Callable[..., Result]:
    return lambda *options: CliRunner().invoke(cli, ["--config", str(home), "status", *options])


def as_json(result: Result) -> dict[str, Any]:
    found = json.loads(result.stdout)
    assert isinstance(found, dict)
    return found


def test_nothing_runs_and_nothing_is_there(status: Callable[..., Result]) -> None:
    result = status()
    assert result.exit_code == 3
    assert "does not run: start it with `pactwatch run`" in result.stdout
    found = as_json(status("--json"))
    assert (found["running"], found["healthy"], found["daemon"], found["report"]) == (False, False, None, None)


def test_it_runs_and_is_well(status: Callable[..., Result], daemon: FolderLock, store: Store, now: datetime) -> None:
    result = status()
    assert result.exit_code == 0, result.output
    assert "version 1.2.3, for 5 h" in result.stdout
    assert "2 in all, 2 well, 0 failing" in result.stdout
    found = as_json(status("--json"))
    assert (found["running"], found["healthy"], found["problems"]) == (True, True, [])
    assert found["daemon"]["version"] == "1.2.3"
    assert found["report"]["last_poll_at"] == (now - timedelta(minutes=1)).isoformat()


def test_it_runs_before_the_database_is_there(status: Callable[..., Result], daemon: FolderLock) -> None:
    assert status().exit_code == 0


def test_a_database_without_a_daemon_is_shown_all_the_same(status: Callable[..., Result], store: Store) -> None:
    result = status()
    assert result.exit_code == 3
    assert "2 in all, 2 well" in result.stdout


def test_one_failing_feed_is_shown_and_is_no_illness(
    status: Callable[..., Result], daemon: FolderLock, store: Store, now: datetime
) -> None:
    with store.begin() as connection:
        bad = {"failures": 4, "last_error": "HTTP 503", "last_ok_at": now - timedelta(days=2)}
        connection.execute(feeds.update().where(feeds.c.name == "Gazette").values(**bad))
    result = status()
    assert result.exit_code == 0
    assert "1 failing, 1 of them for a day or more" in result.stdout
    assert "Gazette: HTTP 503; last well 2 days ago" in result.stdout


def test_the_error_of_a_feed_shows_no_key(status: Callable[..., Result], daemon: FolderLock, store: Store) -> None:
    with store.begin() as connection:
        error = "it redirects to https://x.example/?apikey=geheim"
        connection.execute(feeds.update().values(failures=1, last_error=error))
    for result in (status(), status("--json")):
        assert result.exit_code == 1 and "?apikey=…" in result.stdout and "geheim" not in result.stdout


def test_every_feed_failing_is_an_illness(status: Callable[..., Result], daemon: FolderLock, store: Store) -> None:
    with store.begin() as connection:
        connection.execute(feeds.update().values(failures=1, last_error="no route to host"))
    result = status()
    assert result.exit_code == 1
    assert "every feed fails (2 of 2; Gazette: no route to host)" in " ".join(result.stdout.split())


def test_what_the_daemon_found_wrong_with_itself_is_told(
    status: Callable[..., Result], daemon: FolderLock, store: Store, now: datetime
) -> None:
    daemon.sign_of_life(now, ["read: the disk is full"])
    assert status().exit_code == 1
    assert as_json(status("--json"))["problems"] == ["read: the disk is full"]


def test_a_full_disk_is_told_though_the_daemon_cannot_write_it_down(
    status: Callable[..., Result], daemon: FolderLock, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda folder: SimpleNamespace(total=2**30, used=2**30 - 4096, free=4096))
    result = status()
    assert result.exit_code == 1
    assert "is full: free some space" in " ".join(result.stdout.split())


def test_a_daemon_that_hangs_is_told(
    status: Callable[..., Result], daemon: FolderLock, store: Store, now: datetime
) -> None:
    daemon.sign_of_life(now - timedelta(minutes=20), [])
    result = status()
    assert result.exit_code == 1
    assert re.search(r"no sign of life for 2\d min", result.stdout)


@pytest.mark.parametrize(
    ("state", "settled", "due", "told"),
    [
        ("sent", timedelta(hours=1), None, None),
        ("dead", timedelta(hours=1), None, "1 delivery was given up in the last day"),
        ("dead", timedelta(days=2), None, None),
        ("queued", None, timedelta(minutes=5), None),
        ("queued", None, timedelta(hours=2), "1 delivery is overdue by more than an hour"),
    ],
)
def test_deliveries(
    status: Callable[..., Result],
    daemon: FolderLock,
    store: Store,
    state: str,
    settled: timedelta | None,
    due: timedelta | None,
    told: str | None,
    now: datetime,
) -> None:
    with store.begin() as connection:
        what = {"title": "t", "thread": "US-KR", "labels": {}, "body": {}, "at": now, "created_at": now}
        connection.execute(alerts.insert().values(id="a", **what))
        how = {"state": state, "reason": "r", "created_at": now, "last_answer": "550 no such user"}
        times = {"settled_at": settled and now - settled, "next_attempt_at": due and now - due}
        connection.execute(deliveries.insert().values(id="d", alert_id="a", subscription="desk", **how, **times))
    found = as_json(status("--json"))
    assert [problem.split(":")[0] for problem in found["problems"]] == ([told] if told else [])
    assert status().exit_code == (1 if told else 0)
    listed = [(one["subscription"], one["state"]) for one in found["report"]["last_deliveries"]]
    assert listed == ([("desk", state)] if settled else [])


def test_a_delivery_that_was_not_even_tried_says_why(
    status: Callable[..., Result], daemon: FolderLock, store: Store, now: datetime
) -> None:
    with store.begin() as connection:
        what = {"title": "t", "thread": "US-KR", "labels": {}, "body": {}, "at": now, "created_at": now}
        connection.execute(alerts.insert().values(id="a", **what))
        how = {"state": "dead", "reason": "the receiver is gone", "created_at": now, "settled_at": now}
        connection.execute(deliveries.insert().values(id="d", alert_id="a", subscription="hook", **how))
    told = " ".join(status().stdout.split())
    assert "dead to hook: the receiver is gone" in told
    assert "given up in the last day: pactwatch alerts list --state dead" in told


def test_an_item_that_nobody_reads_is_told(
    status: Callable[..., Result], daemon: FolderLock, store: Store, now: datetime
) -> None:
    with store.begin() as connection:
        feed = connection.execute(feeds.select()).first()
        assert feed is not None
        row = {"source": "Gazette", "tier": 3, "title": "t", "summary": "", "content": "", "text_hash": "h"}
        for number, age in enumerate((timedelta(minutes=2), timedelta(hours=3))):
            connection.execute(
                items.insert().values(feed_id=feed.id, guid=str(number), published=now, observed=now - age, **row)
            )
    found = as_json(status("--json"))
    assert found["report"]["backlog"] == 2
    assert found["problems"] == ["1 item is waiting to be read for more than an hour"]


@pytest.mark.parametrize(("age", "told"), [(timedelta(hours=2), True), (timedelta(days=2), False)])
def test_an_item_that_could_not_be_read_is_told_for_a_day(
    status: Callable[..., Result], daemon: FolderLock, store: Store, age: timedelta, told: bool, now: datetime
) -> None:
    with store.begin() as connection:
        row = {"source": "Gazette", "tier": 3, "title": "t", "summary": "", "content": "", "text_hash": "h"}
        when = {"observed": now - age, "published": now - age, "read_at": now - age}
        connection.execute(items.insert().values(feed_id=1, guid="1", **row, **when, read_error="KeyError: 'x'"))
    found = as_json(status("--json"))
    assert found["problems"] == (["1 item of the last day could not be read: the log says why"] if told else [])
    assert found["report"]["unreadable"] == int(told)


def test_a_damaged_database_is_told_in_plain_words(
    status: Callable[..., Result], daemon: FolderLock, home: Path
) -> None:
    (home / "data" / "pactwatch.db").write_bytes(b"a recipe for kimchi, serves four " * 100)
    result = status()
    assert result.exit_code == 1
    assert "is not an SQLite database" in " ".join(result.stdout.split())
    assert "Traceback" not in result.output


def test_a_note_of_a_killed_daemon_means_nothing(
    status: Callable[..., Result], home: Path, store: Store, now: datetime
) -> None:
    lock = FolderLock(home / "data", version="1", since=now)
    with lock:
        note = (home / "data" / "daemon.json").read_text()
    (home / "data" / "daemon.json").write_text(note)
    assert status().exit_code == 3


@pytest.mark.parametrize("command", ["run", "status"])
def test_a_wrong_configuration_ends_with_2_and_every_problem(home: Path, command: str) -> None:
    (home / "pactwatch.yaml").write_text("settings: {log_levle: info}\nfeeds: [{name: x}]\n")
    result = CliRunner().invoke(cli, ["--config", str(home), command])
    assert result.exit_code == 2
    assert "log_levle" in result.stderr and "log_level" in result.stderr
    assert "url" in result.stderr


def test_run_is_refused_where_a_daemon_is(home: Path, daemon: FolderLock) -> None:
    result = CliRunner().invoke(cli, ["--config", str(home), "run"])
    assert result.exit_code == 2
    assert f"{home / 'data'} is in use by process" in result.stderr
    assert "running since" in result.stderr


@pytest.mark.parametrize("below", ["data", "data/deeper/down"])
def test_run_says_which_folder_cannot_be_written(home: Path, below: str) -> None:
    (home / "pactwatch.yaml").write_text(CONFIG.format(data=home / below))
    (home / "data").write_text("a file where a folder should be")
    result = CliRunner().invoke(cli, ["--config", str(home), "run"])
    assert result.exit_code == 2
    assert str(home / "data") in result.stderr and "data_dir" in result.stderr
    assert "Traceback" not in result.output
