"""The nouns of alerting. Nothing here knows what a tariff is: an alert is labels, a title, facts and quotes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A verbatim sentence that proves the alert, and where it was read."""

    text: str
    source: str
    link: str | None = None
    published: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One value of what an alert is about, for its history."""

    day: date
    value: float
    #: The value for people: `25%`.
    label: str
    #: Whether it was applied then, and not only agreed or ordered.
    applied: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Something that happened and that somebody may want to know.

    Labels are for matching and routing (lower-case names, string values, numbers as numbers). Facts are for people:
    an ordered list of (name, value) pairs such as ("Rate", "25% → 15%"). The id is the same for the same event always.
    """

    id: str
    labels: Mapping[str, str | float]
    title: str
    at: datetime
    facts: tuple[tuple[str, str], ...] = ()
    quotes: tuple[Quote, ...] = ()
    #: Messages with the same thread belong together (mail References).
    thread: str = ""
    #: Machine-readable payload for programs, JSON-serialisable.
    data: Mapping[str, object] = field(default_factory=dict)
    #: How what it is about stood before and stands now, the oldest first. Empty where that is no history yet.
    steps: tuple[Step, ...] = ()
    #: The alerts that this one puts together: a group, a digest. Empty for a single one.
    parts: tuple[Alert, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Whether an alert goes to a subscription, and why, in words that can be shown."""

    send: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the other side of a channel said to one delivery attempt."""

    ok: bool
    #: A refusal that will not change by trying again (mail 5xx, HTTP 410).
    permanent: bool = False
    #: The receiver wants nothing more at all, this message or another (HTTP 410).
    gone: bool = False
    #: The server's own words, cut to 500 characters, without secrets.
    detail: str = ""
    #: Seconds the other side asked us to wait.
    retry_after: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """One delivery that this process may carry out now, and the token without which its outcome is not written."""

    #: The delivery's id: webhook-id, and the left part of the Message-ID. The same at every attempt.
    id: str
    token: str
    #: 1 at the first attempt.
    attempt: int
    subscription: str
    #: Why the alert matched.
    reason: str
    alert: Alert
    #: The id of the earlier message that this one follows: what it confirms, moves or takes back.
    follows: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of a delivery after an attempt."""

    #: sent, dead, or queued (it will be tried again).
    state: str
    reason: str
    next_attempt_at: datetime | None = None
