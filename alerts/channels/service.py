"""Every other service through Apprise (github.com/caronc/apprise): Slack, Teams, Discord, Telegram, ntfy, …

The subscription's secret is the Apprise URL. Apprise makes its own connections: where the URL names a host, it is
resolved and held to the same policy before each attempt, but cannot be pinned as a webhook's is.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import warnings
from typing import Any

from alerts.channels.base import Channel, Message
from alerts.rendering import text
from alerts.types import Answer
from config.settings import Subscription


class AppriseChannel(Channel):
    """Sends each alert as one notification. Subscriptions of one name of a service share a target."""

    def target(self, subscription: Subscription) -> str:
        return f"apprise {subscription.to}"

    async def attempt(self, message: Message) -> Answer:
        url = message.subscription.secret.get_secret_value() if message.subscription.secret else ""
        # In a thread: the first time it loads a hundred and more services.
        service = await asyncio.to_thread(opened, url)
        if service is None:
            return Answer(ok=False, permanent=True, detail="its secret is no Apprise URL: see the list of services")
        await self._check(service)
        body = text(message.alert, message.subscription, message.reason)
        import apprise

        capture: Any = apprise.LogCapture
        with capture(level=logging.WARNING) as said:
            taken = await service.async_notify(title=message.alert.title, body=body, body_format="text")
            words = said.getvalue()
        if taken:
            return Answer(ok=True, detail="taken")
        return Answer(ok=False, detail=words or "the service did not take it and did not say why")

    async def _check(self, service: Any) -> None:
        """Raises Refused where a host leads to an address that is not allowed, OSError where it leads nowhere."""
        loop = asyncio.get_running_loop()
        for one in service:
            host = str(getattr(one, "host", None) or "")
            fixed = getattr(one, "service_url", None) is not None
            if not host or (fixed and not set(host) & {".", ":"} and host.lower() != "localhost"):
                continue  # a token where other services have their host: it must not be asked for in the DNS
            for info in await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM):
                self.outbound.check(host, str(info[4][0]))


def opened(url: str) -> Any | None:
    """The service behind an Apprise URL; None where there is none."""
    with warnings.catch_warnings():
        # Some of its services import what a later Python has no more.
        warnings.simplefilter("ignore", DeprecationWarning)
        import apprise

        asset = apprise.AppriseAsset(app_id="pactwatch", app_desc="pactwatch", secure_logging=True, plugin_paths=[])
        service = apprise.Apprise(asset=asset)
        return service if url and service.add(url) else None
