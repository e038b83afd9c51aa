"""What makes two entries one item. Pure."""

from __future__ import annotations

from hashlib import blake2b
from urllib.parse import urlsplit


def digest(*parts: str) -> str:
    """32 hexadecimal digits of any texts; their borders count."""
    return blake2b("\x1f".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def guid_key(publisher: str, guid: str) -> str:
    """The key of a guid: feeds promise it to be unique within a publisher only."""
    return digest("guid", publisher, guid)


def link_key(canonical: str | None) -> str | None:
    """The key of an article's canonical address (`monitor.feeds.canonical`), the same for all spellings of it.

    None where there is none, and for a site's front page (no path, no query), which is no article's.
    """
    if not canonical:
        return None
    if canonical.startswith("https://") and "#" not in canonical and canonical[8:].partition("/")[2][:1].isalnum():
        return digest("link", canonical)  # It has a path, as nearly all do.
    parts = urlsplit(canonical)
    return digest("link", canonical) if parts.path.strip("/") or parts.query else None


def text_key(publisher: str, title: str, summary: str, content: str, published: str) -> str:
    """The key of what an entry says and when, for one that has no page of its own."""
    return digest("text", publisher, title, summary, content, published)
