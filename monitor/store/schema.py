"""The tables of the store: feeds and items here, those of the ledger by name. Plain SQLAlchemy Core that SQLite and
PostgreSQL both understand."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, Interval, String, Table, Text, text, true

from alerts.sqltypes import UtcDateTime
from monitor.store.base import metadata as metadata
from monitor.store.base import no, zero
from monitor.store.ledgertables import APPEND_ONLY as APPEND_ONLY
from monitor.store.ledgertables import chain as chain
from monitor.store.ledgertables import changes as changes
from monitor.store.ledgertables import claims as claims
from monitor.store.ledgertables import glances as glances
from monitor.store.ledgertables import hands as hands
from monitor.store.ledgertables import reports as reports
from monitor.store.ledgertables import reviews as reviews
from monitor.store.ledgertables import terms as terms

#: The revision that this program works with; the last file in migrations/versions.
HEAD = "0007"

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
    no("gone"),
    #: Failed polls in a row.
    zero("failures"),
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
    zero("failures"),
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
    zero("published_offset"),
    Column("observed", UtcDateTime, nullable=False),
    Column("title", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("language", String(35), nullable=False, server_default="en"),
    #: Came with a feed's first poll: read and recorded, alerts nobody.
    no("baseline"),
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
    zero("attempts"),
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
    zero("rank"),
    Index(None, "jurisdiction", "topic"),
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

#: Small facts of the database about itself.
meta = Table(
    "meta",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", JSON),
)
