"""`pactwatch feeds health`, and `feeds edits`: which feeds are in trouble, and what publishers took back in silence."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from config.masking import masked
from monitor.cli.feedstore import articles_of, stored
from monitor.cli.loading import counted, load_or_exit
from monitor.cli.naming import country as code_of
from monitor.cli.storing import as_json_option, reading

if TYPE_CHECKING:
    from config.load import Loaded
    from monitor.feeds.health import Country, Health, Record
    from monitor.store.feeds import Stored


@click.command(short_help="Which feeds are in trouble, and why, by country.")
@click.option("--country", help="Only feeds of this one (KR).")
@click.option("--all", "everything", is_flag=True, help="Also the feeds that are well.")
@as_json_option
@click.pass_obj
def health(config_path: Path | None, country: str | None, everything: bool, as_json: bool) -> None:
    """How the feeds are doing: a line for each country, then every feed in trouble, the worst first, with the reason.

    Fresh is a feed that could be read when it was last asked; blind is one without a success for six hours, or longer
    where it is asked seldom. Ends with 1 if something may have been missed: a feed is gone, blind or failing.
    Feeds with `full_text` have a line more: how many of the last day's articles could not be had, and why.

    \b
    Examples:
      pactwatch feeds health
      pactwatch feeds health --country KR
      pactwatch feeds health --json | jq '.feeds[] | select(.trouble == "blind")'
    """
    from monitor.feeds.health import by_country, by_trouble

    code = None if country is None else code_of(country, "--country")
    now = datetime.now(UTC)
    loaded = load_or_exit(config_path)
    records, articles = _records(loaded, now), articles_of(loaded, now - timedelta(days=1))
    if code is not None:
        records = [one for one in records if one.country == code]
    found = by_trouble(records, now)
    countries = by_country(found, now)
    if as_json:
        data = _data(found, countries) | {"articles": [{"feed": name} | asdict(articles[name]) for name in articles]}
        click.echo(json.dumps(data, ensure_ascii=False, indent=2))
    else:
        _print(found, countries, everything)
        for name, one in articles.items():
            why = f"; the last failure: {masked(one.error or '')}" if one.failed else ""
            click.echo(f"{name}: {one.had} of {one.had + one.failed} full articles of the last day were had{why}")
    if any(one.trouble.serious for one in found):
        raise click.exceptions.Exit(1)


def _records(loaded: Loaded, now: datetime) -> list[Record]:
    """What is known of every feed; those of the owner's files that no daemon has taken over yet are new."""
    from monitor.feeds.health import Record

    found = [_record(one, last) for one, last in stored(loaded)]
    names = {one.name for one in found}
    rest = [feed for feed in loaded.config.feeds if feed.enabled and feed.name not in names]
    return found + [Record(name=feed.name, country=feed.country, url=feed.url, added_at=now) for feed in rest]


def _record(one: Stored, last_item_at: datetime | None) -> Record:
    from monitor.feeds.health import Record

    state = one.state
    return Record(
        name=one.feed.name,
        country=one.feed.country,
        url=one.feed.url,
        added_at=one.added_at,
        interval=state.interval,
        failures=state.failures,
        last_ok_at=state.last_ok_at,
        last_polled_at=state.last_polled_at,
        next_poll_at=state.next_poll_at,
        last_error=state.last_error,
        gone=state.gone,
        moved_to=state.moved_to,
        paused_at=one.paused_at,
        pause_reason=one.pause_reason,
        last_item_at=last_item_at,
    )


def _data(found: Sequence[Health], countries: Sequence[Country]) -> dict[str, object]:
    return {
        "countries": [
            {"country": one.code, "feeds": one.feeds, "fresh": one.fresh, "said": one.said} for one in countries
        ],
        "feeds": [
            {
                "feed": one.record.name,
                "country": one.record.country,
                "trouble": one.trouble.name.lower(),
                "reason": masked(one.reason),
                "since": one.since.isoformat() if one.since else None,
                "failures": one.record.failures,
                "last_ok_at": one.record.last_ok_at.isoformat() if one.record.last_ok_at else None,
                "last_item_at": one.record.last_item_at.isoformat() if one.record.last_item_at else None,
                "url": masked(one.record.url),
            }
            for one in found
        ],
    }


def _print(found: Sequence[Health], countries: Sequence[Country], everything: bool) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from monitor.cli.console import console
    from monitor.feeds.health import Trouble

    out = console()
    for one in countries:
        out.print(Text(one.said, "" if one.fresh == one.feeds else "bold"), soft_wrap=True)
    shown = [one for one in found if everything or one.trouble is not Trouble.FRESH]
    if shown:
        table = Table("feed", "country", "trouble", "why", box=box.SIMPLE)
        for health in shown:
            style = "red" if health.trouble.serious else "yellow" if health.trouble is not Trouble.FRESH else ""
            record = health.record
            word = Text(health.trouble.name.lower(), style)
            table.add_row(Text(record.name), Text(record.country or ""), word, Text(masked(health.reason)))
        out.print(table)
    elif found:
        out.print("All is well.")
    if not found:
        out.print("There are no feeds: pactwatch feeds add ADDRESS")


@click.command(short_help="Figures that publishers took out of articles in silence.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="How many, latest first.")
@as_json_option
@click.pass_obj
def edits(config_path: Path | None, limit: int, as_json: bool) -> None:
    """Silent edits: figures that we quoted and that the same article has no more.

    \b
    Example:
      pactwatch feeds edits --json
    """
    from monitor.store.edits import listing

    with reading(load_or_exit(config_path)) as connection:
        found = listing(connection, limit)
    if as_json:
        for one in found:
            row = {name: getattr(one, name) for name in one.__slots__} | {"noted_at": one.noted_at.isoformat()}
            click.echo(json.dumps(row, ensure_ascii=False))
        return
    for one in found:
        click.echo(f'{one.noted_at:%d %b %Y %H:%M}  {one.source}: "{one.figure}" is gone from "{one.title}"')
        click.echo(f'    it said: "{one.quote}"' + (f"\n    {one.link}" if one.link else ""))
    click.echo(counted(len(found), "silent edit"))
