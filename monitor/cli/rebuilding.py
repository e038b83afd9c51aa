"""`pactwatch ledger rebuild` and `verify`: whether the ledger still follows from what was read, and is as written."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.asking import open_ledger, open_with, print_json
from monitor.cli.loading import counted, load_or_exit

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from config.load import Loaded
    from monitor.pipeline.rebuilding import Read, Rebuilt
    from monitor.types import Article, Claim


@click.command(short_help="Compute the ledger anew, show what differs.")
@click.option("--reread", is_flag=True, help="Read every stored item again first, with this version of the reader.")
@click.option("--accept", "accepted", is_flag=True, help="Put what comes out in place of what is stored.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, for programs.")
@click.pass_obj
def rebuild(config_path: Path | None, reread: bool, accepted: bool, as_json: bool) -> None:
    """Compute the ledger anew from its reports and decisions and show what differs, term by term.

    Nothing is written without --accept, and nobody is told in either case. Ends with 1 where something differs and was
    not accepted. Stop the daemon before --accept on a large ledger: it waits meanwhile.

    \b
    Examples:
      pactwatch ledger rebuild
      pactwatch ledger rebuild --reread
      pactwatch ledger rebuild --reread --accept
    """
    from monitor.daemon.works import version
    from monitor.pipeline import rebuilding
    from monitor.store import ledger

    loaded = load_or_exit(config_path)
    with open_with(loaded, write=accepted) as connection:
        if accepted:
            ledger.take_turn(connection)
        now = datetime.now(UTC)
        with _Progress(as_json) as progress:
            made = rebuilding.rebuild(
                connection, loaded.config, now, _reader(connection, loaded) if reread else None, progress
            )
        if accepted:
            rebuilding.accept(connection, made, version(), now)
    _show(made, reread, accepted, as_json)
    if not accepted and (made.differences or made.rereads):
        raise click.exceptions.Exit(1)


class _Progress:
    """Says on standard error how far it is, where that is a terminal."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet or not sys.stderr.isatty()
        self._shown = 0

    def __enter__(self) -> _Progress:
        return self

    def __call__(self, number: int) -> None:
        if not self._quiet and number % 500 == 0:
            self._shown = number
            click.echo(f"\r{number:,} …", err=True, nl=False)

    def __exit__(self, *_: object) -> None:
        if self._shown:
            click.echo("\r" + " " * 20 + "\r", err=True, nl=False)


def _reader(connection: Connection, loaded: Loaded) -> Read:
    """The built-in reader, with what the second said of an item when it came, where the configuration has one."""
    from monitor.reading.reader import Reader
    from monitor.second.merging import merged
    from monitor.store import opinions

    settings = loaded.config.settings

    def read(article: Article) -> tuple[Claim, ...]:
        reading = Reader.of(article.language).read(article)
        said = None if settings.reading.second.url is None else opinions.present(connection, int(article.id))
        if said is None:
            return reading.claims
        return merged(reading, said.claims, settings.reading.second, settings.ledger).reading.claims

    return read


def _show(made: Rebuilt, reread: bool, accepted: bool, as_json: bool) -> None:
    from monitor.cli import dealview

    if as_json:
        print_json(
            {
                "terms": len(made.terms),
                "accepted": accepted,
                "rereads": [
                    {"item": each.item, "claims_before": each.before, "claims": len(each.report.claims)}
                    for each in made.rereads
                ],
                "void": [{"decision": hand.id, "reason": why} for hand, why in made.void],
                "differences": [dealview.difference_data(each) for each in made.differences],
            }
        )
        return
    dealview.show_differences(made.differences)
    number, terms = len(made.differences), len(made.terms)
    if reread:
        click.echo(f"{len(made.rereads)} {'item is' if len(made.rereads) == 1 else 'items are'} read otherwise now")
    if not number:
        click.echo(f"{counted(terms, 'term')}: all come out as they are stored")
    else:
        click.echo(f"{number} of {terms} terms {'comes' if number == 1 else 'come'} out otherwise")
    for hand, why in made.void:
        click.echo(f"decision {hand.id} ({hand.act} {hand.key}) has no effect any more: {why}")
    if accepted:
        click.echo("accepted; nobody is told")
    elif number or made.rereads:
        click.echo("nothing was written: add --accept to take it over")


@click.command(short_help="Check that nobody changed the ledger.")
@click.option("--head", metavar="HASH", help="A head that was noted earlier: it must still be in the chain.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, for programs.")
@click.pass_obj
def verify(config_path: Path | None, head: str | None, as_json: bool) -> None:
    """Check that every claim, report, change, decision and term is as the program wrote it.

    All rows are digested, and the digests chained: what was changed, added or removed behind the ledger's back is
    found. The head that is printed proves everything before it: note it elsewhere, and give it as --head later, and a
    chain that was rewritten as a whole is found too. Ends with 1 where something is wrong.

    \b
    Examples:
      pactwatch ledger verify
      pactwatch ledger verify --head 3f9a…
    """
    from monitor.store import chain

    with open_ledger(config_path) as connection:
        found = chain.verify(connection, head)
    well = not found.faults and found.noted is not False
    if as_json:
        faults = [{"what": f.what, "ref": f.ref, "trouble": f.trouble} for f in found.faults]
        print_json({"well": well, "entries": found.entries, "head": found.head, "noted": found.noted, "faults": faults})
    else:
        for fault in found.faults:
            click.echo(f"{fault.what} {fault.ref}: {fault.trouble}")
        if found.noted is False:
            click.echo(f"the chain does not contain {head}: it was rewritten, or this is another ledger")
        word = "all as written" if well else f"{len(found.faults)} faults"
        click.echo(f"{found.entries} entries, {word}; head {found.head}")
    if not well:
        raise click.exceptions.Exit(1)
