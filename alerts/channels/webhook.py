"""Webhooks after Standard Webhooks (github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md).

A POST with `{"type", "timestamp", "data"}` and the headers webhook-id (the same at every attempt), webhook-timestamp
(of the attempt) and webhook-signature. 2xx is well; 410 ends it; everything else, a redirect too, is tried again.
"""

from __future__ import annotations

import json
from datetime import UTC

import aiohttp
from standardwebhooks import Webhook
from yarl import URL

from alerts.channels.answers import judge, unreachable
from alerts.channels.base import Channel, Message, describe, prepare_trust, trust, user_agent
from alerts.rendering import cloud_event, payload
from alerts.types import Answer
from config.outbound import refusal
from config.settings import Subscription

#: Bytes of an answer that are read for the log.
ANSWER_BYTES = 2_000


class WebhookChannel(Channel):
    """Posts signed JSON. A target is a host and port: what listens there is slow or down together."""

    _session: aiohttp.ClientSession | None = None

    def target(self, subscription: Subscription) -> str:
        return f"webhook {URL(subscription.to).origin()}"

    async def prepare(self) -> None:
        await prepare_trust(self.settings)

    async def attempt(self, message: Message) -> Answer:
        body = json.dumps(self._body(message), ensure_ascii=False)
        try:
            session = self._open()
            async with session.post(
                message.subscription.to,
                data=body.encode(),
                headers=self._headers(message, body),
                allow_redirects=False,
                proxy=self.settings.proxy,
                ssl=await trust(self.settings),
            ) as response:
                said = await response.content.read(ANSWER_BYTES)
                return judge(response, said.decode("utf-8", "replace"), message.at)
        except aiohttp.ClientConnectorError as error:
            # A refused address too: the owner may allow it, or the name may move, before the last try.
            return Answer(ok=False, detail=describe(error) if refusal(error) else unreachable(error))

    def _body(self, message: Message) -> dict[str, object]:
        told = payload(message.alert, message.subscription, message.reason, message.follows)
        if message.subscription.format == "cloudevents":
            return cloud_event(told, message.id, self.settings.http.public_url)
        return told

    def _headers(self, message: Message, body: str) -> dict[str, str]:
        cloud = message.subscription.format == "cloudevents"
        headers = {
            "content-type": f"application/{'cloudevents+json' if cloud else 'json'}; charset=utf-8",
            "user-agent": user_agent(self.settings.contact),
            "webhook-id": message.id,
            "webhook-timestamp": str(int(message.at.timestamp())),
        }
        if message.subscription.secret is not None:
            headers["webhook-signature"] = signature(message, body)
        return headers

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                # Many servers close an idle connection after 5 s; a POST into a closing one would cost a retry.
                connector=self.outbound.connector(proxy=self.settings.proxy, limit=0, keepalive=4),
                # The channel's own time limit holds; a second one here would only race with it.
                timeout=aiohttp.ClientTimeout(total=None),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None


def signature(message: Message, body: str) -> str:
    """The webhook-signature header: one signature for each secret, so that a receiver may hold the old or the new.

    Several secrets stand in one value with spaces between them.
    """
    secret = message.subscription.secret
    secrets = secret.get_secret_value().split() if secret else []
    return " ".join(Webhook(one).sign(message.id, message.at.astimezone(UTC), body) for one in secrets)
