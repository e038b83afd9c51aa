"""What people decide, one function a transaction: the decision, the terms, the changes and the alerts, or nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from config.settings import Config
from monitor.ledger import hands
from monitor.ledger.hands import HandError
from monitor.ledger.policy import Policy
from monitor.ledger.terms import Act, Hand, Term
from monitor.pipeline.steps import Recorded, keep
from monitor.store import decisions, ledger
from monitor.types import TermKey


def decide(connection: Connection, hand: Hand, config: Config) -> tuple[Hand, Recorded]:
    """Carries out a decision; it comes back with its number, and with what it changed. Raises HandError."""
    ledger.take_turn(connection)
    undone = _undone(connection, hand)
    if undone is not None:
        hand = replace(hand, key=undone.key, other=undone.other)
    hand = decisions.add(connection, hand)

    def get(key: TermKey) -> Term | None:
        return ledger.get_term(connection, key)

    outcome = hands.apply(get, hand, undone, Policy.of(config.settings.ledger))
    return hand, keep(connection, outcome.terms.values(), outcome.changes, config, hand.at)


def of_review(connection: Connection, number: int, act: Act, by: str, reason: str, now: datetime) -> Hand:
    """The decision that accepts or rejects a claim that is held; accepted, it is recorded as if it had counted when it
    came. Raises HandError where nothing of that number waits.
    """
    found = next((each for each in decisions.review_list(connection, every=True) if each.id == number), None)
    if found is None:
        raise HandError(f"nothing is held under the number {number}: see `pactwatch review`")
    if found.decided is not None:
        done, who = ("accepted" if found.decided.act is Act.ACCEPT else "rejected"), found.decided.by
        raise HandError(
            f"number {number} was {done} by {who}: `pactwatch ledger undo {found.decided.id}` takes that back"
        )
    return Hand(act=act, at=now, by=by, reason=reason, key=found.key, claim=found.claim, articles=(str(found.item),))


def _undone(connection: Connection, hand: Hand) -> Hand | None:
    """The decision that an undo takes back."""
    if hand.act is not Act.UNDO:
        return None
    made = {each.id: each for each in decisions.everything(connection)}
    undone = made.get(hand.undoes or 0)
    if undone is None:
        raise HandError(f"there is no decision number {hand.undoes}: see `pactwatch ledger list`")
    if undone.act is Act.UNDO:
        raise HandError(f"number {undone.id} is itself an undoing: decide anew instead")
    if any(each.undoes == undone.id for each in made.values()):
        raise HandError(f"number {undone.id} was undone already")
    return undone
