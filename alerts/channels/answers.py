"""What the answers of web servers mean for a delivery, and their silence."""

from __future__ import annotations

import errno
import os
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp
from yarl import URL

from alerts.types import Answer


def unreachable(error: aiohttp.ClientConnectorError) -> str:
    """`cannot connect to 192.0.2.1: Connection refused`."""
    inner = error.os_error
    number = inner.errno or 0
    why = os.strerror(number) if number in errno.errorcode else inner.strerror or str(inner)
    return f"cannot connect to {error.host}: {why}"


def judge(response: aiohttp.ClientResponse, said: str, now: datetime) -> Answer:
    """What a response means for the delivery."""
    status = response.status
    detail = f"{status} {response.reason or ''} {said}"
    if 200 <= status < 300:
        return Answer(ok=True, detail=detail)
    if status == 410:
        return Answer(ok=False, permanent=True, gone=True, detail=detail)
    if 300 <= status < 400:
        # Only the host: what follows may hold a token.
        host = URL(response.headers.get("location", "")).host or "another path"
        return Answer(ok=False, detail=f"{status} redirects to {host}; redirects are not followed, set the new URL")
    return Answer(ok=False, detail=detail, retry_after=patience(response.headers.get("retry-after"), now))


def patience(header: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for (RFC 9110, 10.2.3): a number or a date; None where it says neither."""
    if header is None:
        return None
    if header.strip().isascii() and header.strip().isdigit():
        return float(header.strip()[:9])
    try:
        when = parsedate_to_datetime(header)
    except ValueError:
        return None
    return max(0.0, (when.replace(tzinfo=when.tzinfo or UTC) - now).total_seconds())
