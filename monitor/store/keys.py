"""What makes two entries one item. Pure."""

from __future__ import annotations

from hashlib import blake2b
from urllib.parse import urlsplit

from monitor.feeds.canonical import canonical


def digest(*parts: str) -> str:
    """32 hexadecimal digits of any texts; their borders count."""
    return blake2b("\x1f".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def guid_key(publisher: str, guid: str) -> str:
    """The key of a guid: feeds promise it to be unique within a publisher only."""
    return digest("guid", publisher, guid)


def link_key(link: str | None) -> str | None:
    """The key of an article's address, the same for all spellings of it (`monitor.feeds.canonical`).

    None where there is none, and for a site's front page (no path, no query), which is no article's.
    """
    if not link:
        return None
    address = canonical(link)
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    if parts.scheme != "https" or not (parts.path.strip("/") or parts.query):
        return None
    return digest("link", address)
