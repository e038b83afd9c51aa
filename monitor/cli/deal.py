"""`pactwatch deal` and `pactwatch diff`: a page of all terms of a pair, and what is different between two days."""

from __future__ import annotations

from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli import naming
from monitor.cli.asking import (
    as_json_option,
    day_of,
    moment_of,
    no_terms,
    open_with,
    print_json,
    terms_then,
    time_options,
)
from monitor.cli.loading import load_or_exit

if TYPE_CHECKING:
    from monitor.ledger.terms import Term


@click.command(short_help="Show all terms of a pair on one page.")
@click.argument("pair", metavar="DEAL")
@time_options
@click.option("--markdown", is_flag=True, help="Print Markdown, to paste into a memo.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, for programs.")
@click.pass_obj
def deal(
    config_path: Path | None, pair: str, as_of: str | None, known_at: str | None, markdown: bool, as_json: bool
) -> None:
    """Show all terms of a pair on one page: what stands, what is applied where that differs, since when, how well it
    is attested and by how many reports; the positions that are open; what comes when.

    \b
    Examples:
      pactwatch deal US-KR
      pactwatch deal US-KR --markdown > memo.md
      pactwatch deal US-KR --as-of 2025-09-01       what stood and applied then
      pactwatch deal US-KR --known-at 2025-09-01    what was known here then
    """
    from monitor.cli import dealview as view
    from monitor.ledger.due import coming

    pair = naming.pair(pair)
    loaded = load_or_exit(config_path)
    with open_with(loaded) as connection:
        found = terms_then(connection, loaded, pair, as_of, known_at)
        if not found:
            raise no_terms(connection, pair, then=bool(as_of or known_at))
    now = datetime.now(UTC)
    if known_at is not None:
        now = moment_of(known_at, "--known-at")
    if as_of is not None:
        now = datetime.combine(day_of(as_of, "--as-of"), time(), UTC)
    comings = coming(found, now.date())
    page = view.Page(pair, found, comings, as_of, known_at, now)
    if as_json:
        print_json(view.page_data(page))
    elif markdown:
        click.echo(view.page_markdown(page), nl=False)
    else:
        view.show_page(page)


@click.command(short_help="Show what is different between two days.")
@click.argument("deal", required=False, metavar="[DEAL]")
@click.option("--from", "first", metavar="DAY", required=True, help="The earlier day.")
@click.option("--to", "second", metavar="DAY", help="The later day; today if not given.")
@click.option("--known", is_flag=True, help="Compare what was known here on the days, not what stood on them.")
@as_json_option
@click.pass_obj
def diff(
    config_path: Path | None, deal: str | None, first: str, second: str | None, known: bool, as_json: bool
) -> None:
    """Show what is different between two days: what stood, what was applied, which positions were open; in all deals,
    in one (US-KR), or in those of a country (KR).

    What stood is told by all that is known now. With --known it is what was known here at the end of each day: a report
    that came late, a correction or a retraction makes the two differ. Ends with 1 where something is different.

    \b
    Examples:
      pactwatch diff US-KR --from 2025-07-01 --to 2025-12-01
      pactwatch diff --from 2025-11-01 --known --json
    """
    from monitor.cli import dealview as view
    from monitor.ledger.views import differences

    loaded = load_or_exit(config_path)
    deal = None if deal is None else naming.deal_or_country(deal)
    days = [day_of(first, "--from"), datetime.now(UTC).date() if second is None else day_of(second, "--to")]
    if days[0] > days[1]:
        raise click.BadParameter(f"{days[0]} is later than {days[1]}", param_hint="--from")
    states: list[list[Term]] = []
    with open_with(loaded) as connection:
        for day in days:
            moment = datetime.combine(day, time.max, UTC).isoformat()
            axes = (None, moment) if known else (day.isoformat(), None)
            states.append(terms_then(connection, loaded, deal, *axes))
    found = differences(*states)
    if as_json:
        print_json([view.difference_data(each) for each in found])
    elif found:
        view.show_differences(found)
    else:
        click.echo(f"nothing is different between {days[0]} and {days[1]}")
    if found:
        raise click.exceptions.Exit(1)
