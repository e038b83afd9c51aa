"""What a feed's document asks of those who poll it, kept between polls: an answer of 304 does not say it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from monitor.feeds.entry import ParsedFeed


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """How long a document says that it stays fresh, and when it asks to be left alone."""

    ttl: timedelta | None = None
    #: Hours in UTC (0–23) and days (Monday is 0).
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()

    @classmethod
    def of(cls, parsed: ParsedFeed) -> Wishes:
        """The wishes of a document that was read."""
        return cls(ttl=parsed.ttl, skip_hours=parsed.skip_hours, skip_days=parsed.skip_days)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any] | None) -> Wishes:
        """What `to_json` wrote; no wishes for None."""
        if not kept:
            return _NONE
        return cls(
            ttl=timedelta(seconds=kept["ttl"]) if kept.get("ttl") else None,
            skip_hours=frozenset(kept.get("skip_hours", ())),
            skip_days=frozenset(kept.get("skip_days", ())),
        )

    def to_json(self) -> dict[str, Any] | None:
        """As plain data, None where nothing is wished."""
        kept: dict[str, Any] = {"ttl": self.ttl.total_seconds()} if self.ttl else {}
        kept |= {"skip_hours": sorted(self.skip_hours)} if self.skip_hours else {}
        kept |= {"skip_days": sorted(self.skip_days)} if self.skip_days else {}
        return kept or None


#: What most documents wish.
_NONE = Wishes()
