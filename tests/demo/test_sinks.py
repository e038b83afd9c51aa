"""The demo's mail and webhook sinks, spoken to over real sockets."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import aiohttp
import aiosmtplib
import pytest
from standardwebhooks import Webhook

from demo.sinks import MailSink, WebhookSink

SECRET = "whsec_" + base64.b64encode(b"k" * 24).decode()
OTHER = "whsec_" + base64.b64encode(b"o" * 24).decode()
BODY = '{"title": "25 % → 15 %"}'


def headers(secret: str, age: timedelta = timedelta(), body: str = BODY) -> dict[str, str]:
    """Made when the test runs: the library judges the age by the machine's clock."""
    at = datetime.now(UTC) - age
    signature = Webhook(secret).sign("msg_1", at, body)
    return {"webhook-id": "msg_1", "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": signature}


async def test_mail_is_kept_once_however_often_it_comes() -> None:
    told: list[EmailMessage] = []
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@demo.invalid", "b@demo.invalid", "25 % → 15 %"
    message["Message-ID"] = "<1@demo.invalid>"
    message.set_content("Because.\n")
    async with MailSink(told.append) as sink:
        for _ in range(2):
            await aiosmtplib.send(message, hostname="127.0.0.1", port=sink.port, start_tls=False)
    assert [m["Subject"] for m in told] == ["25 % → 15 %"] * 2
    assert list(sink.messages) == ["<1@demo.invalid>"]


async def post(sink: WebhookSink, sent: dict[str, str], body: str = BODY) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.post(sink.url, data=body.encode(), headers=sent) as answer:
        return answer.status, await answer.text()


async def test_a_signed_webhook_is_taken_and_counted_once() -> None:
    async with WebhookSink(SECRET) as sink:
        assert (await post(sink, headers(SECRET)))[0] == 204
        assert (await post(sink, headers(SECRET)))[0] == 204
    assert (sink.bodies, sink.verified, sink.refused) == ({"msg_1": BODY.encode()}, 2, [])


async def test_one_good_signature_among_several_is_enough() -> None:
    sent = headers(SECRET)
    sent["webhook-signature"] = headers(OTHER)["webhook-signature"] + " " + sent["webhook-signature"]
    async with WebhookSink(SECRET) as sink:
        assert (await post(sink, sent))[0] == 204


@pytest.mark.parametrize(
    ("secret", "age", "body", "why"),
    [
        (OTHER, timedelta(), BODY, "No matching signature"),
        (SECRET, timedelta(), BODY + " ", "No matching signature"),
        (SECRET, timedelta(minutes=6), BODY, "too old"),
        (SECRET, timedelta(minutes=-6), BODY, "too new"),
    ],
)
async def test_a_webhook_that_does_not_hold_is_refused(secret: str, age: timedelta, body: str, why: str) -> None:
    async with WebhookSink(SECRET) as sink:
        status, text = await post(sink, headers(secret, age), body)
    assert status == 401
    assert why in text
    assert (sink.bodies, sink.verified, sink.refused) == ({}, 0, [text])


async def test_headers_that_are_missing_or_broken_are_refused() -> None:
    broken = [{}, {**headers(SECRET), "webhook-timestamp": "soon"}, {**headers(SECRET), "webhook-signature": "v1"}]
    async with WebhookSink(SECRET) as sink:
        for sent in broken:
            assert (await post(sink, sent))[0] == 401
    assert len(sink.refused) == len(broken)
