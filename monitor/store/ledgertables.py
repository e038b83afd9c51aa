"""The tables of the ledger: what items say, who reported it, what people decided, what stands, what moved."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Column, Date, Float, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from alerts.sqltypes import UtcDateTime
from monitor.store.base import metadata, no, zero


def _term_key() -> list[Column[Any]]:
    """The columns of a term's key. `actor` is empty, not null, where no firm is meant: it is part of the key."""
    return [
        Column("kind", String(20), nullable=False),
        Column("party", String(10), nullable=False),
        Column("counterparty", String(10), nullable=False),
        Column("scope", String(40), nullable=False),
        Column("family", String(10), nullable=False),
        Column("actor", Text, nullable=False),
    ]


#: What items say; append-only. The columns are those of monitor.types.Claim.
claims = Table(
    "claims",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("item_id", ForeignKey("items.id"), nullable=False),
    Column("revision", Integer, nullable=False),
    #: Version of the reader that read it.
    Column("reader", String(40), nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    *_term_key(),
    Column("value", Float),
    Column("high", Float),
    Column("unit", String(20), nullable=False),
    Column("qualifier", String(20), nullable=False),
    Column("previous", Float),
    Column("delta", Float),
    Column("status", String(20), nullable=False),
    Column("effective", String(10)),
    Column("until", String(10)),
    Column("condition", Text),
    Column("instrument", Text),
    Column("legal_basis", Text),
    Column("rate_type", Text),
    Column("exemptions", JSON, nullable=False),
    Column("quote", Text, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("confidence", Float, nullable=False),
    #: The reading that it came with, see `reports`.
    Column("report_id", Integer, index=True),
    Index(None, "item_id"),
    Index(None, "kind", "party", "counterparty"),
)

#: One row a reading of an item that claims something: who reported it and when, as it was then; append-only.
reports = Table(
    "reports",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("item_id", ForeignKey("items.id"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("reader", String(40), nullable=False),
    #: Its place in time among all reports: when the item was first read.
    Column("recorded_at", UtcDateTime, nullable=False),
    #: When this reading was made; a later one of the same item and revision takes its place.
    Column("made_at", UtcDateTime, nullable=False),
    #: The first reading of the same item and revision, None where that is this one.
    Column("place", Integer),
    Column("source", Text, nullable=False),
    Column("tier", Integer, nullable=False),
    Column("published", UtcDateTime, nullable=False),
    zero("published_offset"),
    Column("observed", UtcDateTime, nullable=False),
    Column("link", Text),
    #: monitor.ledger.evidence.fingerprint of the text that was read.
    Column("fingerprint", Text, nullable=False),
    no("baseline"),
    Index(None, "item_id", "revision"),
)

#: What people decided, with who and why; append-only.
hands = Table(
    "hands",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    #: monitor.ledger.terms.Act.
    Column("act", String(20), nullable=False),
    Column("term", Text, nullable=False),
    Column("undoes", Integer),
    #: monitor.ledger.terms.Hand as JSON, without its number.
    Column("body", JSON, nullable=False),
)

#: Claims that are held for a person to look at; append-only. What was decided is among `hands`.
reviews = Table(
    "reviews",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("claim_id", ForeignKey("claims.id"), nullable=False),
    Column("term", Text, nullable=False),
    Column("deal", String(21), nullable=False),
    #: Why it is held, in plain words.
    Column("reason", Text, nullable=False),
    Column("held_at", UtcDateTime, nullable=False),
    #: monitor.types.TermKey as JSON.
    Column("key", JSON, nullable=False),
)

#: The digests of all rows of the ledger in the order of writing, each hashed with the one before; append-only.
chain = Table(
    "chain",
    metadata,
    Column("seq", Integer, primary_key=True),
    #: claim, report, change, hand, review or term.
    Column("what", String(10), nullable=False),
    #: The row's number; for a term its key and family.
    Column("ref", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("prev_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

#: What stands under each key: a cache that is derived from the claims and can be computed anew.
terms = Table(
    "terms",
    metadata,
    Column("id", Integer, primary_key=True),
    #: `tariff:US:KR:autos`; terms of one name in different units stand beside each other.
    Column("term", Text, nullable=False, index=True),
    Column("deal", String(21), nullable=False, index=True),
    *_term_key(),
    #: monitor.ledger.terms.Term as JSON.
    Column("state", JSON, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    #: The first and the last day that mean something for it, see monitor.ledger.due.span.
    Column("due_from", Date),
    Column("due_to", Date),
    Index(None, "due_from", "due_to"),
    UniqueConstraint("kind", "party", "counterparty", "scope", "family", "actor"),
)

#: What a page shows of each term: derived from its state, so that the page of a deal reads no more than it shows.
glances = Table(
    "glances",
    metadata,
    Column("term", Text, primary_key=True),
    Column("family", String(10), primary_key=True),
    Column("deal", String(21), nullable=False, index=True),
    Column("party", String(10), nullable=False),
    Column("counterparty", String(10), nullable=False),
    #: monitor.ledger.views.glance of the term as JSON.
    Column("body", JSON, nullable=False),
)

#: The ledger's journal; append-only. The columns are those of monitor.types.Change.
changes = Table(
    "changes",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("class", String(20), nullable=False),
    Column("term", Text, nullable=False, index=True),
    Column("deal", String(21), nullable=False),
    *_term_key(),
    Column("before", Float),
    Column("after", Float),
    Column("high", Float),
    Column("unit", String(20), nullable=False),
    Column("qualifier", String(20), nullable=False),
    Column("status_before", String(20)),
    Column("status", String(20), nullable=False),
    Column("trust", String(20), nullable=False),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("article", Text),
    Column("effective", String(10)),
    Column("until", String(10)),
    Column("applied", Float),
    Column("quote", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("link", Text),
    Column("confidence", Float, nullable=False),
    Column("reason", Text, nullable=False),
    Column("details", JSON),
    Column("recorded_at", UtcDateTime, nullable=False),
    #: From a feed's first poll: alerted nobody.
    no("baseline"),
    Index(None, "deal", "seq"),
)

#: Tables whose rows are never changed or removed; triggers in the database hold that.
APPEND_ONLY = ("claims", "changes", "reports", "hands", "reviews", "chain")
