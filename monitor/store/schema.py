"""The tables of the store. Plain SQLAlchemy Core that SQLite and PostgreSQL both understand."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    Interval,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)

from alerts.sqltypes import UtcDateTime

#: The revision that this program works with; the last file in migrations/versions.
HEAD = "0006"

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def _no(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False, server_default=false())


def _zero(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default=text("0"))


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


#: One row a feed, with its schedule, its validators and its health. A feed that leaves the configuration keeps its
#: row (its items point to it) and is no longer `active`.
feeds = Table(
    "feeds",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("url", Text, nullable=False),
    #: yaml: the owner's file says so; command: `pactwatch feeds add` did.
    Column("origin", String(10), nullable=False),
    Column("active", Boolean, nullable=False, server_default=true()),
    #: config.settings.Feed as JSON.
    Column("spec", JSON, nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("body_hash", String(64)),
    #: Where a permanent redirect sent us; asked instead of `url`.
    Column("moved_to", Text),
    Column("next_poll_at", UtcDateTime, nullable=False),
    #: Learned from the feed's rhythm.
    Column("interval", Interval),
    #: Why the next poll is when it is, in words.
    Column("why", Text),
    #: monitor.feeds.wishes.Wishes as JSON: what its last document asks of readers.
    Column("hints", JSON),
    #: By command, over what the owner's files say; a paused feed is not asked.
    Column("paused_at", UtcDateTime),
    Column("pause_reason", Text),
    Column("lease_until", UtcDateTime),
    Column("lease_token", String(64)),
    Column("first_polled_at", UtcDateTime),
    Column("last_polled_at", UtcDateTime),
    Column("last_ok_at", UtcDateTime),
    Column("last_error", Text),
    Column("last_error_at", UtcDateTime),
    #: Its publisher answered 410.
    _no("gone"),
    #: Failed polls in a row.
    _zero("failures"),
    Index(None, "active", "next_poll_at"),
)

#: One row a feed whose document names a WebSub hub.
hubs = Table(
    "hubs",
    metadata,
    Column("feed_id", ForeignKey("feeds.id"), primary_key=True),
    Column("hub", Text, nullable=False),
    Column("topic", Text, nullable=False),
    #: The last part of our callback's address; nobody can guess it.
    Column("token", String(64), nullable=False, unique=True),
    #: What the hub signs with.
    Column("secret", String(64), nullable=False),
    #: monitor.store.hubs.State.
    Column("state", String(10), nullable=False),
    #: When to subscribe, renew or try again.
    Column("next_at", UtcDateTime, nullable=False, index=True),
    Column("lease_until", UtcDateTime),
    #: The last delivery with a good signature, and the last poll that found what no delivery had brought.
    Column("pushed_at", UtcDateTime),
    Column("missed_at", UtcDateTime),
    _zero("failures"),
    Column("last_error", Text),
)

#: One row an item, however many feeds carry it.
items = Table(
    "items",
    metadata,
    Column("id", Integer, primary_key=True),
    #: The feed that brought it first; only this one may revise it.
    Column("feed_id", ForeignKey("feeds.id"), nullable=False),
    Column("guid", Text, nullable=False),
    Column("link", Text),
    Column("source", Text, nullable=False),
    Column("tier", Integer, nullable=False),
    Column("published", UtcDateTime, nullable=False),
    #: Minutes east of UTC in the publisher's own stamp: decides which day "today" is.
    _zero("published_offset"),
    Column("observed", UtcDateTime, nullable=False),
    Column("title", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("language", String(35), nullable=False, server_default="en"),
    #: Came with a feed's first poll: read and recorded, alerts nobody.
    _no("baseline"),
    #: Of title, summary and content; another one makes a new revision, which is read again.
    Column("text_hash", String(32), nullable=False),
    Column("revision", Integer, nullable=False, server_default=text("1")),
    Column("read_at", UtcDateTime),
    #: Version of the reader that read it.
    Column("reader", String(40)),
    #: Why it could not be read.
    Column("read_error", Text),
    Index(None, "read_at", "published"),
    Index(None, "feed_id"),
    Index(None, "published"),
)

#: The texts that later revisions of an item replaced, so that a quote can always be looked up where it stood.
item_revisions = Table(
    "item_revisions",
    metadata,
    Column("item_id", ForeignKey("items.id"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("observed", UtcDateTime, nullable=False),
    Column("title", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("content", Text, nullable=False),
)

#: The articles behind the links of items whose feed says `full_text`, one row a revision.
pages = Table(
    "pages",
    metadata,
    Column("item_id", ForeignKey("items.id"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    #: waiting, had or failed.
    Column("state", String(10), nullable=False),
    #: From then on the item is read with what there is.
    Column("until", UtcDateTime, nullable=False),
    #: While it is being fetched: when it may be tried anew, should whoever fetches it never come back.
    Column("next_attempt_at", UtcDateTime, nullable=False),
    _zero("attempts"),
    #: The body of the article as plain text, read in place of the feed's own.
    Column("text", Text),
    #: Why it could not be had, in plain words.
    Column("error", Text),
    Column("settled_at", UtcDateTime),
    Index(None, "state", "next_attempt_at"),
    Index(None, "settled_at"),
)

#: What the second reader said of an item, so that it is asked once a revision and a rebuild asks nobody.
opinions = Table(
    "opinions",
    metadata,
    Column("item_id", ForeignKey("items.id"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("model", Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    #: Its claims that hold, as monitor.types.Claim.
    Column("claims", JSON, nullable=False),
    #: What was wrong with those that were dropped, in plain words.
    Column("dropped", JSON, nullable=False),
)

#: What makes two entries one item: a guid of a publisher, or a canonical link. Hashed, for short indices.
item_keys = Table(
    "item_keys",
    metadata,
    Column("key", String(32), primary_key=True),
    Column("item_id", ForeignKey("items.id"), nullable=False, index=True),
)

#: Which feeds carry an item.
item_feeds = Table(
    "item_feeds",
    metadata,
    Column("item_id", ForeignKey("items.id"), primary_key=True),
    Column("feed_id", ForeignKey("feeds.id"), primary_key=True),
    Column("seen_at", UtcDateTime, nullable=False),
    Index(None, "feed_id"),
)

#: Topic × jurisdiction of an item; `rank` 0 is the most prominent. Jurisdiction is empty where none was named.
tags = Table(
    "tags",
    metadata,
    Column("item_id", ForeignKey("items.id"), primary_key=True),
    Column("topic", String(20), primary_key=True),
    Column("jurisdiction", String(10), primary_key=True),
    _zero("rank"),
    Index(None, "jurisdiction", "topic"),
)

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

#: Figures that a publisher took out of an article after we had quoted them.
silent_edits = Table(
    "silent_edits",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("item_id", ForeignKey("items.id"), nullable=False, index=True),
    #: The revision in which the figure is missing.
    Column("revision", Integer, nullable=False),
    Column("claim_id", ForeignKey("claims.id"), nullable=False, unique=True),
    #: The figure as the quote has it.
    Column("figure", Text, nullable=False),
    Column("quote", Text, nullable=False),
    Column("noted_at", UtcDateTime, nullable=False, index=True),
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
    _zero("published_offset"),
    Column("observed", UtcDateTime, nullable=False),
    Column("link", Text),
    #: monitor.ledger.evidence.fingerprint of the text that was read.
    Column("fingerprint", Text, nullable=False),
    _no("baseline"),
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
    _no("baseline"),
    Index(None, "deal", "seq"),
)

#: Small facts of the database about itself.
meta = Table(
    "meta",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", JSON),
)

#: Tables whose rows are never changed or removed; triggers in the database hold that.
APPEND_ONLY = ("claims", "changes", "reports", "hands", "reviews", "chain")
