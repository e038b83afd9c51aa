"""`pactwatch init` and `pactwatch check`: a first configuration, and everything that is wrong with one."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from config.masking import masked
from monitor.cli.loading import counted, tell
from monitor.cli.refusals import Unfit

if TYPE_CHECKING:
    from rich.console import Console

    from config.load import Loaded
    from config.problems import Problem


@click.command(short_help="Write a starter configuration into DIR.")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
def init(folder: Path) -> None:
    """Write a starter configuration with comments into DIR.

    Nothing is overwritten: where DIR has a configuration already, the command says so and ends with 2.

    \b
    Example:
      pactwatch init ~/pactwatch
    """
    from config import starter

    try:
        path = starter.write(folder.expanduser().absolute())
    except FileExistsError as error:
        raise Unfit(f"{error.filename} is there already and is left as it is.") from error
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise Unfit(f"{folder} cannot be written: {why}.") from error
    where = shlex.quote(str(path.parent))
    click.echo(f"wrote {path}\n\nnext:")
    steps = (
        (f"{shlex.quote(str(path))}", "edit: which deals, who is told"),
        (f"pactwatch --config {where} check", "list every mistake in it"),
        (f"pactwatch --config {where} run", "poll, read, keep, alert"),
    )
    width = max(len(step) for step, _ in steps)
    for number, (step, meaning) in enumerate(steps, 1):
        click.echo(f"  {number}. {step:{width}}   {meaning}")


@click.command(short_help="List every problem of the configuration.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object: ok, files, problems, warnings, summary.")
@click.pass_obj
def check(config_path: Path | None, as_json: bool) -> None:
    """List every problem of the configuration, with file and line, and what it sets up.

    Ends with 0 where it can be used (warnings do not count), with 2 where it cannot.

    \b
    Examples:
      pactwatch check
      pactwatch --config ~/pactwatch check --json
    """
    from config.load import ConfigError, load

    loaded: Loaded | None = None
    problems: tuple[Problem, ...]
    try:
        loaded = load(config_path)
        problems, warnings = (), (*loaded.warnings, *named_twice(loaded))
    except ConfigError as error:
        problems, warnings = error.problems, error.warnings
    if as_json:
        click.echo(json.dumps(report(loaded, problems, warnings), ensure_ascii=False, indent=2))
    else:
        show(loaded, problems, warnings)
    if problems:
        raise click.exceptions.Exit(2)


def named_twice(loaded: Loaded) -> list[Problem]:
    """A warning for each watchlist, subscription and feed that the files and a command both name."""
    from alerts.directory import doubles
    from config.problems import Problem
    from monitor.cli.storing import reading
    from monitor.daemon.works import database_url
    from monitor.store import Store, StoreError, feeds

    try:
        Store.open(database_url(loaded), read_only=True).close()
    except StoreError:
        return []
    with reading(loaded) as connection:
        found = doubles(connection, loaded.config)
        names = feeds.doubles(connection, loaded.config.feeds)
        found += [f'the feed "{name}" was added by a command too, by its name or its address' for name in names]
    return [
        Problem(file=None, line=None, message=one, hint="what a file says counts, not the command") for one in found
    ]


def report(loaded: Loaded | None, problems: tuple[Problem, ...], warnings: tuple[Problem, ...]) -> dict[str, object]:
    """What `check --json` prints."""
    return {
        "ok": not problems,
        "files": [str(path) for path in loaded.files] if loaded else [],
        "problems": [as_data(problem) for problem in problems],
        "warnings": [as_data(problem) for problem in warnings],
        "summary": summary(loaded) if loaded else None,
    }


def as_data(problem: Problem) -> dict[str, object]:
    file = str(problem.file) if problem.file else None
    return {"file": file, "line": problem.line, "message": problem.message, "hint": problem.hint}


def summary(loaded: Loaded) -> dict[str, object]:
    """What a configuration sets up, in figures and names."""
    config = loaded.config
    on = sum(feed.enabled for feed in config.feeds)
    return {
        "feeds": {"on": on, "off": len(config.feeds) - on},
        "watchlists": [watchlist.name for watchlist in config.watchlists],
        "subscriptions": [
            {"name": one.name, "watchlist": one.watchlist, "channel": one.channel, "paused": one.paused}
            for one in config.subscriptions
        ],
        "data_dir": str(loaded.data_dir),
    }


def show(loaded: Loaded | None, problems: tuple[Problem, ...], warnings: tuple[Problem, ...]) -> None:
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=True)
    tell(console, problems, "red")
    if warnings:
        console.print("warnings:", style="bold yellow")
        tell(console, warnings, "yellow")
    if loaded:
        show_summary(console, loaded)
    figures = f"{counted(len(problems), 'problem')}, {counted(len(warnings), 'warning')}"
    verdict = "cannot be used" if problems else "can be used"
    console.print(f"the configuration {verdict}: {figures}", style="bold red" if problems else "bold green")


def show_summary(console: Console, loaded: Loaded) -> None:
    from rich.text import Text

    config = loaded.config
    on = sum(feed.enabled for feed in config.feeds)
    used = {one.watchlist for one in config.subscriptions}
    told = [
        f"{one.name}: {one.watchlist} by {one.channel} to {masked(one.to)}{' (paused)' if one.paused else ''}"
        for one in config.subscriptions
    ]
    for name, texts in (
        ("read", [str(path) for path in loaded.files]),
        ("data", [str(loaded.data_dir)]),
        ("feeds", [f"{on} on, {len(config.feeds) - on} off"]),
        ("watchlists", [f"{len(config.watchlists)}, {len(used)} of them with a subscription"]),
        ("subscriptions", told or ["none"]),
    ):
        for number, text in enumerate(texts):
            console.print(Text.assemble((f"{'' if number else name:15}", "bold"), text))
