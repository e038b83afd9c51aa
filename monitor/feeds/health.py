"""How feeds are doing, in words and by country, the worst first; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from config.masking import masked

#: A feed without a success for so long is blind, and longer where it is asked less often than twice in that time.
BLIND = timedelta(hours=6)
#: A feed that brought nothing for so long is worth a look, though every poll succeeds.
QUIET = timedelta(days=45)


class Trouble(IntEnum):
    """What is the matter, worst first."""

    #: Its publisher says that it will not come back (410).
    GONE = 0
    #: What is published there is not seen: no success for hours.
    BLIND = 1
    #: The last poll failed; the one before did not, or not long ago.
    FAILING = 2
    #: Never asked yet.
    NEW = 3
    #: By command.
    PAUSED = 4
    #: Every poll succeeds and brings nothing.
    QUIET = 5
    #: It is asked at another address than the one that was written.
    MOVED = 6
    FRESH = 7

    @property
    def serious(self) -> bool:
        """Whether something may have been missed."""
        return self <= Trouble.FAILING


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What is known of a feed."""

    name: str
    country: str | None
    url: str
    added_at: datetime
    interval: timedelta | None = None
    failures: int = 0
    last_ok_at: datetime | None = None
    last_polled_at: datetime | None = None
    #: When it is asked next: a feed may be asked daily only, by its own wish or because a hub tells of it.
    next_poll_at: datetime | None = None
    last_error: str = ""
    gone: bool = False
    moved_to: str | None = None
    paused_at: datetime | None = None
    pause_reason: str = ""
    #: When it last brought an item that was new.
    last_item_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """A feed with what is the matter."""

    record: Record
    trouble: Trouble
    #: In words: "no success since Tuesday: the server answers 404 …".
    reason: str
    #: Since when; None where it is fresh.
    since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """The feeds of one country."""

    #: None for feeds of no country.
    code: str | None
    feeds: int
    fresh: int
    #: "KR: 7 of 9 feeds fresh, 2 blind since Tuesday".
    said: str


def judge(record: Record, now: datetime) -> Health:
    """What is the matter with a feed, and why."""
    trouble, since, reason = _judged(record, now)
    return Health(record=record, trouble=trouble, reason=reason, since=since)


def blind_after(interval: timedelta | None) -> timedelta:
    """How long a feed that fails may be without a success before it is blind."""
    return max(BLIND, 2 * (interval or timedelta()))


def by_trouble(records: Iterable[Record], now: datetime) -> list[Health]:
    """All feeds, the worst first; of the same trouble the longest first."""
    found = [judge(record, now) for record in records]
    return sorted(found, key=lambda one: (one.trouble, one.since or now, one.record.name))


def by_country(found: Sequence[Health], now: datetime) -> list[Country]:
    """The countries, those with the most trouble first, then by code; feeds of none last."""
    codes = {one.record.country for one in found}
    countries = [_country(code, [one for one in found if one.record.country == code], now) for code in codes]
    return sorted(countries, key=lambda one: (one.code is None, one.fresh - one.feeds, one.code or ""))


def ago(moment: datetime, now: datetime) -> str:
    """Since when, as people say it: "09:30", "Tuesday", "3 Nov", "3 Nov 2024"; in UTC."""
    moment, today = moment.astimezone(now.tzinfo), now
    if moment.date() == today.date():
        return f"{moment:%H:%M}"
    if today - moment < timedelta(days=6):
        return f"{moment:%A}"
    return f"{moment.day} {moment:%b}" + ("" if moment.year == today.year else f" {moment.year}")


def _judged(one: Record, now: datetime) -> tuple[Trouble, datetime | None, str]:
    seen = one.last_ok_at or one.added_at
    if one.paused_at is not None:
        because = f": {one.pause_reason}" if one.pause_reason else ""
        return Trouble.PAUSED, one.paused_at, f"paused since {ago(one.paused_at, now)}{because}"
    if one.gone and one.failures:
        return Trouble.GONE, seen, "gone by its publisher's word (410); asked once a day in case it comes back"
    if one.last_polled_at is None:
        if now - one.added_at < BLIND:
            return Trouble.NEW, one.added_at, "not asked yet"
        return Trouble.BLIND, one.added_at, f"never asked since {ago(one.added_at, now)}: does the daemon run?"
    error = one.last_error.rstrip(".") or "its last poll did not end"
    first = f"no success since {ago(seen, now)}" if one.last_ok_at else f"never a success since {ago(seen, now)}"
    if one.failures and now - seen >= blind_after(one.interval):
        return Trouble.BLIND, seen, f"{first}: {error}"
    if not one.failures and now - max(one.next_poll_at or seen, seen) >= BLIND:
        return Trouble.BLIND, seen, f"{first}: it was not asked when it was due: does the daemon run?"
    if one.failures:
        times = "once" if one.failures == 1 else f"{one.failures} times"
        return Trouble.FAILING, seen, f"failed {times}: {error}"
    last = one.last_item_at or one.added_at
    if now - last >= QUIET:
        return Trouble.QUIET, last, f"nothing new since {ago(last, now)}: is it still written to?"
    if one.moved_to:
        return Trouble.MOVED, None, f"has moved for good to {masked(one.moved_to)}: write that address"
    return Trouble.FRESH, None, ""


def _country(code: str | None, found: Sequence[Health], now: datetime) -> Country:
    asked = [one for one in found if one.trouble is not Trouble.PAUSED]
    fresh = [one for one in asked if one.trouble >= Trouble.QUIET]
    parts = [f"{len(fresh)} of {len(asked)} {'feed' if len(asked) == 1 else 'feeds'} fresh"] if asked else []
    parts += [_kind(found, kind, now) for kind in Trouble if kind < Trouble.QUIET]
    said = f"{code or 'no country'}: {', '.join(part for part in parts if part)}"
    return Country(code=code, feeds=len(asked), fresh=len(fresh), said=said)


def _kind(found: Sequence[Health], kind: Trouble, now: datetime) -> str:
    """ "2 blind since Tuesday", "1 failing"; empty for none."""
    here = [one for one in found if one.trouble is kind]
    if not here:
        return ""
    said = f"{len(here)} {kind.name.lower()}"
    days = {ago(one.since, now) for one in here if one.since}
    if kind not in (Trouble.BLIND, Trouble.GONE) or not days:
        return said
    first = min(one.since for one in here if one.since)
    return f"{said} since {ago(first, now)}" if len(days) == 1 else f"{said}, the first since {ago(first, now)}"
