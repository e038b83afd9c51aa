"""From the strings of any format to an `Entry`: the one place where they are cleaned and bounded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from monitor.feeds.canonical import absolute, canonical
from monitor.feeds.dates import when
from monitor.feeds.entry import Entry
from monitor.feeds.text import MAX_TEXT, line, plain, tidy

MAX_GUID: Final = 500
MAX_SUMMARY: Final = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An entry as the document has it: HTML or text, dates as written, links perhaps relative."""

    guid: str = ""
    link: str = ""
    title: str = ""
    summary: str = ""
    content: str = ""
    #: Instead of `content`: text in which a `<` is a `<`.
    text: str = ""
    published: str = ""
    updated: str = ""
    language: str | None = None
    author: str = ""

    def entry(self, base: str) -> Entry:
        """The entry, with its link resolved against `base`."""
        link = absolute(self.link, base)
        content = "" if self.content == self.summary else plain(self.content)
        content = content or tidy(self.text)[:MAX_TEXT]
        summary = plain(self.summary, MAX_SUMMARY) if content else plain(self.summary)
        if content == summary:
            content = ""
        published, updated = when(self.published), when(self.updated)
        return Entry(
            guid=self.name(link),
            link=link,
            canonical=canonical(link) if link else None,
            title=line(self.title),
            summary=summary,
            content=content,
            published=published or updated,
            updated=updated,
            language=tag(self.language),
            author=line(self.author, 200) or None,
        )

    def name(self, link: str | None) -> str:
        """The guid: the feed's own, otherwise the link, otherwise a hash of title, summary and content."""
        own = " ".join(self.guid.split()).replace("\0", "").encode("utf-8", "replace").decode()
        if not own and link:
            own = link
        if own and len(own) <= MAX_GUID:
            return own
        said = own or "\n".join((self.title, self.summary, self.content or self.text))
        return f"blake2b:{blake2b(said.encode('utf-8', 'replace'), digest_size=16).hexdigest()}"


def tag(language: str | None) -> str | None:
    """A language tag in BCP 47 form (`en-US`), or None for what is none."""
    value = (language or "").strip().replace("_", "-")
    parts = value.split("-")
    if not 2 <= len(parts[0]) <= 3 or len(value) > 35 or not all(p.isascii() and p.isalnum() for p in parts):
        return None
    return "-".join([parts[0].lower(), *(p.upper() if len(p) == 2 else p for p in parts[1:])])


def finish(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The entries, each guid once: the first stays. Those without a name that say nothing are one."""
    kept: dict[str, Entry] = {}
    for entry in entries:
        kept.setdefault(entry.guid, entry)
    return tuple(kept.values())
