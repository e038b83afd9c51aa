"""`pactwatch feeds test --full-text`: what would be read of each item if its article were fetched."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from config.settings import Settings
    from monitor.feeds.entry import Entry

#: Articles that are fetched for a test: it shows how a site does, and spares it the rest.
TRIED = 5
#: Characters of a text that are shown to people.
BEGINNING = 300


@dataclass(frozen=True, slots=True)
class Tried:
    """An item with its article, or with why the feed's own text would be read."""

    entry: Entry
    text: str = ""
    error: str = ""

    def as_data(self) -> dict[str, Any]:
        """The fields that `--json` adds to an item."""
        return {"full_text": self.text or None, "full_text_error": self.error or None}


def tried(entries: Sequence[Entry], settings: Settings) -> list[Tried]:
    """The first few items with their articles, fetched as the daemon fetches them."""
    return asyncio.run(_tried(entries[:TRIED], settings))


async def _tried(entries: Sequence[Entry], settings: Settings) -> list[Tried]:
    from config.outbound import Outbound
    from monitor.feeds.fetch import Fetcher
    from monitor.feeds.page import PageError, Pages

    def clock() -> datetime:
        return datetime.now(UTC)

    found = []
    async with (
        Fetcher(settings, Outbound(settings.allow_private), clock=clock) as fetcher,
        Pages(fetcher, clock) as pages,
    ):
        for number, entry in enumerate(entries):
            if entry.link is None:
                found.append(Tried(entry, error="the item has no link"))
                continue
            if number and (pause := pages.delay(entry.link)):
                await asyncio.sleep(pause)
            try:
                page = await pages.get(entry.link, entry.title, entry.text)
                found.append(Tried(entry, page.text))
            except PageError as error:
                found.append(Tried(entry, error=str(error)))
    return found


def show(found: Sequence[Tried]) -> None:
    """What would be read of each item, for a person."""
    from rich.text import Text

    from monitor.cli.console import console

    out = console()
    for one in found:
        out.print(Text(f"  {one.entry.title or '(no title)'}", "bold"), soft_wrap=True)
        out.print(Text(f"    {one.entry.link or ''}", "dim"), soft_wrap=True)
        if one.error:
            out.print(Text(f"    the feed's text is read: {one.error}", "yellow"), soft_wrap=True)
            continue
        sizes = f"{len(one.text):,} characters instead of {len(one.entry.text):,}"
        out.print(Text(f"    the article is read, {sizes}:", "green"), soft_wrap=True)
        begins = " ".join(one.text.split())
        more = " …" if len(begins) > BEGINNING else ""
        out.print(Text(f"    {begins[:BEGINNING]}{more}"), soft_wrap=True)
