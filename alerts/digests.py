"""Digests: what was held for a subscription, sent together at its time; what one says when nothing moved.

Every function takes the caller's connection and never commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, delete, insert, select, update

from alerts import outbox
from alerts.tables import deliveries, digests
from alerts.timetable import next_digest
from alerts.types import Alert
from config.settings import Config, Subscription

REASON = "is the digest of what matches the watchlist"


@dataclass(frozen=True, slots=True, kw_only=True)
class Blind:
    """A feed in which nothing could be seen."""

    name: str
    #: Its last success; None where it never had one.
    since: datetime | None
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """How well we saw: an empty digest means little where we were blind."""

    #: How many feeds are asked.
    feeds: int
    blind: Sequence[Blind]
    #: The last time that any feed was asked with success.
    last_good_check: datetime | None


def due(connection: Connection, config: Config, now: datetime) -> list[tuple[Subscription, datetime]]:
    """Subscriptions whose digest is due, each with the time for which it is. One first seen begins with the next."""
    done = {row.subscription: row.done_until for row in connection.execute(select(digests))}
    found = []
    for one in config.subscriptions:
        if not one.digest:
            continue
        if one.name not in done:
            connection.execute(insert(digests).values(subscription=one.name, done_until=now))
        elif not one.paused:
            slot = next_digest(one, done[one.name])
            while (later := next_digest(one, slot)) <= now:
                slot = later  # several were missed: one digest has it all
            if slot <= now:
                found.append((one, slot))
    return found


def waits(connection: Connection, config: Config, now: datetime) -> bool:
    """Whether `compose` has anything to write now; only reads."""
    done = {row.subscription: row.done_until for row in connection.execute(select(digests))}
    wanted = {one.name: one for one in config.subscriptions if one.digest}
    if done.keys() != wanted.keys():
        return True
    if any(not one.paused and next_digest(one, done[name]) <= now for name, one in wanted.items()):
        return True
    held = connection.scalars(select(deliveries.c.subscription).where(deliveries.c.state == "held").distinct())
    return any(name not in wanted for name in held)


def compose(connection: Connection, config: Config, sight: Sight, now: datetime) -> list[str]:
    """Write every digest that is due; the ids of the deliveries that are queued now."""
    queued = _release(connection, config, now)
    for subscription, slot in due(connection, config, now):
        held = select(deliveries.c.id).where(
            deliveries.c.subscription == subscription.name, deliveries.c.state == "held"
        )
        ids = list(connection.scalars(held))
        told = digest(subscription, slot, len(ids), sight, now)
        id = outbox.put(connection, told, subscription.name, f'{REASON} "{subscription.watchlist}"', now)
        if id is not None:
            connection.execute(update(deliveries).where(deliveries.c.id == id).values(group_id=id))
            into = update(deliveries).where(deliveries.c.id.in_(held)).values(state="grouped", group_id=id)
            connection.execute(into)
            queued.append(id)
        moved = update(digests).where(digests.c.subscription == subscription.name)
        connection.execute(moved.values(done_until=slot))
    return queued


def _release(connection: Connection, config: Config, now: datetime) -> list[str]:
    """What was held for a digest that is no more: sent at once, or settled where the subscription is gone too."""
    known = {one.name: one for one in config.subscriptions}
    waiting = connection.scalars(select(deliveries.c.subscription).where(deliveries.c.state == "held").distinct())
    queued: list[str] = []
    for name in list(waiting):
        mine = update(deliveries).where(deliveries.c.subscription == name, deliveries.c.state == "held")
        if name not in known:
            gone = "the subscription is no longer in the configuration"
            connection.execute(mine.values(state="skipped", reason=gone, settled_at=now))
        elif not known[name].digest:
            freed = mine.values(state="queued", next_attempt_at=now).returning(deliveries.c.id)
            queued += connection.scalars(freed)
    rest = [name for name, one in known.items() if one.digest]
    connection.execute(delete(digests).where(digests.c.subscription.not_in(rest)))
    return queued


def digest(subscription: Subscription, slot: datetime, count: int, sight: Sight, now: datetime) -> Alert:
    """The digest's own words; what it puts together is added when it is sent."""
    zone = ZoneInfo(subscription.zone)
    local = slot.astimezone(zone)
    when = f"{local:%A} {local.day} {local:%b %Y, %H:%M}"
    moved = "nothing moved" if count == 0 else "1 change" if count == 1 else f"{count} changes"
    checked = f"{_local(sight.last_good_check, zone)}" if sight.last_good_check else "never"
    well = sight.feeds - len(sight.blind)
    facts = [
        ("Changes", str(count) if count else "none"),
        ("Last good check", checked),
        ("Feeds", f"{well} of {sight.feeds} could be read"),
        *((f"Blind: {one.name}", _blind(one, zone)) for one in sight.blind),
    ]
    if sight.blind and not count:
        facts.insert(1, ("Mind", "what was published in the feeds below was not seen"))
    return Alert(
        id=f"digest:{subscription.name}:{slot.isoformat()}",
        labels={"class": "digest", "count": count, "blind": len(sight.blind)},
        title=f"{subscription.watchlist}: {moved} ({subscription.digest} digest, {when})",
        at=now,
        facts=tuple(facts),
    )


def _blind(one: Blind, zone: ZoneInfo) -> str:
    since = f"since {_local(one.since, zone)}" if one.since else "never read yet"
    return f"{since}: {one.error}" if one.error else since


def _local(when: datetime, zone: ZoneInfo) -> str:
    local = when.astimezone(zone)
    return f"{local.day} {local:%b %Y, %H:%M} {local.tzname()}"
