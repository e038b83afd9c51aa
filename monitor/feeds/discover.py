"""Where a site's feeds may be, by what its page says and by where such things usually are; pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from lxml import etree, html

from monitor.feeds.canonical import absolute
from monitor.feeds.encoding import decode
from monitor.feeds.text import line

#: Bytes of a page that are looked at, and how many addresses are taken from it.
MAX_PAGE: Final = 2_000_000
MAX_FOUND: Final = 12
#: Types of a link that mean a feed.
TYPES: Final = frozenset({
    "application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml", "application/rss",
    "application/atom", "text/rss+xml",
})  # fmt: skip
#: Where programs for sites put their feeds, the commonest first.
USUAL: Final = ("/feed", "/rss", "/rss.xml", "/atom.xml", "/feed.xml", "/index.xml", "/feed.json", "/en/rss.xml")
#: How the address of a feed often ends, and words that stand in it.
ENDINGS: Final = (".rss", ".atom", ".rdf", "/feed", "/feed/", "/rss", "/rss/", "/atom", "/atom/", "feed.json")
HINTS: Final = ("rss", "atom.xml", "feed.xml", "feeds.", "feed=", "format=rss", "index.xml")
#: Comments on one article are no news.
COMMENTS: Final = ("comment", "kommentar", "comentario")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An address that may be a feed."""

    url: str
    #: What the page calls it; often empty.
    title: str
    #: The page names it as its feed; otherwise it only looks like one.
    declared: bool


def candidates(body: bytes, url: str, content_type: str | None = None) -> list[Candidate]:
    """The addresses on a page that may be feeds, likeliest first, each once: those that it declares (`<link
    rel="alternate">`), then links that look like one. Comments come last. Never fails; no page, no candidates."""
    text, _ = decode(body[:MAX_PAGE], content_type)
    try:
        page = html.document_fromstring(text.replace("\0", ""), parser=html.HTMLParser(no_network=True))
    except (etree.LxmlError, ValueError):
        return []
    base = absolute(_attribute(page.find(".//base"), "href"), url) or url
    found: dict[str, Candidate] = {}
    for one in (*_declared(page, base), *_linked(page, base)):
        found.setdefault(one.url, one)
    ordered = sorted(found.values(), key=lambda one: (_is_comments(one), not one.declared))
    return [one for one in ordered if one.url != url][:MAX_FOUND]


def usual(url: str) -> list[Candidate]:
    """Where the feed of a site usually is, for a page that names none."""
    parts = urlsplit(url)
    below = parts.path.rstrip("/") if "." not in parts.path.rpartition("/")[2] else ""
    paths = [*([below + "/feed", below + "/rss"] if below else []), *USUAL]
    addresses = [urlunsplit((parts.scheme, parts.netloc, path, "", "")) for path in paths]
    return [Candidate(url=one, title="", declared=False) for one in dict.fromkeys(addresses) if one != url]


def _declared(page: html.HtmlElement, base: str) -> Iterator[Candidate]:
    for link in page.iter("link"):
        rels = _attribute(link, "rel").lower().split()
        kind = _attribute(link, "type").partition(";")[0].strip().lower()
        if ("alternate" in rels and kind in TYPES) or "feed" in rels:
            yield from _candidate(link, base, declared=True)


def _linked(page: html.HtmlElement, base: str) -> Iterator[Candidate]:
    for link in page.iter("a"):
        href = _attribute(link, "href").lower()
        kind = _attribute(link, "type").partition(";")[0].strip().lower()
        if kind in TYPES or href.partition("?")[0].endswith(ENDINGS) or any(hint in href for hint in HINTS):
            yield from _candidate(link, base, declared=False)


def _candidate(link: html.HtmlElement, base: str, *, declared: bool) -> Iterator[Candidate]:
    address = absolute(_attribute(link, "href").replace("feed://", "https://", 1), base)
    if address:
        title = _attribute(link, "title") or str(link.text_content())
        yield Candidate(url=address.partition("#")[0], title=line(title, 200), declared=declared)


def _is_comments(one: Candidate) -> bool:
    return any(word in f"{one.url} {one.title}".lower() for word in COMMENTS)


def _attribute(element: html.HtmlElement | None, name: str) -> str:
    return str(element.get(name) or "") if element is not None else ""
