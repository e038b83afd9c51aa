"""Where the demo's alerts arrive: a real SMTP server and a real webhook receiver that checks every signature."""

from __future__ import annotations

import asyncio
import email
import email.policy
from collections.abc import Callable
from email.message import EmailMessage
from types import TracebackType

from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError


class MailSink:
    """An SMTP server on a free port of 127.0.0.1 that keeps what it is given, as an async context manager."""

    def __init__(self, told: Callable[[EmailMessage], None] = lambda _: None) -> None:
        #: Message-ID → message; one that comes twice counts once.
        self.messages: dict[str, EmailMessage] = {}
        self.port = 0
        self._told = told
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> MailSink:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: SMTP(self, hostname="demo.invalid", loop=loop), "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Called by aiosmtpd with each message."""
        content = envelope.content or b""
        raw = content.encode() if isinstance(content, str) else content
        message = email.message_from_bytes(raw, policy=email.policy.default)
        self.messages[str(message["Message-ID"])] = message
        self._told(message)
        return "250 kept"


class WebhookSink:
    """A webhook receiver on a free port of 127.0.0.1, as an async context manager.

    The library of Standard Webhooks judges: signature, and age by the machine's clock, for that is what deliveries are
    stamped with. What does not hold is answered with 401 and kept in `refused`.
    """

    def __init__(self, secret: str, told: Callable[[bytes], None] = lambda _: None) -> None:
        self._webhook = Webhook(secret)
        self._told = told
        #: webhook-id → body; one that comes twice counts once.
        self.bodies: dict[str, bytes] = {}
        self.verified = 0
        self.refused: list[str] = []
        self.url = ""
        app = web.Application()
        app.router.add_post("/hook", self._receive)
        self._runner = web.AppRunner(app, access_log=None)

    async def __aenter__(self) -> WebhookSink:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/hook"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    async def _receive(self, request: web.Request) -> web.Response:
        body = await request.read()
        refusal = self._refusal(request, body)
        if refusal:
            self.refused.append(refusal)
            return web.Response(status=401, text=refusal)
        self.verified += 1
        self.bodies[request.headers["webhook-id"]] = body
        self._told(body)
        return web.Response(status=204)

    def _refusal(self, request: web.Request, body: bytes) -> str:
        """Why a delivery is refused, in the library's words, or ""."""
        try:
            self._webhook.verify(body, dict(request.headers))
        except (WebhookVerificationError, ValueError) as error:
            return str(error) or type(error).__name__
        return ""
