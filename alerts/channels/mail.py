"""Mail over SMTP, each alert as one message (`letter`).

The server is the owner's own choice (`settings.mail`) and may stand in a private network; subscribers only choose
the mailbox, never the server.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from email.utils import parseaddr

import aiosmtplib

from alerts.channels.base import Channel, Message, prepare_trust, trust, user_agent
from alerts.channels.letter import compose
from alerts.types import Answer
from config.outbound import literal
from config.settings import Mail, Subscription


class MailChannel(Channel):
    """Sends each alert as one message. All mail shares one target, the owner's SMTP server."""

    @property
    def timeout(self) -> float:
        return self.settings.mail.timeout

    def target(self, subscription: Subscription) -> str:
        return f"mail {self.settings.mail.host}:{self.settings.mail.port}"

    def secrets(self, message: Message) -> Iterable[str]:
        password = self.settings.mail.password
        return [password.get_secret_value()] if password else []

    async def prepare(self) -> None:
        await prepare_trust(self.settings)

    async def attempt(self, message: Message) -> Answer:
        mail = self.settings.mail
        trouble = unready(mail)
        if trouble:
            return Answer(ok=False, detail=trouble)
        to = message.subscription.to
        composed = compose(message, mail.sender, user_agent(), self.settings.http.public_url)
        client = self._client(mail, await trust(self.settings))
        try:
            async with client:
                options = [] if to.isascii() else ["SMTPUTF8"]
                _, said = await client.sendmail(
                    parseaddr(mail.sender)[1], [to], composed.as_bytes(), mail_options=options
                )
        except aiosmtplib.SMTPException as error:
            return refused(error)
        return Answer(ok=True, detail=f"250 {said}")

    def _client(self, mail: Mail, believed: ssl.SSLContext) -> aiosmtplib.SMTP:
        return aiosmtplib.SMTP(
            hostname=mail.host,
            port=mail.port,
            username=mail.username,
            password=mail.password.get_secret_value() if mail.password else None,
            use_tls=mail.security == "tls",
            start_tls=mail.security == "starttls",
            tls_context=believed,
            timeout=mail.timeout,
        )


def unready(mail: Mail) -> str | None:
    """What is missing before a mail can leave, or None."""
    if not mail.host or not mail.sender:
        return "mail is not set up: settings.mail needs host and sender"
    if mail.password and mail.security == "none" and not _loopback(mail.host):
        return "the password would cross the network unencrypted: set settings.mail.security to starttls or tls"
    return None


def _loopback(host: str) -> bool:
    address = literal(host)
    return address.is_loopback if address else host.lower() == "localhost"


def refused(error: aiosmtplib.SMTPException) -> Answer:
    """What an SMTP error means. Final is only a 5xx to this mailbox or this message (RFC 5321, 4.2.1): a 5xx to the
    log-in or to the sender is a matter of the settings, and goes away when they are mended."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused) and error.recipients:
        error = error.recipients[0]
    if not isinstance(error, aiosmtplib.SMTPResponseException):
        return Answer(ok=False, detail=str(error).rstrip(": "))
    final = isinstance(error, aiosmtplib.SMTPRecipientRefused | aiosmtplib.SMTPDataError) and error.code >= 500
    # A mailbox that is not there takes no later alert either; a message that is not liked says nothing of the next.
    nobody = final and isinstance(error, aiosmtplib.SMTPRecipientRefused)
    return Answer(ok=False, permanent=final, gone=nobody, detail=f"{error.code} {error.message}")
