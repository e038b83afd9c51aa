"""The demo's configuration folder is one that pactwatch accepts, and that reaches nothing but this machine."""

from __future__ import annotations

import stat
from pathlib import Path
from urllib.parse import urlsplit

from config.load import load
from demo.articles import load_feeds
from demo.folder import SECRET_FILE, Addresses, new_secret, write

FEEDS = load_feeds()
ADDRESSES = Addresses(
    feeds=[(feed, f"http://127.0.0.1:8001{feed.path}") for feed in FEEDS],
    smtp_port=8002,
    webhook="http://127.0.0.1:8003/hook",
)


def test_it_loads_without_a_warning(tmp_path: Path) -> None:
    secret = new_secret()
    write(tmp_path, ADDRESSES, secret)
    loaded = load(tmp_path, env={})
    assert loaded.warnings == ()
    assert loaded.data_dir == tmp_path / "data"
    told = {subscription.channel: subscription for subscription in loaded.config.subscriptions}
    assert set(told) == {"mail", "webhook"}
    found = told["webhook"].secret
    assert found is not None
    assert found.get_secret_value() == secret


def test_every_address_is_on_loopback(tmp_path: Path) -> None:
    write(tmp_path, ADDRESSES, new_secret())
    config = load(tmp_path, env={}).config
    assert [(feed.name, feed.url) for feed in config.feeds] == [(f.publisher, url) for f, url in ADDRESSES.feeds]
    urls = [feed.url for feed in config.feeds] + [s.to for s in config.subscriptions if s.channel == "webhook"]
    assert {urlsplit(url).hostname for url in urls} | {config.settings.mail.host} == {"127.0.0.1"}
    assert config.settings.heartbeat_url is None
    assert config.settings.allow_private == ("127.0.0.1/32",)


def test_the_secret_is_the_owners_alone(tmp_path: Path) -> None:
    write(tmp_path, ADDRESSES, new_secret())
    assert stat.S_IMODE((tmp_path / SECRET_FILE).stat().st_mode) == 0o600


def test_secrets_are_new_each_time() -> None:
    assert len({new_secret() for _ in range(20)}) == 20
