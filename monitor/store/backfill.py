"""What older rows lack: run once by the migration that adds it."""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import Any

from sqlalchemy import Connection, insert, select, update

from monitor.ledger.codec import from_json
from monitor.ledger.due import span
from monitor.ledger.evidence import fingerprint
from monitor.store import chain as links
from monitor.store.ledgerrows import glance_row
from monitor.store.schema import claims, items, terms
from monitor.store.schema import glances as pages
from monitor.store.schema import reports as table

#: Named, so that a column which a later migration adds is not asked for.
ITEM = [
    items.c[name]
    for name in (
        *("revision", "content", "summary", "title", "source", "tier", "link", "baseline"),
        *("published", "published_offset", "observed"),
    )
]


def reports(connection: Connection) -> None:
    """A report for each item and revision that has claims, from what is still known of the item."""
    batch = (claims.c.item_id, claims.c.revision, claims.c.reader, claims.c.recorded_at)
    made = select(*batch).group_by(*batch).order_by(claims.c.recorded_at)
    for row in connection.execute(made).all():
        item = connection.execute(select(*ITEM).where(items.c.id == row.item_id)).mappings().one()
        number = connection.execute(insert(table).values(**_report(row, item)).returning(table.c.id)).scalar_one()
        mine = (claims.c.item_id == row.item_id, claims.c.revision == row.revision)
        connection.execute(
            update(claims).where(*mine, claims.c.recorded_at == row.recorded_at).values(report_id=number)
        )


def _report(row: Any, item: Any) -> dict[str, Any]:
    # The text of an earlier revision is gone, and when it reached us too; the reading came soon after.
    present = row.revision == item["revision"]
    observed = item["observed"] if present else row.recorded_at
    text = max(item["content"], item["summary"], key=len)
    zone = timezone(timedelta(minutes=item["published_offset"]))
    return {
        "item_id": row.item_id,
        "revision": row.revision,
        "reader": row.reader,
        "recorded_at": row.recorded_at,
        "made_at": row.recorded_at,
        "source": item["source"],
        "tier": item["tier"],
        "published": item["published"].astimezone(zone) if row.revision == 1 else observed,
        "published_offset": item["published_offset"],
        "observed": observed,
        "link": item["link"],
        "fingerprint": fingerprint(f"{item['title']}\n{text}"),
        "baseline": item["baseline"],
    }


def due_days(connection: Connection) -> None:
    """The days that mean something for each term."""
    for row in connection.execute(select(terms.c.id, terms.c.state)).all():
        days = span(from_json(row.state))
        if days is not None:
            first, last = days
            connection.execute(update(terms).where(terms.c.id == row.id).values(due_from=first, due_to=last))


def glances(connection: Connection) -> None:
    """What a page shows of each term."""
    for state in connection.execute(select(terms.c.state)).scalars().all():
        connection.execute(insert(pages).values(glance_row(from_json(state))))


def chain(connection: Connection) -> None:
    """The chain over everything that is there."""
    for what in links.TABLES:
        links.seal(connection, what, ((str(number), row) for number, row in list(links.rows(connection, what))))
    states = select(terms.c.term, terms.c.family, terms.c.state).order_by(terms.c.id)
    found = connection.execute(states).all()
    links.seal(connection, "term", ((links.term_ref(row.term, row.family), row.state) for row in found))
