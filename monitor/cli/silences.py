"""`pactwatch silences`: what nobody wants to hear for a while, with who said so, why, and until when."""

from __future__ import annotations

import getpass
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.groups import ListByDefault
from monitor.cli.loading import counted, load_or_exit
from monitor.cli.refusals import Unknown
from monitor.cli.storing import as_json_option, looking, writing

if TYPE_CHECKING:
    from alerts.silences import Silence


@click.group(cls=ListByDefault, short_help="What nobody wants to hear for a while.")
def silences() -> None:
    """Silences: alerts whose labels fit are recorded and not sent, until the silence expires.

    \b
    Examples:
      pactwatch silences
      pactwatch silences add deal=US-KR class=position --for 3d --reason "talks all week"
      pactwatch silences expire 1f3a
    """


@silences.command("list", short_help="The silences that hold.")
@click.option("--all", "everything", is_flag=True, help="Also those that are over.")
@as_json_option
@click.pass_obj
def list_silences(config_path: Path | None, everything: bool, as_json: bool) -> None:
    """The silences that hold now: labels, author, reason, and when each ends.

    \b
    Example:
      pactwatch silences list --all
    """
    from datetime import UTC, datetime

    from alerts.silences import listing

    with looking(load_or_exit(config_path)) as connection:
        found = [] if connection is None else listing(connection, None if everything else datetime.now(UTC))
    if as_json:
        click.echo(json.dumps([_data(one) for one in found], ensure_ascii=False))
        return
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from monitor.cli.console import console

    table = Table("id", "labels", "until (UTC)", "author", "reason", box=box.SIMPLE)
    for one in found:
        until = f"{one.expires_at:%Y-%m-%d %H:%M}"
        table.add_row(one.id, Text(" ".join(one.labels)), until, Text(one.author), Text(one.reason))
    out = console()
    if found:
        out.print(table)
    out.print(counted(len(found), "silence"))


@silences.command(short_help="Silence alerts by their labels.")
@click.argument("labels", nargs=-1, required=True, metavar="LABEL=VALUE ...")
@click.option("--for", "length", required=True, metavar="LENGTH", help="How long: 2h, 3d.")
@click.option("--reason", required=True, help="Why. It is shown by `alerts why`.")
@click.option("--author", default="", help="Who says so. Without it, who runs the command.")
@as_json_option
@click.pass_obj
def add(
    config_path: Path | None, labels: tuple[str, ...], length: str, reason: str, author: str, as_json: bool
) -> None:
    """Silence alerts that fit all of these labels. The forms are label=value, !=, =~ and !~ (patterns), >=, <=, >, <.

    The labels of an alert are those that `pactwatch alerts why ID` shows: deal, kind, party, scope, class, status,
    trust, confidence, move and others. What was told and is taken back is told all the same.

    \b
    Example:
      pactwatch silences add deal=US-KR class=position --for 3d --reason "talks all week"
    """
    from datetime import UTC, datetime

    from alerts import silences as rows
    from config import durations

    loaded = load_or_exit(config_path)
    now = datetime.now(UTC)
    try:
        until = now + durations.parse(length)
    except ValueError as error:
        raise click.BadParameter(f"{error}: {durations.HINT}", param_hint="--for") from error
    try:
        with writing(loaded) as connection:
            made = rows.add(connection, labels, author or getpass.getuser(), reason, now, until)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    click.echo(json.dumps(_data(made), ensure_ascii=False) if as_json else made.said)


@silences.command(short_help="End a silence now.")
@click.argument("id")
@as_json_option
@click.pass_obj
def expire(config_path: Path | None, id: str, as_json: bool) -> None:
    """End a silence now. ID is its id or the beginning of it. What it silenced meanwhile is not sent.

    \b
    Example:
      pactwatch silences expire 1f3a
    """
    from datetime import UTC, datetime

    from alerts import silences as rows

    with writing(load_or_exit(config_path)) as connection:
        ended = rows.expire(connection, id, datetime.now(UTC)) if id else None
    if ended is None:
        raise Unknown(f'no silence that holds, or more than one, has an id that begins with "{id}"')
    click.echo(json.dumps({"expired": ended.id}) if as_json else f"expired: {ended.id} ({' '.join(ended.labels)})")


def _data(one: Silence) -> dict[str, object]:
    return {
        "id": one.id,
        "labels": list(one.labels),
        "author": one.author,
        "reason": one.reason,
        "created_at": one.created_at.isoformat(),
        "expires_at": one.expires_at.isoformat(),
    }
