"""Lists of feeds as OPML 2.0 (http://opml.org/spec2.opml), in and out; pure. Folders are tags."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from lxml import etree

from config.durations import short
from config.settings import Feed
from monitor.feeds.canonical import absolute
from monitor.feeds.encoding import decode
from monitor.feeds.text import line

#: Bytes of a list, feeds in it, and how deep folders may lie.
MAX_BYTES: Final = 20_000_000
MAX_FEEDS: Final = 50_000
MAX_DEPTH: Final = 50
#: What OPML has no attribute for, so that a list of ours comes back as it was. Other readers ignore it.
OWN: Final = "urn:pactwatch:opml"
#: Settings of a feed that are written as attributes of `OWN`, as they are in YAML.
EXTRA: Final = ("country", "kind", "tier", "interval", "publisher", "full_text")
#: What XML 1.0 does not allow in a document.
_IMPOSSIBLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class OpmlError(Exception):
    """The document is no list of feeds. Its text says what it is instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A feed as a list has it. All text is one line without markup."""

    #: As written where it is no web address.
    url: str
    title: str
    #: Its folders, outermost first, then its categories; each once.
    tags: tuple[str, ...] = ()
    site: str | None = None
    about: str = ""
    language: str = ""
    #: Settings of ours beside those of OPML, as text.
    settings: Mapping[str, str] = field(default_factory=dict)
    #: The line of the file.
    line: int = 0


def read(body: bytes) -> list[Outline]:
    """The feeds of a list in its order; one that stands in several folders comes several times. Raises OpmlError."""
    root = _root(body)
    found = list(_outlines(root, ()))
    if not found and not any(_local(one) == "opml" for one in (root, *root.iter())):
        raise OpmlError("is no OPML: there is no list of feeds in it")
    return found[:MAX_FEEDS]


def write(feeds: Iterable[Feed], title: str = "pactwatch") -> bytes:
    """The list of these feeds, by folder and name: the first tag is the folder. The same feeds give the same bytes.

    What a feed's login refers to is left out: lists are made to be given away.
    """
    root = etree.Element("opml", version="2.0", nsmap={"pactwatch": OWN})
    etree.SubElement(etree.SubElement(root, "head"), "title").text = title
    body = etree.SubElement(root, "body")
    folders: dict[str, Any] = {}
    for feed in sorted(feeds, key=lambda one: (one.tags[:1], one.name)):
        parent = body
        if feed.tags:
            folder = _clean(feed.tags[0])
            if folder not in folders:
                folders[folder] = etree.SubElement(body, "outline", text=folder, title=folder)
            parent = folders[folder]
        etree.SubElement(parent, "outline", _attributes(feed))
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _attributes(feed: Feed) -> dict[str, str]:
    found = {"type": "rss", "text": feed.name, "title": feed.name, "xmlUrl": feed.url}
    found |= {"htmlUrl": feed.site} if feed.site else {}
    found |= {"description": feed.about} if feed.about else {}
    found["language"] = feed.language
    if feed.tags:
        found["category"] = ",".join(tag.replace(",", " ") for tag in feed.tags)
        found[f"{{{OWN}}}tags"] = json.dumps(feed.tags, ensure_ascii=False)
    given = feed.model_dump(mode="json", include=set(EXTRA), exclude_defaults=True)
    if feed.interval:
        given["interval"] = short(feed.interval)
    # Titles of others hold markup, which is taken out; what looks like it in ours stays.
    given |= {name: text for name, text in (("name", feed.name), ("about", feed.about)) if line(text, 300) != text}
    found |= {f"{{{OWN}}}{name}": str(value) for name, value in sorted(given.items())}
    return {name: _clean(value) for name, value in found.items()}


def _root(body: bytes) -> Any:
    if len(body) > MAX_BYTES:
        raise OpmlError(f"is larger than {MAX_BYTES / 1e6:g} MB")
    text, _ = decode(body, None)
    text = text.lstrip("\ufeff \t\r\n")
    if not text:
        raise OpmlError("is empty")
    if "<!ENTITY" in text:
        raise OpmlError("declares entities, which no list of feeds needs; it is not read")
    # What the declaration says of the encoding is settled by now.
    text = text.partition("?>")[2] if text.startswith("<?xml") else text
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True, remove_pis=True
    )
    try:
        root = etree.fromstring(_clean(text).encode(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise OpmlError("is no XML that can be read") from error
    if root is None:
        raise OpmlError("is no XML that can be read")
    return root


def _outlines(element: Any, folders: tuple[str, ...], depth: int = 0) -> Iterator[Outline]:
    if depth > MAX_DEPTH:
        return
    for child in element:
        if not isinstance(child.tag, str):
            continue
        inner = folders
        if _local(child) == "outline":
            given = {name.lower(): value for name, value in child.attrib.items()}
            address = given.get("xmlurl") or (given.get("url", "") if given.get("type", "").lower() == "rss" else "")
            if address.strip():
                yield _outline(address, given, folders, child.sourceline or 0)
            elif name := _one_line(given.get("text") or given.get("title") or ""):
                inner = (*folders, name)
        yield from _outlines(child, inner, depth + 1)


def _outline(address: str, given: Mapping[str, str], folders: tuple[str, ...], number: int) -> Outline:
    url = absolute(address.strip().replace("feed://", "https://", 1), "") or address.strip()
    own = {name.rpartition("}")[2]: value for name, value in given.items() if name.startswith(f"{{{OWN}}}")}
    tags = _tags(own.get("tags")) or _categories(given.get("category", ""))
    return Outline(
        url=url,
        title=own.get("name") or line(given.get("text") or given.get("title") or "", 120),
        tags=tuple(dict.fromkeys((*folders, *tags))),
        site=absolute(given.get("htmlurl", ""), ""),
        about=own.get("about") or line(given.get("description", ""), 300),
        language=given.get("language", "").strip(),
        settings={name: value for name, value in own.items() if name in EXTRA},
        line=number,
    )


def _tags(written: str | None) -> list[str]:
    try:
        values = json.loads(written or "[]")
    except ValueError:
        return []
    texts = (_one_line(value) for value in values if isinstance(value, str)) if isinstance(values, list) else ()
    return [text for text in texts if text]


def _categories(written: str) -> list[str]:
    """`/trade/korea,steel` names three tags."""
    parts = (part for one in written.split(",") for part in one.split("/"))
    return [text for part in parts if (text := _one_line(part))]


def _one_line(text: str) -> str:
    return " ".join(text.split())[:120]


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def _clean(text: str) -> str:
    """Without what XML cannot hold."""
    return _IMPOSSIBLE.sub("", text)
