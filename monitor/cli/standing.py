"""How the daemon and its data stand, gathered for `pactwatch status`, and shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.cli.loading import counted
from monitor.daemon.lock import Holder, held, noted
from monitor.daemon.upkeep import out_of_space

if TYPE_CHECKING:
    from rich.text import Text

    from config.load import Loaded
    from monitor.daemon.report import Report

#: The daemon leaves a sign of life every half a minute; so many minutes without one, and it hangs.
SILENT = timedelta(minutes=5)
#: Failing feeds that are listed by name; the JSON has all.
LISTED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What `status` shows."""

    now: datetime
    running: bool
    #: None where nothing runs, or it has not said who it is.
    daemon: Holder | None
    source: Path
    data_dir: Path
    #: None where there is no database yet, or it cannot be read.
    report: Report | None
    #: What is wrong, in plain words.
    problems: tuple[str, ...]


def look(loaded: Loaded, now: datetime | None = None) -> Standing:
    """How things stand now; writes nothing, takes no lock from anyone."""
    now = now or datetime.now(UTC)
    running = held(loaded.data_dir)
    daemon = noted(loaded.data_dir) if running else None
    report, trouble = _report(loaded, now)
    disk = out_of_space(loaded.data_dir) if running else []
    problems = [*disk, *_of_daemon(daemon, now), *(report.problems if report else ()), *trouble]
    return Standing(
        now=now,
        running=running,
        daemon=daemon,
        source=loaded.source,
        data_dir=loaded.data_dir,
        report=report,
        problems=tuple(dict.fromkeys(problems)),
    )


def as_data(standing: Standing) -> dict[str, Any]:
    """What `status --json` prints. Times are ISO 8601 in UTC."""
    report = asdict(standing.report) if standing.report else None
    if report:
        del report["problems"]
    data = {
        "running": standing.running,
        "healthy": standing.running and not standing.problems,
        "problems": list(standing.problems),
        "config": str(standing.source),
        "data_dir": str(standing.data_dir),
        "daemon": asdict(standing.daemon) if standing.daemon else None,
        "report": report,
    }
    return {key: _plain(value) for key, value in data.items()}


def show(standing: Standing) -> None:
    """For people, on standard output."""
    from rich.table import Table
    from rich.text import Text

    from monitor.cli.console import console

    out = console()
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    table.add_row("daemon", _daemon(standing))
    table.add_row("config", str(standing.source))
    table.add_row("data", str(standing.data_dir))
    if standing.report:
        for name, text in _rows(standing.report, standing.now):
            table.add_row(name, text)
    for told in standing.report.articles if standing.report else ():
        table.add_row("full text", Text(told, style="yellow"))
    for problem in standing.problems:
        table.add_row(Text("wrong", style="bold red"), Text(problem, style="red"))
    out.print(table)


def _report(loaded: Loaded, now: datetime) -> tuple[Report | None, list[str]]:
    """The database's report; where there is none, why. A database that does not exist yet is no trouble."""
    from monitor.daemon.report import report
    from monitor.daemon.works import database_url
    from monitor.store import NoLedger, Store, StoreError

    try:
        store = Store.open(database_url(loaded), read_only=True)
        try:
            with store.read() as connection:
                return report(connection, now), []
        finally:
            store.close()
    except NoLedger:
        return None, []
    except StoreError as error:
        return None, [str(error)]


def _of_daemon(daemon: Holder | None, now: datetime) -> list[str]:
    if daemon is None:
        return []
    silence = now - datetime.fromisoformat(daemon.seen)
    hangs = [f"the daemon gave no sign of life for {_span(silence)}"] if silence > SILENT else []
    return [*hangs, *daemon.ailments]


def _daemon(standing: Standing) -> Text:
    from rich.text import Text

    if not standing.running:
        return Text("does not run: start it with `pactwatch run`", style="red")
    if standing.daemon is None:
        return Text("runs, and has not said who it is yet", style="yellow")
    daemon = standing.daemon
    age = _span(standing.now - datetime.fromisoformat(daemon.since))
    style = "yellow" if standing.problems else "green"
    return Text.assemble(
        ("runs", style), f", process {daemon.pid} on {daemon.host}, version {daemon.version}, for {age}"
    )


def _rows(report: Report, now: datetime) -> Iterator[tuple[str, str | Text]]:
    from rich.text import Text

    blind = sum(feed.blind for feed in report.broken)
    ok = report.feeds - report.new - len(report.broken)
    parts = [f"{report.feeds} in all", f"{ok} well", f"{len(report.broken)} failing"]
    parts += [f"{blind} of them for a day or more"] if blind else []
    parts += [f"{report.new} not polled yet"] if report.new else []
    yield "feeds", ", ".join(parts)
    yield "", f"last poll {_ago(report.last_poll_at, now)}, oldest success {_ago(report.oldest_ok_at, now)}"
    for feed in report.broken[:LISTED]:
        yield "", Text(f"{feed.name}: {feed.error}; last well {_ago(feed.last_ok_at, now)}", style="yellow")
    if len(report.broken) > LISTED:
        yield "", f"and {len(report.broken) - LISTED} more: pactwatch feeds"
    unreadable = f", {report.unreadable} of the last day could not be read" if report.unreadable else ""
    yield "items", f"{report.items}, {report.backlog} waiting to be read{unreadable}"
    yield (
        "ledger",
        f"{counted(report.terms, 'term')}, {counted(report.changes, 'change')}, {report.changes_today} today",
    )
    yield "deliveries", f"{report.waiting} waiting, {report.dead} given up in the last day"
    for one in report.last_deliveries:
        style = "red" if one.state == "dead" else ""
        yield "", Text(f"{_ago(one.at, now)}: {one.state} to {one.subscription}: {one.answer}", style=style)


def _ago(at: datetime | None, now: datetime) -> str:
    return "never" if at is None else f"{_span(now - at)} ago"


def _span(length: timedelta) -> str:
    """`45 s`, `12 min`, `5 h`, `3 days`: one figure is enough to know how things stand."""
    seconds = max(0.0, length.total_seconds())
    for unit, size in (("days", 86400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def _plain(value: Any) -> Any:
    """The same in types that JSON has."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, datetime) else value
