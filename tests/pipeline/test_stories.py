"""Items that moved nothing are told to those who asked for stories, once a story."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from alerts.tables import alerts, deliveries
from config.settings import Config
from config.words import Topic
from monitor.pipeline import steps
from monitor.store import items
from monitor.types import Reading

if TYPE_CHECKING:
    from tests.pipeline.conftest import Bench

Rss = Callable[..., str]
ABOUT = Reading(topics=(Topic.TARIFF, Topic.INVESTMENT), countries=("US", "KR"))


def asking(config: Config) -> Config:
    (me,) = config.subscriptions
    more = me.model_copy(update={"name": "reader", "items": True})
    return config.model_copy(update={"subscriptions": (me, more)})


async def told(bench: Bench, rss: Rss, config: Config, reading: Reading) -> list[tuple[str, str, str]]:
    """(title, subscription, state) after a silent poll and one item that reads so."""
    bench.add("yonhap", rss(("1", "talks began", bench.clock() - timedelta(days=2))))
    for guid in ("1", "2"):
        bench.server.documents["yonhap"] = rss((guid, f"talks go on {guid}", bench.clock()))
        await bench.pipeline.poll_due()
        with bench.store.begin() as connection:
            for item in items.backlog(connection, 9):
                steps.record(connection, item, reading, "r", config, bench.clock())
        bench.clock.forward(hours=1)
    with bench.store.read() as connection:
        rows = connection.execute(
            select(alerts.c.title, deliveries.c.subscription, deliveries.c.state).join(deliveries)
        )
        return sorted((row.title, row.subscription, row.state) for row in rows)


async def test_a_story_goes_to_who_asked_and_not_from_a_first_poll(bench: Bench, make_rss: Rss, config: Config) -> None:
    assert await told(bench, make_rss, asking(config), ABOUT) == [
        ("talks go on 2", "me", "skipped"),
        ("talks go on 2", "reader", "queued"),
    ]
    with bench.store.read() as connection:
        labels = connection.execute(select(alerts.c.labels)).scalar_one()
    assert (labels["topic"], labels["countries"], labels["class"]) == ("investment tariff", "US KR", "item")


@pytest.mark.parametrize("reading", [ABOUT, Reading()])
async def test_nothing_is_written_where_nobody_asked_or_it_is_about_nothing(
    bench: Bench, make_rss: Rss, config: Config, reading: Reading
) -> None:
    asked = config if reading.topics else asking(config)
    assert await told(bench, make_rss, asked, reading) == []
