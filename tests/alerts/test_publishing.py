"""Feeds of changes, parsed back by feedparser and held to their standards."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import feedparser
import jsonschema
import pytest
from sqlalchemy import Engine

from alerts import outbox
from alerts.publishing import ATOM, Publisher, publish
from config.settings import Config, Http, Subscription, Watchlist

if TYPE_CHECKING:
    from tests.alerts.conftest import Clock

Make = Callable[..., Any]
NAME = {"a": ATOM}

#: What jsonfeed.org/version/1.1 requires, and the types of what we write.
JSON_FEED = {
    "type": "object",
    "required": ["version", "title", "items"],
    "properties": {
        "version": {"const": "https://jsonfeed.org/version/1.1"},
        "title": {"type": "string"},
        "feed_url": {"type": "string", "format": "uri"},
        "authors": {"type": "array", "items": {"type": "object", "minProperties": 1}},
        "items": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "content_text"],
                "properties": {
                    "id": {"type": "string", "minLength": 1},
                    "content_text": {"type": "string", "minLength": 1},
                    "date_published": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$"},
                    "tags": {"type": "array", "items": {"type": "string"}},
                    "external_url": {"type": "string", "pattern": "^https?://"},
                },
            },
        },
    },
}


@pytest.fixture
def config() -> Config:
    return Config(
        watchlists=(Watchlist(name="korea", countries=("KR",)), Watchlist(name="Japan & Co", countries=("JP",))),
        subscriptions=(Subscription(name="desk", watchlist="korea", channel="mail", to="desk@example.org"),),
    )


def put(engine: Engine, config: Config, clock: Clock, *alerts: Any) -> None:
    with engine.begin() as connection:
        outbox.enqueue(connection, alerts, config, clock())


def write(engine: Engine, config: Config, folder: Path, clock: Clock) -> list[str]:
    with engine.begin() as connection:
        return sorted(path.name for path in publish(connection, config, folder, clock()))


def test_feeds_come_back_as_they_were_meant(
    engine: Engine, config: Config, clock: Clock, make_alert: Make, tmp_path: Path
) -> None:
    nasty = make_alert(id="b", title="<b>Steel</b> & \x0b\ufffe rust ]]>: 50% → 25%", scope="steel")
    put(engine, config, clock, make_alert(id="a"), replace(nasty, at=datetime(2025, 11, 15, tzinfo=UTC)))
    written = write(engine, config, tmp_path / "out", clock)
    names = ("deal-us-kr", "watchlist-japan-co-", "watchlist-korea")
    assert [name for name in written if not name.startswith(names)] == []
    assert len(written) == 6
    parsed = feedparser.parse((tmp_path / "out" / "deal-us-kr.atom").read_bytes())
    assert not parsed.bozo
    assert parsed.feed.title == "Changes of US-KR"
    assert parsed.feed.updated == "2025-11-15T00:00:00Z"
    first, second = parsed.entries
    assert second.title == "US tariff on Korean cars: 25% → 15%, agreed"
    assert "Steel" in first.title
    assert "50% → 25%" in first.title
    assert second.link == "https://news.example/kr?a=1&b=2"
    assert "Washington will cut tariffs" in second.content[0].value
    assert {tag.term for tag in second.tags} == {"US-KR", "tariff", "autos", "term"}
    again = feedparser.parse((tmp_path / "out" / "watchlist-korea.atom").read_bytes())
    assert [entry.id for entry in again.entries] == [first.id, second.id], "one id per change, in every feed"


def test_atom_has_what_the_rfc_requires(
    engine: Engine, config: Config, clock: Clock, make_alert: Make, tmp_path: Path
) -> None:
    put(engine, config, clock, make_alert(id="a"))
    config = config.model_copy(
        update={"settings": config.settings.model_copy(update={"http": Http(public_url="https://p.example/")})}
    )
    write(engine, config, tmp_path, clock)
    for path in tmp_path.glob("*.atom"):
        root = ElementTree.fromstring(path.read_bytes())
        for one in (root, *root.findall("a:entry", NAME)):
            for name in ("id", "title", "updated"):
                (found,) = one.findall(f"a:{name}", NAME)
                assert found.text
        assert root.findtext("a:author/a:name", namespaces=NAME) == "pactwatch"
        (itself,) = root.findall("a:link[@rel='self']", NAME)
        assert itself.get("href") == f"https://p.example/feeds/{path.name}"


def test_json_feed_holds_to_its_schema(
    engine: Engine, config: Config, clock: Clock, make_alert: Make, tmp_path: Path
) -> None:
    put(engine, config, clock, make_alert(id="a"))
    write(engine, config, tmp_path, clock)
    for path in tmp_path.glob("*.json"):
        jsonschema.validate(json.loads(path.read_bytes()), JSON_FEED)
    (item,) = json.loads((tmp_path / "deal-us-kr.json").read_bytes())["items"]
    assert item["_pactwatch"]["to"] == 15
    assert json.loads(next(tmp_path.glob("watchlist-japan*.json")).read_bytes())["items"] == []


def test_nothing_is_written_twice(
    engine: Engine, config: Config, clock: Clock, make_alert: Make, tmp_path: Path
) -> None:
    publisher = Publisher()
    put(engine, config, clock, make_alert(id="a"))
    with engine.begin() as connection:
        assert publisher.publish(connection, config, tmp_path, clock())
        assert publisher.publish(connection, config, tmp_path, clock()) == []
    put(engine, config, clock, make_alert(id="b"))
    with engine.begin() as connection:
        assert publisher.publish(connection, config, tmp_path, clock())
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".deal")] == []
