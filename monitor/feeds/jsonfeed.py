"""JSON Feed, versions 1 and 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from __future__ import annotations

import json
from typing import Any, Final

from monitor.feeds.build import Draft, finish
from monitor.feeds.entry import Entry, ParsedFeed, ParseError
from monitor.feeds.text import line

VERSION: Final = "https://jsonfeed.org/version/"


def parse_json(text: str, url: str, limit: int) -> ParsedFeed:
    """The feed in a JSON document, at most `limit` entries. Raises `ParseError`."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ParseError(f"starts like JSON, but is not: {error}") from error
    if not isinstance(document, dict) or not isinstance(document.get("items"), list):
        raise ParseError("is JSON, but not a JSON Feed: there is no list of items")
    version = _text(document.get("version"))
    if "jsonfeed.org/version/" not in version:
        raise ParseError(f'is JSON, but not a JSON Feed: "version" is not {VERSION}1.1')
    base = _text(document.get("home_page_url")) or url
    language = _text(document.get("language")) or None
    entries = [_entry(item, base, language) for item in document["items"][:limit] if isinstance(item, dict)]
    hub = next((h for h in _dicts(document.get("hubs")) if _text(h.get("type")).lower() == "websub"), {})
    return ParsedFeed(
        title=line(_text(document.get("title"))),
        entries=finish(entries),
        language=language,
        ttl=None,
        hub=_text(hub.get("url")) or None,
        topic=_text(document.get("feed_url")) or None,
        skip_hours=frozenset(),
        skip_days=frozenset(),
        kind="json" + version.rpartition("/")[2].replace(".", "")[:4],
    )


def _entry(item: dict[str, Any], base: str, language: str | None) -> Entry:
    authors = _dicts(item.get("authors")) or _dicts([item.get("author")])
    return Draft(
        guid=_text(item.get("id")),
        link=_text(item.get("url")) or _text(item.get("external_url")),
        title=_text(item.get("title")),
        summary=_text(item.get("summary")),
        content=_text(item.get("content_html")),
        text=_text(item.get("content_text")),
        published=_text(item.get("date_published")),
        updated=_text(item.get("date_modified")),
        language=_text(item.get("language")) or language,
        author=", ".join(name for author in authors if (name := _text(author.get("name")))),
    ).entry(base)


def _text(value: object) -> str:
    """A string, a number as its digits (ids are often numbers), anything else as nothing."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _dicts(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
