"""`pactwatch due`: what comes when, as a list and as a calendar file."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.asking import as_json_option, concerns, format_option, open_ledger, print_json
from monitor.cli.naming import deal_or_country
from monitor.cli.refusals import Unfit

if TYPE_CHECKING:
    from monitor.announce.wording import Names
    from monitor.ledger.due import Coming

COLUMNS = ("date", "days", "deal", "term", "what", "by_itself", "value", "unit", "status", "trust", "source", "link")


@click.command(short_help="Show what comes when, write a calendar.")
@click.argument("deal", required=False, metavar="[DEAL]")
@click.option("--days", type=click.IntRange(0, 36_500), help="Only the next so many days.")
@click.option(
    "--ics",
    type=click.Path(dir_okay=False, path_type=Path, allow_dash=True),
    metavar="FILE",
    help="Write an iCalendar file, `-` for standard output.",
)
@format_option
@as_json_option
@click.pass_obj
def due(
    config_path: Path | None, deal: str | None, days: int | None, ics: Path | None, shape: str | None, as_json: bool
) -> None:
    """Show what comes when: rates that take effect, pauses and truces that end; of a DEAL (US-KR) or a country (KR).

    A rate that was agreed or ordered for a day is in effect on that day by itself, and that is told. What ends is
    never assumed to end: those who watch it are reminded (settings.ledger.reminders). Times are days in UTC.

    \b
    Examples:
      pactwatch due                     all that is known to come
      pactwatch due US-CN --days 30     of one deal, in the next 30 days
      pactwatch due --ics due.ics       for Outlook, Google or Apple Calendar; taking it in again updates it
    """
    from config.vocabulary import vocabulary
    from monitor.cli import export
    from monitor.ledger.due import coming
    from monitor.store import ledger

    now = datetime.now(UTC)
    deal = None if deal is None else deal_or_country(deal)
    until = None if days is None else now.date() + timedelta(days=days)
    with open_ledger(config_path) as connection:
        found = coming(ledger.dated_terms(connection, now.date(), until), now.date(), until)
    found = [each for each in found if deal is None or concerns(each.term.key.deal, deal)]
    names = vocabulary("en")
    if ics is not None:
        _write_calendar(ics, found, names, now)
        return
    rows = [due_row(each, now) for each in found]
    if as_json:
        print_json(rows)
    elif shape:
        export.write(rows, shape, COLUMNS)
    elif found:
        from monitor.cli.dealview import show_due

        show_due(found, names, now.date())
    else:
        click.echo(f"nothing is known to come{f' in the next {days} days' if days is not None else ''}")


def due_row(each: Coming, now: datetime) -> dict[str, Any]:
    """What comes, as plain data; `by_itself` says whether the day alone gives it its effect."""
    version = each.version
    proof = version.evidence[0] if version.evidence else None
    return {
        "date": each.day.isoformat(),
        "days": (each.day - now.date()).days,
        "deal": each.term.key.deal,
        "term": str(each.term.key),
        "what": each.what,
        "by_itself": each.by_itself,
        "value": version.value,
        "unit": version.unit,
        "status": str(version.status),
        "trust": str(version.trust),
        "source": None if proof is None else proof.publisher,
        "link": None if proof is None else proof.link,
    }


def _write_calendar(path: Path, found: list[Coming], names: Names, now: datetime) -> None:
    from monitor.announce.calendar import calendar

    body = calendar(found, names, now)
    if str(path) == "-":
        click.echo(body, nl=False)
        return
    try:
        path.write_bytes(body)
    except OSError as error:
        raise Unfit(f"{path} cannot be written: {(error.strerror or '').lower()}") from error
    click.echo(f"{len(found)} {'date' if len(found) == 1 else 'dates'} written to {path}")
