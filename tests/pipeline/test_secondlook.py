"""The second reader beside the first in the daemon's work: asked, kept, merged; and when it fails, the first stands."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from config.words import Kind, Qualifier, Status
from monitor.pipeline import Pipeline, secondlook
from monitor.second.reader import Opinion
from monitor.store import decisions, ledger, opinions, schema
from monitor.types import Article, Claim, Reading

if TYPE_CHECKING:
    from tests.pipeline.conftest import Bench

PUBLISHED = datetime(2025, 10, 29, 12, 30, tzinfo=UTC)
CARS = Claim(
    kind=Kind.TARIFF, party="US", counterparty="KR", actor=None, scope="autos", value=15, unit="percent",
    qualifier=Qualifier.EXACT, status=Status.AGREED, quote="cars at 15 percent", end=18, confidence=1.0,
)  # fmt: skip


def read(article: Article) -> Reading:
    """`cars at 15 percent` is what the first reader knows."""
    claims = (CARS,) if "cars at 15 percent" in article.text else ()
    return Reading(claims=claims)


@dataclass
class Oracle:
    """A second reader that says what a test tells it to."""

    says: Callable[[Article], Opinion | None] = lambda article: Opinion()
    on: bool = True
    model: str = "oracle"
    asked: list[str] = field(default_factory=list)
    wait: asyncio.Event | None = None

    async def opinion(self, article: Article) -> Opinion | None:
        self.asked.append(article.title)
        if self.wait is not None:
            await self.wait.wait()
        return self.says(article)


async def told(bench: Bench, make_rss: Callable[..., str], oracle: Oracle, *texts: str) -> None:
    """The texts come in after the first poll, and both readers have read them."""
    bench.add("wire", make_rss())
    pipeline = Pipeline(
        bench.store, bench.fetcher, lambda: bench.config, bench.clock, read,
        lambda name, payload: bench.events.append((name, payload)), lambda: 0.0, second=oracle,
    )  # fmt: skip
    await pipeline.poll_due()
    bench.server.documents["wire"] = make_rss(*((text, text, PUBLISHED) for text in texts))
    bench.clock.forward(hours=1)
    await pipeline.poll_due()
    await pipeline.read_backlog()


def recorded(bench: Bench) -> list[Claim]:
    with bench.store.read() as connection:
        return [claim for item in (1, 2, 3) for claim in ledger.claims_of(connection, item)]


async def test_a_lone_claim_of_the_second_reader_counts_with_its_confidence(
    bench: Bench, make_rss: Callable[..., str]
) -> None:
    oracle = Oracle(lambda article: Opinion(claims=(replace(CARS, confidence=0.5),), dropped=("a wrong one",)))
    await told(bench, make_rss, oracle, "the rate on cars is fifteen")
    assert [(claim.value, claim.confidence) for claim in recorded(bench)] == [(15, 0.5)]
    assert len(bench.heard("change")) == 1
    (heard,) = bench.heard("item_second_read")
    assert (heard["claims"], heard["dropped"], heard["trouble"]) == (1, ["a wrong one"], "")
    with bench.store.read() as connection:
        row = connection.execute(select(schema.opinions)).mappings().one()
        said = opinions.present(connection, 1)
    assert (row["model"], row["revision"], row["dropped"]) == ("oracle", 1, ["a wrong one"])
    assert said is not None
    assert said.claims == (replace(CARS, confidence=0.5),)


async def test_contradiction_goes_to_a_person_and_tells_nobody(bench: Bench, make_rss: Callable[..., str]) -> None:
    oracle = Oracle(lambda article: Opinion(claims=(replace(CARS, value=25),)))
    await told(bench, make_rss, oracle, "cars at 15 percent")
    assert bench.heard("change") == []
    with bench.store.read() as connection:
        waiting = decisions.review_list(connection)
    assert sorted(one.claim.value or 0 for one in waiting) == [15, 25]
    assert all("confidence 0.29" in one.reason for one in waiting)


@pytest.mark.parametrize("trouble", ["no answer within 60 s", "it refuses to read this article"])
async def test_its_failure_leaves_the_first_reading(trouble: str, bench: Bench, make_rss: Callable[..., str]) -> None:
    await told(bench, make_rss, Oracle(lambda article: Opinion(trouble=trouble)), "cars at 15 percent")
    assert [claim.confidence for claim in recorded(bench)] == [1.0]
    assert bench.heard("item_second_read")[0]["trouble"] == trouble
    with bench.store.read() as connection:
        assert connection.execute(select(schema.opinions)).all() == []


async def test_a_mistake_in_it_costs_no_item(bench: Bench, make_rss: Callable[..., str]) -> None:
    def boom(article: Article) -> Opinion:
        raise RuntimeError("boom")

    await told(bench, make_rss, Oracle(boom), "cars at 15 percent")
    assert len(recorded(bench)) == 1
    assert "RuntimeError" in str(bench.heard("item_second_read")[0]["trouble"])


async def test_who_is_off_is_not_asked(bench: Bench, make_rss: Callable[..., str]) -> None:
    oracle = Oracle(on=False)
    await told(bench, make_rss, oracle, "cars at 15 percent")
    assert (oracle.asked, len(recorded(bench))) == ([], 1)


async def test_a_revision_is_asked_about_once_whoever_reads_it_again(
    bench: Bench, make_rss: Callable[..., str]
) -> None:
    oracle = Oracle(lambda article: Opinion(claims=(replace(CARS, confidence=0.5),)))
    await told(bench, make_rss, oracle, "the rate on cars is fifteen")
    with bench.store.begin() as connection:
        connection.execute(schema.items.update().values(read_at=None))
    again = Pipeline(bench.store, bench.fetcher, lambda: bench.config, bench.clock, read, reader="2", second=oracle)
    assert await again.read_backlog() == 1
    assert len(oracle.asked) == 1


async def test_a_slow_one_is_not_waited_for_beyond_the_turn(
    bench: Bench, make_rss: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secondlook, "TURN", 0.2)
    oracle = Oracle(wait=asyncio.Event())
    async with asyncio.timeout(10):
        await told(bench, make_rss, oracle, "cars at 15 percent", "and more on cars at 15 percent")
    assert len(oracle.asked) == 2
    assert len(recorded(bench)) == 2
