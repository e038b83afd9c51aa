"""Reports as they are told anew: in the order of time, the latest reading of each, whole or of one deal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from monitor.feeds.entry import Entry
from monitor.store import Store, items, ledger, reports
from monitor.store.feeds import Stored
from monitor.types import Article, Claim, Source

MakeClaim = Callable[..., Claim]
SEOUL = timezone(timedelta(hours=9))


@pytest.fixture
def told(
    store: Store,
    add_feed: Callable[..., Stored],
    make_entry: Callable[..., Entry],
    make_claim: MakeClaim,
    now: datetime,
) -> Store:
    """Five items read an hour after each other, the second twice more since, the third without a claim."""
    feed = add_feed()
    with store.begin() as connection:
        entries = [make_entry(str(number)) for number in range(5)]
        numbers = items.save(connection, feed, entries, now, baseline=False).new

        def read(item: int, said: Sequence[Claim], at: datetime, place: int | None = None) -> int:
            seen = now + timedelta(hours=item)
            article = Article(
                id=str(item), source=Source(name=f"Paper {item}", tier=2), published=seen.astimezone(SEOUL),
                observed=seen, title="", text="", link=f"https://news.example/{item}",
            )  # fmt: skip
            report = reports.add(
                connection, article, f"mark {item}", revision=1, baseline=item == 1, reader="1", now=at,
                recorded_at=seen, place=place,
            )  # fmt: skip
            ledger.record_claims(connection, item, 1, said, "1", at, report)
            return report

        first = [read(item, _said(make_claim, item), now + timedelta(hours=item)) for item in numbers]
        second = numbers[1]
        read(second, [make_claim(41)], now + timedelta(days=1), first[1])
        read(second, [make_claim(42), replace(make_claim(43), counterparty="JP")], now + timedelta(days=2), first[1])
    return store


def _said(make_claim: MakeClaim, item: int) -> list[Claim]:
    if item == 3:
        return []
    korea, japan = make_claim(10 + item), replace(make_claim(20 + item), party="JP", counterparty="US")
    return [korea, japan] if item % 2 else [replace(korea, party="KR", counterparty="US")]


def values(found: Sequence[reports.Report]) -> list[list[float | None]]:
    return [[claim.value for _, claim in report.claims] for report in found]


@pytest.mark.parametrize("at_once", [1, 2, 3, 500])
def test_the_latest_reading_stands_where_the_first_stood(
    told: Store, monkeypatch: pytest.MonkeyPatch, at_once: int, now: datetime
) -> None:
    monkeypatch.setattr(reports, "_AT_ONCE", at_once)
    with told.read() as connection:
        found = list(reports.replayed(connection))
        assert [report.item_id for report in found] == [1, 2, 4, 5]
        assert values(found) == [[11, 21], [42, 43], [14], [15, 25]]
        assert [report.recorded_at for report in found] == [now + timedelta(hours=n) for n in (1, 2, 4, 5)]
        first = list(reports.replayed(connection, until=now + timedelta(hours=4)))
        assert values(first) == [[11, 21], [12], [14]]
        between = list(reports.replayed(connection, until=now + timedelta(days=1)))
        assert values(between) == [[11, 21], [41], [14], [15, 25]]


@pytest.mark.parametrize("at_once", [1, 500])
def test_of_one_deal_only_its_claims(told: Store, monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    monkeypatch.setattr(reports, "_AT_ONCE", at_once)
    with told.read() as connection:
        assert values(list(reports.replayed(connection, deal="US-KR"))) == [[11], [42], [14], [15]]
        assert values(list(reports.replayed(connection, deal="US-JP"))) == [[21], [43], [25]]
        assert list(reports.replayed(connection, deal="US-CN")) == []


def test_a_report_comes_back_as_it_was_told(told: Store, make_claim: MakeClaim, now: datetime) -> None:
    with told.read() as connection:
        report = next(reports.replayed(connection))
    at = now + timedelta(hours=1)
    article = Article(
        id="1", source=Source(name="Paper 1", tier=2), published=at, observed=at, title="", text="",
        link="https://news.example/1",
    )  # fmt: skip
    assert (report.article, report.article.published.utcoffset()) == (article, timedelta(hours=9))
    assert (report.fingerprint, report.baseline, report.recorded_at) == ("mark 1", True, at)
    assert report.claims[0][1] == make_claim(11)
