"""The demo's configuration folder: the same files that an owner would write."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from demo.articles import DemoFeed

#: The deals that the demo watches.
DEALS = ("US-KR", "US-JP", "US-EU", "US-WORLD")
MAILBOX = "desk@demo.example"
SECRET_FILE = "webhook-secret"


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where the demo's servers listen."""

    #: Feed → its URL, in the order of the feeds.
    feeds: Sequence[tuple[DemoFeed, str]]
    smtp_port: int
    webhook: str


def new_secret() -> str:
    """A Standard Webhooks secret: `whsec_` and 24 random bytes in base64."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()


def write(folder: Path, addresses: Addresses, secret: str) -> None:
    """Writes pactwatch.yaml and the file with the webhook's secret, which only its owner may read."""
    path = folder / SECRET_FILE
    path.touch(mode=0o600)
    path.write_text(secret, encoding="ascii")
    document = {
        "settings": _settings(folder, addresses.smtp_port),
        # Nothing but the demo's own feeds: it must not ask the world.
        "catalogue": False,
        "feeds": [_feed(feed, url) for feed, url in addresses.feeds],
        "watchlists": [{"name": "the deals", "countries": list(DEALS)}],
        "subscriptions": [
            {"name": "desk", "watchlist": "the deals", "channel": "mail", "to": MAILBOX},
            {
                "name": "program",
                "watchlist": "the deals",
                "channel": "webhook",
                "to": addresses.webhook,
                "secret": f"file:{SECRET_FILE}",
            },
        ],
    }
    text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120)
    (folder / "pactwatch.yaml").write_text("# Written by the demo.\n" + text, encoding="utf-8")


def _settings(folder: Path, smtp_port: int) -> dict[str, Any]:
    return {
        "data_dir": str(folder / "data"),
        "contact": MAILBOX,
        "log_format": "json",
        # All else that is private stays refused.
        "allow_private": ["127.0.0.1/32"],
        # The clock leaps by hours and days: each leap makes every feed due, and none in between.
        "polling": {
            "interval": "5m",
            "min_interval": "5m",
            "max_interval": "5m",
            "jitter": 0,
            "host_pause": 0,
            "per_host": 8,
        },
        # The clock stands still until all is delivered: what waits for its group would wait for ever.
        "delivery": {"group_window": "0s"},
        "mail": {
            "host": "127.0.0.1",
            "port": smtp_port,
            "security": "none",
            "sender": "pactwatch <alerts@demo.example>",
        },
    }


def _feed(feed: DemoFeed, url: str) -> dict[str, Any]:
    entry = {"name": feed.publisher, "url": url, "kind": feed.kind, "tier": feed.tier, "site": feed.site}
    return entry | ({"country": feed.country} if feed.country else {})
