"""`pactwatch subscriptions`: who is told of what, by file or by command; confirm, pause, resume, remove, forget."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.groups import ListByDefault
from monitor.cli.loading import counted, load_or_exit
from monitor.cli.refusals import Unfit, Unknown
from monitor.cli.storing import as_json_option, everybody, looking, revealed, writing

if TYPE_CHECKING:
    from config.load import Loaded


@click.group(cls=ListByDefault, short_help="Who is told of what; pause, resume, remove.")
def subscriptions() -> None:
    """Who is told of what: subscriptions of your files and those that commands added.

    \b
    Examples:
      pactwatch subscriptions                        all of them, and how they are
      pactwatch subscriptions confirm ABCD-EFGH-2345 give back the code that an address got
      pactwatch subscriptions pause desk             hold what would be sent
      pactwatch subscriptions forget anna@example.org
    """


@subscriptions.command("list", short_help="All subscriptions and how they are.")
@as_json_option
@click.pass_obj
def list_subscriptions(config_path: Path | None, as_json: bool) -> None:
    """All subscriptions: watchlist, channel, where to, where they come from, and whether they are active.

    \b
    Example:
      pactwatch subscriptions list --json
    """
    rows = _rows(load_or_exit(config_path))
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from monitor.cli.console import console

    table = Table("subscription", "watchlist", "by", "to", "origin", "state", box=box.SIMPLE)
    for row in rows:
        table.add_row(*(Text(row[key]) for key in ("name", "watchlist", "channel", "to", "origin", "state")))
    out = console()
    if rows:
        out.print(table)
    out.print(counted(len(rows), "subscription"))


def _rows(loaded: Loaded) -> list[dict[str, Any]]:
    """Each subscription in types that JSON has. Of a web address only the host is told: the rest may hold a token."""
    from urllib.parse import urlsplit

    from alerts import directory, outbox

    with looking(loaded) as connection:
        added = [] if connection is None else directory.commanded(connection, revealed)
        held = {} if connection is None else directory.paused(connection)
        stops = {} if connection is None else outbox.stop_reasons(connection)
    own = [(one, "file", True) for one in loaded.config.subscriptions]
    names = {one.name for one, _, _ in own}
    more = [(one.subscription, "command", one.confirmed_at is not None) for one in added]
    rows = []
    for one, origin, confirmed in own + [entry for entry in more if entry[0].name not in names]:
        stopped = stops.get((one.name, outbox.target_hash(one)))
        state = "active" if confirmed else "waits for its code"
        if one.paused or one.name in held:
            state = f"paused{': ' + held[one.name] if held.get(one.name) else ''}"
        if origin == "command" and one.paused and one.name not in held:
            state = "its secret is not found here"
        rows.append(
            {
                "name": one.name,
                "watchlist": one.watchlist,
                "channel": one.channel,
                "to": (urlsplit(one.to).hostname or "") if one.channel == "webhook" else one.to,
                "origin": origin,
                "state": f"stopped: {stopped}" if stopped else state,
                "digest": one.digest,
            }
        )
    return rows


@subscriptions.command(short_help="Give back the code that an address got.")
@click.argument("code")
@as_json_option
@click.pass_obj
def confirm(config_path: Path | None, code: str, as_json: bool) -> None:
    """Give back the code that an address got by mail: from now on it is told, and first of what stands now.

    \b
    Example:
      pactwatch subscriptions confirm ABCD-EFGH-2345
    """
    from datetime import UTC, datetime

    from alerts import directory
    from monitor.announce.standing import greet

    loaded, now = load_or_exit(config_path), datetime.now(UTC)
    with writing(loaded) as connection:
        name = directory.confirm(connection, code, now)
        if name is not None:
            greet(connection, directory.effective(connection, loaded.config, revealed), name, now)
    if name is None:
        raise Unknown("this code is wrong, was used, or is older than two days: subscribe anew")
    _say(as_json, {"confirmed": name}, f"confirmed: {name} is told from now on, and first of what stands now")


@subscriptions.command(short_help="Hold what would be sent.")
@click.argument("name")
@click.option("--reason", default="", help="Why, for `subscriptions list`.")
@as_json_option
@click.pass_obj
def pause(config_path: Path | None, name: str, reason: str, as_json: bool) -> None:
    """Hold what would be sent to a subscription, one of your files too, until it is resumed.

    \b
    Example:
      pactwatch subscriptions pause desk --reason "office move"
    """
    from datetime import UTC, datetime

    from alerts import directory

    loaded = load_or_exit(config_path)
    _known(loaded, name)
    with writing(loaded) as connection:
        directory.pause(connection, name, reason, datetime.now(UTC))
    _say(as_json, {"paused": name}, f"paused: {name}; what comes is held until pactwatch subscriptions resume {name}")


@subscriptions.command(short_help="Send again, what was held too.")
@click.argument("name")
@as_json_option
@click.pass_obj
def resume(config_path: Path | None, name: str, as_json: bool) -> None:
    """Send to a subscription again, what was held too. Ends a stop after a refusal as well.

    \b
    Example:
      pactwatch subscriptions resume desk
    """
    from alerts import directory

    loaded = load_or_exit(config_path)
    with writing(loaded) as connection:
        was = directory.resume(connection, name)
    own = next((one for one in loaded.config.subscriptions if one.name == name), None)
    if own is not None and own.paused:
        raise Unfit(f'"{name}" is paused in your configuration: take the line `paused: true` out there')
    if not was:
        _known(loaded, name)
        raise Unknown(f'"{name}" is not paused')
    _say(as_json, {"resumed": name}, f"resumed: {name}")


@subscriptions.command(short_help="Remove a subscription that a command added.")
@click.argument("name")
@as_json_option
@click.pass_obj
def remove(config_path: Path | None, name: str, as_json: bool) -> None:
    """Remove a subscription that a command added. Those of your files are removed there.

    \b
    Example:
      pactwatch subscriptions remove anna
    """
    from alerts import directory

    loaded = load_or_exit(config_path)
    with writing(loaded) as connection:
        gone = directory.remove(connection, name)
    if not gone:
        _known(loaded, name)
        raise Unfit(f'"{name}" stands in your configuration: remove it there, no command rewrites it')
    _say(as_json, {"removed": name}, f"removed: {name}")


@subscriptions.command(short_help="End a subscription by its reader's code.")
@click.argument("code")
@as_json_option
@click.pass_obj
def leave(config_path: Path | None, code: str, as_json: bool) -> None:
    """End a subscription by the code that stands at the end of each of its mails.

    \b
    Example:
      pactwatch subscriptions leave ABCDEFGH23456789
    """
    from datetime import UTC, datetime

    from alerts import directory

    loaded = load_or_exit(config_path)
    config = everybody(loaded)
    with writing(loaded) as connection:
        name = directory.leave(connection, config, code, datetime.now(UTC))
    if name is None:
        raise Unknown("no subscription has this code; copy it from the end of a mail")
    _say(as_json, {"left": name}, f"ended: nothing more is sent to {name}")


@subscriptions.command(short_help="Delete a person's data.")
@click.argument("address")
@as_json_option
@click.pass_obj
def forget(config_path: Path | None, address: str, as_json: bool) -> None:
    """Delete an address: its subscriptions by command, and all that was kept of deliveries to it.

    Ends with 1 where your files still name it: take it out there.

    \b
    Example:
      pactwatch subscriptions forget anna@example.org
    """
    from alerts import directory

    loaded = load_or_exit(config_path)
    with writing(loaded) as connection:
        names = directory.forget(connection, address)
    left = [one.name for one in loaded.config.subscriptions if one.to.casefold() == address.strip().casefold()]
    told = f"forgotten: {', '.join(names)}" if names else "no command had subscribed this address"
    if left:
        told += f"\nyour configuration still names it under: {', '.join(left)}"
    _say(as_json, {"forgotten": names, "in_files": left}, told)
    if left:
        raise click.exceptions.Exit(1)


def _known(loaded: Loaded, name: str) -> None:
    from config.problems import did_you_mean

    known = [row["name"] for row in _rows(loaded)]
    if name not in known:
        hint = did_you_mean(name, known) or "`pactwatch subscriptions` lists them"
        raise Unknown(f'there is no subscription "{name}"; {hint}')


def _say(as_json: bool, data: dict[str, Any], text: str) -> None:
    click.echo(json.dumps(data, ensure_ascii=False) if as_json else text)
