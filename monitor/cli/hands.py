"""`pactwatch ledger`: what people may do to it. Nothing is edited; each decision is kept, told, and can be undone."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.asking import (
    as_json_option,
    day_of,
    decision_options,
    open_ledger,
    print_json,
)
from monitor.cli.groups import ListByDefault
from monitor.cli.handling import carry_out, hand_data, key_like, standing_claim, the_term
from monitor.cli.rebuilding import rebuild, verify
from monitor.cli.refusals import Unknown

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from monitor.ledger.terms import Hand

STATUSES = ["agreed", "ordered", "in_effect", "suspended", "ended"]


@click.group(cls=ListByDefault, short_help="Correct, merge, split, retract, undo; rebuild, verify.")
def ledger() -> None:
    """What people may do to the ledger. Each decision has a name and a reason, is kept for good, reaches whoever was
    told, and can be undone.

    \b
    Examples:
      pactwatch ledger list
      pactwatch ledger correct tariff:US:KR:autos --value 15 --reason "the gazette says 15"
      pactwatch ledger retract tariff:US:KR:autos --reason "the paper withdrew it"
      pactwatch ledger undo 4 --reason "it was right after all"
      pactwatch ledger verify
    """


@ledger.command("list", short_help="List what people decided.")
@as_json_option
@click.pass_obj
def list_hands(config_path: Path | None, as_json: bool) -> None:
    """List what people decided, the oldest first, each with its number, who and why.

    \b
    Example:
      pactwatch ledger list --json
    """
    from monitor.store import decisions

    with open_ledger(config_path) as connection:
        found = decisions.everything(connection)
    undone = {hand.undoes: hand.id for hand in found if hand.undoes}
    if as_json:
        print_json([hand_data(each) | {"undone_by": undone.get(each.id)} for each in found])
        return
    for each in found:
        mark = f"  (undone by number {undone[each.id]})" if each.id in undone else ""
        what = f"{each.act} {each.undoes}" if each.undoes else f"{each.act} {each.key}"
        onto = f" → {each.other}" if each.other and not each.undoes else ""
        click.echo(f"{each.id:>4}  {each.at:%Y-%m-%d %H:%M}  {what}{onto}  {each.by}: {each.reason}{mark}")
    if not found:
        click.echo("nobody has decided anything")


@ledger.command(short_help="Say what stands of a term.")
@click.argument("term", metavar="TERM")
@click.option("--value", type=float, help="The value in base units (15 for 15%, 350000000000).")
@click.option("--status", type=click.Choice(STATUSES), help="How far it has come.")
@click.option("--effective", metavar="DAY", help="The day from which it applies.")
@click.option("--until", metavar="DAY", help="The day on which it ends.")
@decision_options
@click.pass_obj
def correct(
    config_path: Path | None,
    term: str,
    value: float | None,
    status: str | None,
    effective: str | None,
    until: str | None,
    reason: str,
    by: str,
    as_json: bool,
) -> None:
    """Say what stands of a term. What is not given stays as it is.

    It counts from when the wrong version had stood; that one stays in the history. What is published later moves it
    again.

    \b
    Examples:
      pactwatch ledger correct tariff:US:KR:autos --value 15 --reason "the gazette says 15"
      pactwatch ledger correct tariff:US:KR:autos --effective 2025-11-14 --reason "published with the wrong day"
    """
    from dataclasses import replace

    from config.words import Status
    from monitor.ledger.terms import Act, Hand

    if value is None and status is None and effective is None and until is None:
        raise click.UsageError("say what is right: --value, --status, --effective or --until")
    changed: dict[str, Any] = {"value": value, "status": None if status is None else Status(status)}
    changed["effective"] = None if effective is None else day_of(effective, "--effective").isoformat()
    changed["until"] = None if until is None else day_of(until, "--until").isoformat()

    def make(connection: Connection) -> Hand:
        found = the_term(connection, term)
        told = {name: given for name, given in changed.items() if given is not None}
        claim = replace(standing_claim(found, reason), **told)
        return Hand(act=Act.CORRECT, at=datetime.now(UTC), by=by, reason=reason, key=found.key, claim=claim)

    carry_out(config_path, make, as_json)


@ledger.command(short_help="Take back what stands of a term.")
@click.argument("term", metavar="TERM")
@click.option("--item", "items", type=int, multiple=True, help="Take back these items' reports instead.")
@decision_options
@click.pass_obj
def retract(config_path: Path | None, term: str, items: tuple[int, ...], reason: str, by: str, as_json: bool) -> None:
    """Take back what stands of a term, because its reports were wrong: what stood before stands again.

    The reports are set aside and kept. With --item only those of the items (see `pactwatch history`).

    \b
    Examples:
      pactwatch ledger retract tariff:US:KR:autos --reason "the paper withdrew it"
      pactwatch ledger retract tariff:US:KR:autos --item 17 --reason "a hoax"
    """
    from monitor.ledger.terms import Act, Hand

    def make(connection: Connection) -> Hand:
        found = the_term(connection, term)
        standing = found.standing
        articles = {str(item) for item in items}
        if not items:
            if standing is None:
                raise Unknown(f"nothing stands of {found.key}: name the reports with --item")
            articles = {e.article for e in standing.evidence if not e.by_hand}
            if not articles:
                raise Unknown(f"what stands of {found.key} is a correction: undo that, see `pactwatch ledger list`")
        named_ = tuple(sorted(articles))
        return Hand(act=Act.RETRACT, at=datetime.now(UTC), by=by, reason=reason, key=found.key, articles=named_)

    carry_out(config_path, make, as_json)


@ledger.command(short_help="Say that two terms are one.")
@click.argument("term", metavar="TERM")
@click.argument("into", metavar="INTO")
@decision_options
@click.pass_obj
def merge(config_path: Path | None, term: str, into: str, reason: str, by: str, as_json: bool) -> None:
    """Say that two terms are one: all reports of TERM count for INTO, those that come later too.

    \b
    Example:
      pactwatch ledger merge tariff:US:KR:auto_parts tariff:US:KR:autos --reason "one rate for both"
    """
    from monitor.ledger.terms import Act, Hand

    def make(connection: Connection) -> Hand:
        source = the_term(connection, term)
        target = key_like(source.key, into)
        return Hand(act=Act.MERGE, at=datetime.now(UTC), by=by, reason=reason, key=source.key, other=target)

    carry_out(config_path, make, as_json)


@ledger.command(short_help="Say that some reports are of another term.")
@click.argument("term", metavar="TERM")
@click.argument("into", metavar="INTO")
@click.option("--item", "items", type=int, multiple=True, required=True, help="An item whose reports move.")
@decision_options
@click.pass_obj
def split(
    config_path: Path | None, term: str, into: str, items: tuple[int, ...], reason: str, by: str, as_json: bool
) -> None:
    """Say that some items' reports of TERM are of another term, INTO.

    \b
    Example:
      pactwatch ledger split tariff:US:KR:autos tariff:US:KR:trucks --item 17 --reason "it speaks of trucks"
    """
    from monitor.ledger.terms import Act, Hand

    def make(connection: Connection) -> Hand:
        source = the_term(connection, term)
        moved = tuple(sorted({str(item) for item in items}))
        target = key_like(source.key, into)
        now = datetime.now(UTC)
        return Hand(act=Act.SPLIT, at=now, by=by, reason=reason, key=source.key, other=target, articles=moved)

    carry_out(config_path, make, as_json)


@ledger.command(short_help="Take a decision back.")
@click.argument("id", type=int)
@decision_options
@click.pass_obj
def undo(config_path: Path | None, id: int, reason: str, by: str, as_json: bool) -> None:
    """Take a decision back, by its number in `pactwatch ledger list`: what it changed is as
    the reports make it. The decision and its undoing both stay listed.

    \b
    Example:
      pactwatch ledger undo 4 --reason "it was right after all"
    """
    from config.words import Kind
    from monitor.ledger.terms import Act, Hand
    from monitor.types import TermKey

    # The key is that of the decision that is taken back, which is looked up in the same transaction.
    unknown = TermKey(kind=Kind.TARIFF, party="", counterparty="", scope="", family="")

    def make(_: Connection) -> Hand:
        return Hand(act=Act.UNDO, at=datetime.now(UTC), by=by, reason=reason, key=unknown, undoes=id)

    carry_out(config_path, make, as_json)


ledger.add_command(rebuild)
ledger.add_command(verify)
