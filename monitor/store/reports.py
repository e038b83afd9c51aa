"""Who reported what and when, as it was when it was read: what the ledger can be told anew from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from itertools import groupby

from sqlalchemy import Connection, RowMapping, Subquery, and_, func, insert, or_, select

from monitor.store import chain, ledger
from monitor.store.schema import claims, reports
from monitor.types import Article, Claim, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One reading of an item. Its article carries no text, only the fingerprint of it."""

    id: int
    item_id: int
    revision: int
    baseline: bool
    recorded_at: datetime
    article: Article
    fingerprint: str
    #: (number, claim), in the order of the text.
    claims: tuple[tuple[int, Claim], ...] = ()


def add(
    connection: Connection,
    article: Article,
    mark: str,
    *,
    revision: int,
    baseline: bool,
    reader: str,
    now: datetime,
    recorded_at: datetime | None = None,
    place: int | None = None,
) -> int:
    """Adds a report and returns its number. `recorded_at` and `place` are those of the reading that it replaces."""
    offset = article.published.utcoffset() or timedelta()
    row = {
        "item_id": int(article.id),
        "revision": revision,
        "reader": reader,
        "recorded_at": recorded_at or now,
        "made_at": now,
        "place": place,
        "source": article.source.name,
        "tier": article.source.tier,
        "published": article.published,
        "published_offset": round(offset.total_seconds() / 60),
        "observed": article.observed,
        "link": article.link,
        "fingerprint": mark,
        "baseline": baseline,
    }
    number = connection.execute(insert(reports).values(row).returning(reports.c.id)).scalar_one()
    chain.seal_rows(connection, "report", [number])
    return int(number)


def replayed(connection: Connection, *, until: datetime | None = None, deal: str | None = None) -> Iterator[Report]:
    """The reports that count, with their claims, in the order in which they were first recorded.

    With `until` as they were known at that moment; with `deal` only the claims between the two sides. A later reading
    of the same text counts in place of the earlier one.
    """
    latest = _latest(until)
    columns = [column for column in reports.c if column.name not in claims.c]
    query = (
        select(claims, *columns, reports.c.recorded_at.label("first_recorded_at"))
        .join(reports, claims.c.report_id == reports.c.id)
        .join(latest, reports.c.id == latest.c.id)
        .order_by(reports.c.recorded_at, func.coalesce(reports.c.place, reports.c.id), claims.c.id)
    )
    if deal is not None:
        one, two = deal.split("-")
        query = query.where(
            or_(
                and_(claims.c.party == one, claims.c.counterparty == two),
                and_(claims.c.party == two, claims.c.counterparty == one),
            )
        )
    rows = connection.execute(query.execution_options(yield_per=2000)).mappings()
    for _, group in groupby(rows, key=lambda row: row["report_id"]):
        yield _report(list(group))


def first_of(connection: Connection) -> dict[tuple[int, int], tuple[int, datetime]]:
    """(item, revision) → number and time of its first reading."""
    found: dict[tuple[int, int], tuple[int, datetime]] = {}
    for row in connection.execute(select(reports).order_by(reports.c.id.desc())):
        found[row.item_id, row.revision] = (row.id, row.recorded_at)
    return found


def _latest(until: datetime | None) -> Subquery:
    newest = select(func.max(reports.c.id).label("id")).group_by(reports.c.item_id, reports.c.revision)
    return (newest if until is None else newest.where(reports.c.made_at <= until)).subquery()


def _report(rows: Sequence[RowMapping]) -> Report:
    row = rows[0]
    article = Article(
        id=str(row["item_id"]),
        source=Source(name=row["source"], tier=row["tier"]),
        published=row["published"].astimezone(timezone(timedelta(minutes=row["published_offset"]))),
        observed=row["observed"],
        title="",
        text="",
        link=row["link"],
    )
    return Report(
        id=row["report_id"],
        item_id=row["item_id"],
        revision=row["revision"],
        baseline=row["baseline"],
        recorded_at=row["first_recorded_at"],
        article=article,
        fingerprint=row["fingerprint"],
        claims=tuple((each["id"], ledger.claim_from(each)) for each in rows),
    )
