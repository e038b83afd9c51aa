"""`pactwatch terms`, `history` and `changes`: what stands, how it came about, what moved. They only read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.loading import load_or_exit

if TYPE_CHECKING:
    from sqlalchemy import Connection

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON array, for programs.")


class Unknown(click.ClickException):
    """What was named is not in the ledger; the words say what is."""

    exit_code = 1


@click.command(short_help="Show what stands, of all deals or of one.")
@click.argument("deal", required=False, metavar="[DEAL]")
@as_json_option
@click.pass_obj
def terms(config_path: Path | None, deal: str | None, as_json: bool) -> None:
    """Show what stands: every term, or those of a DEAL, or of all deals of one country.

    "Applied now" is shown where it differs from what stands: agreed at 15%, 25% still applied.

    \b
    Examples:
      pactwatch terms              every term
      pactwatch terms US-KR        the deal of the US and South Korea
      pactwatch terms JP --json    all deals of Japan, for programs
    """
    from monitor.cli import ledgerview as view
    from monitor.store import ledger

    with open_ledger(config_path) as connection:
        found = ledger.all_terms(connection)
        deals = ledger.deals(connection)
    chosen = [term for term in found if deal is None or _concerns(term.key.deal, deal)]
    if deal is not None and not chosen:
        known = ", ".join(name for name, _ in deals[:12]) or "nothing yet"
        raise Unknown(f"the ledger has no terms of {deal.upper()}. It has: {known}")
    if as_json:
        _print([view.term_data(term) for term in chosen])
    elif chosen:
        view.show_terms(chosen)
    else:
        click.echo("the ledger has no terms yet: no article with a figure has been read")


@click.command(short_help="Show every version of a TERM and what proves it.")
@click.argument("term", metavar="TERM")
@as_json_option
@click.pass_obj
def history(config_path: Path | None, term: str, as_json: bool) -> None:
    """Show every version and position of a TERM, each with its source and the sentence that proves it.

    TERM is written kind:party:counterparty:scope, with :actor behind it where a firm is meant, as `pactwatch terms`
    shows it.

    \b
    Examples:
      pactwatch history tariff:US:KR:autos
      pactwatch history "investment:KR:US:all:Hyundai Motor Group" --json
    """
    from difflib import get_close_matches

    from monitor.cli import ledgerview as view
    from monitor.store import ledger

    with open_ledger(config_path) as connection:
        names = {str(each.key).casefold(): str(each.key) for each in ledger.all_terms(connection)}
        name = names.get(term.strip().casefold())
        if name is None:
            near = get_close_matches(term.casefold(), names, n=3, cutoff=0.5)
            hint = f"Nearest: {', '.join(names[each] for each in near)}" if near else "See: pactwatch terms"
            raise Unknown(f'the ledger has no term "{term}". {hint}')
        found = ledger.terms_named(connection, name)
        entries = ledger.journal(connection, term=name)
    if as_json:
        _print([view.history_data(each, entries) for each in found])
    else:
        view.show_history(found)


@click.command(short_help="List what moved, oldest first.")
@click.option("--since", metavar="WHEN", help="A day (2025-11-01), a moment (ISO 8601), or how long ago (7d, 12h).")
@click.option("--deal", metavar="DEAL", help="Only of this deal (US-KR), or of all deals of a country (KR).")
@click.option("--limit", "-n", type=click.IntRange(1, 100_000), help="Only the last so many; 50 without --since.")
@as_json_option
@click.pass_obj
def changes(config_path: Path | None, since: str | None, deal: str | None, limit: int | None, as_json: bool) -> None:
    """List what moved, oldest first: the ledger's journal.

    Ends with 1 where nothing did, so that a script can ask. "baseline" marks what a feed's first poll brought: it was
    recorded and told to nobody.

    \b
    Examples:
      pactwatch changes --since 7d
      pactwatch changes --since 2025-11-01 --deal US-KR --json
    """
    from monitor.cli import ledgerview as view
    from monitor.store import ledger

    moment = None if since is None else _moment(since, datetime.now(UTC))
    with open_ledger(config_path) as connection:
        entries = ledger.journal(connection, since=moment)
        newest = ledger.journal(connection, limit=1)
    chosen = [entry for entry in entries if deal is None or _concerns(entry.change.key.deal, deal)]
    chosen = chosen[-(limit or (len(chosen) if since else 50)) :]
    if as_json:
        _print([view.change_data(entry) for entry in chosen])
    elif chosen:
        view.show_changes(chosen)
    else:
        last = f"; the last change came {newest[0].change.at:%Y-%m-%d %H:%M} UTC" if newest else ""
        click.echo(f"no changes{last}")
    if not chosen:
        raise click.exceptions.Exit(1)


@contextmanager
def open_ledger(config_path: Path | None) -> Iterator[Connection]:
    """A reading connection, beside a daemon or without one. ClickException in plain words where there is no ledger."""
    from monitor.daemon.works import database_url
    from monitor.store import Store, StoreError

    loaded = load_or_exit(config_path)
    try:
        store = Store.open(database_url(loaded), read_only=True)
        try:
            with store.read() as connection:
                yield connection
        finally:
            store.close()
    except StoreError as error:
        raise click.ClickException(str(error)) from error


def _concerns(deal: str, asked: str) -> bool:
    """Whether a deal is the pair that was asked for, in either order, or one of the country's."""
    sides = set(asked.upper().split("-"))
    return sides == set(deal.split("-")) or (len(sides) == 1 and sides <= set(deal.split("-")))


def _moment(text: str, now: datetime) -> datetime:
    """The moment that --since means; a day begins at midnight UTC. BadParameter where it means none."""
    from config import durations

    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        try:
            return now - durations.parse(text)
        except ValueError:
            example = 'write a day (2025-11-01), a moment (2025-11-01T09:00+09:00) or how long ago ("7d", "12h")'
            raise click.BadParameter(f'"{text}" is no time: {example}', param_hint="--since") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _print(data: list[dict[str, Any]]) -> None:
    click.echo(json.dumps(data, ensure_ascii=False, indent=2))
