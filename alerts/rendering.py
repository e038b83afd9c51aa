"""An alert for people (text, HTML) and for programs (JSON). Pure but for the templates, which are read once.

Facts named "Was" and "Now" are what moved: HTML shows them large, as `25% → 15%`, and the others as a table.
"""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from alerts.types import Alert
from config.settings import Subscription

#: Names of the facts that the headline is made of.
MOVED = ("Was", "Now")

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def text(alert: Alert, subscription: Subscription, reason: str) -> str:
    """Plain text that stands alone."""
    return _TEMPLATES.get_template("alert.txt").render(_view(alert, subscription, reason))


def html(alert: Alert, subscription: Subscription, reason: str) -> str:
    """HTML for mail programs: tables and inline styles only, everything escaped."""
    return _TEMPLATES.get_template("alert.html").render(_view(alert, subscription, reason))


def payload(alert: Alert, subscription: Subscription, reason: str) -> dict[str, object]:
    """The body of a webhook, as `docs/webhooks.md` describes it; JSON-serialisable.

    `type` is `change.<class>` (`change.term`, `change.position`, …), or `test`. Numbers in `labels` are numbers.
    """
    return {
        "type": event_type(alert),
        "timestamp": stamp(alert.at),
        "data": {
            "id": alert.id,
            "title": alert.title,
            "thread": alert.thread,
            "labels": dict(alert.labels),
            "facts": [{"name": name, "value": value} for name, value in alert.facts],
            "quotes": [
                {
                    "text": quote.text,
                    "source": quote.source,
                    "link": quote.link,
                    "published": stamp(quote.published) if quote.published else None,
                }
                for quote in alert.quotes
            ],
            "subscription": subscription.name,
            "watchlist": subscription.watchlist,
            "reason": reason,
            "change": dict(alert.data),
        },
    }


def event_type(alert: Alert) -> str:
    """The dotted name of what happened."""
    cls = alert.labels.get("class")
    return "test" if cls == "test" else f"change.{cls}" if cls else "change"


def stamp(when: datetime) -> str:
    """RFC 3339 in UTC with a Z, to the second or as finely as it is known."""
    return when.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _view(alert: Alert, subscription: Subscription, reason: str) -> dict[str, object]:
    facts = [(name, value) for name, value in alert.facts if value]
    return {
        "title": " ".join(alert.title.split()),
        "headline": headline(facts),
        "facts": [(name, value) for name, value in facts if name not in MOVED or "Now" not in dict(facts)],
        "rows": _aligned(facts),
        "quotes": [
            {
                "text": " ".join(quote.text.split()),
                "source": quote.source,
                "day": _day(quote.published) if quote.published else "",
                "link": web_link(quote.link),
            }
            for quote in alert.quotes
        ],
        "subscription": subscription.name,
        "reason": reason,
        "at": f"{_day(alert.at)}, {alert.at.astimezone(UTC):%H:%M} UTC",
        "id": alert.id,
    }


def headline(facts: list[tuple[str, str]]) -> str | None:
    """`25% → 15%`, or what is new where nothing was before; None where nothing moved."""
    found = dict(facts)
    if "Now" not in found:
        return None
    return f"{found['Was']} → {found['Now']}" if "Was" in found else found["Now"]


def web_link(link: str | None) -> str | None:
    """A link that may be clicked: http and https only, since feeds are written by strangers."""
    try:
        scheme = urlsplit(link or "").scheme
    except ValueError:
        return None
    return link if scheme in ("http", "https") else None


def _day(when: datetime) -> str:
    return f"{when.day} {when:%b %Y}"


def _aligned(facts: list[tuple[str, str]]) -> list[str]:
    """`Rate       25% → 15%`, the values below each other in a fixed-width font."""
    width = max((_columns(name) for name, _ in facts), default=0)
    return [f"{name}{' ' * (width - _columns(name))}  {value}" for name, value in facts]


def _columns(word: str) -> int:
    """How many columns a word takes: East Asian wide characters take two, combining marks none."""
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in word)
    return len(word) + wide - sum(unicodedata.combining(c) > 0 for c in word)
