"""A test message to one subscription, past the outbox: what does its server really answer?"""

from __future__ import annotations

import time
import uuid
from datetime import datetime

from alerts.channels import CHANNELS, Message
from alerts.outbox import delivery_id
from alerts.types import Alert, Answer
from config.outbound import Outbound
from config.settings import Settings, Subscription

REASON = "was sent by `pactwatch alerts test`"


def trial_alert(subscription: Subscription, now: datetime) -> Alert:
    """What a test looks like: an alert of class `test`, about nothing."""
    return Alert(
        id=f"test-{uuid.uuid4()}",
        labels={"class": "test"},
        title=f'Test of the subscription "{subscription.name}"',
        at=now,
        facts=(
            ("Watchlist", subscription.watchlist),
            ("Channel", subscription.channel),
            ("Meaning", "If you can read this, alerts of this subscription arrive. Nothing has changed."),
        ),
    )


async def send_trial(
    settings: Settings, subscription: Subscription, outbound: Outbound, now: datetime
) -> tuple[Answer, float]:
    """The answer to one real attempt, and how many seconds it took. Nothing is stored, nothing tried again."""
    return await send_once(settings, subscription, outbound, trial_alert(subscription, now), REASON)


async def send_once(
    settings: Settings, subscription: Subscription, outbound: Outbound, alert: Alert, reason: str
) -> tuple[Answer, float]:
    """The answer to one attempt with this alert, past the outbox, and how many seconds it took."""
    message = Message(
        id=delivery_id(alert.id, subscription.name), alert=alert, subscription=subscription, reason=reason, at=alert.at
    )
    channel = CHANNELS[subscription.channel](settings, outbound)
    began = time.monotonic()
    try:
        return await channel.send(message), time.monotonic() - began
    finally:
        await channel.close()
