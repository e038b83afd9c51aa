"""What is told of deliveries while they happen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from alerts.books import Attempt, Cleared


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened to a delivery, for logs and live displays."""

    #: sent, retry (failed, will be tried again), dead, skipped, lost (another worker had taken it over).
    kind: str
    subscription: str
    #: The other side's answer, or why nothing was sent. Without secrets.
    detail: str
    #: The delivery's id; empty where several were settled at once without an attempt.
    id: str = ""
    alert: str = ""
    title: str = ""
    channel: str = ""
    attempt: int = 0
    seconds: float = 0.0
    next_attempt_at: datetime | None = None
    #: How many deliveries it is about.
    count: int = 1


def tried(attempt: Attempt) -> Event:
    """An attempt was made, and its outcome is written."""
    settled = attempt.settled
    return Event(
        kind="lost" if settled is None else "retry" if settled.state == "queued" else settled.state,
        subscription=attempt.subscription.name,
        detail=attempt.made.answer.detail,
        id=attempt.made.lease.id,
        alert=attempt.made.lease.alert.id,
        title=attempt.made.lease.alert.title,
        channel=attempt.subscription.channel,
        attempt=attempt.made.lease.attempt,
        seconds=attempt.made.seconds,
        next_attempt_at=settled.next_attempt_at if settled else None,
    )


def settled_untried(cleared: Cleared) -> Event:
    """Deliveries ended without an attempt."""
    return Event(kind=cleared.state, subscription=cleared.subscription, detail=cleared.reason, count=cleared.count)
