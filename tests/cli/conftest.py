"""A desk: a configuration with a database beside it, reports that come in by the daemon's own steps, the commands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from config.load import load
from config.settings import Feed
from config.words import Kind, Qualifier, Status, Topic
from monitor.cli.root import cli
from monitor.feeds.entry import Entry
from monitor.pipeline import steps
from monitor.pipeline.steps import Recorded
from monitor.store import Store, feeds, items, url_for
from monitor.types import Claim, Reading

START = datetime(2025, 7, 31, 9, 0, tzinfo=UTC)
CONFIG = """
settings:
  data_dir: {data}
  mail: {{host: mail.example.org, sender: pactwatch@example.org}}
catalogue: false
watchlists:
  - {{name: all, threshold: 1}}
subscriptions:
  - {{name: desk, watchlist: all, channel: mail, to: desk@example.org}}
"""


@dataclass
class Desk:
    """Reports come in on days after 31 July 2025, and the command line is asked about them."""

    folder: Path
    store: Store
    count: int = 0
    sources: dict[str, int] = field(default_factory=dict)

    def tell(
        self, days: float, *claims: Claim, source: str = "Paper", tier: int = 2, late: float = 0, baseline: bool = False
    ) -> Recorded:
        """An article of that day that says the claims, read `late` days after it came out; by the daemon's steps."""
        self.count += 1
        published = START + timedelta(days=days)
        now = published + timedelta(days=late)
        text = " ".join(f"{source}{self.count}{word}" for word in ["a", "b", "c", "d", "e", "f", "g", "h"])
        entry = Entry(
            guid=f"g{self.count}", link=f"https://x.example/{self.count}", canonical=f"https://x.example/{self.count}",
            title=f"Report {self.count}", summary=f"{text} {' '.join(c.quote for c in claims)}", content="",
            published=published, updated=None, language=None, author=None,
        )  # fmt: skip
        config = load(self.folder).config
        with self.store.begin() as connection:
            known = Feed.model_validate({"name": source, "url": f"https://{source.lower()}.example/f", "tier": tier})
            feeds.add(connection, known, now)
            items.save(connection, feeds.get(connection, source), [entry], now, baseline=baseline)
            (unread,) = items.backlog(connection, 5)
            reading = Reading(topics=(Topic.TARIFF,), countries=("US", "KR"), claims=claims)
            recorded = steps.record(connection, unread, reading, "1", config, now)
        assert recorded is not None
        return recorded

    def settle(self, days: float) -> Recorded:
        """The dates up to that day have their effect."""
        with self.store.begin() as connection:
            return steps.settle(connection, load(self.folder).config, START + timedelta(days=days))

    def run(self, *arguments: str, width: int = 220, given: str | None = None) -> Result:
        runner = CliRunner(env={"COLUMNS": str(width)})
        return runner.invoke(cli, ["--config", str(self.folder), *arguments], input=given)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    (tmp_path / "data").mkdir()
    (tmp_path / "pactwatch.yaml").write_text(CONFIG.format(data=tmp_path / "data"), encoding="utf-8")
    store = Store.open(url_for(tmp_path / "data"))
    yield Desk(tmp_path, store)
    store.close()


@pytest.fixture
def cars() -> Claim:
    """A US tariff of 25 percent on Korean cars, in effect."""
    return Claim(
        kind=Kind.TARIFF,
        party="US",
        counterparty="KR",
        actor=None,
        scope="autos",
        value=25,
        unit="percent",
        qualifier=Qualifier.EXACT,
        status=Status.IN_EFFECT,
        quote="a 25 percent duty on Korean cars",
    )
