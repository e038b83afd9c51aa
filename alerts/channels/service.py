"""Every other service through Apprise (github.com/caronc/apprise): Slack, Teams, Discord, Telegram, ntfy, …

The subscription's secret is the Apprise URL. Apprise makes its own connections, so it is held by `gate`: each address
is judged when it is dialled, and where the URL names a host, that is resolved and judged before anything is sent.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies

from alerts.channels.base import Channel, Message
from alerts.channels.gate import Gate, guarded
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
        admitted = await self._judge(service)
        return await asyncio.to_thread(self._notify, service, message, admitted)

    def _notify(self, service: Any, message: Message, admitted: set[str]) -> Answer:
        """In a thread: Apprise waits for its services."""
        import apprise

        body = text(message.alert, message.subscription, message.reason)
        capture: Any = apprise.LogCapture
        gate = Gate(self.outbound, admitted)
        for one in service:
            one.notify = partial(_held, gate, one.notify)
        with capture(level=logging.WARNING) as said:
            taken = service.notify(title=message.alert.title, body=body, body_format="text")
            words = said.getvalue()
        if taken:
            return Answer(ok=True, detail="taken")
        if gate.refused:
            return Answer(ok=False, detail=str(gate.refused))
        return Answer(ok=False, detail=words or "the service did not take it and did not say why")

    async def _judge(self, service: Any) -> set[str]:
        """The addresses of the hosts that the URL names, and of this machine's proxy, which is the owner's own choice.

        Raises Refused where a host leads to an address that is not allowed, OSError where it leads nowhere.
        """
        admitted: set[str] = set()
        for one in service:
            # A redirect is a failure, as it is for webhooks.
            one.redirects = False
            host = str(getattr(one, "host", None) or "")
            fixed = getattr(one, "service_url", None) is not None
            if not host or (fixed and not set(host) & {".", ":"} and host.lower() != "localhost"):
                continue  # a token where other services have their host: it must not be asked for in the DNS
            for address in await _addresses(host):
                self.outbound.check(host, address)
                admitted.add(address)
        for proxy in getproxies().values():
            admitted |= await _addresses(urlsplit(proxy).hostname or "")
        return admitted


def _held(gate: Gate, notify: Callable[..., bool], *args: Any, **kwargs: Any) -> bool:
    """In whichever thread Apprise calls its service."""
    with guarded(gate):
        return notify(*args, **kwargs)


async def _addresses(host: str) -> set[str]:
    if not host:
        return set()
    loop = asyncio.get_running_loop()
    return {str(info[4][0]) for info in await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)}


def opened(url: str) -> Any | None:
    """The service behind an Apprise URL; None where there is none."""
    with warnings.catch_warnings():
        # Some of its services import what a later Python has no more.
        warnings.simplefilter("ignore", DeprecationWarning)
        import apprise

        asset = apprise.AppriseAsset(
            app_id="pactwatch", app_desc="pactwatch", secure_logging=True, plugin_paths=[], async_mode=False
        )
        service = apprise.Apprise(asset=asset)
        return service if url and service.add(url) else None
