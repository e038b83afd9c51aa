"""Carrying out what a person decided on the command line, and telling what it changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.asking import named, open_with, print_json
from monitor.cli.loading import load_or_exit
from monitor.cli.refusals import Unfit, Unknown

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from monitor.ledger.terms import Hand, Term
    from monitor.pipeline.steps import Recorded
    from monitor.types import Claim, TermKey


def carry_out(config_path: Path | None, make: Callable[[Connection], Hand], as_json: bool) -> None:
    """Makes the decision and carries it out in one transaction, and tells what it changed."""
    from monitor.ledger.hands import HandError
    from monitor.pipeline import deciding

    loaded = load_or_exit(config_path)
    try:
        with open_with(loaded, write=True) as connection:
            hand, recorded = deciding.decide(connection, make(connection), loaded.config)
    except HandError as error:
        raise click.ClickException(str(error)) from error
    _tell(hand, recorded, as_json)


def _tell(hand: Hand, recorded: Recorded, as_json: bool) -> None:
    """Says what a decision changed and how many are told."""
    from monitor.announce import alert

    titles = [alert(change).title for change in recorded.changes]
    if as_json:
        print_json(hand_data(hand) | {"changes": titles, "queued": list(recorded.queued)})
        return
    click.echo(f"decision {hand.id}: {'; '.join(titles) if titles else 'nothing that stands is different'}")
    if recorded.queued:
        number = len(recorded.queued)
        click.echo(f"{number} {'delivery is' if number == 1 else 'deliveries are'} queued, sent once the daemon runs")


def hand_data(hand: Hand) -> dict[str, Any]:
    """A decision for programs."""
    claim = hand.claim
    return {
        "id": hand.id,
        "act": str(hand.act),
        "at": hand.at.isoformat(),
        "by": hand.by,
        "reason": hand.reason,
        "term": str(hand.key),
        "other": None if hand.other is None else str(hand.other),
        "items": list(hand.articles),
        "undoes": hand.undoes,
        "value": None if claim is None else claim.value,
        "status": None if claim is None else str(claim.status),
    }


def the_term(connection: Connection, name: str) -> Term:
    """The one term of that name. Unknown where there is none, or one for each of several units."""
    from monitor.store import ledger as rows

    found = [term for term in rows.terms_named(connection, named(connection, name)) if term.versions or term.positions]
    if len(found) != 1:
        if found:
            raise Unfit(f"{name} is kept in several units, which this cannot tell apart")
        raise Unknown(f"{name} has no versions any more")
    return found[0]


def key_like(key: TermKey, name: str) -> TermKey:
    """The key that a name means, in the unit of `key`. BadParameter where it is no name of a term."""
    from config.words import Kind
    from monitor.cli.naming import term_parts
    from monitor.types import TermKey

    kind, party, counterparty, scope, actor = term_parts(name, "INTO")
    return TermKey(kind=Kind(kind), party=party, counterparty=counterparty, scope=scope, family=key.family, actor=actor)


def standing_claim(term: Term, reason: str) -> Claim:
    """What stands as a claim, to be corrected."""
    from monitor.types import Claim

    key, now = term.key, term.standing
    if now is None:
        raise Unknown(f"nothing stands of {key} that could be corrected")
    return Claim(
        kind=key.kind,
        party=key.party,
        counterparty=key.counterparty,
        actor=key.actor,
        scope=key.scope,
        value=now.value,
        unit=now.unit,
        qualifier=now.qualifier,
        status=now.status,
        quote=reason,
        effective=now.effective,
        until=now.until,
    )
