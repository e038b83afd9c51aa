"""An alert as a letter: plain text and HTML in one message (RFC 2046, multipart/alternative), threaded by deal."""

from __future__ import annotations

import hashlib
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from alerts import chart
from alerts.channels.base import Message, clean
from alerts.rendering import html, text

#: Seven-bit bodies pass every relay; headers fold at 78 characters (RFC 5322, 2.1.1).
POLICY = SMTP.clone(cte_type="7bit", max_line_length=78)

#: Pictures in one letter: a digest of fifty changes is read, not looked at.
CHARTS = 6


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
    pictures = charts(message, domain)
    places = {about: f"cid:{place}" for about, (place, _) in pictures.items()}
    mail.add_alternative(html(alert, message.subscription, message.reason, leave, places), subtype="html")
    if pictures:
        page = list(mail.iter_parts())[-1]
        assert isinstance(page, EmailMessage)
        for number, (place, drawing) in enumerate(pictures.values(), 1):
            name = f"history-{number}.png"
            page.add_related(drawing, "image", "png", cid=f"<{place}>", disposition="inline", filename=name)
    return mail


def charts(message: Message, domain: str) -> dict[str, tuple[str, bytes]]:
    """Alert → the Content-ID (RFC 2392) and the picture of its history, for those that have one; few at most."""
    told = message.alert.parts or (message.alert,)
    wanted = [one for one in told if chart.drawn(one.steps)][:CHARTS]
    return {
        one.id: (f"history.{number}.{message.id}@{domain}", chart.png(one.steps))
        for number, one in enumerate(wanted, 1)
    }


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
