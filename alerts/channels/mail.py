"""Mail over SMTP: plain text and HTML in one message (RFC 2046, multipart/alternative), threaded by deal.

The server is the owner's own choice (`settings.mail`) and may stand in a private network; subscribers only choose
the mailbox, never the server.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

import aiosmtplib

from alerts.channels.base import Channel, Message, clean, trust, user_agent
from alerts.rendering import html, text
from alerts.types import Answer
from config.outbound import literal
from config.settings import Mail, Subscription

#: Seven-bit bodies pass every relay; headers fold at 78 characters (RFC 5322, 2.1.1).
POLICY = SMTP.clone(cte_type="7bit", max_line_length=78)


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

    async def attempt(self, message: Message) -> Answer:
        mail = self.settings.mail
        trouble = unready(mail)
        if trouble:
            return Answer(ok=False, detail=trouble)
        to = message.subscription.to
        composed = compose(message, mail.sender, user_agent(), self.settings.http.public_url)
        client = self._client(mail)
        try:
            async with client:
                options = [] if to.isascii() else ["SMTPUTF8"]
                _, said = await client.sendmail(
                    parseaddr(mail.sender)[1], [to], composed.as_bytes(), mail_options=options
                )
        except aiosmtplib.SMTPException as error:
            return refused(error)
        return Answer(ok=True, detail=f"250 {said}")

    def _client(self, mail: Mail) -> aiosmtplib.SMTP:
        return aiosmtplib.SMTP(
            hostname=mail.host,
            port=mail.port,
            username=mail.username,
            password=mail.password.get_secret_value() if mail.password else None,
            use_tls=mail.security == "tls",
            start_tls=mail.security == "starttls",
            tls_context=trust(self.settings),
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


def compose(message: Message, sender: str, mailer: str = "pactwatch", public_url: str | None = None) -> EmailMessage:
    """The message as it leaves. No header can be broken out of: titles are one line, and the policy refuses others."""
    alert = message.alert
    domain = parseaddr(sender)[1].rpartition("@")[2]
    to = message.subscription.to
    mail = EmailMessage(policy=POLICY if to.isascii() else POLICY.clone(utf8=True))
    mail["From"] = sender
    mail["To"] = to
    mail.set_raw("Subject", subject(alert.title))
    mail["Date"] = format_datetime(message.at)
    mail["Message-ID"] = f"<{message.id}@{domain}>"
    if alert.thread:
        # A root that was never sent itself: every message of a deal points to it, whichever came first.
        root = f"<thread.{hashlib.sha256(alert.thread.encode()).hexdigest()[:24]}@{domain}>"
        before = f"<{message.follows}@{domain}>" if message.follows else ""
        mail["In-Reply-To"] = before or root
        mail["References"] = f"{root} {before}".strip()
    # RFC 3834: no vacation notices, please; the second says the same to Exchange.
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail["X-Mailer"] = mailer
    leave = way_out(mail, message.leave, public_url)
    mail.set_content(text(alert, message.subscription, message.reason, leave))
    mail.add_alternative(html(alert, message.subscription, message.reason, leave), subtype="html")
    return mail


def way_out(mail: EmailMessage, code: str, public_url: str | None) -> str:
    """The address by which the reader ends the subscription, set as headers too; the bare code where we have none.

    RFC 2369 for List-Unsubscribe; one click after RFC 8058, which wants https.
    """
    if not code or not public_url:
        return code
    link = f"{public_url.rstrip('/')}/unsubscribe/{code}"
    mail["List-Unsubscribe"] = f"<{link}>"
    if link.startswith("https://"):
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return link


def subject(title: str) -> str:
    """A title as a header value of one logical line, folded and encoded (RFC 2047).

    Not left to the policy: Pythons before 3.12.5 lose spaces where they fold (python/cpython issue 92081).
    """
    line = clean(title)
    return Header(line, "us-ascii" if line.isascii() else "utf-8", 76, "Subject").encode()
