"""RSS, RDF and Atom by feedparser, which knows twenty years of their variants; the plainest RSS without it."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final
from xml.sax.expatreader import ExpatParser  # the body has neither DOCTYPE nor entities, see `document.ready`
from xml.sax.handler import feature_external_ges, feature_external_pes, feature_namespaces
from xml.sax.xmlreader import InputSource

from feedparser.api import StrictFeedParser

from monitor.feeds import plainrss
from monitor.feeds.build import Draft, finish, tag
from monitor.feeds.canonical import absolute
from monitor.feeds.document import BROKEN_OFF, mended, ordinary, plain_text, ready
from monitor.feeds.entry import Entry, ParsedFeed, ParseError
from monitor.feeds.known import Known, clash, kept, split
from monitor.feeds.plainrss import Plain
from monitor.feeds.text import line

DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
#: sy:updatePeriod (RSS 1.0 syndication module).
PERIODS: Final = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(days=7),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}

_FIRST_ENTRY = re.compile(rb"<(?:\w+:)?(?:item|entry)[\s/>]", re.IGNORECASE)
_SKIP = re.compile(r"<skip(hours|days)\s*>(.{0,4000}?)</skip\1\s*>", re.IGNORECASE | re.DOTALL)
_SKIPPED = re.compile(r"<(?:hour|day)\s*>\s*(\w{1,9})\s*<", re.IGNORECASE)


def parse_xml(text: str, url: str, limit: int) -> ParsedFeed:
    """The feed in an XML document, at most `limit` entries. Raises `ParseError`."""
    body, notes = ready(text, limit)
    feed, entries = _read(body.encode("utf-8", "replace"), url, limit, notes)
    return replace(feed, entries=finish(entries))


def parse_new(text: str, url: str, limit: int, known: Known) -> tuple[ParsedFeed, Known]:
    """As `parse_xml`, without the entries in `known`, and what is known now. Raises `ParseError`.

    Where it cannot be told which entries are known, all are read.
    """
    body = plain_text(text)
    pieces = split(body.encode("utf-8", "replace")) if ordinary(body, limit) else None
    if pieces is not None:
        digests, before = pieces.digests(), known.by_digest()
        for cut in ({digest for digest in digests if digest in before}, set[bytes]()):
            wanted = [number for number, digest in enumerate(digests) if digest not in cut]
            try:
                feed, entries = _read(pieces.only(wanted), url, limit, [])
            except ParseError:
                break  # Names without a namespace, for one, are mended first where all is read.
            if len(entries) != len(wanted) or feed.bozo:
                break
            if not clash(entries, (before[digest] for digest in cut)):
                now_known = kept(digests, dict(zip(wanted, entries, strict=True)), before)
                return replace(feed, entries=finish(entries)), now_known
    body, notes = mended(body, limit)
    feed, entries = _read(body.encode("utf-8", "replace"), url, limit, notes)
    return replace(feed, entries=finish(entries)), Known()


def _read(body: bytes, url: str, limit: int, notes: list[str]) -> tuple[ParsedFeed, list[Entry]]:
    """The feed without its entries, and the entries, all of them and one for each in the document."""
    plain = plainrss.read(body) or _by_feedparser(body)
    if plain.complaint:
        notes.append(plain.complaint)
    feed, drafts, version = plain.feed, plain.entries[:limit], plain.version
    if not drafts and not version and not feed.get("title"):
        raise ParseError("is XML, but no feed: it has neither a title nor entries")
    if not drafts and BROKEN_OFF in notes:
        raise ParseError("breaks off before its first entry")
    hub, topic = _websub(feed)
    head = _head(body)
    about = ParsedFeed(
        title=line(_string(feed, "title")),
        entries=(),
        language=tag(_string(feed, "language")),
        ttl=_ttl(feed),
        hub=absolute(hub, url),
        topic=absolute(topic, url),
        skip_hours=frozenset(int(v) % 24 for v in _skips(head, "hours") if v.isdigit() and int(v) <= 24),
        skip_days=frozenset(DAYS.index(v.lower()) for v in _skips(head, "days") if v.lower() in DAYS),
        kind=version or "unknown",
        bozo="; ".join(notes),
    )
    # A file that was saved has no address of its own; what its links are relative to is the site that it names.
    base = url if url.startswith(("http://", "https://")) else absolute(_string(feed, "link"), "") or url
    return about, [draft.entry(base) for draft in drafts]


class _Reader(ExpatParser):
    """The standard library's reader, with text handed on in large pieces: by itself it makes one call of each line
    break, which for ten megabytes of them took six seconds."""

    #: pyexpat's parser.
    _parser: Any

    def reset(self) -> None:
        super().reset()
        self._parser.buffer_size = 65_536
        self._parser.buffer_text = True


def _by_feedparser(body: bytes) -> Plain:
    """What feedparser makes of a document."""
    parser, complaint = _run(body)
    return Plain(parser.version, parser.feeddata, [_draft(entry) for entry in parser.entries], complaint)


def _run(body: bytes) -> tuple[Any, str]:
    """feedparser's handler after the document, and what went wrong in words. The lenient parser is never used."""
    # Without a base address guids stay as they are written; with one they would change when the feed moves.
    handler = StrictFeedParser("", None, "utf-8")
    handler.resolve_relative_uris = False
    handler.sanitize_html = False
    reader = _Reader()
    reader.setFeature(feature_namespaces, True)
    reader.setFeature(feature_external_ges, False)
    reader.setFeature(feature_external_pes, False)
    reader.setContentHandler(handler)
    source = InputSource()
    source.setEncoding("utf-8")
    source.setByteStream(io.BytesIO(body))
    try:
        reader.parse(source)
    except Exception as error:
        # feedparser's handlers meet anything that strangers write; whatever they raise, the entries so far count.
        return handler, f"read only in part ({type(error).__name__})"
    return handler, ""


def _draft(entry: Mapping[str, Any]) -> Draft:
    contents = [c for c in _list(entry, "content") if isinstance(c.get("value"), str)]
    readable = [c for c in contents if str(c.get("type", "text/html")).startswith(("text/", "application/xhtml"))]
    content = max((str(c["value"]) for c in readable), key=len, default="")
    languages = (
        c.get("language") for c in (*readable, _mapping(entry, "summary_detail"), _mapping(entry, "title_detail"))
    )
    return Draft(
        guid=_string(entry, "id"),
        link=_string(entry, "feedburner_origlink") or _link(entry),
        title=_string(entry, "title"),
        summary=_string(entry, "summary"),
        content=content,
        published=_string(entry, "published") or _string(entry, "created"),
        updated=_string(entry, "updated"),
        language=next((str(language) for language in languages if language), None),
        author=_string(entry, "author"),
    )


def _link(entry: Mapping[str, Any]) -> str:
    """The entry's page: its link, a guid that is an address, or the first alternate."""
    link = _string(entry, "link")
    # feedparser takes any guid for a link unless it says isPermaLink="false", and many feeds number their entries.
    if link and (link != _string(entry, "id") or link.lower().startswith(("http://", "https://", "/"))):
        return link
    pages = (one for one in _list(entry, "links") if one.get("rel", "alternate") == "alternate")
    return next((str(one["href"]) for one in pages if one.get("href")), "")


def _ttl(feed: Mapping[str, Any]) -> timedelta | None:
    """`ttl` in minutes (RSS 2.0), or the update period and frequency of the syndication module."""
    minutes = _string(feed, "ttl").strip()
    if minutes.isascii() and minutes.isdigit() and 0 < int(minutes[:9]) < 1_000_000:
        return timedelta(minutes=int(minutes[:9]))
    period = PERIODS.get(_string(feed, "sy_updateperiod").strip().lower())
    frequency = _string(feed, "sy_updatefrequency").strip()
    if period is None:
        return None
    times = int(frequency) if frequency.isascii() and frequency.isdigit() and len(frequency) < 6 else 1
    return period / max(1, times)


def _websub(feed: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """(hub, topic): the feed's links with rel=hub and rel=self."""
    links = _list(feed, "links")
    hub, topic = (
        next((str(x["href"]) for x in links if x.get("rel") == r and x.get("href")), None) for r in ("hub", "self")
    )
    return hub, topic if hub else None


def _head(body: bytes) -> str:
    """The document up to its first entry."""
    first = _FIRST_ENTRY.search(body)
    return body[: min(first.start() if first else len(body), 50_000)].decode("utf-8", "replace")


def _skips(head: str, what: str) -> list[str]:
    return [value for kind, inner in _SKIP.findall(head) if kind.lower() == what for value in _SKIPPED.findall(inner)]


def _string(values: Mapping[str, Any], key: str) -> str:
    """A value as text. feedparser's dictionary answers some keys with others, so the plain lookup is used."""
    value = dict.get(values, key) if isinstance(values, dict) else None
    return value if isinstance(value, str) else ""


def _list(values: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    value = dict.get(values, key) if isinstance(values, dict) else None
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _mapping(values: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = dict.get(values, key) if isinstance(values, dict) else None
    return value if isinstance(value, dict) else {}
