"""Bounces: what a mail server reports, after it had taken a mail, of the mailbox that did not (RFC 3464). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message

#: Codes of trouble with the mailbox itself (RFC 3463: 5.1 address, 5.2 mailbox), and those within it that pass.
MAILBOX, PASSING = ("5.1.", "5.2."), ("5.2.2",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """One mailbox that a report is about."""

    address: str
    #: Whether it will never take a mail.
    final: bool
    #: The reporting server's words, cut to 300 characters.
    detail: str


def read(report: bytes) -> list[Bounce]:
    """The mailboxes of a delivery status notification that failed; none where the mail is no such report."""
    mail = message_from_bytes(report, policy=policy.default)
    found = []
    for part in mail.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        # The parser makes each group of fields a message of its own; the first one is about the whole mail.
        groups = part.get_payload()
        for group in groups if isinstance(groups, list) else ():
            bounce = _bounce(group)
            if bounce is not None:
                found.append(bounce)
    return found


def _bounce(group: object) -> Bounce | None:
    if not isinstance(group, Message):
        return None
    address = _typed(group, "Original-Recipient") or _typed(group, "Final-Recipient")
    if not address or str(group.get("Action", "")).strip().lower() != "failed":
        return None
    status = str(group.get("Status", "")).split()[0:1]
    code = status[0] if status else ""
    detail = " ".join(f"{code} {_typed(group, 'Diagnostic-Code')}".split())
    return Bounce(address=address, final=code.startswith(MAILBOX) and code not in PASSING, detail=detail[:300])


def _typed(group: Message, name: str) -> str:
    """The value of a field that begins with its type: `rfc822; desk@example.org`."""
    return str(group.get(name, "")).partition(";")[2].strip().strip("<>")
