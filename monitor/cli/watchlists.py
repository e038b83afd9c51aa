"""`pactwatch watchlists`: what can be subscribed to; add one, try what it would have told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.groups import ListByDefault
from monitor.cli.loading import counted, load_or_exit
from monitor.cli.refusals import Unfit, Unknown, wrong_option
from monitor.cli.storing import as_json_option, everybody, reading, writing

if TYPE_CHECKING:
    from datetime import datetime

    from alerts.types import Alert
    from config.load import Loaded
    from config.settings import Watchlist

#: Keys of a watchlist whose options are called otherwise.
OPTIONS = {
    "name": "NAME", "countries": "--country", "topics": "--topic", "kinds": "--kind", "scopes": "--scope",
    "words": "--word", "labels": "--label",
}  # fmt: skip


@click.group(cls=ListByDefault, short_help="What can be subscribed to; try one.")
def watchlists() -> None:
    """What can be subscribed to: watchlists of your files, shipped ones, and those that commands added.

    \b
    Examples:
      pactwatch watchlists
      pactwatch watchlists add chips --country TW --scope semiconductors
      pactwatch watchlists test chips --since 30d      what it would have told
    """


@watchlists.command("list", short_help="All watchlists, and who takes them.")
@as_json_option
@click.pass_obj
def list_watchlists(config_path: Path | None, as_json: bool) -> None:
    """All watchlists: what each takes, and its subscriptions.

    \b
    Example:
      pactwatch watchlists list --json
    """
    config = everybody(load_or_exit(config_path))
    takers: dict[str, list[str]] = {}
    for one in config.subscriptions:
        takers.setdefault(one.watchlist, []).append(one.name)
    if as_json:
        rows = [one.model_dump(mode="json") | {"subscriptions": takers.get(one.name, [])} for one in config.watchlists]
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from monitor.cli.console import console

    table = Table("watchlist", "takes", "subscriptions", box=box.SIMPLE)
    for watchlist in config.watchlists:
        names = ", ".join(takers.get(watchlist.name, []))
        table.add_row(Text(watchlist.name), Text(_takes(watchlist)), Text(names))
    out = console()
    if config.watchlists:
        out.print(table)
    out.print(counted(len(config.watchlists), "watchlist"))


def _takes(watchlist: Watchlist) -> str:
    """What a watchlist asks for beyond its name, in its own words."""
    given = watchlist.model_dump(mode="json", exclude_defaults=True, exclude={"name", "about"})
    shown = (f"{key} {', '.join(value) if isinstance(value, list) else value}" for key, value in given.items())
    return "; ".join(shown) or "everything"


@watchlists.command(short_help="Add a watchlist by command.")
@click.argument("name")
@click.option("--country", "countries", multiple=True, help="A code (KR) or a deal (US-KR); several by repeating it.")
@click.option("--topic", "topics", multiple=True, help="tariff, investment or purchase.")
@click.option("--kind", "kinds", multiple=True, help="Kind of term: tariff, investment, profit_share, ...")
@click.option("--scope", "scopes", multiple=True, help="autos, steel, semiconductors, ...")
@click.option("--word", "words", multiple=True, help="One of these must stand in the title or the quotes.")
@click.option("--without", "without", multiple=True, help="None of these may.")
@click.option("--label", "labels", multiple=True, help="On labels that `alerts why` shows: status=ordered, move>=5.")
@click.option("--threshold", type=float, help="Least move of value: points, or percent of the old figure for money.")
@click.option("--tier", type=click.IntRange(1, 3), help="The worst source that is good enough.")
@click.option("--confidence", type=float, help="How sure the reader must be, 0 to 1.")
@click.option("--trust", type=click.Choice(["unconfirmed", "reported", "confirmed"]), help="The least trust.")
@click.option("--about", help="What it is for.")
@as_json_option
@click.pass_obj
def add(config_path: Path | None, /, name: str, as_json: bool, **given: Any) -> None:
    """Add a watchlist, or change one that a command added. What is not given means "all".

    \b
    Example:
      pactwatch watchlists add korea-cars --country US-KR --scope autos --threshold 2.5
    """
    from datetime import UTC, datetime

    from pydantic import ValidationError

    from alerts.directory import add_watchlist
    from config.settings import Watchlist

    loaded = load_or_exit(config_path)
    fields = {key: value for key, value in given.items() if value not in (None, ())}
    try:
        made = Watchlist.model_validate({"name": name} | fields)
    except ValidationError as error:
        raise wrong_option(error, Watchlist, OPTIONS) from error
    if any(one.name == made.name for one in loaded.config.watchlists):
        raise Unfit(f'your configuration has a watchlist "{made.name}" already, and it wins: take another name')
    with writing(loaded) as connection:
        add_watchlist(connection, made, datetime.now(UTC))
    text = f"added: {made.name}; try it: pactwatch watchlists test {made.name} --since 30d"
    click.echo(json.dumps({"added": made.name}) if as_json else text)


@watchlists.command(short_help="Remove a watchlist that a command added.")
@click.argument("name")
@as_json_option
@click.pass_obj
def remove(config_path: Path | None, name: str, as_json: bool) -> None:
    """Remove a watchlist that a command added. Subscriptions that name it get nothing more.

    \b
    Example:
      pactwatch watchlists remove korea-cars
    """
    from alerts.directory import remove_watchlist

    loaded = load_or_exit(config_path)
    with writing(loaded) as connection:
        gone = remove_watchlist(connection, name)
    if not gone:
        if any(one.name == name for one in loaded.config.watchlists):
            raise Unfit(f'"{name}" stands in your configuration, or is shipped: no command removes it')
        raise Unknown(f'no command added a watchlist "{name}": `pactwatch watchlists` lists what there is')
    click.echo(json.dumps({"removed": name}) if as_json else f"removed: {name}")


@watchlists.command(short_help="What a watchlist would have told.")
@click.argument("name")
@click.option(
    "--since",
    default="30d",
    show_default=True,
    metavar="WHEN",
    help="A day, a moment (ISO 8601), or how long ago (30d).",
)
@click.option("--all", "everything", is_flag=True, help="Also what it would not have told, and why.")
@as_json_option
@click.pass_obj
def test(config_path: Path | None, name: str, since: str, everything: bool, as_json: bool) -> None:
    """What a watchlist would have told of the changes that were recorded, those of first polls too. Nothing is sent.

    \b
    Examples:
      pactwatch watchlists test korea-cars --since 30d
      pactwatch watchlists test korea-cars --since 2025-11-01 --all
    """
    from alerts.matching import decide
    from config.problems import did_you_mean
    from config.settings import Subscription
    from monitor.cli.asking import moment_of

    moment = moment_of(since, "--since")
    loaded = load_or_exit(config_path)
    known = {one.name: one for one in everybody(loaded).watchlists}
    if name not in known:
        raise Unknown(
            f'there is no watchlist "{name}"; {did_you_mean(name, known) or "pactwatch watchlists lists them"}'
        )
    taker = Subscription(name="test", watchlist=name, channel="mail", to="test@example.org")
    decided = [(alert, decide(alert, known[name], taker)) for alert in _recorded(loaded, moment)]
    shown = [(alert, made) for alert, made in decided if made.send or everything]
    if as_json:
        for alert, made in shown:
            data = {"at": alert.at.isoformat(), "title": alert.title, "send": made.send, "reason": made.reason}
            click.echo(json.dumps(data, ensure_ascii=False))
        return
    for alert, made in shown:
        click.echo(
            f"{alert.at:%Y-%m-%d %H:%M}  {alert.title}" + ("" if made.send else f"\n    not told: {made.reason}")
        )
    told = sum(made.send for _, made in decided)
    click.echo(f"{told} of {counted(len(decided), 'change')} since {since} would have been told")


def _recorded(loaded: Loaded, since: datetime) -> list[Alert]:
    from monitor.announce import alert
    from monitor.store import ledger

    with reading(loaded) as connection:
        return [alert(entry.change) for entry in ledger.journal(connection, since=since)]
