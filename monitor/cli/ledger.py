"""`pactwatch terms`, `history` and `changes`: what stands, how it came about, what moved. They only read."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli.asking import (
    as_json_option,
    format_option,
    moment_of,
    named,
    no_terms,
    open_ledger,
    open_with,
    print_json,
    sides,
    terms_then,
    time_options,
)
from monitor.cli.loading import load_or_exit
from monitor.cli.naming import deal_or_country
from monitor.cli.refusals import Unknown


@click.command(short_help="Show what stands, of all deals or of one.")
@click.argument("deal", required=False, metavar="[DEAL]")
@time_options
@format_option
@as_json_option
@click.pass_obj
def terms(
    config_path: Path | None,
    deal: str | None,
    as_of: str | None,
    known_at: str | None,
    shape: str | None,
    as_json: bool,
) -> None:
    """Show what stands: every term, or those of a DEAL, or of all deals of one country.

    A DEAL is two codes, in either order: US-KR, US-EU, US-WORLD for a measure against all. One code is a country.

    "Applied now" is shown where it differs from what stands: agreed at 15%, 25% still applied.

    \b
    Examples:
      pactwatch terms              every term
      pactwatch terms US-KR        the deal of the US and South Korea
      pactwatch terms JP --json    all deals of Japan, for programs
      pactwatch terms US-KR --as-of 2025-09-01          what stood and applied on that day
      pactwatch terms US-KR --known-at 2025-09-01       what was known here on that day
      pactwatch terms --format csv > terms.csv          for a spreadsheet
    """
    from monitor.cli import export, ledgerrows
    from monitor.cli import ledgerview as view

    deal = None if deal is None else deal_or_country(deal)
    loaded = load_or_exit(config_path)
    with open_with(loaded) as connection:
        chosen = terms_then(connection, loaded, deal, as_of, known_at)
        if deal is not None and not chosen:
            raise no_terms(connection, deal, then=bool(as_of or known_at))
    if as_json:
        print_json([view.term_data(term) for term in chosen])
    elif shape:
        export.write(ledgerrows.term_rows(chosen), shape, ledgerrows.TERM)
    elif chosen:
        view.show_terms(chosen)
    else:
        click.echo("the ledger has no terms yet: no article with a figure has been read")


@click.command(short_help="Show every version of a TERM and what proves it.")
@click.argument("term", metavar="TERM")
@time_options
@format_option
@as_json_option
@click.pass_obj
def history(
    config_path: Path | None,
    term: str,
    as_of: str | None,
    known_at: str | None,
    shape: str | None,
    as_json: bool,
) -> None:
    """Show every version and position of a TERM, each with its source and the sentence that proves it.

    TERM is written kind:party:counterparty:scope, with :actor behind it where a firm is meant, as `pactwatch terms`
    shows it.

    \b
    Examples:
      pactwatch history tariff:US:KR:autos
      pactwatch history "investment:KR:US:all:Hyundai Motor Group" --json
      pactwatch history tariff:US:KR:autos --known-at 2025-09-01
      pactwatch history tariff:US:KR:autos --format markdown
    """
    from monitor.cli import export, ledgerrows
    from monitor.cli import ledgerview as view
    from monitor.store import ledger

    loaded = load_or_exit(config_path)
    with open_with(loaded) as connection:
        name = named(connection, term)
        deal = ledger.terms_named(connection, name)[0].key.deal
        then = terms_then(connection, loaded, deal, as_of, known_at, proofs=True)
        found = [each for each in then if str(each.key) == name]
        entries = ledger.journal(connection, term=name)
    if not found:
        raise Unknown(f"nothing was known of {name} then" if known_at or as_of else f"nothing is recorded of {name}")
    if as_json:
        print_json([view.history_data(each, entries) for each in found])
    elif shape:
        export.write(ledgerrows.history_rows(found), shape, ledgerrows.HISTORY)
    else:
        view.show_history(found)


@click.command(short_help="List what moved, oldest first.")
@click.option("--since", metavar="WHEN", help="A day (2025-11-01), a moment (ISO 8601), or how long ago (7d, 12h).")
@click.option("--deal", metavar="DEAL", help="Only of this deal (US-KR), or of all deals of a country (KR).")
@click.option("--limit", "-n", type=click.IntRange(1, 100_000), help="Only the last so many; 50 without --since.")
@format_option
@as_json_option
@click.pass_obj
def changes(
    config_path: Path | None,
    since: str | None,
    deal: str | None,
    limit: int | None,
    shape: str | None,
    as_json: bool,
) -> None:
    """List what moved, oldest first: the ledger's journal.

    Ends with 1 where nothing did, so that a script can ask. "baseline" marks what a feed's first poll brought: it was
    recorded and told to nobody.

    \b
    Examples:
      pactwatch changes --since 7d
      pactwatch changes --since 2025-11-01 --deal US-KR --json
      pactwatch changes --since 30d --format csv > changes.csv
    """
    from monitor.cli import export, ledgerrows
    from monitor.cli import ledgerview as view
    from monitor.store import ledger

    moment = None if since is None else moment_of(since, "--since")
    pair, side = sides(None if deal is None else deal_or_country(deal, "--deal"))
    most = limit or (None if since else 50)
    with open_ledger(config_path) as connection:
        chosen = ledger.journal(connection, since=moment, deal=pair, side=side, limit=most)
        newest = chosen or ledger.journal(connection, deal=pair, side=side, limit=1)
    if as_json:
        print_json([view.change_data(entry) for entry in chosen])
    elif shape:
        export.write(ledgerrows.change_rows(chosen), shape, ledgerrows.CHANGE)
    elif chosen:
        view.show_changes(chosen)
    else:
        last = f"; the last change came {newest[0].change.at:%Y-%m-%d %H:%M} UTC" if newest else ""
        click.echo(f"no changes{f' of {pair or side}' if deal else ''}{last}")
    if not chosen:
        raise click.exceptions.Exit(1)
