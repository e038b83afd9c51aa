"""What a feed says, whatever format it came in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


class ParseError(Exception):
    """The document is no feed that can be read. Its text says what it is instead, in words for the owner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry. All text is plain: no markup, no controls, entities decoded."""

    #: The feed's own name for it; without one its link, or a hash of what it says. Never empty.
    guid: str
    #: Absolute http or https address, or None.
    link: str | None
    #: The link in the one spelling used for comparing, or None.
    canonical: str | None
    #: One line.
    title: str
    #: Paragraphs are parted by an empty line. Empty where the feed gives none beside the content.
    summary: str
    #: The full text where the feed carries it, otherwise empty.
    content: str
    #: In UTC; None where the feed gives none or one that cannot be read. May lie in the future.
    published: datetime | None
    updated: datetime | None
    #: BCP 47, the entry's own, otherwise the feed's.
    language: str | None
    author: str | None

    @property
    def says_something(self) -> bool:
        """Whether there is anything to read or to follow; what does not is shown by `feeds test` and never stored."""
        return bool(self.title or self.summary or self.content or self.link)

    @property
    def text(self) -> str:
        """The longer of content and summary."""
        return self.content if len(self.content) >= len(self.summary) else self.summary


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """A whole document."""

    title: str
    #: In the order of the document; a guid stands only once.
    entries: tuple[Entry, ...]
    language: str | None
    #: How long the feed says that it stays fresh.
    ttl: timedelta | None
    #: Address of the WebSub hub and the topic to subscribe to there.
    hub: str | None
    topic: str | None
    #: Hours in UTC (0–23) and days (Monday is 0) in which the feed asks not to be polled.
    skip_hours: frozenset[int]
    skip_days: frozenset[int]
    #: rss20, rss10, atom10, json11 …
    kind: str
    #: What had to be mended to read it, in words; empty for a well-formed document.
    bozo: str = ""
