"""RSS as nearly all sites write it, read by expat alone: what feedparser makes of it, in a tenth of the time.

feedparser decides what a document means, and this page repeats its answers only where they can be told beforehand: each
element is one of those below and stands where it belongs, once where it counts, without markup in it and without an
`xml:base` or a language of its own. At the first thing that is otherwise the document is left to feedparser. That both
say the same is held by `tests/feeds/test_plainrss.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final
from xml.parsers import expat

from feedparser.api import StrictFeedParser

from monitor.feeds.build import Draft
from monitor.feeds.text import WINDOWS

ATOM: Final = "http://www.w3.org/2005/Atom"
#: The versions of RSS that feedparser tells apart (2.0 and later are one).
VERSIONS: Final = {"0.91": "rss091u", "0.92": "rss092", "0.93": "rss093", "0.94": "rss094"}
_DC, _CONTENT = "http://purl.org/dc/elements/1.1/ ", "http://purl.org/rss/1.0/modules/content/ "
_SY, _SLASH = "http://purl.org/rss/1.0/modules/syndication/ ", "http://purl.org/rss/1.0/modules/slash/ "
_WFW, _MEDIA = "http://wellformedweb.org/CommentAPI/ ", "http://search.yahoo.com/mrss/ "
_BURNER = "http://rssnamespace.org/feedburner/ext/1.0 "

#: Element → the key under which feedparser has its text; "" for what is passed over.
ITEM: Final = {
    "title": "title", "link": "link", "guid": "id", "description": "summary", "pubDate": "published",
    "author": "author", _DC + "creator": "author", _DC + "date": "updated", f"{ATOM} updated": "updated",
    _CONTENT + "encoded": "content", _BURNER + "origLink": "feedburner_origlink",
    "category": "", "comments": "", "enclosure": "", "source": "", _DC + "subject": "", _SLASH + "comments": "",
    _WFW + "comment": "", _WFW + "commentRss": "", _MEDIA + "content": "", _MEDIA + "thumbnail": "",
    _MEDIA + "credit": "",
}  # fmt: skip
CHANNEL: Final = {
    "title": "title", "link": "link", "language": "language", "ttl": "ttl", _SY + "updatePeriod": "sy_updateperiod",
    _SY + "updateFrequency": "sy_updatefrequency",
    "pubDate": "published", "lastBuildDate": "updated",
    "description": "", "copyright": "", "managingEditor": "", "webMaster": "", "category": "", "generator": "",
    "docs": "", _SY + "updateBase": "",
}  # fmt: skip
#: Keys of dates: feedparser reads these as well, and breaks off at some with slashes ("Fri, 2006/19/15 08:19:53 EDT").
DATES: Final = frozenset({"published", "updated"})
#: Parts of the channel with elements of their own, which all are passed over.
PARTS: Final = {
    "image": dict.fromkeys(("url", "title", "link", "width", "height", "description"), ""),
    "skipHours": {"hour": ""},
    "skipDays": {"day": ""},
}
#: What stands outside of the channel: nothing that says anything.
ROOT: Final[dict[str, str]] = {}
RSS: Final[dict[str, str]] = {}
#: Elements that may have attributes: what they mean there is known, or nothing.
ATTRIBUTES: Final = {
    "rss": frozenset({"version"}),
    "guid": frozenset({"isPermaLink"}),
    "category": frozenset({"domain"}),
    "enclosure": frozenset({"url", "length", "type"}),
    "source": frozenset({"url"}),
    _MEDIA + "content": frozenset({
        "url", "type", "medium", "height", "width", "fileSize", "duration", "bitrate", "expression", "isDefault",
    }),
    _MEDIA + "thumbnail": frozenset({"url", "height", "width", "time"}),
    _MEDIA + "credit": frozenset({"role", "scheme"}),
}  # fmt: skip
_LINK_ATTRIBUTES: Final = frozenset({"href", "rel", "type", "title", "length", "hreflang"})
_NONE: Final = frozenset[str]()

#: Namespace in lower case → the prefix by which feedparser knows it.
_PREFIXES: Final[dict[str, str]] = {uri.lower(): prefix for uri, prefix in StrictFeedParser.namespaces.items()}
_TAKEN: Final = frozenset(_PREFIXES.values())

_SLASHES = re.compile("^([A-Za-z][A-Za-z0-9+-.]*://)/*")
_WINDOWS = re.compile("[\x80-\x9f]")
_REFERENCE = re.compile(r"&([A-Za-z0-9_]+);")


@dataclass(frozen=True, slots=True)
class Plain:
    """What a document says: the fields of the feed by feedparser's names, and its entries."""

    version: str
    feed: Mapping[str, Any]
    entries: list[Draft]
    #: What went wrong, in words.
    complaint: str = ""


def read(body: bytes) -> Plain | None:
    """A document in UTF-8 that begins with its root, or None where feedparser must say what it means."""
    reader = _Reader()
    try:
        return reader.run(body)
    except (_NotPlain, expat.ExpatError):
        return None
    finally:
        reader.let_go()


class _NotPlain(Exception):
    """The document has something in it that is not dealt with here."""


class _Reader:
    """Goes through the document once, from element to element; few of them hold others."""

    def __init__(self) -> None:
        self.version = ""
        self.feed: dict[str, Any] = {"links": []}
        self.entries: list[Draft] = []
        #: Where we are: the elements that may stand there, and what they said.
        self.table: Mapping[str, str] = ROOT
        self.values = self.feed
        #: The key of the element that is open, and what it has said so far; None between elements.
        self.key: str | None = None
        self.said: list[str] = []
        #: The guid of the present item counts as its link.
        self.permanent = True
        self.parser = parser = expat.ParserCreate("utf-8", " ")
        parser.buffer_text, parser.buffer_size = True, 65_536
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        parser.StartNamespaceDeclHandler = self.declared
        parser.StartElementHandler, parser.EndElementHandler = self.start, self.end
        parser.CharacterDataHandler = self.said.append

    def run(self, body: bytes) -> Plain:
        self.parser.Parse(body, True)
        if "link" in self.feed:
            self.feed["link"] = _REFERENCE.sub(r"&\1", self.feed["link"])
        return Plain(self.version, self.feed, self.entries)

    def let_go(self) -> None:
        """No circle is left behind."""
        parser = self.parser
        parser.StartElementHandler = parser.EndElementHandler = None
        parser.StartNamespaceDeclHandler = parser.CharacterDataHandler = None

    def declared(self, prefix: str | None, uri: str | None) -> None:
        """A namespace: its prefix must be the one by which feedparser knows it, or mean nothing to feedparser."""
        known = _PREFIXES.get((uri or "").lower())
        foreign = bool(prefix) and prefix not in _TAKEN and "userland.com" not in (uri or "").lower()
        if not (known == prefix if known else foreign and (known is None or uri == ATOM)):
            raise _NotPlain
        if self.version and uri != ATOM:
            raise _NotPlain

    def start(self, name: str, attributes: dict[str, str]) -> None:
        key = self.table.get(name)
        if key is None or self.key is not None or key in self.values or attributes:
            key = self.unusual(name, attributes, key)
        self.key = key
        self.said.clear()

    def end(self, name: str) -> None:
        key = self.key
        if key is None:
            self.leave()
        elif key:
            self.values[key] = _text("".join(self.said), key)
        self.key = None

    def unusual(self, name: str, attributes: dict[str, str], key: str | None) -> str | None:
        """What is more than an element with text in it: one with attributes, or one that holds others (None)."""
        if self.key is not None:
            raise _NotPlain
        if self.table is CHANNEL and name == f"{ATOM} link":
            return self.link(attributes)
        if not attributes.keys() <= ATTRIBUTES.get(name, _NONE):
            raise _NotPlain
        if key is not None and key not in self.values:
            self.permanent = attributes.get("isPermaLink", "true") == "true" if name == "guid" else self.permanent
            return key
        self.enter(name, attributes)
        return None

    def enter(self, name: str, attributes: dict[str, str]) -> None:
        """An element that holds others."""
        if self.table is ROOT and name == "rss" and not self.version:
            said = attributes.get("version", "")
            self.version = VERSIONS.get(said) or ("rss20" if said.startswith("2.") else "rss")
            self.table = RSS
        elif self.table is RSS and name == "channel" and name not in self.feed:
            self.feed[name], self.table = "", CHANNEL
        elif self.table is CHANNEL and name == "item":
            self.table, self.values, self.permanent = ITEM, {}, True
        elif self.table is CHANNEL and name in PARTS and name not in self.feed:
            self.feed[name], self.table = "", PARTS[name]
        else:
            raise _NotPlain

    def leave(self) -> None:
        """The end of an element that holds others."""
        if self.table is ITEM:
            self.entries.append(_draft(self.values, self.permanent))
            self.values = self.feed
        self.table = RSS if self.table is CHANNEL else ROOT if self.table is RSS else CHANNEL

    def link(self, attributes: dict[str, str]) -> str:
        """A hub, or the feed's own address; what could be its page is left to feedparser."""
        rel, href = attributes.get("rel", "").lower(), attributes.get("href", "")
        if not attributes.keys() <= _LINK_ATTRIBUTES or rel in ("", "alternate") or not href:
            raise _NotPlain
        self.feed["links"].append({"rel": rel, "href": _fixed(href)})
        return ""


def _text(said: str, key: str) -> str:
    """The text of an element as feedparser keeps it."""
    text = said.strip()
    if key in DATES and "/" in text:
        raise _NotPlain
    if key == "link":
        text = _fixed(text)
    if not text.isascii():
        with suppress(UnicodeError):
            text = text.encode("latin-1").decode("utf-8")  # what was encoded twice
        if _WINDOWS.search(text):
            text = text.translate(WINDOWS)
    return text


def _fixed(address: str) -> str:
    """An address with two slashes behind its scheme."""
    return _SLASHES.sub(r"\1", address) if ":///" in address else address


def _draft(values: dict[str, str], permanent: bool) -> Draft:
    guid = values.get("id", "")
    if permanent:
        guid = _fixed(guid)
    content = values.get("content", "")
    return Draft(
        guid=guid,
        link=values.get("feedburner_origlink") or _page(values, guid, permanent),
        title=values.get("title", ""),
        summary=values.get("summary", content),
        content=content,
        published=values.get("published", ""),
        updated=values.get("updated", ""),
        author=values.get("author", ""),
    )


def _page(values: dict[str, str], guid: str, permanent: bool) -> str:
    """The entry's page: its link, or its guid where that is an address."""
    link = values.get("link")
    if link is None:
        return guid if permanent and guid.lower().startswith(("http://", "https://", "/")) else ""
    return _REFERENCE.sub(r"&\1", link.replace("&amp;", "&"))
