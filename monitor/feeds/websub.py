"""The words of W3C WebSub (https://www.w3.org/TR/websub/): what a hub is asked, and what it says to us; pure."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

#: For how long a subscription is asked for. Hubs may give another time.
WISHED: Final = timedelta(days=10)
#: The shortest and the longest lease that is believed: a hub must be asked again some day, and not every minute.
SHORTEST: Final = timedelta(minutes=5)
LONGEST: Final = timedelta(days=30)
#: The part of a lease after which it is renewed.
RENEW: Final = 0.8
#: How long a hub has to come and verify before it is asked again.
PATIENCE: Final = timedelta(hours=1)
#: Between two attempts at a hub that fails or says no: doubled from the first to the last.
FIRST_RETRY: Final = timedelta(minutes=10)
LAST_RETRY: Final = timedelta(days=1)
#: The methods of X-Hub-Signature (5.2 of the specification).
METHODS: Final = frozenset({"sha1", "sha256", "sha384", "sha512"})

Mode = Literal["subscribe", "unsubscribe", "denied"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a hub's GET at our callback says: is this yours? Or: it is denied."""

    mode: Mode
    topic: str
    #: To be given back as it is.
    challenge: str
    #: None where the hub does not say.
    lease: timedelta | None
    #: Why it was denied.
    reason: str


def form(hub: str, callback: str, topic: str, secret: str) -> dict[str, str]:
    """The form that asks a hub for a subscription. The secret goes over https alone (5.1)."""
    asked = {
        "hub.mode": "subscribe",
        "hub.topic": topic,
        "hub.callback": callback,
        "hub.lease_seconds": str(int(WISHED.total_seconds())),
    }
    return asked | ({"hub.secret": secret} if is_secret(hub) else {})


def is_secret(hub: str) -> bool:
    """Whether we can share a secret with this hub, so that its deliveries are signed."""
    return hub.lower().startswith("https://")


def question(query: Mapping[str, str]) -> Question | None:
    """What a hub asks, or None for what is no question of a hub."""
    mode, topic = query.get("hub.mode", ""), query.get("hub.topic", "")
    if mode not in ("subscribe", "unsubscribe", "denied") or not topic:
        return None
    challenge = query.get("hub.challenge", "")
    if mode != "denied" and not challenge:
        return None
    seconds = query.get("hub.lease_seconds", "")
    lease = timedelta(seconds=int(seconds)) if seconds.isascii() and seconds.isdigit() and len(seconds) < 10 else None
    return Question(
        mode=mode,  # type: ignore[arg-type]
        topic=topic,
        challenge=challenge[:4_000],
        lease=lease,
        reason=" ".join(query.get("hub.reason", "").split())[:300],
    )


def lease(given: timedelta | None, now: datetime, draw: float) -> tuple[datetime, datetime]:
    """(until when the lease runs, when it is renewed). `draw` of [0, 1) spreads the renewals of many feeds."""
    length = min(max(given or WISHED, SHORTEST), LONGEST)
    return now + length, now + length * (RENEW - 0.1 * draw)


def retry(failures: int, now: datetime, draw: float) -> datetime:
    """When to try again after so many failures in a row."""
    waiting = min(FIRST_RETRY * int(2 ** min(failures, 12)), LAST_RETRY)
    return now + waiting * (1 + 0.2 * draw)


def signed(header: str | None, secret: str, body: bytes) -> bool:
    """Whether X-Hub-Signature (`method=hex`) proves that the hub sent this body. Compared in constant time."""
    method, _, given = (header or "").strip().partition("=")
    if method.lower() not in METHODS:
        return False
    right = hmac.new(secret.encode(), body, getattr(hashlib, method.lower())).hexdigest()
    return hmac.compare_digest(right.encode(), given.strip().lower().encode("utf-8", "replace"))
