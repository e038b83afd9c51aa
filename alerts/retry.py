"""When a delivery that failed is tried again. Pure.

The ladder is the one that Standard Webhooks recommends (github.com/standard-webhooks/standard-webhooks,
spec/standard-webhooks.md, "Deliverability and reliability"): ten tries over about three days.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from alerts.types import Answer

#: Pause after the first try, the second, … The last one repeats where more tries are allowed.
LADDER = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
#: Share of a pause by which it is stretched at most, so that what failed together does not come back together.
JITTER = 0.1
#: A receiver that asks for more patience than this is asked again after it.
LONGEST_RETRY_AFTER = timedelta(days=1)


def next_attempt(
    attempts: int, answer: Answer, now: datetime, draw: Callable[[], float], limit: int = len(LADDER) + 1
) -> datetime | None:
    """When to try again after `attempts` tries, the last of which got `answer`; None: never.

    `draw` gives numbers of [0, 1). A receiver's Retry-After lengthens the pause, and never shortens it.
    """
    if answer.ok or answer.permanent or answer.gone or attempts >= limit:
        return None
    pause = LADDER[min(attempts, len(LADDER)) - 1] if attempts > 0 else LADDER[0]
    asked = min(timedelta(seconds=answer.retry_after or 0), LONGEST_RETRY_AFTER)
    return now + max(pause * (1 + JITTER * draw()), asked)
