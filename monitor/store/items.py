"""Items: stored once however many feeds carry them, read once a revision."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from itertools import islice
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, delete, func, insert, or_, select, update

from monitor.feeds.entry import Entry
from monitor.store import pages, schema
from monitor.store.feeds import Stored
from monitor.store.keys import digest, guid_key, link_key, text_key
from monitor.store.many import execute_many
from monitor.store.schema import item_feeds, item_keys, item_revisions, items, tags
from monitor.store.upsert import insert_new
from monitor.types import Article, Reading, Source

#: Keys by which one item is known, guids and links; those of more feeds than that still find it by its link.
MAX_KEYS = 12

# Statements that news waits for are put together once: that takes longer than to run them.
INSERT_ITEMS, INSERT_KEYS, LAST = insert(items), insert(item_keys), select(func.max(items.c.id))
#: Items, each with the text of its article in `page`, None where none was fetched.
WITH_PAGE = select(items, schema.pages.c.text.label("page")).outerjoin(schema.pages, pages.OF_ITEM)
BACKLOG = WITH_PAGE.where(items.c.read_at.is_(None)).order_by(items.c.published, items.c.id).limit(bindparam("most"))
RIPE = BACKLOG.where(
    or_(
        schema.pages.c.state.is_(None),
        schema.pages.c.state != "waiting",
        schema.pages.c.until <= bindparam("now", type_=schema.pages.c.until.type),
    )
)
KNOWN = (
    select(item_keys.c.key, items.c.id, items.c.feed_id, items.c.title, items.c.text_hash, items.c.revision)
    .join(items)
    .where(item_keys.c.key.in_(bindparam("keys", expanding=True)))
)
SETTLE = (
    update(items)
    .where(items.c.id == bindparam("of"), items.c.revision == bindparam("at"), items.c.read_at.is_(None))
    .values(read_at=bindparam("read_at"), reader=bindparam("reader"), read_error=bindparam("read_error"))
)
DELETE_TAGS = delete(tags).where(tags.c.item_id == bindparam("of"))


@dataclass(frozen=True, slots=True)
class Saved:
    """Ids of the items that were new and of those whose text was changed, in the order of publication."""

    new: tuple[int, ...] = ()
    revised: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """An item that waits to be read. Its article's `observed` is when this revision reached us."""

    id: int
    revision: int
    baseline: bool
    article: Article


@dataclass(frozen=True, slots=True)
class Brought:
    """What a poll of a feed brought; `baseline` as in `save`."""

    feed: Stored
    entries: Iterable[Entry]
    baseline: bool


@dataclass(slots=True)
class _Sorted:
    """The entries of a document by what is to be done with them."""

    brought: Brought
    #: The entries in the order of publication, each with its keys.
    keyed: list[tuple[Entry, str, str | None]]
    new: list[dict[str, Any]] = field(default_factory=list)
    #: For each new row: the keys that it will be known by.
    new_keys: list[set[str]] = field(default_factory=list)
    revised: dict[int, dict[str, Any]] = field(default_factory=dict)
    #: Known item → keys under which this feed has it.
    known: dict[int, set[str]] = field(default_factory=dict)


def save(connection: Connection, feed: Stored, entries: Iterable[Entry], now: datetime, *, baseline: bool) -> Saved:
    """Stores what a poll brought: new items, new texts of known ones, and that this feed carries them.

    An entry is a known item where its guid is known of the publisher, or its canonical link of any feed. `baseline`
    says that this is the feed's first poll: what was published before the feed was added will alert nobody. A worker
    elsewhere that stores the same new item at the same moment makes one of the two fail with IntegrityError; undo
    and do the transaction again then.
    """
    return save_all(connection, [Brought(feed, entries, baseline)], now)[0]


def save_all(connection: Connection, brought: Iterable[Brought], now: datetime) -> list[Saved]:
    """As `save`, for many polls in their order, with few statements for all of them together."""
    saved: list[Saved] = []
    group: list[_Sorted] = []
    taken: set[str] = set()
    for one in brought:
        ordered = sorted(one.entries, key=lambda entry: entry.published or now)
        keyed = [(entry, *_keys(one.feed, entry)) for entry in ordered]
        keys = {key for _, *both in keyed for key in both if key}
        if not taken.isdisjoint(keys):
            # Another feed before it brings the same story: that must be there before this one is looked at.
            saved += _save_group(connection, group, now)
            group, taken = [], set()
        group.append(_Sorted(one, keyed))
        taken |= keys
    return saved + _save_group(connection, group, now)


def _save_group(connection: Connection, group: Sequence[_Sorted], now: datetime) -> list[Saved]:
    """Stores polls that have no key in common."""
    known = _known(connection, {key for one in group for _, *both in one.keyed for key in both if key})
    for one in group:
        _sort(one, known, now)
    new = _insert(connection, group)
    revised = {item: values for one in group for item, values in one.revised.items()}
    _keep_replaced(connection, revised)
    for item_id, values in revised.items():
        connection.execute(update(items).where(items.c.id == item_id).values(**values))
    fresh = [{"key": key, "item_id": item} for one in group for item, keys in one.known.items() for key in sorted(keys)]
    insert_new(connection, item_keys, _few(connection, fresh))
    carried = [
        {"item_id": item, "feed_id": one.brought.feed.id, "seen_at": now}
        for one, ids in zip(group, new, strict=True)
        for item in (*ids, *one.known)
    ]
    insert_new(connection, item_feeds, carried)
    for one, ids in zip(group, new, strict=True):
        if one.brought.feed.feed.full_text:
            texts = [(item, values["revision"]) for item, values in one.revised.items()]
            pages.want(connection, [*((item, 1) for item in ids), *texts], now)
    return [Saved(tuple(ids), tuple(one.revised)) for one, ids in zip(group, new, strict=True)]


def backlog(connection: Connection, limit: int, now: datetime | None = None) -> list[Unread]:
    """Items that nobody has read in their present revision, oldest publication first.

    With `now` those are left out that wait for their full article until later.
    """
    found = connection.execute(BACKLOG if now is None else RIPE, {"most": limit, "now": now})
    return [_unread(row) for row in found.mappings()]


def last_brought(connection: Connection) -> dict[int, datetime]:
    """A feed's id → when it last brought an item that it had not brought before."""
    latest = select(item_feeds.c.feed_id, func.max(item_feeds.c.seen_at)).group_by(item_feeds.c.feed_id)
    return {row[0]: row[1] for row in connection.execute(latest)}


def get(connection: Connection, item_id: int) -> Unread | None:
    """One item, read or not."""
    row = connection.execute(WITH_PAGE.where(items.c.id == item_id)).mappings().first()
    return None if row is None else _unread(row)


def mark_read(
    connection: Connection, item_id: int, revision: int, reading: Reading, reader: str, now: datetime
) -> bool:
    """Writes an item's tags and that it was read. False, and nothing is written, where it was revised or read since."""
    values = {"read_at": now, "reader": reader, "read_error": None}
    if not _settle(connection, item_id, revision, values):
        return False
    connection.execute(DELETE_TAGS, {"of": item_id})
    rows = [
        {"item_id": item_id, "topic": str(topic), "jurisdiction": code, "rank": rank}
        for topic in dict.fromkeys(reading.topics)
        for rank, code in enumerate(dict.fromkeys(reading.countries or ("",)))
    ]
    if rows:
        connection.execute(insert(tags), rows)
    return True


def mark_unreadable(
    connection: Connection, item_id: int, revision: int, error: str, reader: str, now: datetime
) -> bool:
    """Sets aside an item on which the reader failed, so that it holds up nothing; `read_error` says why."""
    return _settle(connection, item_id, revision, {"read_at": now, "reader": reader, "read_error": error[:500]})


def retry_unreadable(connection: Connection, reader: str) -> int:
    """Puts items back on the backlog on which another version of the reader failed; how many those are."""
    failed = update(items).where(items.c.read_error.is_not(None), items.c.reader != reader)
    return connection.execute(failed.values(read_at=None, reader=None, read_error=None)).rowcount


def _settle(connection: Connection, item_id: int, revision: int, values: dict[str, Any]) -> bool:
    found = connection.execute(SETTLE, {"of": item_id, "at": revision, **values})
    return bool(found.rowcount)


def _keys(feed: Stored, entry: Entry) -> tuple[str, str | None]:
    """The keys of an entry. One without an article's link is known by what it says: its guid may change each time."""
    link = link_key(entry.canonical)
    if link is None:
        published = entry.published.isoformat() if entry.published else ""
        link = text_key(feed.feed.source_name, entry.title, entry.summary, entry.content, published)
    return guid_key(feed.feed.source_name, entry.guid), link


def _few(connection: Connection, fresh: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The new keys of known items without those of items that have enough: where guids change on every fetch, one
    more each time would be kept for ever."""
    if not fresh:
        return fresh
    wanted = {row["item_id"] for row in fresh}
    keys = select(item_keys.c.item_id).where(item_keys.c.item_id.in_(wanted))
    full = set(connection.scalars(keys.group_by(item_keys.c.item_id).having(func.count() >= MAX_KEYS)))
    return [row for row in fresh if row["item_id"] not in full]


def _keep_replaced(connection: Connection, revised: Collection[int]) -> None:
    """Puts aside the texts that revisions are about to replace."""
    if revised:
        names = ("observed", "title", "summary", "content")
        old = select(items.c.id, items.c.revision, *(items.c[name] for name in names)).where(items.c.id.in_(revised))
        connection.execute(insert(item_revisions).from_select(["item_id", "revision", *names], old))


def _known(connection: Connection, keys: Collection[str]) -> dict[str, RowMapping]:
    """Key → the item that has it."""
    wanted = sorted(keys)
    found: dict[str, RowMapping] = {}
    for first in range(0, len(wanted), 500):  # SQLite takes at most 32,766 parameters
        some = wanted[first : first + 500]
        found |= {row["key"]: row for row in connection.execute(KNOWN, {"keys": some}).mappings()}
    return found


def _sort(sorted_: _Sorted, known: dict[str, RowMapping], now: datetime) -> None:
    feed, baseline = sorted_.brought.feed, sorted_.brought.baseline
    here: dict[str, str] = {}  # key → title, of new entries of this document
    for entry, guid, link in sorted_.keyed:
        row = known.get(guid) or (known.get(link) if link else None)
        if row and guid not in known and row["feed_id"] == feed.id and row["title"] != entry.title:
            # One feed, another guid and another title under the same link: a page that holds several notices.
            row, link = None, None
        if row:
            # Where a document has an item twice its first text counts, or the two would alternate from poll to poll.
            if row["id"] not in sorted_.known:
                _revise(sorted_, row, feed, entry, now)
            sorted_.known.setdefault(row["id"], set()).update(key for key in (guid, link) if key and key not in known)
            continue
        # What stands side by side under guids of its own is not one item for saying the same, only for its page.
        if guid in here or (link in here and here[link] == entry.title and link_key(entry.canonical)):
            continue
        keys = {guid} if link is None or link in here else {guid, link}
        here |= dict.fromkeys(keys, entry.title)
        sorted_.new.append(_row(feed, entry, now, baseline))
        sorted_.new_keys.append(keys)


def _revise(sorted_: _Sorted, row: RowMapping, feed: Stored, entry: Entry, now: datetime) -> None:
    texts = _texts(entry)
    # Other feeds may carry the same article with another summary: those are no revisions, or they would alternate.
    if row["feed_id"] != feed.id or row["text_hash"] == texts["text_hash"]:
        return
    # What was changed after the first poll is news: a claim that the item made before is not taken again.
    unread = {"read_at": None, "reader": None, "read_error": None, "baseline": False}
    sorted_.revised[row["id"]] = {**texts, **unread, "revision": row["revision"] + 1, "observed": now}


def _texts(entry: Entry) -> dict[str, str]:
    texts = {"title": entry.title, "summary": entry.summary, "content": entry.content}
    return {**texts, "text_hash": digest(*texts.values())}


def _row(feed: Stored, entry: Entry, now: datetime, baseline: bool) -> dict[str, Any]:
    published = entry.published or now
    offset = published.utcoffset() or timedelta()
    return {
        "feed_id": feed.id,
        "guid": entry.guid,
        "link": entry.link,
        "source": feed.feed.source_name,
        "tier": feed.feed.tier,
        # A stamp in the future (a wrong zone, a wrong clock) would outlive every later report.
        "published": min(published, now),
        "published_offset": round(offset.total_seconds() / 60),
        "observed": now,
        **_texts(entry),
        "language": entry.language or feed.feed.language,
        "baseline": baseline and (entry.published is None or entry.published <= feed.added_at),
    }


def _insert(connection: Connection, group: Sequence[_Sorted]) -> list[list[int]]:
    """Inserts the new items of a group; their ids by poll."""
    rows = [row for one in group for row in one.new]
    if not rows:
        return [[] for _ in group]
    ids = _insert_rows(connection, rows)
    pairs = zip(ids, (keys for one in group for keys in one.new_keys), strict=True)
    keyed = [{"key": key, "item_id": item} for item, keys in pairs for key in sorted(keys)]
    execute_many(connection, INSERT_KEYS, keyed)
    left = iter(ids)
    return [list(islice(left, len(one.new))) for one in group]


def _insert_rows(connection: Connection, rows: Sequence[dict[str, Any]]) -> list[int]:
    """Inserts items; their ids. SQLite gives the next numbers anyway, and nobody else writes meanwhile: numbered here,
    all go in with one call instead of one each that asks for its number."""
    if connection.dialect.name != "sqlite":
        statement = insert(items).returning(items.c.id, sort_by_parameter_order=True)
        return list(connection.execute(statement, rows).scalars())
    last = connection.scalar(LAST) or 0
    ids = list(range(last + 1, last + 1 + len(rows)))
    execute_many(connection, INSERT_ITEMS, [row | {"id": number} for number, row in zip(ids, rows, strict=True)])
    return ids


def _unread(row: RowMapping) -> Unread:
    zone = timezone(timedelta(minutes=row["published_offset"]))
    article = Article(
        id=str(row["id"]),
        source=Source(name=row["source"], tier=row["tier"]),
        published=row["published"].astimezone(zone),
        observed=row["observed"],
        title=row["title"],
        text=row["page"] or max(row["content"], row["summary"], key=len),
        language=row["language"],
        link=row["link"],
    )
    return Unread(id=row["id"], revision=row["revision"], baseline=row["baseline"], article=article)
