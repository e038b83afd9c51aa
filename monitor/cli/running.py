"""`pactwatch run` and `pactwatch status`: the daemon, and how it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.loading import counted, load_or_exit
from monitor.cli.refusals import Unfit

if TYPE_CHECKING:
    from config.load import Loaded
    from monitor.daemon.conductor import Done


@click.command(short_help="Run the daemon: poll, read, keep, alert.")
@click.option("--once", is_flag=True, help="Do one cycle (poll what is due, read, deliver) and end; for cron.")
@click.pass_obj
def run(config_path: Path | None, once: bool) -> None:
    """Poll the feeds, read, keep the ledger, send alerts, until stopped.

    SIGTERM and Ctrl-C let what is under way end (20 seconds at most), a second one ends at once. SIGHUP reads the
    configuration anew; if it is not valid, nothing changes and the log says why. Logs go to stderr, as JSON lines
    where that is no terminal.

    Ends with 0 when it was stopped, 1 where the database cannot be used (or, with --once, something is wrong), 2
    where the configuration is wrong or another daemon has the data folder.

    \b
    Examples:
      pactwatch run
      pactwatch --config /etc/pactwatch run --once
    """
    loaded = load_or_exit(config_path)

    import asyncio

    from config.load import load
    from monitor.daemon import Daemon
    from monitor.daemon.lock import FolderTaken
    from monitor.store import StoreError

    log_as_configured(loaded)
    source, folder = loaded.source, loaded.data_dir
    daemon = Daemon(loaded, reload=lambda: load(source), accepted=log_as_configured)
    del loaded  # ten thousand feeds are ten megabytes, and the daemon has them in its database
    try:
        if not once:
            return asyncio.run(daemon.run())
        done = asyncio.run(daemon.once())
    except FolderTaken as error:
        raise Unfit(str(error)) from error
    except StoreError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        if not about(error, folder):
            raise
        why = (error.strerror or str(error)).lower()
        raise Unfit(f"{error.filename} cannot be used: {why}. Set data_dir to a folder to write in.") from error
    tell_done(done)
    if done.problems:
        raise click.exceptions.Exit(1)
    return None


def about(error: OSError, folder: Path) -> bool:
    """Whether an error is of a folder, of something in it, or of one that it lies in."""
    if not isinstance(error.filename, str | Path):
        return False
    path = Path(error.filename)
    return path.is_relative_to(folder) or folder.is_relative_to(path)


def log_as_configured(loaded: Loaded) -> None:
    """Set up the logs by a configuration, and put its warnings into them."""
    from structlog import get_logger

    from monitor.daemon.logs import configure, secrets_of

    configure(loaded.config.settings, secrets_of(loaded.config))
    for warning in loaded.warnings:
        get_logger().warning("config_warning", message=str(warning))


def tell_done(done: Done) -> None:
    """What one cycle did, in a line, and what is wrong after it."""
    click.echo(
        f"{counted(done.polled, 'feed')} polled, {counted(done.read, 'item')} read, "
        f"{counted(done.settled, 'date')} settled, {counted(done.delivered, 'delivery attempt')} made"
    )
    for problem in done.problems:
        click.echo(f"wrong: {problem}", err=True)


@click.command(short_help="Show what runs, and how feeds and deliveries do.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def status(config_path: Path | None, as_json: bool) -> None:
    """What runs, and how it is: feeds, last poll, backlog, terms, deliveries.

    Ends with 0 where the daemon runs and is well, 1 where it runs and something is wrong, 2 where the configuration
    cannot be read, 3 where it does not run. Reads only, so it can be asked at any time.

    \b
    Examples:
      pactwatch status
      pactwatch --config ~/pactwatch status --json
    """
    loaded = load_or_exit(config_path)

    from monitor.cli.standing import as_data, look, show

    standing = look(loaded)
    if as_json:
        click.echo(json.dumps(as_data(standing), ensure_ascii=False, indent=2))
    else:
        show(standing)
    if not standing.running:
        raise click.exceptions.Exit(3)
    if standing.problems:
        raise click.exceptions.Exit(1)
