"""Mail to a real SMTP server: what leaves, and what each refusal means."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from alerts.channels.base import Message
from alerts.channels.letter import compose
from alerts.channels.mail import MailChannel
from alerts.types import Answer
from config.outbound import Outbound
from config.settings import Mail, Settings

if TYPE_CHECKING:
    from tests.alerts.conftest import Mailbox

NOW = datetime(2025, 11, 14, 9, 0, tzinfo=UTC)
PASSWORD = "hunter2-hunter2"
SENDER = "pactwatch <alerts@example.org>"
Make = Callable[..., Any]


@pytest.fixture
def message(make_alert: Make, subscribe: Make) -> Callable[..., Message]:
    def make(to: str = "desk@example.net", id: str = "msg_1", **more: Any) -> Message:
        return Message(
            id=id, alert=make_alert(**more), subscription=subscribe(to), reason='matches the watchlist "korea"', at=NOW
        )

    return make


async def send(mail: Mail, message: Message, ca_file: Path | None = None) -> Answer:
    return await MailChannel(Settings(mail=mail, ca_file=ca_file), Outbound()).send(message)


def body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    content = part.get_content()
    assert isinstance(content, str)
    return content


async def test_what_arrives(make_mailbox: Make, mail_settings: Make, message: Make) -> None:
    mailbox: Mailbox = await make_mailbox()
    answer = await send(mail_settings(mailbox), message())
    assert answer == Answer(ok=True, detail="250 2.0.0 queued as 7F3A")
    (mail,) = mailbox.got
    assert mail["Subject"] == "US tariff on Korean cars: 25% → 15%, agreed"
    assert mail["From"] == SENDER
    assert mail["To"] == "desk@example.net"
    assert mail["Message-ID"] == "<msg_1@example.org>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime == NOW
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    for part in (
        "25%",
        "15%",
        "agreed",
        "1 Nov 2025",
        "https://news.example/kr?a=1&b=2",
        'matches the watchlist "korea"',
    ):
        assert part in body(mail, "plain")
    assert "25% → 15%" in body(mail, "html")


async def test_a_deal_is_one_thread(make_mailbox: Make, mail_settings: Make, message: Make) -> None:
    mailbox: Mailbox = await make_mailbox()
    settings = mail_settings(mailbox)
    for number in range(2):
        assert (await send(settings, message(id=f"msg_{number}"))).ok
    first, second = mailbox.got
    assert first["References"] == second["References"] == first["In-Reply-To"]
    assert first["References"].startswith("<thread.")
    assert first["Message-ID"] != second["Message-ID"]


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_encrypted_with_log_in(
    make_mailbox: Make, mail_settings: Make, message: Make, ca_file: Path, security: str
) -> None:
    mailbox: Mailbox = await make_mailbox(security, login=True)
    answer = await send(mail_settings(mailbox, security, PASSWORD), message(), ca_file)
    assert answer.ok, answer.detail
    assert mailbox.logins == [("desk", True)]
    assert len(mailbox.got) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_an_unknown_certificate_is_not_believed(
    make_mailbox: Make, mail_settings: Make, message: Make, security: str
) -> None:
    mailbox: Mailbox = await make_mailbox(security, login=True)
    answer = await send(mail_settings(mailbox, security, PASSWORD), message())
    assert (answer.ok, answer.permanent) == (False, False)
    assert "certificate" in answer.detail.lower()
    assert mailbox.logins == []


async def test_no_starttls_no_mail(make_mailbox: Make, mail_settings: Make, message: Make) -> None:
    mailbox: Mailbox = await make_mailbox()
    answer = await send(mail_settings(mailbox, "starttls"), message())
    assert not answer.ok
    assert "STARTTLS" in answer.detail
    assert mailbox.got == []


async def test_a_wrong_password_is_not_the_mailboxs_fault(
    make_mailbox: Make, mail_settings: Make, message: Make, ca_file: Path
) -> None:
    mailbox: Mailbox = await make_mailbox("starttls", login=True)
    answer = await send(mail_settings(mailbox, "starttls", "wrong-password"), message(), ca_file)
    assert (answer.ok, answer.permanent) == (False, False)
    assert answer.detail.startswith("535")
    assert "wrong-password" not in answer.detail
    assert mailbox.logins == [("desk", False)] or all(not good for _, good in mailbox.logins)


@pytest.mark.parametrize(
    ("host", "refused"), [("mail.example.org", True), ("10.0.0.5", True), ("127.0.0.1", False), ("localhost", False)]
)
async def test_a_password_crosses_no_network_in_the_clear(message: Make, host: str, refused: bool) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    mail = Mail.model_validate(
        {"host": host, "port": port, "security": "none", "username": "a", "password": "b", "sender": SENDER}
    )
    answer = await send(mail, message())
    assert not answer.ok
    assert ("unencrypted" in answer.detail) is refused


@pytest.mark.parametrize(("said", "permanent"), [("550 5.1.1 no such user", True), ("450 4.2.1 try later", False)])
async def test_refused_mailboxes(
    make_mailbox: Make, mail_settings: Make, message: Make, said: str, permanent: bool
) -> None:
    mailbox: Mailbox = await make_mailbox()
    mailbox.refuses["desk@example.net"] = said
    refused = Answer(ok=False, permanent=permanent, gone=permanent, detail=said)
    assert await send(mail_settings(mailbox), message()) == refused


@pytest.mark.parametrize(("said", "permanent"), [("554 5.7.1 spam", True), ("451 4.3.0 greylisted", False)])
async def test_refused_messages(
    make_mailbox: Make, mail_settings: Make, message: Make, said: str, permanent: bool
) -> None:
    mailbox: Mailbox = await make_mailbox()
    mailbox.data_answer = said
    assert await send(mail_settings(mailbox), message()) == Answer(ok=False, permanent=permanent, detail=said)


async def test_the_server_is_down(message: Make) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    answer = await send(Mail(host="127.0.0.1", port=port, security="none", sender=SENDER), message())
    assert (answer.ok, answer.permanent) == (False, False)
    assert "127.0.0.1" in answer.detail


@pytest.fixture
async def silent_port() -> AsyncIterator[int]:
    """A server that accepts and never greets."""
    over = asyncio.Event()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await over.wait()
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    over.set()
    server.close()
    await server.wait_closed()


async def test_a_server_that_never_greets(message: Make, silent_port: int) -> None:
    mail = Mail(host="127.0.0.1", port=silent_port, security="none", sender=SENDER, timeout=0.1)
    answer = await send(mail, message())
    assert (answer.ok, answer.permanent) == (False, False)
    assert "no answer" in answer.detail or "imed out" in answer.detail


async def test_mail_that_is_not_set_up(message: Make) -> None:
    answer = await send(Mail(), message())
    assert answer == Answer(ok=False, detail="mail is not set up: settings.mail needs host and sender")


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r", "\x0b", "\u2028", "\x00"])
def test_no_header_can_be_slipped_in(message: Make, line_break: str) -> None:
    made = message(title=f"Tariff{line_break}Bcc: victim@example.com{line_break}{line_break}body")
    mail = compose(made, SENDER)
    raw = mail.as_bytes()
    headers, _, _ = raw.partition(b"\r\n\r\n")
    assert mail["Bcc"] is None
    assert b"\nbcc:" not in headers.lower()
    assert mail["Subject"] == "Tariff Bcc: victim@example.com body"


async def test_long_and_foreign_words_pass_a_seven_bit_relay(
    make_mailbox: Make, mail_settings: Make, message: Make
) -> None:
    mailbox: Mailbox = await make_mailbox()
    title = "미국 관세 " * 20 + "Zölle →"
    assert (await send(mail_settings(mailbox), message(title=title))).ok
    raw = mailbox.raw[0]
    assert raw.isascii()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 78
    assert mailbox.got[0]["Subject"] == title
    assert title in body(mailbox.got[0], "plain")


async def test_a_foreign_mailbox(make_mailbox: Make, mail_settings: Make, message: Make) -> None:
    mailbox: Mailbox = await make_mailbox()
    answer = await send(mail_settings(mailbox), message(to="büro@example.net"))
    assert answer.ok, answer.detail
    assert mailbox.got[0]["To"] == "büro@example.net"
