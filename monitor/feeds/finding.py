"""From an address that people know to the feeds behind it: asks the page, then what it names, then the usual places."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from monitor.feeds.canonical import canonical
from monitor.feeds.discover import Candidate, candidates, usual
from monitor.feeds.entry import ParsedFeed, ParseError
from monitor.feeds.fetch import Fetched, FetchError
from monitor.feeds.parse import parse

Ask = Callable[[str], Awaitable[Fetched]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A feed that answered."""

    #: The address to poll: where a permanent redirect led, otherwise the one that was asked.
    url: str
    feed: ParsedFeed
    #: What the page calls it, otherwise its own title; may be empty.
    title: str
    #: A page was asked that names no feed; this is one of its whole host, at a place where hosts often have theirs.
    of_host: bool = False


async def find(url: str, ask: Ask, told: Callable[[str], None] = lambda _: None) -> list[Found]:
    """The feeds behind an address, the likeliest first: itself where it is one. Empty where none was found.

    Each was asked and read, with about twenty requests at most. `told` hears of each address before it is asked.
    Raises FetchError where the address itself cannot be had.
    """
    told(url)
    got = await ask(url)
    if (itself := await _read(got, url, "")) is not None:
        return [itself]
    # Pages are resolved against where they were really found.
    named = await asyncio.to_thread(candidates, got.body or b"", got.url, got.content_type)
    for one in named:
        told(one.url)
    found = [one for one in await asyncio.gather(*(_try(one, ask) for one in named)) if one is not None]
    if not found:
        found = [_placed(one, url) for one in await _usual(got.url, ask, told, {one.url for one in named})]
    return _different(found)


def _placed(found: Found, asked: str) -> Found:
    """Says of a feed that was guessed whether it is of more than the page that was asked for: a host's front page
    stands for all of it, any other page only for what lies below it."""
    path = urlsplit(asked).path.rstrip("/")
    return replace(found, of_host=bool(path) and not urlsplit(found.url).path.startswith(f"{path}/"))


async def _usual(url: str, ask: Ask, told: Callable[[str], None], tried: set[str]) -> list[Found]:
    """The first of the usual places at which there is a feed."""
    for one in usual(url):
        if one.url in tried:
            continue
        told(one.url)
        if (found := await _try(one, ask)) is not None:
            return [found]
    return []


async def _try(one: Candidate, ask: Ask) -> Found | None:
    try:
        return await _read(await ask(one.url), one.url, one.title)
    except FetchError:
        return None


async def _read(got: Fetched, url: str, title: str) -> Found | None:
    try:
        feed = await asyncio.to_thread(parse, got.body or b"", got.url, got.content_type)
    except ParseError:
        return None
    return Found(url=got.moved_to or url, feed=feed, title=feed.title or title)


def _different(found: Iterable[Found]) -> list[Found]:
    """Without those that only repeat another, as sites offer the same in RSS and in Atom."""
    kept: list[Found] = []
    addresses: set[str] = set()
    contents: set[frozenset[str]] = set()
    for one in found:
        links = frozenset(entry.canonical or entry.guid for entry in one.feed.entries)
        if canonical(one.url) in addresses or (links and links in contents):
            continue
        addresses.add(canonical(one.url))
        contents.add(links)
        kept.append(one)
    return kept
