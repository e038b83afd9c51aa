"""What nobody wants to hear for a while: by labels, with who said so, why, and until when."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, delete, insert, select, update

from alerts.tables import silences
from alerts.types import Alert
from config import selectors


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """One silence."""

    id: str
    #: Label selectors, all of which must hold.
    labels: tuple[str, ...]
    author: str
    reason: str
    created_at: datetime
    expires_at: datetime

    def covers(self, alert: Alert) -> bool:
        return all(selectors.parse(text).fits(alert.labels) for text in self.labels)

    @property
    def said(self) -> str:
        """`silenced until 2 Nov 2025 08:00 UTC by anna: talks all week (1f3a)`."""
        until = f"{self.expires_at.day} {self.expires_at:%b %Y %H:%M}"
        return f"silenced until {until} UTC by {self.author}: {self.reason} ({self.id})"


def add(
    connection: Connection, labels: Sequence[str], author: str, reason: str, now: datetime, until: datetime
) -> Silence:
    """Write a silence. Raises ValueError, in words, for a selector that is none, for none at all, and for no time."""
    if not labels:
        raise ValueError("a silence without a label would silence everything: name at least one")
    if until <= now:
        raise ValueError("a silence must end later than now")
    made = Silence(
        id=secrets.token_hex(4),
        labels=tuple(str(selectors.parse(text)) for text in labels),
        author=author,
        reason=reason,
        created_at=now,
        expires_at=until,
    )
    row = {name: getattr(made, name) for name in Silence.__slots__}
    connection.execute(insert(silences).values(row | {"labels": list(made.labels)}))
    return made


def listing(connection: Connection, now: datetime | None = None) -> list[Silence]:
    """All silences, the newest first; with `now` those that hold then."""
    wanted = select(silences).order_by(silences.c.created_at.desc(), silences.c.id)
    if now is not None:
        wanted = wanted.where(silences.c.expires_at > now, silences.c.created_at <= now)
    return [_silence(row) for row in connection.execute(wanted)]


def expire(connection: Connection, start: str, now: datetime) -> Silence | None:
    """End the one silence whose id begins so; None where that is none, several, or one that is over."""
    named = silences.c.id.startswith(start, autoescape=True)
    found = connection.execute(select(silences).where(named, silences.c.expires_at > now)).all()
    if len(found) != 1:
        return None
    connection.execute(update(silences).where(silences.c.id == found[0].id).values(expires_at=now))
    return _silence(found[0])


def tidy(connection: Connection, before: datetime) -> int:
    """Delete silences that were over before a moment; how many."""
    gone = delete(silences).where(silences.c.expires_at < before)
    return connection.execute(gone).rowcount


def _silence(row: Row[tuple[object, ...]]) -> Silence:
    fields = dict(row._mapping)
    return Silence(**fields | {"labels": tuple(fields["labels"])})
