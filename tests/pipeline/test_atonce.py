"""A few new items are read in the transaction that stores them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from monitor.store import items


@pytest.fixture
def pipeline(bench: Any) -> Any:
    """As the daemon has it: the configuration is looked up where something is recorded."""
    return bench.another(within=lambda _: bench.config, on_event=lambda *said: bench.events.append(said))


def waiting(bench: Any) -> list[str]:
    with bench.store.read() as connection:
        return [one.article.title for one in items.backlog(connection, 100)]


def read(bench: Any) -> list[object]:
    return [payload["title"] for payload in bench.heard("item_read")]


async def test_what_is_new_is_read_when_it_is_stored(bench: Any, pipeline: Any, make_rss: Callable[..., str]) -> None:
    bench.add("one", make_rss(("g1", "First", bench.clock())))
    assert await pipeline.poll_due() == 1
    assert (read(bench), waiting(bench)) == (["First"], [])
    # It counts as read, and nothing is read twice.
    assert (await pipeline.read_backlog(), await pipeline.read_backlog()) == (1, 0)
    assert read(bench) == ["First"]


async def test_more_than_a_few_wait_for_their_turn(bench: Any, pipeline: Any, make_rss: Callable[..., str]) -> None:
    bench.add("many", make_rss(*((f"g{n}", f"Item {n}", bench.clock()) for n in range(4))))
    await pipeline.poll_due()
    # A single one behind them is not read before them.
    bench.add("one", make_rss(("h1", "Late", bench.clock())))
    await pipeline.poll_due()
    assert (read(bench), len(waiting(bench))) == ([], 5)
    assert await pipeline.read_backlog() == 5


async def test_what_cannot_be_read_is_stored_all_the_same_and_set_aside_in_its_turn(
    bench: Any, pipeline: Any, make_rss: Callable[..., str]
) -> None:
    bench.add("one", make_rss(("g1", "boom", bench.clock())))
    assert await pipeline.poll_due() == 1
    assert (waiting(bench), bench.feed("one").state.failures) == (["boom"], 0)
    assert await pipeline.read_backlog() == 1
    assert waiting(bench) == []


async def test_a_claim_is_in_the_ledger_with_its_change_and_its_alert(
    bench: Any, pipeline: Any, make_rss: Callable[..., str]
) -> None:
    first = ("g0", "Nothing of note", bench.clock())
    bench.add("one", make_rss(first))
    await pipeline.poll_due()
    bench.clock.forward(days=1)
    bench.server.documents["one"] = make_rss(("g1", "cars at 15 percent from 2025-11-01", bench.clock()), first)
    await pipeline.poll_due()
    assert waiting(bench) == []
    assert [payload["claims"] for payload in bench.heard("item_read")] == [0, 1]
    assert len(bench.heard("change")) == len(bench.heard("alert_queued")) == 1


async def test_where_a_second_reader_is_on_it_is_asked_first(bench: Any, make_rss: Callable[..., str]) -> None:
    class On:
        on, model = True, "m"

    pipeline = bench.another(within=lambda _: bench.config, second=On())
    bench.add("one", make_rss(("g1", "First", bench.clock())))
    await pipeline.poll_due()
    assert waiting(bench) == ["First"]
