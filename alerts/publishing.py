"""Feeds of changes into a folder: Atom (RFC 4287) and JSON Feed 1.1, one pair per watchlist and one per deal."""

from __future__ import annotations

import json
import os
import re
import tempfile
import uuid
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from sqlalchemy import Connection, func, select

from alerts.matching import decide
from alerts.rendering import headline, stamp, web_link
from alerts.rows import from_row
from alerts.tables import alerts
from alerts.types import Alert
from config.settings import Config, Subscription

ATOM = "http://www.w3.org/2005/Atom"
JSON_FEED = "https://jsonfeed.org/version/1.1"
#: Newest alerts that are looked through, and entries of one feed.
LOOKED_AT, ENTRIES = 2_000, 100
_NAMESPACE = uuid.UUID("0b6e7d3c-5b0a-5e52-9d54-0e0c4a8e9c11")
#: What XML 1.0 cannot hold.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: Everything is told in a feed that asks for it by its watchlist.
_READER = {"name": "feed", "channel": "mail", "to": "feed@example.org"}


class Publisher:
    """Writes a folder anew when an alert was written since the last time."""

    def __init__(self) -> None:
        self._last: tuple[object, ...] = ()

    def publish(self, connection: Connection, config: Config, folder: Path, now: datetime) -> list[Path]:
        """The files that were written; none where nothing is new. Raises OSError where the folder cannot be written."""
        newest = connection.execute(select(func.max(alerts.c.created_at), func.count()).select_from(alerts)).one()
        state = (*newest, config.watchlists, folder)
        if state == self._last:
            return []
        written = publish(connection, config, folder, now)
        self._last = state
        return written


def publish(connection: Connection, config: Config, folder: Path, now: datetime) -> list[Path]:
    """Write every feed of a folder, each file whole or not at all; their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = connection.execute(select(alerts).order_by(alerts.c.at.desc(), alerts.c.id).limit(LOOKED_AT))
    found = [alert for alert in map(from_row, rows) if "deal" in alert.labels]
    base = (config.settings.http.public_url or "").rstrip("/")
    written = []
    for name, title, some in _feeds(found, config):
        atom_, json_ = f"{name}.atom", f"{name}.json"
        address = f"{base}/feeds/" if base else ""
        for file, body in (
            (atom_, atom(title, some[:ENTRIES], now, address and address + atom_)),
            (json_, json_feed(title, some[:ENTRIES], address and address + json_)),
        ):
            _replace(folder / file, body)
            written.append(folder / file)
    return written


def _feeds(found: Sequence[Alert], config: Config) -> list[tuple[str, str, list[Alert]]]:
    """(file name, title, alerts) of each watchlist and each deal."""
    made = []
    for watchlist in config.watchlists:
        reader = Subscription.model_validate(_READER | {"watchlist": watchlist.name})
        fitting = [alert for alert in found if decide(alert, watchlist, reader).send]
        made.append((f"watchlist-{_slug(watchlist.name)}", f"Changes: {watchlist.name}", fitting))
    deals = sorted({str(alert.labels["deal"]) for alert in found})
    for deal in deals:
        own = [alert for alert in found if alert.labels["deal"] == deal]
        made.append((f"deal-{_slug(deal)}", f"Changes of {deal}", own))
    return made


def _slug(name: str) -> str:
    """A file name that no two names share: letters, digits and dashes, with a mark where something was replaced."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60]
    return plain if plain == name.lower() else f"{plain}-{sha256(name.encode()).hexdigest()[:6]}".strip("-")


def atom(title: str, found: Sequence[Alert], now: datetime, address: str = "") -> bytes:
    """An Atom feed with the elements that RFC 4287 requires: id, title, updated, author."""
    feed = Element("feed", xmlns=ATOM)
    _text(feed, "id", uuid.uuid5(_NAMESPACE, f"feed\n{title}").urn)
    _text(feed, "title", title)
    _text(feed, "updated", stamp(max((alert.at for alert in found), default=now)))
    _text(SubElement(feed, "author"), "name", "pactwatch")
    if address:
        SubElement(feed, "link", rel="self", href=address)
    for alert in found:
        entry = SubElement(feed, "entry")
        _text(entry, "id", _id(alert))
        _text(entry, "title", alert.title)
        _text(entry, "updated", stamp(alert.at))
        for name in ("deal", "kind", "scope", "class"):
            if name in alert.labels:
                SubElement(entry, "category", term=str(alert.labels[name]), label=name)
        link = _link(alert)
        if link:
            SubElement(entry, "link", rel="alternate", href=link)
        _text(entry, "content", _said(alert), type="text")
    indent(feed)
    body: bytes = tostring(feed, encoding="utf-8")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + body


def json_feed(title: str, found: Sequence[Alert], address: str = "") -> bytes:
    """A JSON Feed, version 1.1 (jsonfeed.org); `_pactwatch` of an item is the change for programs."""
    feed: dict[str, object] = {"version": JSON_FEED, "title": title, "authors": [{"name": "pactwatch"}]}
    if address:
        feed["feed_url"] = address
    feed["items"] = [_item(alert) for alert in found]
    return json.dumps(feed, ensure_ascii=False, indent=1).encode()


def _item(alert: Alert) -> dict[str, object]:
    item: dict[str, object] = {
        "id": _id(alert),
        "title": alert.title,
        "content_text": _said(alert),
        "date_published": stamp(alert.at),
        "tags": [str(alert.labels[name]) for name in ("deal", "kind", "scope", "class") if name in alert.labels],
        "_pactwatch": dict(alert.data),
    }
    link = _link(alert)
    return item | ({"external_url": link} if link else {})


def _link(alert: Alert) -> str | None:
    return next((link for quote in alert.quotes if (link := web_link(quote.link))), None)


def _id(alert: Alert) -> str:
    return uuid.uuid5(_NAMESPACE, alert.id).urn


def _said(alert: Alert) -> str:
    """Headline, facts and quotes as plain text."""
    facts = [(name, value) for name, value in alert.facts if value]
    lines = [headline(facts) or "", *(f"{name}: {value}" for name, value in facts)]
    lines += [f"“{quote.text}” ({quote.source})" for quote in alert.quotes]
    return "\n".join(line for line in lines if line)


def _text(parent: Element, name: str, text: str, **attributes: str) -> None:
    SubElement(parent, name, attributes).text = _NO_XML.sub(" ", text)


def _replace(path: Path, body: bytes) -> None:
    """Whoever reads meanwhile sees the old file or the new one, never half of one."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(body)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
