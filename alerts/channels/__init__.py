"""One file a channel. A new one is a file here and a line in `CHANNELS`."""

from __future__ import annotations

from alerts.channels.base import Channel, Message
from alerts.channels.mail import MailChannel
from alerts.channels.script import ScriptChannel
from alerts.channels.service import AppriseChannel
from alerts.channels.webhook import WebhookChannel

__all__ = ["CHANNELS", "Channel", "Message"]

#: The name in `subscriptions: - channel:` → what carries it.
CHANNELS: dict[str, type[Channel]] = {
    "mail": MailChannel,
    "webhook": WebhookChannel,
    "apprise": AppriseChannel,
    "script": ScriptChannel,
}
