"""Bytes to entries: RSS 0.9–2.0, RDF, Atom 0.3 and 1.0, JSON Feed.

The document is a stranger's. Whatever it holds, `parse` comes back with entries of plain text or raises `ParseError`,
in time and memory that grow with its length alone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from monitor.feeds.encoding import decode
from monitor.feeds.entry import Entry, ParsedFeed, ParseError
from monitor.feeds.jsonfeed import parse_json
from monitor.feeds.xmlfeed import parse_xml

__all__ = ["MAX_ENTRIES", "Entry", "ParseError", "ParsedFeed", "parse"]

#: Entries that are read of one document.
MAX_ENTRIES: Final = 2_000
#: How files begin that are often served in a feed's place.
MAGIC: Final = (
    (b"\x1f\x8b", "a gzip archive"),
    (b"PK\x03\x04", "a zip archive"),
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
)


def parse(body: bytes, url: str, content_type: str | None = None) -> ParsedFeed:
    """What a feed's document says. `url` is the address it came from; relative links are resolved against it.

    Raises `ParseError`, which says in words what the document is instead.
    """
    for magic, name in MAGIC:
        if body.startswith(magic):
            raise ParseError(f"is {name}, not a feed")
    text, note = decode(body, content_type)
    text = text.lstrip("\ufeff\0 \t\r\n")
    if not text:
        raise ParseError("is empty")
    try:
        feed = parse_json(text, url, MAX_ENTRIES) if text[0] in "{[" else parse_xml(text, url, MAX_ENTRIES)
    except ParseError:
        raise
    except Exception as error:
        raise ParseError(f"could not be read ({type(error).__name__}: {str(error)[:200]})") from error
    return replace(feed, bozo="; ".join(filter(None, (note, feed.bozo)))) if note else feed
