"""Follows the daemon's database from outside, as a second terminal would: what is new since the last look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from sqlalchemy import Connection, func, select

from alerts.tables import deliveries
from monitor.store import Store, feeds, ledger
from monitor.store.schema import claims, items, tags
from monitor.types import Change, Claim

#: States of a delivery that is not over.
PENDING = ("queued", "leased")
LATE = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRead:
    """An item that the daemon has read since."""

    source: str
    #: In the publisher's own zone.
    published: datetime
    title: str
    baseline: bool
    #: It reached its feed more than a week after it was published.
    late: bool
    topics: tuple[str, ...]
    countries: tuple[str, ...]
    claims: tuple[Claim, ...]
    #: Why it could not be read, or None.
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeMade:
    """An entry of the journal that is new since. Of a baseline nobody is told."""

    change: Change
    baseline: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What is in the database."""

    items: int
    tagged: int
    claims: int
    changes: int
    #: Deliveries that the daemon counts as sent, by subscription.
    sent: dict[str, int]
    #: Feed → its last error, and delivery → its last answer, of those that are not well.
    broken: tuple[str, ...]


class Follower:
    """Reads what is new in the store, and whether the daemon has anything left to do."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._seen: set[int] = set()
        self._seq = 0

    def news(self) -> list[ItemRead | ChangeMade]:
        """What was read and recorded since the last look: items in the order of publication, then changes."""
        with self._store.read() as connection:
            read = list(self._items(connection))
            entries = ledger.journal(connection, after=self._seq)
        self._seq = entries[-1].seq if entries else self._seq
        return [*read, *(ChangeMade(change=entry.change, baseline=entry.baseline) for entry in entries)]

    def busy(self, now: datetime) -> str:
        """What the daemon still has to do by the demo's time `now`, in plain words; "" where it is done."""
        with self._store.read() as connection:
            known = feeds.listing(connection)
            due = [stored for stored in known if stored.state.next_poll_at <= now]
            unread = connection.scalar(select(func.count()).where(items.c.read_at.is_(None))) or 0
            waiting = connection.scalar(select(func.count()).where(deliveries.c.state.in_(PENDING))) or 0
        if not known:
            return "to take in its configuration"
        parts = ((len(due), "feeds to poll"), (unread, "items to read"), (waiting, "deliveries to make"))
        return ", ".join(f"{number} {what}" for number, what in parts if number)

    def totals(self) -> Totals:
        """All figures at once."""
        with self._store.read() as connection:

            def count(column: object) -> int:
                return connection.scalar(select(func.count(column))) or 0  # type: ignore[arg-type]

            sent = (
                select(deliveries.c.subscription, func.count())
                .where(deliveries.c.state == "sent")
                .group_by(deliveries.c.subscription)
            )
            return Totals(
                items=count(items.c.id),
                tagged=count(tags.c.item_id.distinct()),
                claims=count(claims.c.id),
                changes=len(ledger.journal(connection)),
                sent={row[0]: row[1] for row in connection.execute(sent)},
                broken=tuple(_broken(connection)),
            )

    def _items(self, connection: Connection) -> Iterator[ItemRead]:
        query = select(items).where(items.c.read_at.is_not(None)).order_by(items.c.published, items.c.id)
        for row in connection.execute(query).mappings().all():
            if row["id"] in self._seen:
                continue
            self._seen.add(row["id"])
            said = select(tags).where(tags.c.item_id == row["id"]).order_by(tags.c.rank)
            tagged = connection.execute(said).mappings().all()
            yield ItemRead(
                source=row["source"],
                published=row["published"].astimezone(timezone(timedelta(minutes=row["published_offset"]))),
                title=row["title"],
                baseline=row["baseline"],
                late=not row["baseline"] and row["observed"] - row["published"] > LATE,
                topics=tuple(dict.fromkeys(tag["topic"] for tag in tagged)),
                countries=tuple(dict.fromkeys(tag["jurisdiction"] for tag in tagged if tag["jurisdiction"])),
                claims=tuple(ledger.claims_of(connection, row["id"])),
                error=row["read_error"],
            )


def _broken(connection: Connection) -> Iterator[str]:
    """In plain words: feeds that fail, items that could not be read, deliveries that were given up."""
    for stored in feeds.listing(connection):
        if stored.state.last_error:
            yield f"the feed of {stored.feed.name} fails: {stored.state.last_error}"
    for row in connection.execute(select(items.c.title, items.c.read_error).where(items.c.read_error.is_not(None))):
        yield f"the item “{row.title}” could not be read: {row.read_error}"
    for row in connection.execute(select(deliveries).where(deliveries.c.state == "dead")):
        yield f"a delivery to {row.subscription} was given up: {row.last_answer}"
