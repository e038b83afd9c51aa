"""Real servers on loopback, a real database file, and a clock that tests move by hand."""

from __future__ import annotations

import asyncio
import ssl
import sys
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiohttp import web
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from pydantic import SecretStr
from sqlalchemy import Connection, Engine, create_engine, event

from alerts.tables import metadata
from alerts.types import Alert, Quote
from config.settings import Config, Delivery, Mail, Settings, Subscription, Watchlist
from monitor.store import Store, url_for

NOW = datetime(2025, 11, 14, 9, 0, tzinfo=UTC)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class Clock:
    """The time that the outbox goes by."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Receiver:
    """A webhook receiver that keeps what it got and answers as it is told."""

    url: str = ""
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    #: Answers in turn; the last one stays.
    answers: list[Callable[[web.Request], Awaitable[web.StreamResponse]]] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.got.append(({k.lower(): v for k, v in request.headers.items()}, await request.read()))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return await answer(request)

    def will(self, *answers: web.Response | Callable[[web.Request], Awaitable[web.StreamResponse]]) -> None:
        """What it answers from now on: responses, or functions of the request."""
        self.answers = [one if not isinstance(one, web.Response) else _copies(one) for one in answers]


def _copies(response: web.Response) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(status=response.status, body=response.body, headers=response.headers)

    return answer


@dataclass
class Mailbox:
    """An SMTP server's handler: keeps what it accepted, refuses what it is told to."""

    host: str = "127.0.0.1"
    port: int = 0
    got: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    #: mailbox → refusal at RCPT TO, for instance "550 5.1.1 no such user".
    refuses: dict[str, str] = field(default_factory=dict)
    #: Answer to DATA instead of accepting.
    data_answer: str | None = None
    logins: list[tuple[str, bool]] = field(default_factory=list)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, rcpt_options: list[str]
    ) -> str:
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.data_answer is not None:
            return self.data_answer
        assert isinstance(envelope.content, bytes)
        parsed = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        self.raw.append(envelope.content)
        self.got.append(parsed)
        return "250 2.0.0 queued as 7F3A"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """SQLite in a file, opened as the store opens it."""
    engine = create_engine(f"sqlite:///{tmp_path / 'outbox.db'}")

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _: object) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def run_apart() -> Callable[..., Awaitable[tuple[int, str, str]]]:
    """Runs a command in a process of its own, so that this loop can answer it: (exit code, stdout, stderr)."""

    async def run(folder: Path, *args: str) -> tuple[int, str, str]:
        command = [sys.executable, "-c", "from monitor.cli import main; main()", "--config", str(folder), *args]
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=pipe)
        out, err = await process.communicate()
        return process.returncode or 0, out.decode(), err.decode()

    return run


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(url_for(tmp_path))
    yield opened
    opened.close()


@pytest.fixture
def make_alert() -> Callable[..., Alert]:
    """An alert about the US tariff on Korean cars; labels and fields can be set."""

    def make(id: str = "chg_1", title: str = "US tariff on Korean cars: 25% → 15%, agreed", **labels: Any) -> Alert:
        carried: dict[str, Any] = {
            "class": "term",
            "kind": "tariff",
            "topic": "tariff",
            "party": "US",
            "counterparty": "KR",
            "deal": "US-KR",
            "scope": "autos",
            "status": "agreed",
            "trust": "reported",
            "confidence": 0.9,
            "tier": 2,
            "move": 10.0,
        } | labels
        return Alert(
            id=id,
            labels={name: value for name, value in carried.items() if value is not None},
            title=title,
            at=NOW,
            facts=(
                ("Was", "25%"),
                ("Now", "15%"),
                ("Status", "agreed, reported by one source"),
                ("Effective", "1 Nov 2025"),
            ),
            quotes=(
                Quote(
                    text="Washington will cut tariffs on Korean cars to 15 percent from 25 percent",
                    source="Yonhap",
                    link="https://news.example/kr?a=1&b=2",
                    published=NOW,
                ),
            ),
            thread="US-KR",
            data={"key": "tariff:US:KR:autos", "from": 25, "to": 15},
        )

    return make


@pytest.fixture
def make_config() -> Callable[..., Config]:
    """A config with one watchlist that takes all of US-KR, and the given subscriptions."""

    def make(
        *subscriptions: Subscription, mail: Mail | None = None, ca_file: Path | None = None, **delivery: Any
    ) -> Config:
        return Config(
            settings=Settings(
                allow_private=("127.0.0.0/8",),
                mail=mail or Mail(),
                ca_file=ca_file,
                # At once: what is grouped has tests of its own.
                delivery=Delivery.model_validate({"group_window": 0} | delivery),
            ),
            watchlists=(Watchlist(name="korea", countries=("US-KR",)),),
            subscriptions=subscriptions,
        )

    return make


@pytest.fixture
def subscribe() -> Callable[..., Subscription]:
    """A subscription to the `korea` watchlist by webhook or mail, told by the address."""

    def make(to: str, name: str = "desk", **more: Any) -> Subscription:
        channel = "webhook" if to.startswith("http") else "mail"
        secret = SecretStr(SECRET) if channel == "webhook" else None
        return Subscription.model_validate(
            {"name": name, "watchlist": "korea", "channel": channel, "to": to, "secret": secret} | more
        )

    return make


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async for one in _receivers(None):
        yield one


@pytest.fixture
async def make_receiver() -> AsyncIterator[Callable[[], Awaitable[Receiver]]]:
    """Starts receivers, each on a port of its own."""
    running: list[AsyncIterator[Receiver]] = []

    async def start() -> Receiver:
        running.append(_receivers(None))
        return await anext(running[-1])

    yield start
    for one in running:
        await anext(one, None)


async def _receivers(tls: ssl.SSLContext | None) -> AsyncIterator[Receiver]:
    receiver = Receiver()
    receiver.will(web.Response(status=200, text="thank you"))
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", receiver.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield receiver
    finally:
        await runner.cleanup()


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> Path:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


@pytest.fixture
async def make_mailbox(authority: trustme.CA) -> AsyncIterator[Callable[..., Awaitable[Mailbox]]]:
    """Starts SMTP servers: `security` as in the settings; a log-in of `desk` with the password `hunter2-hunter2`."""
    running: list[asyncio.Server] = []

    async def start(security: str = "none", login: bool = False) -> Mailbox:
        mailbox = Mailbox()
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert("127.0.0.1", "localhost").configure_cert(tls)

        def authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
            assert isinstance(data, LoginPassword)
            good = data == LoginPassword(b"desk", b"hunter2-hunter2")
            mailbox.logins.append((data.login.decode(), good))
            return AuthResult(success=good, handled=good)

        options: dict[str, Any] = {"hostname": "127.0.0.1", "enable_SMTPUTF8": True, "auth_require_tls": False}
        if login:
            options |= {"authenticator": authenticate, "auth_required": True}
        if security == "starttls":
            options |= {"tls_context": tls, "require_starttls": True}

        def serve() -> SMTP:
            with warnings.catch_warnings():
                # "Requiring AUTH while not requiring TLS": its TLS is that of STARTTLS alone.
                warnings.simplefilter("ignore")
                return SMTP(mailbox, **options)

        wrapped = tls if security == "tls" else None
        server = await asyncio.get_running_loop().create_server(serve, "127.0.0.1", 0, ssl=wrapped)
        running.append(server)
        mailbox.port = server.sockets[0].getsockname()[1]
        return mailbox

    yield start
    for server in running:
        server.close()
        await server.wait_closed()


@pytest.fixture
def mail_settings() -> Callable[..., Mail]:
    """Settings for a mailbox's server."""

    def make(mailbox: Mailbox, security: str = "none", password: str | None = None, **more: Any) -> Mail:
        return Mail.model_validate(
            {
                "host": mailbox.host,
                "port": mailbox.port,
                "security": security,
                "username": "desk" if password else None,
                "password": password,
                "sender": "pactwatch <alerts@example.org>",
                "timeout": 5,
            }
            | more
        )

    return make


@pytest.fixture
async def hang() -> AsyncIterator[Callable[[web.Request], Awaitable[web.StreamResponse]]]:
    """An answer that does not come before the test is over."""
    over = asyncio.Event()

    async def answer(_: web.Request) -> web.StreamResponse:
        await over.wait()
        return web.Response()

    yield answer
    over.set()
