"""What people decided, and what waits for them: rows that are only ever added."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, insert, select

from monitor.ledger.codec import decode, encode
from monitor.ledger.terms import Act, Hand
from monitor.store import chain
from monitor.store.ledgerrows import claim_from
from monitor.store.reports import latest_readings
from monitor.store.schema import claims, hands, items, reports, reviews
from monitor.types import Claim, TermKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A claim that is held, with the report that makes it, and what was decided of it."""

    id: int
    key: TermKey
    claim: Claim
    #: Why it is held, in plain words.
    reason: str
    held_at: datetime
    item: int
    title: str
    source: str
    tier: int
    published: datetime
    link: str | None
    #: The decision that is in force, or None while it waits.
    decided: Hand | None = None


def hold(connection: Connection, held: Iterable[tuple[int, TermKey, str]], now: datetime) -> list[int]:
    """Adds (claim number, key, reason) to what waits for review; the numbers under which they wait."""
    rows = [
        {"claim_id": number, "term": str(key), "deal": key.deal, "reason": reason, "held_at": now, "key": encode(key)}
        for number, key, reason in held
    ]
    if not rows:
        return []
    ids = list(
        connection.execute(insert(reviews).returning(reviews.c.id, sort_by_parameter_order=True), rows).scalars()
    )
    chain.seal_rows(connection, "review", ids)
    return ids


def review_list(connection: Connection, *, every: bool = False) -> list[Review]:
    """What waits for review, the oldest first; with `every` also what was decided."""
    decided = {}
    for hand in in_force(connection):
        if hand.act in (Act.ACCEPT, Act.REJECT) and hand.claim is not None:
            decided[hand.key, hand.articles, hand.claim] = hand
    query = (
        select(claims, reviews.c.id.label("review"), reviews.c.key, reviews.c.reason, reviews.c.held_at)
        .add_columns(items.c.title, items.c.link, reports.c.source, reports.c.tier, reports.c.published)
        .join_from(reviews, claims, reviews.c.claim_id == claims.c.id)
        .join(items, claims.c.item_id == items.c.id)
        .join(reports, claims.c.report_id == reports.c.id)
        .order_by(reviews.c.id)
    )
    if not every:
        # What a better reader reads otherwise by now waits for nobody.
        latest = latest_readings()
        query = query.join(latest, latest.c.id == reports.c.id)
    found = []
    for row in connection.execute(query).mappings():
        key, claim = decode(TermKey, row["key"]), claim_from(row)
        review = Review(
            id=row["review"],
            key=key,
            claim=claim,
            reason=row["reason"],
            held_at=row["held_at"],
            item=row["item_id"],
            title=row["title"],
            source=row["source"],
            tier=row["tier"],
            published=row["published"],
            link=row["link"],
            decided=decided.get((key, (str(row["item_id"]),), claim)),
        )
        if every or review.decided is None:
            found.append(review)
    return found


def add(connection: Connection, hand: Hand) -> Hand:
    """Adds a decision; it comes back with its number."""
    row = {
        "at": hand.at,
        "by": hand.by,
        "reason": hand.reason,
        "act": str(hand.act),
        "term": str(hand.key),
        "undoes": hand.undoes,
        "body": encode(hand),
    }
    number = int(connection.execute(insert(hands).values(row).returning(hands.c.id)).scalar_one())
    chain.seal_rows(connection, "hand", [number])
    return replace(hand, id=number)


def everything(connection: Connection, until: datetime | None = None) -> list[Hand]:
    """Every decision in order, those that were undone and the undoing too; with `until` those made by then."""
    query = select(hands.c.id, hands.c.body).order_by(hands.c.id)
    if until is not None:
        query = query.where(hands.c.at <= until)
    return [replace(decode(Hand, row.body), id=row.id) for row in connection.execute(query)]


def in_force(connection: Connection) -> list[Hand]:
    """The decisions that nobody undid."""
    made = everything(connection)
    undone = {hand.undoes for hand in made}
    return [hand for hand in made if hand.act is not Act.UNDO and hand.id not in undone]
