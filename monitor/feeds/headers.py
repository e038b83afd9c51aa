"""What the header fields of an answer say. Each is a stranger's text; what cannot be read counts as not said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from monitor.feeds.canonical import absolute

#: The longest wish for a pause that is passed on, seconds.
MAX_RETRY_AFTER: Final = 86_400.0
#: Characters of an ETag or Last-Modified that are kept; longer ones are not sent back.
MAX_VALIDATOR: Final = 1_000
#: Characters of the Link field that are looked at.
MAX_LINKS: Final = 8_000

#: No control characters, and no bytes that are no UTF-8 (as aiohttp hands them on).
_PLAIN = re.compile("[^\x00-\x1f\x7f\ud800-\udfff]+")
_LINK = re.compile(r"<([^<>]{1,2000})>([^<>]{0,1000})")
_REL = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]{0,200})\"|([^\s;,\"]{1,100}))", re.IGNORECASE)


def validator(value: str | None) -> str | None:
    """A validator that can be stored and sent back unchanged, or None: too long, or not plain characters."""
    return value if value and len(value) <= MAX_VALIDATOR and _PLAIN.fullmatch(value) else None


def wait(value: str | None, now: datetime) -> float | None:
    """Seconds from a Retry-After in seconds or as a date (RFC 9110, 10.2.3), at most a day; None for neither."""
    if not value:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:12]), MAX_RETRY_AFTER)
    moment = _date(text)
    return None if moment is None else min(max(0.0, (moment - now).total_seconds()), MAX_RETRY_AFTER)


def freshness(fields: Mapping[str, str], now: datetime) -> float | None:
    """Seconds for which an answer says it stays fresh: max-age less Age, else Expires less Date (RFC 9111, 4.2)."""
    said = fields.get("Cache-Control", "")
    directives = [part.strip().lower() for part in said[:1_000].split(",")] if said else []
    if "no-cache" in directives or "no-store" in directives:
        return None
    for directive in directives:
        name, _, value = directive.partition("=")
        digits = value.strip('"')
        if name == "max-age" and digits.isascii() and digits.isdigit():
            age = fields.get("Age", "0").strip()
            return max(0.0, float(digits[:12]) - (float(age[:12]) if age.isascii() and age.isdigit() else 0))
    expires = _date(fields["Expires"]) if "Expires" in fields else None
    if expires is None:
        return None
    return max(0.0, (expires - (_date(fields.get("Date", "")) or now)).total_seconds())


def hub_links(fields: Mapping[str, str], url: str) -> tuple[str | None, str | None]:
    """(hub, topic): the first rel=hub and rel=self of the Link fields (RFC 8288; W3C WebSub, 4). `url` is the base."""
    getall = getattr(fields, "getall", None)
    values = getall("Link", ()) if getall else filter(None, (fields.get("Link"),))
    found: dict[str, str] = {}
    for target, parameters in _LINK.findall(", ".join(values)[:MAX_LINKS]):
        rels = _REL.search(parameters)
        for rel in ((rels.group(1) or rels.group(2)) if rels else "").lower().split():
            if address := absolute(target, url):
                found.setdefault(rel, address)
    return found.get("hub"), found.get("self") if "hub" in found else None


def _date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
