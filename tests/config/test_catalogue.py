"""What is shipped: the catalogue of feeds, the watchlists and the starter hold their own rules."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from config import starter
from config.load import DEFAULTS, Loaded, load
from config.yamlsource import read

FIELDS = {"name", "url", "site", "publisher", "about", "country", "kind", "tier", "language", "enabled", "why_off"}
DEALS = {f"US-{code}" for code in ("KR", "JP", "EU", "CN", "GB", "IN", "CH", "TW", "CA", "MX", "BR", "VN", "WORLD")}


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    folder = tmp_path_factory.mktemp("conf")
    (folder / "pactwatch.yaml").write_text("settings: {contact: desk@example.org}\n", encoding="utf-8")
    return load(folder, {})


def test_every_shipped_entry_loads(shipped: Loaded) -> None:
    for section, loaded in (("feeds", shipped.config.feeds), ("watchlists", shipped.config.watchlists)):
        root, found = read(DEFAULTS / f"{section}.yaml")
        assert found == []
        assert root is not None
        assert len(root.mapping[section].items) == len(loaded)
        assert set(root.mapping) == {section}


def test_feeds_are_many_and_none_twice(shipped: Loaded) -> None:
    feeds = shipped.config.feeds
    assert len(feeds) >= 90
    assert sum(feed.enabled for feed in feeds) >= 60
    bare = [feed.url.split("://", 1)[1].rstrip("/").casefold() for feed in feeds]
    assert len(set(bare)) == len(bare)
    assert len({feed.name.casefold() for feed in feeds}) == len(feeds)


def test_feeds_say_what_they_are(shipped: Loaded) -> None:
    root, _ = read(DEFAULTS / "feeds.yaml")
    assert root is not None
    for node in root.mapping["feeds"].items:
        assert set(node.mapping) <= FIELDS
        assert {"name", "url", "site", "publisher", "about", "kind", "tier", "language", "enabled"} <= set(node.mapping)
    for feed in shipped.config.feeds:
        assert urlsplit(feed.url).scheme == "https"
        assert feed.about
        assert not feed.about.endswith(".")
        assert (feed.tier == 1) == (feed.kind == "government"), feed.name
        assert feed.tier == 3 or feed.kind in ("government", "wire", "newspaper", "broadcaster"), feed.name


def test_what_is_off_says_why_and_what_is_on_can_be_read(shipped: Loaded) -> None:
    for feed in shipped.config.feeds:
        assert bool(feed.why_off) == (not feed.enabled), feed.name
        if feed.enabled:
            assert feed.language == "en", feed.name
            assert not feed.url.endswith(".json"), feed.name
    hosts = {urlsplit(feed.url).hostname for feed in shipped.config.feeds if feed.enabled}
    assert hosts.isdisjoint({"www.wto.org", "news.google.com"})


def test_one_publishers_feeds_count_as_one_source(shipped: Loaded) -> None:
    houses = {feed.publisher for feed in shipped.config.feeds if "federalregister.gov" in feed.url}
    assert houses == {"Federal Register"}
    tiers: dict[str, set[int]] = {}
    for feed in shipped.config.feeds:
        tiers.setdefault(feed.source_name, set()).add(feed.tier)
    assert {name: tier for name, tier in tiers.items() if len(tier) > 1} == {}


def test_the_main_deals_have_a_watchlist_of_their_name(shipped: Loaded) -> None:
    lists = {watchlist.name: watchlist for watchlist in shipped.config.watchlists}
    assert set(lists) >= DEALS
    for name in DEALS:
        assert lists[name].countries == (name,)
    assert set(lists["US-deals"].countries) == DEALS
    assert all(watchlist.about for watchlist in lists.values())


def test_the_starter_has_no_problem(tmp_path: Path) -> None:
    path = starter.write(tmp_path / "new")
    loaded = load(path.parent, {})
    assert loaded.files == (path,)
    assert loaded.data_dir == tmp_path / "new" / "data"
    mine = loaded.config.watchlists[-1]
    assert (mine.name, mine.countries) == ("my deals", ("US-KR", "US-JP", "US-EU"))
    assert all(w.file is None for w in loaded.warnings), "nothing in the starter itself deserves a warning"


def test_the_starters_lines_that_are_switched_off_work_when_switched_on(tmp_path: Path) -> None:
    text = re.sub(r"^( *)#(?=[^ ]|  )", r"\1", starter.TEXT, flags=re.MULTILINE)
    (tmp_path / "pactwatch.yaml").write_text(text, encoding="utf-8")
    loaded = load(tmp_path, {"SMTP_PASSWORD": "x", "HOOK_SECRET": "whsec_" + "QUJD" * 8})
    assert [one.channel for one in loaded.config.subscriptions] == ["mail", "webhook"]
    assert loaded.config.settings.mail.host == "smtp.example.org"
    assert loaded.config.feeds[-1].name == "My trade letter"
    assert loaded.warnings == ()
