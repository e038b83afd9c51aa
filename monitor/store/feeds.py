"""Feeds as rows: what the config says of them, who polls them now, and how they are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import cache
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, RowMapping, Update, and_, bindparam, func, null, or_, select, update

from config.settings import Feed
from monitor.feeds.canonical import canonical
from monitor.feeds.schedule import State as Schedule
from monitor.ledger.making import maker
from monitor.store.many import execute_many, fetch_many
from monitor.store.schema import feeds

#: A feed that is polled.
ASKED = and_(feeds.c.active, feeds.c.paused_at.is_(None))


class LeaseLost(Exception):
    """The lease ran out and somebody else took the feed: what was brought is theirs to store."""


class UnknownFeed(LookupError):
    """No feed has this name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A feed's schedule (the fields of `monitor.feeds.schedule.State`), its validators and its past, as its row has
    them."""

    next_poll_at: datetime
    interval: timedelta | None = None
    #: Why the next poll is when it is, in words.
    why: str = ""
    #: Failed polls in a row.
    failures: int = 0
    last_ok_at: datetime | None = None
    #: The last failure in words; empty since the last success.
    last_error: str = ""
    last_error_at: datetime | None = None
    #: Its publisher answered 410.
    gone: bool = False
    etag: str | None = None
    last_modified: str | None = None
    #: Of the last body that was parsed and stored.
    body_hash: str | None = None
    #: Where a permanent redirect sent us.
    moved_to: str | None = None
    first_polled_at: datetime | None = None
    last_polled_at: datetime | None = None
    #: What the last document asks of readers, as `monitor.feeds.wishes` writes it.
    hints: dict[str, Any] | None = None

    @property
    def schedule(self) -> Schedule:
        """The part that decides when the feed is asked next."""
        return _make_schedule(_schedule_of(self))

    def scheduled(self, planned: Schedule, now: datetime, **others: Any) -> State:
        """This state with another schedule and perhaps other fields; `now` is when it was made."""
        kept = dict(zip(KEPT, _kept_of(self), strict=True)) | others
        at, *plan = _plan_of(planned)
        return _make_state((at or now, *plan, *kept.values()))


SCHEDULE = tuple(f.name for f in fields(Schedule))
#: The fields of a state that are its schedule come first, those that it has beside that follow.
KEPT = State.__slots__[len(SCHEDULE) :]
_schedule_of, _plan_of = attrgetter(*SCHEDULE), attrgetter(*State.__slots__[: len(SCHEDULE)])
_kept_of, _values_of = attrgetter(*KEPT), attrgetter(*State.__slots__)
_make_state, _make_schedule = maker(State), maker(Schedule)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A feed with everything that is kept of it."""

    id: int
    feed: Feed
    #: `yaml` or `command`.
    origin: str
    active: bool
    added_at: datetime
    state: State
    #: Paused by a command since then, and why; None where it is asked.
    paused_at: datetime | None = None
    pause_reason: str = ""

    @property
    def url(self) -> str:
        """The address to ask: the one it moved to, or the one that was configured."""
        return self.state.moved_to or self.feed.url


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease(Stored):
    """The right to poll one feed until `until`; `token` fences every later write."""

    token: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Synced:
    """Names of the feeds that a sync added, changed and put to rest."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


def sync(connection: Connection, configured: Iterable[Feed], now: datetime) -> Synced:
    """Makes the rows agree with the owner's files; feeds that a command added stay, unless a file names them too.

    A feed that left the files keeps its row and its items and is asked no more. Nothing is polled here, and a feed
    that did not change keeps its schedule: a reload asks nobody.
    """
    rows = {row["name"]: row for row in connection.execute(select(feeds)).mappings()}
    wanted = {feed.name: feed for feed in configured if feed.enabled}
    added: list[str] = []
    changed: list[str] = []
    for name, feed in wanted.items():
        row = rows.get(name)
        before = row and (row["origin"], row["active"], row["spec"])
        if before == ("yaml", True, _spec(feed)):
            continue
        _write(connection, row, feed, "yaml", now)
        (changed if row and row["active"] else added).append(name)
    removed = [name for name, row in rows.items() if row["active"] and row["origin"] == "yaml" and name not in wanted]
    # One address is asked once: a command's feed under another name yields to the owner's.
    removed += _doubled(rows.values(), wanted)
    if removed:
        _rest(connection, removed)
    return Synced(tuple(added), tuple(changed), tuple(removed))


def doubles(connection: Connection, configured: Iterable[Feed]) -> list[str]:
    """Names of feeds by command that the owner's files name too, by name or address, and so win over."""
    wanted = {feed.name: feed for feed in configured if feed.enabled}
    rows = list(connection.execute(select(feeds).where(feeds.c.active, feeds.c.origin == "command")).mappings())
    return sorted({row["name"] for row in rows if row["name"] in wanted} | set(_doubled(rows, wanted)))


def _doubled(rows: Iterable[RowMapping], wanted: Mapping[str, Feed]) -> list[str]:
    addresses = {canonical(feed.url) for feed in wanted.values()}
    added = [row for row in rows if row["active"] and row["origin"] == "command" and row["name"] not in wanted]
    return [row["name"] for row in added if canonical(row["url"]) in addresses]


def add(connection: Connection, feed: Feed, now: datetime) -> bool:
    """Adds or changes a feed by command. False, and nothing is written, where a YAML file has one of this name."""
    row = connection.execute(select(feeds).where(feeds.c.name == feed.name)).mappings().first()
    if row and row["active"] and row["origin"] == "yaml":
        return False
    _write(connection, row, feed, "command", now)
    return True


def remove(connection: Connection, name: str) -> None:
    """Puts a feed to rest; its items stay. Raises UnknownFeed."""
    if not _rest(connection, [name]):
        raise UnknownFeed(name)


def poll_now(connection: Connection, names: Collection[str], now: datetime) -> None:
    """Makes feeds due at once. Raises UnknownFeed."""
    for name in names:
        due = update(feeds).where(feeds.c.name == name, feeds.c.active).values(next_poll_at=now)
        if not connection.execute(due).rowcount:
            raise UnknownFeed(name)


def pause(connection: Connection, name: str, reason: str, now: datetime) -> None:
    """Asks a feed no more until `resume`, whoever named it. A poll under way still counts. Raises UnknownFeed."""
    held = update(feeds).where(feeds.c.name == name, feeds.c.active).values(paused_at=now, pause_reason=reason)
    if not connection.execute(held).rowcount:
        raise UnknownFeed(name)


def resume(connection: Connection, name: str, now: datetime) -> bool:
    """Asks a feed again, at once; False where it was not paused. Raises UnknownFeed."""
    get(connection, name)
    again = {"paused_at": None, "pause_reason": None, "next_poll_at": now}
    held = feeds.c.paused_at.is_not(None)
    return connection.execute(update(feeds).where(feeds.c.name == name, held).values(**again)).rowcount > 0


def listing(connection: Connection, *, resting: bool = False) -> list[Stored]:
    """All active feeds by name; with `resting` also those that are no longer asked."""
    query = select(feeds).order_by(feeds.c.name)
    if not resting:
        query = query.where(feeds.c.active)
    return [Stored(**_stored(row)) for row in connection.execute(query).mappings()]


def number_asked(connection: Connection) -> int:
    """How many feeds are polled: active, and not paused."""
    return connection.scalar(select(func.count()).select_from(feeds).where(ASKED)) or 0


def failing(connection: Connection, least: int = 1) -> list[Stored]:
    """Feeds that are polled and failed so many times in a row or more, by name."""
    query = select(feeds).where(ASKED, feeds.c.failures >= least).order_by(feeds.c.name)
    return [Stored(**_stored(row)) for row in connection.execute(query).mappings()]


def get(connection: Connection, name: str) -> Stored:
    """One feed by name. Raises UnknownFeed."""
    row = connection.execute(select(feeds).where(feeds.c.name == name)).mappings().first()
    if row is None:
        raise UnknownFeed(name)
    return Stored(**_stored(row))


#: What a lease is made of: the columns beside the state, and those of the state.
COLUMNS = tuple(
    feeds.c[name]
    for name in ("id", "spec", "origin", "active", "added_at", "paused_at", "pause_reason", *State.__slots__)
)
_WHY, _ERROR = State.__slots__.index("why"), State.__slots__.index("last_error")


def claim_due(
    connection: Connection,
    now: datetime,
    limit: int,
    lease: timedelta,
    token: str,
    held: Collection[int] = (),
) -> list[Lease]:
    """Takes up to `limit` feeds that are due and that nobody holds, longest due first, until `now + lease`.

    `token` is new and unguessable for each call. Feeds whose ids are in `held` are passed over, for a caller that is
    still busy with them though their lease ran out.
    """
    free = or_(feeds.c.lease_until.is_(None), feeds.c.lease_until <= now)
    due = (
        select(*COLUMNS)
        .where(ASKED, feeds.c.next_poll_at <= now, free)
        .where(feeds.c.id.not_in(held))
        .order_by(feeds.c.next_poll_at, feeds.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)  # PostgreSQL; SQLite holds it by BEGIN IMMEDIATE
    )
    until = now + lease
    leases = [_lease(row, token, until) for row in fetch_many(connection, due)]
    if leases:
        taken = update(feeds).where(feeds.c.id.in_([one.id for one in leases]))
        connection.execute(taken.values(lease_until=until, lease_token=token))
    leases.sort(key=lambda one: (one.state.next_poll_at, one.id))
    return leases


def still_held(connection: Connection, leases: Sequence[Lease]) -> set[int]:
    """The ids of those leases that are ours still, and stay so until the transaction ends."""
    mine = {lease.id: lease.token for lease in leases}
    query = select(feeds.c.id, feeds.c.lease_token).where(feeds.c.id.in_(mine)).with_for_update()
    return {number for number, token in connection.execute(query) if token == mine[number]}


def finish_all(connection: Connection, ended: Sequence[tuple[Lease, State]]) -> None:
    """Writes how polls ended and gives their leases back. Most polls change little of a row, and only that is written.

    Call it in the transaction that stores what the polls brought: validators that were committed before it would hide
    the items behind a 304 after a crash. Raises LeaseLost, so that all of it is undone, where a lease is no longer
    ours or the feed's address was changed meanwhile.
    """
    rows: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for lease, state in ended:
        both = zip(State.__slots__, _values_of(state), _values_of(lease.state), strict=True)
        values = {name: new for name, new, old in both if new != old}
        rows.setdefault(tuple(values), []).append(values | {"of": lease.id, "held": lease.token})
    written = 0
    for moved, some in rows.items():
        written += execute_many(connection, _finishing(moved), some)
    if written != len(ended):
        raise LeaseLost


@cache
def _finishing(moved: tuple[str, ...]) -> Update:
    """Writes those columns and gives the lease `held` of the feed `of` back."""
    ours = (feeds.c.id == bindparam("of"), feeds.c.lease_token == bindparam("held"))
    given: dict[str, Any] = {name: bindparam(name) for name in moved}
    return update(feeds).where(*ours).values(given | {"lease_until": null(), "lease_token": null()})


def release(connection: Connection, leases: Iterable[Lease]) -> None:
    """Gives leases back unused: their feeds are due as they were. One that is no longer ours stays as it is."""
    for lease in leases:
        own = update(feeds).where(feeds.c.id == lease.id, feeds.c.lease_token == lease.token)
        connection.execute(own.values(lease_until=None, lease_token=None))


def _spec(feed: Feed) -> dict[str, Any]:
    return feed.model_dump(mode="json")


def _write(connection: Connection, row: RowMapping | None, feed: Feed, origin: str, now: datetime) -> None:
    values: dict[str, Any] = {
        "name": feed.name,
        "url": feed.url,
        "origin": origin,
        "active": True,
        "spec": _spec(feed),
    }
    if row is None:
        connection.execute(feeds.insert().values(**values, added_at=now, next_poll_at=now))
        return
    if not row["active"] or row["url"] != feed.url:
        # Another address, or one that rested: its validators mean nothing now, a poll under way is not its own, and
        # what it has in store is a baseline again.
        values |= {name: getattr(State(next_poll_at=now), name) for name in State.__slots__}
        values |= {"added_at": now, "lease_until": None, "lease_token": None}
    elif row["spec"].get("interval") != values["spec"].get("interval"):
        values["next_poll_at"] = min(row["next_poll_at"], now + (feed.interval or timedelta(0)))
    connection.execute(update(feeds).where(feeds.c.id == row["id"]).values(**values))


def _rest(connection: Connection, names: Sequence[str]) -> int:
    resting = {"active": False, "lease_until": None, "lease_token": None, "paused_at": None, "pause_reason": None}
    return connection.execute(update(feeds).where(feeds.c.name.in_(names), feeds.c.active).values(**resting)).rowcount


#: What a feed is that says nothing but its name and address.
_PLAIN = Feed.model_validate({"name": "plain", "url": "https://example.org/"})


def _feed(spec: dict[str, Any]) -> Feed:
    """The feed of a row. It was checked when it was written; that is not done anew for each poll, where no field needs
    more than its plain value."""
    if spec.get("interval") is None and spec.get("login") is None:
        return _PLAIN.model_copy(update=spec | {"tags": tuple(spec.get("tags", ()))})
    return Feed.model_validate(spec)


def _lease(row: Sequence[Any], token: str, until: datetime) -> Lease:
    """From a row of `COLUMNS`."""
    number, spec, origin, active, added_at, paused_at, pause_reason, *state = row
    state[_WHY], state[_ERROR] = state[_WHY] or "", state[_ERROR] or ""
    return Lease(
        id=number,
        feed=_feed(spec),
        origin=origin,
        active=active,
        added_at=added_at,
        state=_make_state(state),
        paused_at=paused_at,
        pause_reason=pause_reason or "",
        token=token,
        until=until,
    )


def _stored(row: Mapping[Any, Any]) -> dict[str, Any]:
    state = {name: row[name] for name in State.__slots__} | {
        "why": row["why"] or "",
        "last_error": row["last_error"] or "",
    }
    return {
        "id": row["id"],
        "feed": _feed(row["spec"]),
        "origin": row["origin"],
        "active": row["active"],
        "added_at": row["added_at"],
        "state": State(**state),
        "paused_at": row["paused_at"],
        "pause_reason": row["pause_reason"] or "",
    }
