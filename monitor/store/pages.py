"""The articles behind the links of items: which are wanted, who fetches them, what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, case, func, insert, select, tuple_, update

from monitor.store.schema import feeds, items, pages

#: How long an item waits for its article before it is read with what the feed has of it.
PATIENCE: Final = timedelta(minutes=15)
#: How long whoever took a page has for it: longer than the slowest answer and the queue before its host.
LEASE: Final = timedelta(minutes=10)
#: How often an article is asked for, and how long after each failure that may pass.
ATTEMPTS: Final = 3
WAITS: Final = (timedelta(minutes=1), timedelta(minutes=5))
#: A feed that carries at least so many characters of an item carries the whole of it.
WHOLE: Final = 2_500
#: Why an article was not fetched that nobody came to fetch in time.
TOO_LATE: Final = "it was not had in time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An article to fetch. `attempt` (from 1) fences what is written of it."""

    item_id: int
    revision: int
    attempt: int
    feed: str
    link: str
    title: str
    #: The longest text that the feed has of the item.
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How a feed's articles were had since a moment."""

    had: int
    failed: int
    #: The last failure, in plain words.
    error: str


def want(connection: Connection, wanted: Iterable[tuple[int, int]], now: datetime) -> None:
    """Notes that the articles of (item, revision) are to be fetched; those without a link, and whole ones, are not."""
    found = list(wanted)
    for first in range(0, len(found), 500):
        some = [item for item, _ in found[first : first + 500]]
        longest = case(
            (func.length(items.c.content) > func.length(items.c.summary), func.length(items.c.content)),
            else_=func.length(items.c.summary),
        )
        fits = (items.c.id.in_(some), items.c.link.is_not(None), longest < WHOLE)
        short = set(connection.execute(select(items.c.id).where(*fits)).scalars())
        rows = [
            {"item_id": item, "revision": revision, "state": "waiting", "until": now + PATIENCE, "next_attempt_at": now}
            for item, revision in found[first : first + 500]
            if item in short
        ]
        if rows:
            connection.execute(insert(pages), rows)


def claim(connection: Connection, now: datetime, limit: int) -> list[Wanted]:
    """Takes up to `limit` articles that are due, the newest items first: what is told last matters most.

    Each is due again after `LEASE` should nobody say what came of it.
    """
    due = (
        select(pages.c.item_id, pages.c.revision)
        .join(items, items.c.id == pages.c.item_id)
        .where(pages.c.state == "waiting", pages.c.next_attempt_at <= now, pages.c.until > now)
        .order_by(items.c.published.desc(), pages.c.item_id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=pages)
    )
    keys = [tuple(row) for row in connection.execute(due)]
    if not keys:
        return []
    taken = tuple_(pages.c.item_id, pages.c.revision).in_(keys)
    connection.execute(update(pages).where(taken).values(next_attempt_at=now + LEASE, attempts=pages.c.attempts + 1))
    query = (
        select(pages.c.item_id, pages.c.revision, pages.c.attempts, feeds.c.name, items)
        .join(items, items.c.id == pages.c.item_id)
        .join(feeds, feeds.c.id == items.c.feed_id)
        .where(taken)
        .order_by(items.c.published.desc(), pages.c.item_id)
    )
    return [
        Wanted(
            item_id=row["item_id"],
            revision=row[pages.c.revision],
            attempt=row["attempts"],
            feed=row["name"],
            link=row["link"],
            title=row["title"],
            summary=max(row["content"], row["summary"], key=len),
        )
        for row in connection.execute(query).mappings()
    ]


def release(connection: Connection, wanted: Iterable[Wanted], now: datetime) -> None:
    """Gives articles back that were taken and not asked for: they are due at once, and the try does not count."""
    for one in wanted:
        back = update(pages).where(*_mine(one)).values(next_attempt_at=now, attempts=pages.c.attempts - 1)
        connection.execute(back)


def had(connection: Connection, one: Wanted, text: str, now: datetime) -> bool:
    """Keeps an article's text. False, and nothing is written, where somebody else was faster."""
    values = {"state": "had", "text": text, "error": None, "settled_at": now}
    return bool(connection.execute(update(pages).where(*_mine(one)).values(**values)).rowcount)


def failed(
    connection: Connection, one: Wanted, error: str, now: datetime, *, passing: bool, wait: timedelta | None = None
) -> bool:
    """Notes a failure. An article is asked for again, up to `ATTEMPTS` times and within `PATIENCE`, where the trouble
    may pass; `wait` is how long the server asked us to. Returns whether it is given up, so that the item is read as
    it is."""
    until = connection.execute(select(pages.c.until).where(*_mine(one))).scalar()
    if until is None:
        return False
    again = now + max(WAITS[min(one.attempt, len(WAITS)) - 1], wait or timedelta())
    over = not passing or one.attempt >= ATTEMPTS or again >= until
    values = {"state": "failed", "settled_at": now} if over else {"next_attempt_at": again}
    connection.execute(update(pages).where(*_mine(one)).values(**values, error=error[:500]))
    return over


def expire(connection: Connection, now: datetime) -> int:
    """Gives up what waited too long; how many that are. The items can be read without it."""
    late = update(pages).where(pages.c.state == "waiting", pages.c.until <= now)
    values = {"state": "failed", "settled_at": now, "error": func.coalesce(pages.c.error, TOO_LATE)}
    return connection.execute(late.values(**values)).rowcount


def waiting(connection: Connection) -> bool:
    """Whether any article is wanted."""
    return connection.execute(select(pages.c.item_id).where(pages.c.state == "waiting").limit(1)).first() is not None


def health(connection: Connection, since: datetime) -> dict[str, Health]:
    """Feed → how its articles were had since then; feeds of which none was wanted are left out."""
    recent = (
        select(feeds.c.name, pages.c.state, pages.c.error)
        .join(items, items.c.id == pages.c.item_id)
        .join(feeds, feeds.c.id == items.c.feed_id)
        .where(pages.c.settled_at > since)
        .order_by(pages.c.settled_at, pages.c.item_id)
    )
    counts: dict[str, tuple[int, int, str]] = {}
    for name, state, error in connection.execute(recent):
        good, bad, last = counts.get(name, (0, 0, ""))
        counts[name] = (good + 1, bad, last) if state == "had" else (good, bad + 1, error or "")
    return {name: Health(had=good, failed=bad, error=last) for name, (good, bad, last) in counts.items()}


def ailing(connection: Connection, now: datetime) -> dict[str, str]:
    """Feed → what is wrong with its articles, in words: of those of the last day most, and at least three, failed."""
    found = health(connection, now - timedelta(days=1))
    return {
        name: f"{one.failed} of {one.had + one.failed} full articles of {name} could not be had in the last day, and "
        f"the summary was read ({one.error}): `full_text: false` ends this, `pactwatch feeds test --full-text` shows it"
        for name, one in found.items()
        if one.failed >= 3 and one.failed > one.had
    }


def _mine(one: Wanted) -> Sequence[ColumnElement[bool]]:
    return (
        pages.c.item_id == one.item_id,
        pages.c.revision == one.revision,
        pages.c.attempts == one.attempt,
        pages.c.state == "waiting",
    )


#: Joins an item with the article of its present revision.
OF_ITEM = and_(pages.c.item_id == items.c.id, pages.c.revision == items.c.revision)
