"""Webhooks against a real receiver that verifies with the library of Standard Webhooks."""

from __future__ import annotations

import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from pydantic import SecretStr
from standardwebhooks import Webhook, WebhookVerificationError

from alerts.channels.answers import patience
from alerts.channels.base import DETAIL, Message, clean, masked
from alerts.channels.webhook import WebhookChannel
from alerts.types import Answer
from config.outbound import Outbound
from config.settings import Delivery, Settings, Subscription

if TYPE_CHECKING:
    from tests.alerts.conftest import Receiver

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
LOOPBACK = ("127.0.0.0/8",)
Make = Callable[..., Any]
Hang = Callable[[web.Request], Awaitable[web.StreamResponse]]


@pytest.fixture
async def channel() -> AsyncIterator[WebhookChannel]:
    channel = WebhookChannel(Settings(contact="ops@example.org"), Outbound(LOOPBACK))
    yield channel
    await channel.close()


@pytest.fixture
def message(make_alert: Make, subscribe: Make) -> Callable[..., Message]:
    def make(url: str, title: str = "US tariff: 25% → 15%", **more: Any) -> Message:
        return Message(
            id="msg_1",
            alert=make_alert(title=title),
            subscription=subscribe(url, **more),
            reason="matches",
            at=datetime.now(UTC),
        )

    return make


async def test_the_receiver_verifies_it(channel: WebhookChannel, receiver: Receiver, message: Make) -> None:
    answer = await channel.send(message(receiver.url, title="Zölle 관세 25 % → 15 %"))
    assert answer == Answer(ok=True, detail="200 OK thank you")
    ((headers, body),) = receiver.got
    said = Webhook(SECRET).verify(body, headers)
    assert said == json.loads(body)
    assert said["data"]["title"] == "Zölle 관세 25 % → 15 %"
    assert headers["webhook-id"] == "msg_1"
    assert headers["content-type"] == "application/json; charset=utf-8"
    assert headers["user-agent"].startswith("pactwatch/")
    assert headers["user-agent"].endswith("(+ops@example.org)")
    with pytest.raises(WebhookVerificationError):
        Webhook(OTHER).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body + b" ", headers)


async def test_two_secrets_while_rotating(channel: WebhookChannel, receiver: Receiver, message: Make) -> None:
    assert (await channel.send(message(receiver.url, secret=SecretStr(f"{OTHER} {SECRET}")))).ok
    ((headers, body),) = receiver.got
    for secret in (SECRET, OTHER):
        assert Webhook(secret).verify(body, headers)


async def test_without_a_secret_nothing_is_signed(channel: WebhookChannel, receiver: Receiver, message: Make) -> None:
    assert (await channel.send(message(receiver.url, secret=None))).ok
    assert "webhook-signature" not in receiver.got[0][0]


async def test_an_answer_of_500_is_tried_again(channel: WebhookChannel, receiver: Receiver, message: Make) -> None:
    receiver.will(web.Response(status=500, text="<h1>oops</h1>\n\n"))
    assert await channel.send(message(receiver.url)) == Answer(
        ok=False, detail="500 Internal Server Error <h1>oops</h1>"
    )


async def test_410_ends_it(channel: WebhookChannel, receiver: Receiver, message: Make) -> None:
    receiver.will(web.Response(status=410))
    assert await channel.send(message(receiver.url)) == Answer(ok=False, permanent=True, gone=True, detail="410 Gone")


async def test_404_may_be_a_deployment_and_is_tried_again(
    channel: WebhookChannel, receiver: Receiver, message: Make
) -> None:
    receiver.will(web.Response(status=404))
    answer = await channel.send(message(receiver.url))
    assert (answer.ok, answer.permanent) == (False, False)


async def test_a_redirect_is_a_failure_and_not_followed(
    channel: WebhookChannel, receiver: Receiver, message: Make
) -> None:
    receiver.will(web.Response(status=307, headers={"location": "https://evil.example/token-123"}))
    answer = await channel.send(message(receiver.url))
    assert answer == Answer(
        ok=False, detail="307 redirects to evil.example; redirects are not followed, set the new URL"
    )
    assert len(receiver.got) == 1


async def test_no_answer_in_time(receiver: Receiver, message: Make, hang: Hang) -> None:
    receiver.will(hang)
    channel = WebhookChannel(Settings(delivery=Delivery(timeout=0.05)), Outbound(LOOPBACK))
    try:
        assert await channel.send(message(receiver.url)) == Answer(ok=False, detail="no answer within 0.05 s")
    finally:
        await channel.close()


async def test_nobody_listens(channel: WebhookChannel, message: Make) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    answer = await channel.send(message(f"http://127.0.0.1:{port}/hook"))
    assert answer == Answer(ok=False, detail="cannot connect to 127.0.0.1: Connection refused")


async def test_a_long_answer_is_cut_and_secrets_are_not_repeated(
    channel: WebhookChannel, receiver: Receiver, message: Make
) -> None:
    receiver.will(web.Response(status=400, text=f"bad\x1b[31m secret {SECRET} " + "x" * 100_000))
    answer = await channel.send(message(receiver.url))
    assert len(answer.detail) == DETAIL
    assert "MfKQ9r8G" not in answer.detail
    assert "bad [31m secret …LaSw xxx" in answer.detail


@pytest.mark.parametrize(
    ("status", "header", "seconds"), [(429, "120", 120.0), (503, "7", 7.0), (500, "soon", None), (503, None, None)]
)
async def test_retry_after(
    channel: WebhookChannel, receiver: Receiver, message: Make, status: int, header: str | None, seconds: float | None
) -> None:
    receiver.will(web.Response(status=status, headers={"retry-after": header} if header else {}))
    assert (await channel.send(message(receiver.url))).retry_after == seconds


def test_retry_after_as_a_date() -> None:
    now = datetime(2025, 11, 14, 9, 0, tzinfo=UTC)
    assert patience("Fri, 14 Nov 2025 09:02:00 GMT", now) == 120.0
    assert patience("Fri, 14 Nov 2025 08:00:00 GMT", now) == 0.0
    assert patience("-5", now) is None
    assert patience("9" * 400, now) == 999_999_999


async def test_a_bad_secret_is_said_and_not_shown(channel: WebhookChannel, receiver: Receiver, message: Make) -> None:
    answer = await channel.send(message(receiver.url, secret=SecretStr("whsec_")))
    assert not answer.ok
    assert not answer.permanent
    assert "secret" in answer.detail
    assert receiver.got == []


class Recording(AbstractResolver):
    """Answers every name with the given addresses and keeps what it was asked."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked.append(host)
        return [
            ResolveResult(hostname=host, host=one, port=port, family=socket.AF_INET, proto=0, flags=0)
            for one in self.addresses
        ]

    async def close(self) -> None:
        return None


@pytest.fixture
def no_dialling(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """No socket may be opened towards anywhere; what tried is listed."""
    tried: list[Any] = []

    async def dial(*args: Any, **kwargs: Any) -> socket.socket:
        tried.append(args)
        raise OSError("nothing is dialled in this test")

    monkeypatch.setattr("aiohappyeyeballs.start_connection", dial)
    monkeypatch.setattr("aiohttp.connector.aiohappyeyeballs.start_connection", dial)
    return tried


@pytest.mark.parametrize(
    ("addresses", "said"),
    [
        (("10.0.0.7",), "a private address"),
        (("169.254.169.254",), "a cloud metadata address"),
        (("127.0.0.1",), "a loopback address"),
        (("93.184.216.34", "192.168.1.1"), "a private address"),
    ],
)
async def test_an_address_inside_is_refused_and_never_dialled(
    message: Make, no_dialling: list[Any], addresses: tuple[str, ...], said: str
) -> None:
    resolver = Recording(*addresses)
    channel = WebhookChannel(Settings(), Outbound(resolver=resolver))
    try:
        answer = await channel.send(message("https://hooks.example/x"))
    finally:
        await channel.close()
    assert resolver.asked == ["hooks.example"]
    assert (answer.ok, answer.permanent) == (False, False)
    assert "hooks.example is refused" in answer.detail
    assert said in answer.detail
    assert no_dialling == []


@pytest.mark.parametrize("url", ["http://169.254.169.254/latest/meta-data", "http://[::1]/x", "http://127.0.0.1/x"])
async def test_a_literal_address_inside_is_refused(message: Make, no_dialling: list[Any], url: str) -> None:
    channel = WebhookChannel(Settings(), Outbound(resolver=Recording("127.0.0.1")))
    made = message("https://hooks.example/x")
    there = made.subscription.model_copy(update={"to": url})
    try:
        answer = await channel.send(Message(id="m", alert=made.alert, subscription=there, reason="", at=made.at))
    finally:
        await channel.close()
    assert "is refused" in answer.detail
    assert no_dialling == []


async def test_one_target_for_one_server(channel: WebhookChannel, subscribe: Make) -> None:
    def target(url: str) -> str:
        made: Subscription = subscribe(url)
        return channel.target(made)

    assert target("https://hooks.example/a") == target("https://hooks.example:443/b")
    assert target("https://hooks.example/a") != target("https://hooks.example:8443/a")
    assert "token" not in target("https://user:token@hooks.example/token")


def test_clean_and_masked() -> None:
    assert masked("whsec_0123456789") == "…6789"
    assert masked("short") == "…"
    assert clean("a\r\nb\x00c") == "a b c"
    assert clean("the password hunter2-hunter2!", ["hunter2-hunter2"]) == "the password …ter2!"
    assert clean("x" * 600).endswith("x…")


def test_the_signed_time_is_that_of_the_attempt(message: Make) -> None:
    made: Message = message("https://hooks.example/x")
    earlier = made.at - timedelta(minutes=10)
    old = Message(id="m", alert=made.alert, subscription=made.subscription, reason="", at=earlier)
    headers = WebhookChannel(Settings(), Outbound())._headers(old, "{}")
    with pytest.raises(WebhookVerificationError, match="too old"):
        Webhook(SECRET).verify("{}", headers)
