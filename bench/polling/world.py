"""The feeds of the bench: RSS 2.0 with twenty entries each, the same text for the same number on every run."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache
from typing import Final

#: Entries of a document.
ENTRIES: Final = 20
START: Final = datetime(2025, 11, 3, 6, tzinfo=UTC)
HEAD: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">\n<channel>\n'
    "<title>Trade desk {feed}</title>\n<link>http://f{feed}.feeds.test/</link>\n"
    "<description>What desk {feed} reports</description>\n<language>en</language>\n"
    "<lastBuildDate>{built}</lastBuildDate>\n"
)
ENTRY: Final = (
    "<item>\n<title>{title}</title>\n"
    "<link>http://f{feed}.feeds.test/news/{number}.html?utm_source=rss&amp;utm_medium=feed</link>\n"
    '<guid isPermaLink="false">f{feed}-{number}</guid>\n<pubDate>{date}</pubDate>\n'
    "<dc:creator>Desk {feed}</dc:creator>\n"
    "<category>trade</category>\n<description><![CDATA[{summary}]]></description>\n</item>\n"
)
TEXT: Final = (
    "the ministry said that talks on market access would go on next week after both sides had exchanged lists of "
    "goods an official who was not named expects no quick result while producers of steel timber and fruit asked "
    "for more time to prepare and a committee of parliament will hear from the customs service about delays at two "
    "ports in the north"
)
WORDS: Final = TEXT.split()


def name(feed: int) -> str:
    """The host name of a feed; the bench's resolver maps all of them to loopback."""
    return f"f{feed}.feeds.test"


def url(feed: int, port: int) -> str:
    return f"http://{name(feed)}:{port}/f{feed}"


@lru_cache(maxsize=64)
def _sentences(seed: int) -> str:
    rng = random.Random(seed)
    return " ".join(" ".join(rng.choices(WORDS, k=14)).capitalize() + "." for _ in range(7))


@lru_cache(maxsize=40_000)
def entry(feed: int, number: int) -> str:
    """One entry as it stands in the document; the numbers are the time's order."""
    text = _sentences((feed * 31 + number) % 64)
    summary = f'<p>Report {number} of desk {feed}. {text}</p><p><a href="/news/{number}.html">Read on &raquo;</a></p>'
    date = format_datetime(START + timedelta(minutes=7 * number), usegmt=True)
    title = f"Desk {feed} reports for the {number}th time: {text[:60]}"
    return ENTRY.format(feed=feed, number=number, title=title, date=date, summary=summary)


def document(feed: int, newest: int) -> bytes:
    """The document whose newest entry has that number."""
    built = format_datetime(START + timedelta(minutes=7 * newest), usegmt=True)
    entries = "".join(entry(feed, number) for number in range(newest, newest - ENTRIES, -1))
    return f"{HEAD.format(feed=feed, built=built)}{entries}</channel>\n</rss>\n".encode()
