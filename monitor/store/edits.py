"""What publishers changed in articles that we had read: the texts that were replaced, the figures that are gone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from monitor.store.ledgerrows import claim_from
from monitor.store.schema import claims, item_revisions, items, silent_edits
from monitor.store.upsert import insert_new
from monitor.types import Claim


@dataclass(frozen=True, slots=True)
class Gone:
    """A figure that an article no longer has."""

    claim_id: int
    #: As the quote has it: "25 percent".
    figure: str
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A silent edit, as it was noted."""

    noted_at: datetime
    item_id: int
    #: The revision in which the figure is missing.
    revision: int
    source: str
    title: str
    link: str | None
    figure: str
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text that a later revision replaced."""

    revision: int
    observed: datetime
    title: str
    summary: str
    content: str


def said_before(connection: Connection, item_id: int, revision: int) -> list[tuple[int, Claim]]:
    """(number, claim) of everything that earlier revisions of an item claimed and of which no edit is noted yet.

    What was read in the full article behind the link is left out: that it is not in the feed's text proves nothing.
    """
    texts = {one.revision: f"{one.title}\n{one.summary}\n{one.content}" for one in replaced(connection, item_id)}
    noted = select(silent_edits.c.claim_id).where(silent_edits.c.item_id == item_id)
    query = select(claims).where(claims.c.item_id == item_id, claims.c.revision < revision, claims.c.id.not_in(noted))
    rows = connection.execute(query.order_by(claims.c.id)).mappings()
    return [(row["id"], claim_from(row)) for row in rows if row["quote"] in texts.get(row["revision"], "")]


def note(connection: Connection, item_id: int, revision: int, gone: Iterable[Gone], now: datetime) -> None:
    """Writes down figures that are gone; each claim's once."""
    where = {"item_id": item_id, "revision": revision, "noted_at": now}
    rows = [where | {"claim_id": one.claim_id, "figure": one.figure, "quote": one.quote} for one in gone]
    insert_new(connection, silent_edits, rows)


def listing(connection: Connection, limit: int) -> list[Edit]:
    """Silent edits, the latest first."""
    named = (items.c.source, items.c.title, items.c.link)
    query = select(silent_edits, *named).join(items, items.c.id == silent_edits.c.item_id)
    rows = connection.execute(query.order_by(silent_edits.c.id.desc()).limit(limit)).mappings()
    return [Edit(**{name: row[name] for name in Edit.__slots__}) for row in rows]


def replaced(connection: Connection, item_id: int) -> list[Text]:
    """The earlier texts of an item, oldest first."""
    query = select(item_revisions).where(item_revisions.c.item_id == item_id).order_by(item_revisions.c.revision)
    return [Text(**{name: row[name] for name in Text.__slots__}) for row in connection.execute(query).mappings()]
