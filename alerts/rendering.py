"""An alert for people (text, HTML) and for programs (JSON). Pure but for the templates, which are read once.

Facts named "Was" and "Now" are what moved: HTML shows them large, as `25% → 15%`, and the others as a table.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from alerts import chart
from alerts.types import Alert
from config.settings import Subscription

if TYPE_CHECKING:
    from jinja2 import Template

#: Names of the facts that the headline is made of.
MOVED = ("Was", "Now")
#: Classes of alerts that are no single change.
OTHER_TYPES = ("test", "confirm", "group", "digest", "item", "standing", "trouble")


@cache
def _template(name: str) -> Template:
    # Jinja takes two megabytes: who is told by programs alone is spared them.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return templates.get_template(name)


def text(alert: Alert, subscription: Subscription, reason: str, leave: str = "") -> str:
    """Plain text that stands alone. `leave` is the address or the code by which its reader ends it."""
    return _template("alert.txt").render(_view(alert, subscription, reason, leave))


def html(
    alert: Alert,
    subscription: Subscription,
    reason: str,
    leave: str = "",
    charts: Mapping[str, str] | None = None,
) -> str:
    """HTML for mail programs: tables and inline styles only, everything escaped.

    `charts` is alert id → where the picture of its history is (`cid:…`).
    """
    return _template("alert.html").render(_view(alert, subscription, reason, leave, charts or {}))


def payload(alert: Alert, subscription: Subscription, reason: str, follows: str | None = None) -> dict[str, object]:
    """The body of a webhook, as `docs/webhooks.md` and `alerts.schema` describe it; JSON-serialisable.

    `type` is `change.<class>` (`change.term`, `change.position`, …), or one of `OTHER_TYPES`. Numbers in `labels` are
    numbers. `follows` is the webhook-id of the message that this one confirms, moves or takes back.
    """
    more: dict[str, object] = {"alerts": [_event(part) for part in alert.parts]} if alert.parts else {}
    if follows:
        more["follows"] = follows
    said = {"subscription": subscription.name, "watchlist": subscription.watchlist, "reason": reason}
    return {
        "type": event_type(alert),
        "timestamp": stamp(alert.at),
        "data": _event(alert) | said | more,
    }


def cloud_event(told: dict[str, object], id: str, public_url: str | None = None) -> dict[str, object]:
    """A `payload` as a CloudEvents 1.0 event in structured JSON (github.com/cloudevents/spec, v1.0.2).

    `id` is the webhook-id, `subject` the deal, `data` what `data` is otherwise.
    """
    data = told["data"]
    assert isinstance(data, dict)
    event = {
        "specversion": "1.0",
        "id": id,
        "source": public_url or "urn:pactwatch",
        "type": f"pactwatch.{told['type']}",
        "time": told["timestamp"],
        "datacontenttype": "application/json",
        "data": data,
    }
    return event | ({"subject": data["thread"]} if data["thread"] else {})


def _event(alert: Alert) -> dict[str, object]:
    """One alert for programs; `change` is empty where it only puts others together."""
    return {
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
        "change": dict(alert.data),
    }


def event_type(alert: Alert) -> str:
    """The dotted name of what happened."""
    cls = str(alert.labels.get("class", ""))
    return cls if cls in OTHER_TYPES else f"change.{cls}" if cls else "change"


def stamp(when: datetime) -> str:
    """RFC 3339 in UTC with a Z, to the second or as finely as it is known."""
    return when.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _view(
    alert: Alert, subscription: Subscription, reason: str, leave: str, charts: Mapping[str, str] = MappingProxyType({})
) -> dict[str, object]:
    return _body(alert, "" if alert.parts else charts.get(alert.id, "")) | {
        "parts": [_body(part, charts.get(part.id, "")) for part in alert.parts],
        "subscription": subscription.name,
        "reason": reason,
        "leave": leave,
        "at": f"{_day(alert.at)}, {alert.at.astimezone(UTC):%H:%M} UTC",
        "id": alert.id,
    }


def _body(alert: Alert, picture: str) -> dict[str, object]:
    """What one alert says, without what it has to do with the reader."""
    facts = [(name, value) for name, value in alert.facts if value]
    past = [("History", chart.words(alert.steps))] if chart.drawn(alert.steps) else []
    return {
        "title": " ".join(alert.title.split()),
        "headline": headline(facts),
        "facts": [(name, value) for name, value in facts if name not in MOVED or "Now" not in dict(facts)],
        "picture": picture,
        "past": past[0][1] if past else "",
        "rows": _aligned(facts + past),
        "quotes": [
            {
                "text": " ".join(quote.text.split()),
                "source": quote.source,
                "day": _day(quote.published) if quote.published else "",
                "link": web_link(quote.link),
            }
            for quote in alert.quotes
        ],
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
