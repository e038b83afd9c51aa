"""Who reported what and when, as it was when it was read: what the ledger can be told anew from."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cache, lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    Subquery,
    and_,
    bindparam,
    func,
    insert,
    or_,
    select,
)

from monitor.ledger.making import maker
from monitor.store import chain
from monitor.store.ledgerrows import CLAIM_COLUMNS, claim_of
from monitor.store.schema import claims, reports
from monitor.types import Article, Claim, Source

#: The columns of a report that the telling anew needs, in the order in which `_report` takes them.
_REPORT = (
    *("id", "item_id", "revision", "baseline", "recorded_at", "source", "tier", "published", "published_offset"),
    *("observed", "link", "fingerprint"),
)

#: The place of a claim's number in a row of `replayed`; the claim's own columns are behind it.
_CLAIM = len(_REPORT)
_ADD = insert(reports).returning(reports.c.id)
#: Reports that are fetched in one query.
_AT_ONCE = 500


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
    number = connection.execute(_ADD, row).scalar_one()
    chain.seal_rows(connection, "report", [number])
    return int(number)


def replayed(connection: Connection, *, until: datetime | None = None, deal: str | None = None) -> Iterator[Report]:
    """The reports that count, with their claims, in the order in which they were first recorded.

    With `until` as they were known at that moment; with `deal` only the claims between the two sides. A later reading
    of the same text counts in place of the earlier one.
    """
    numbers = _in_order(connection, until, deal)
    query: Select[Any] = (
        select(*(reports.c[name] for name in _REPORT), claims.c.id, *(claims.c[name] for name in CLAIM_COLUMNS))
        .join_from(reports, claims, claims.c.report_id == reports.c.id)
        .order_by(reports.c.id, claims.c.id)
    )
    if deal is not None:
        query = query.where(_between(deal))
    by_number = query.where(reports.c.id.in_(bindparam("numbers", expanding=True)))
    by_span = query.where(reports.c.id.between(bindparam("first"), bindparam("last")))
    for start in range(0, len(numbers), _AT_ONCE):
        wanted = numbers[start : start + _AT_ONCE].tolist()
        first, last = min(wanted), max(wanted)
        if last - first < 2 * len(wanted):  # a list of hundreds of numbers takes longer to write than some rows to pass
            rows = connection.execute(by_span, {"first": first, "last": last})
        else:
            rows = connection.execute(by_number, {"numbers": wanted})
        found = {number: list(group) for number, group in groupby(rows.all(), key=itemgetter(0))}
        for number in wanted:
            if number in found:
                yield _report(found[number])


def _in_order(connection: Connection, until: datetime | None, deal: str | None) -> array[int]:
    """The numbers of the reports that count, in the order in which they were first recorded.

    They are put in order alone, and the wide rows fetched by them: a sort of the rows themselves takes several times
    as long, and a ledger of a million claims would be sorted on the disk.
    """
    latest = latest_readings(until)
    query = (
        select(reports.c.id)
        .join(latest, reports.c.id == latest.c.id)
        .order_by(reports.c.recorded_at, func.coalesce(reports.c.place, reports.c.id))
    )
    if deal is not None:
        query = query.where(reports.c.id.in_(select(claims.c.report_id).where(_between(deal))))
    return array("q", connection.execute(query.execution_options(yield_per=_AT_ONCE)).scalars())


def _between(deal: str) -> ColumnElement[bool]:
    """The claims between the two sides of "US-KR"."""
    one, two = deal.split("-")
    return or_(
        and_(claims.c.party == one, claims.c.counterparty == two),
        and_(claims.c.party == two, claims.c.counterparty == one),
    )


def first_of(connection: Connection) -> dict[tuple[int, int], tuple[int, datetime]]:
    """(item, revision) → number and time of its first reading."""
    found: dict[tuple[int, int], tuple[int, datetime]] = {}
    for row in connection.execute(select(reports).order_by(reports.c.id.desc())):
        found[row.item_id, row.revision] = (row.id, row.recorded_at)
    return found


def latest_readings(until: datetime | None = None) -> Subquery:
    """The number (`id`) of the last reading of each item and revision; with `until` of those made by then."""
    newest = select(func.max(reports.c.id).label("id")).group_by(reports.c.item_id, reports.c.revision)
    return (newest if until is None else newest.where(reports.c.made_at <= until)).subquery()


def _report(rows: Sequence[Row[Any]]) -> Report:
    head: tuple[Any, ...] = rows[0][:_CLAIM]
    number, item_id, revision, baseline, recorded_at, source, tier, published, offset, observed, link, mark = head
    if offset:
        published = published.astimezone(_zone(offset))
    article = _article((str(item_id), _source(source, tier), published, observed, "", "", "en", link))
    said = [(row[_CLAIM], claim_of(row[_CLAIM + 1 :])) for row in rows]
    return _made((number, item_id, revision, baseline, recorded_at, article, mark, tuple(said)))


_made, _article = maker(Report), maker(Article)


@lru_cache(maxsize=4096)
def _source(name: str, tier: int) -> Source:
    return Source(name=name, tier=tier)


@cache
def _zone(minutes: int) -> timezone:
    # One object a zone: times of one zone are compared without asking either for its offset.
    return timezone(timedelta(minutes=minutes))
