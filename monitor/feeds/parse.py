"""Bytes to entries: RSS 0.9–2.0, RDF, Atom 0.3 and 1.0, JSON Feed.

The document is a stranger's. Whatever it holds, `parse` comes back with entries of plain text or raises `ParseError`,
in time and memory that grow with its length alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

from monitor.feeds.encoding import decode
from monitor.feeds.entry import Entry, ParsedFeed, ParseError
from monitor.feeds.jsonfeed import parse_json
from monitor.feeds.known import Known
from monitor.feeds.xmlfeed import parse_new, parse_xml

__all__ = ["MAX_ENTRIES", "Entry", "Known", "ParseError", "ParsedFeed", "parse", "parse_unknown"]

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
    text, note = _text(body, content_type)
    with _plainly():
        feed = parse_json(text, url, MAX_ENTRIES) if text[0] in "{[" else parse_xml(text, url, MAX_ENTRIES)
    return _noted(feed, note)


def parse_unknown(
    body: bytes, url: str, content_type: str | None = None, known: Known | None = None
) -> tuple[ParsedFeed, Known]:
    """As `parse`, but without entries that the last document had in the same bytes, and what to pass as `known` for
    the next one. The entries left out are those that would change nothing: the store has them as they are.

    `known` must come from the last document of this feed that was stored.
    """
    text, note = _text(body, content_type)
    with _plainly():
        if text[0] in "{[":
            feed, now_known = parse_json(text, url, MAX_ENTRIES), Known()
        else:
            feed, now_known = parse_new(text, url, MAX_ENTRIES, known or Known())
    return _noted(feed, note), now_known


def _text(body: bytes, content_type: str | None) -> tuple[str, str]:
    """The document's text, not empty, and a note on its encoding. Raises `ParseError`."""
    for magic, name in MAGIC:
        if body.startswith(magic):
            raise ParseError(f"is {name}, not a feed")
    text, note = decode(body, content_type)
    text = text.lstrip("\ufeff\0 \t\r\n")
    if not text:
        raise ParseError("is empty")
    return text, note


@contextmanager
def _plainly() -> Iterator[None]:
    """Whatever goes wrong with a stranger's document is a `ParseError`."""
    try:
        yield
    except ParseError:
        raise
    except Exception as error:
        raise ParseError(f"could not be read ({type(error).__name__}: {str(error)[:200]})") from error


def _noted(feed: ParsedFeed, note: str) -> ParsedFeed:
    return replace(feed, bozo="; ".join(filter(None, (note, feed.bozo)))) if note else feed
