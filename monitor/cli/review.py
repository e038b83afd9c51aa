"""`pactwatch review`: claims that the ledger holds for a person, because a reading error must not become an alarm."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.asking import as_json_option, decision_options, open_ledger, print_json
from monitor.cli.groups import ListByDefault

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from monitor.ledger.terms import Hand
    from monitor.store.decisions import Review


@click.group(cls=ListByDefault, short_help="Claims that wait for a person: list, accept, reject.")
def review() -> None:
    """Claims that are held: one weak or unsure report against what is confirmed, without a word of change; and what the
    reader itself doubts, where it would move something.

    Held claims are told to nobody. Accepted, a claim is recorded as if it had counted when it came, with its change and
    its alerts; rejected, it counts for nothing. Both can be undone: `pactwatch ledger undo`.

    \b
    Examples:
      pactwatch review
      pactwatch review accept 3 --reason "the ministry says so too"
      pactwatch review reject 3 --reason "misread: it is the rate on trucks"
    """


@review.command("list", short_help="List what waits.")
@click.option("--all", "every", is_flag=True, help="Also what was decided.")
@as_json_option
@click.pass_obj
def list_reviews(config_path: Path | None, every: bool, as_json: bool) -> None:
    """List the claims that wait, with the sentence and why each is held. Ends with 1 where some wait.

    \b
    Examples:
      pactwatch review list
      pactwatch review list --all --json
    """
    from monitor.store import decisions

    with open_ledger(config_path) as connection:
        found = decisions.review_list(connection, every=every)
    if as_json:
        print_json([review_data(each) for each in found])
    elif found:
        show(found)
    else:
        click.echo("nothing waits for review")
    if any(each.decided is None for each in found):
        raise click.exceptions.Exit(1)


@review.command(short_help="Record a held claim as if it had counted at once.")
@click.argument("id", type=int)
@decision_options
@click.pass_obj
def accept(config_path: Path | None, id: int, reason: str, by: str, as_json: bool) -> None:
    """Record a held claim as if it had counted when it came, with its change and its alerts. ID is its number in
    `pactwatch review`.

    \b
    Example:
      pactwatch review accept 3 --reason "the ministry says so too"
    """
    _decide(config_path, id, "accept", by, reason, as_json)


@review.command(short_help="Set a held claim aside.")
@click.argument("id", type=int)
@decision_options
@click.pass_obj
def reject(config_path: Path | None, id: int, reason: str, by: str, as_json: bool) -> None:
    """Set a held claim aside: it is kept and counts for nothing. ID is its number in `pactwatch review`.

    \b
    Example:
      pactwatch review reject 3 --reason "misread: it is the rate on trucks"
    """
    _decide(config_path, id, "reject", by, reason, as_json)


def _decide(config_path: Path | None, number: int, act: str, by: str, reason: str, as_json: bool) -> None:
    from monitor.cli.handling import carry_out
    from monitor.ledger.terms import Act
    from monitor.pipeline import deciding

    def make(connection: Connection) -> Hand:
        return deciding.of_review(connection, number, Act(act), by, reason, datetime.now(UTC))

    carry_out(config_path, make, as_json)


def show(found: list[Review]) -> None:
    """What is held, each with its figure, its sentence and why."""
    from rich.padding import Padding
    from rich.text import Text

    from monitor.announce.wording import figure, status
    from monitor.cli.console import console

    out = console()
    for each in found:
        claim = each.claim
        amount = figure(claim.value, claim.unit, claim.qualifier, claim.high)
        if claim.value is None and claim.delta is not None:
            amount = f"{claim.delta:+g} percentage points"
        told = f"{amount} {status(claim.status)}"
        sure = "" if "confidence" in each.reason else f"; read with confidence {claim.confidence:.2f}"
        out.print(Text.assemble((f"{each.id:>4}  ", "bold"), (str(each.key), "bold"), f"  {told}"))
        where = f"{each.source}, tier {each.tier}, {each.published:%Y-%m-%d}, item {each.item}"
        lines = [
            Text.assemble(f"“{' '.join(claim.quote.split())}”  ", (where, "dim")),
            Text(f"{each.reason}{sure}", "dim"),
        ]
        if each.decided is not None:
            lines.append(Text(f"{each.decided.act}ed by {each.decided.by}: {each.decided.reason}"))
        for line in lines:
            out.print(Padding(line, (0, 0, 0, 6), expand=False))


def review_data(each: Review) -> dict[str, Any]:
    """A held claim for programs."""
    claim, hand = each.claim, each.decided
    decided = None if hand is None else {"id": hand.id, "act": str(hand.act), "by": hand.by, "reason": hand.reason}
    return {
        "id": each.id,
        "term": str(each.key),
        "value": claim.value,
        "high": claim.high,
        "delta": claim.delta,
        "unit": claim.unit,
        "status": str(claim.status),
        "confidence": claim.confidence,
        "quote": claim.quote,
        "reason": each.reason,
        "held": each.held_at.isoformat(),
        "item": each.item,
        "title": each.title,
        "source": each.source,
        "tier": each.tier,
        "published": each.published.isoformat(),
        "link": each.link,
        "decided": decided,
    }
