"""The demo's feeds and articles, read from `demo/articles/*.yaml` and checked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "articles"
FORMATS = ("rss", "atom", "json")


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoFeed:
    """One feed that the demo's server publishes."""

    id: str
    publisher: str
    format: str
    tier: int
    kind: str
    site: str
    country: str | None = None

    @property
    def path(self) -> str:
        """Where the server has it: `/wire-a.rss`."""
        return f"/{self.id}.{self.format}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoArticle:
    """One article. It shows up in its feed at `appears`, which is `published` unless it comes late."""

    feed: str
    published: datetime
    appears: datetime
    title: str
    text: str
    link: str


def load_feeds(folder: Path = FOLDER) -> tuple[DemoFeed, ...]:
    """The feeds, in the order of the file. Raises ValueError for an unknown format."""
    rows: list[dict[str, Any]] = yaml.safe_load((folder / "feeds.yaml").read_text(encoding="utf-8"))["feeds"]
    feeds = tuple(DemoFeed(**row) for row in rows)
    for feed in feeds:
        if feed.format not in FORMATS:
            raise ValueError(f"{feed.id}: format {feed.format!r} is none of {', '.join(FORMATS)}")
    return feeds


def load_articles(folder: Path = FOLDER) -> tuple[DemoArticle, ...]:
    """All articles, by when they appear. Raises ValueError for a time without offset or a link used twice."""
    articles = [
        _article(row)
        for path in sorted(folder.glob("[0-9]*.yaml"))
        for row in yaml.load(path.read_text(encoding="utf-8"), Loader=_TextTimes)
    ]
    links = [article.link for article in articles]
    if twice := {link for link in links if links.count(link) > 1}:
        raise ValueError(f"used by two articles: {', '.join(sorted(twice))}")
    return tuple(sorted(articles, key=lambda article: article.appears))


class _TextTimes(yaml.SafeLoader):
    """SafeLoader that leaves times as text: PyYAML would turn them to UTC and lose the publisher's offset."""


_TextTimes.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _article(row: dict[str, str]) -> DemoArticle:
    published = _time(row["published"])
    appears = _time(row["appears"]) if "appears" in row else published
    if appears < published:
        raise ValueError(f"{row['link']}: appears before it is published")
    return DemoArticle(
        feed=row["feed"],
        published=published,
        appears=appears,
        title=row["title"],
        text=row["text"],
        link=row["link"],
    )


def _time(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError(f"{text}: a time needs its offset")
    return time
