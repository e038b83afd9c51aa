"""Watchlists and subscriptions that commands added, laid beside the owner's files, which win where both name a thing.

Every function takes the caller's connection and never commits.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from pydantic import ValidationError
from sqlalchemy import Connection, delete, insert, select, update

from alerts import outbox
from alerts.tables import attempts, commanded_subscriptions, commanded_watchlists, deliveries, digests, keys, pauses
from config.settings import Config, Model, Subscription, Watchlist

#: How long a code that was sent to an address can be given back.
CODE_LIFE = timedelta(days=2)
#: Letters and digits that nobody takes for one another.
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
#: How the reason of a stop begins whose reader wants no more.
LEFT = "unsubscribed"
_KEY = "opt_out"
M = TypeVar("M", bound=Model)

# Put together once: news waits for them.
COMMANDED = select(commanded_subscriptions).order_by(commanded_subscriptions.c.name)
WATCHLISTS = select(commanded_watchlists.c.spec).order_by(commanded_watchlists.c.name)
PAUSES = select(pauses)

#: A reference (`env:NAME`, `file:/path`) → the secret, None where it leads nowhere.
Reveal = Callable[[str], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Commanded:
    """A subscription that a command added."""

    subscription: Subscription
    created_at: datetime
    #: None until its address said yes.
    confirmed_at: datetime | None


def commanded(connection: Connection, reveal: Reveal) -> list[Commanded]:
    """All subscriptions by command, by name. One whose secret cannot be found is paused: unsigned is not meant.

    One that another version of the program wrote and this one does not understand is left out, and `doubles` tells of
    it: it must not hold up all others.
    """
    rows = connection.execute(COMMANDED)
    found = [(row, _subscription(row.spec, reveal)) for row in rows]
    return [
        Commanded(subscription=one, created_at=row.created_at, confirmed_at=row.confirmed_at)
        for row, one in found
        if one is not None
    ]


def _subscription(spec: dict[str, Any], reveal: Reveal) -> Subscription | None:
    reference = spec.get("secret")
    secret = reveal(reference) if reference else None
    lost = {"paused": True} if reference and secret is None else {}
    return _valid(Subscription, spec | {"secret": secret} | lost)


def _valid(model: type[M], spec: dict[str, Any]) -> M | None:
    try:
        return model.model_validate(spec)
    except ValidationError:
        return None


def watchlists(connection: Connection) -> list[Watchlist]:
    """All watchlists by command, by name."""
    rows = connection.scalars(WATCHLISTS)
    return [one for spec in rows if (one := _valid(Watchlist, spec)) is not None]


def paused(connection: Connection) -> dict[str, str]:
    """Subscription → why a command paused it."""
    return {row.subscription: row.reason for row in connection.execute(PAUSES)}


def effective(connection: Connection, config: Config, reveal: Reveal) -> Config:
    """What counts: the owner's files, then what commands added under other names, and what they paused."""
    own = {one.name for one in config.watchlists}
    more = [one for one in watchlists(connection) if one.name not in own]
    own = {one.name for one in config.subscriptions}
    added = [one for one in commanded(connection, reveal) if one.subscription.name not in own and one.confirmed_at]
    held = paused(connection)
    if not (more or added or held):
        return config
    everybody = [*config.subscriptions, *(one.subscription for one in added)]
    subscriptions = [one.model_copy(update={"paused": True}) if one.name in held else one for one in everybody]
    return config.model_copy(update={"watchlists": (*config.watchlists, *more), "subscriptions": tuple(subscriptions)})


def doubles(connection: Connection, config: Config) -> list[str]:
    """What files and commands both name (the files win), and what is not understood of the latter, in words."""
    pairs = (
        ("watchlist", Watchlist, commanded_watchlists, config.watchlists),
        ("subscription", Subscription, commanded_subscriptions, config.subscriptions),
    )
    found = []
    for what, model, table, own in pairs:
        specs = {row.name: row.spec for row in connection.execute(select(table.c.name, table.c.spec))}
        lost = [name for name, spec in specs.items() if _valid(model, spec) is None]
        found += [f'the {what} "{name}", added by a command, is not understood: add it anew' for name in lost]
        found += [f'the {what} "{one.name}" was added by a command too' for one in own if one.name in specs]
    return found


def add_watchlist(connection: Connection, watchlist: Watchlist, now: datetime) -> None:
    """Write a watchlist, in place of the one of this name that a command added before."""
    connection.execute(delete(commanded_watchlists).where(commanded_watchlists.c.name == watchlist.name))
    row = {"name": watchlist.name, "spec": watchlist.model_dump(mode="json"), "created_at": now}
    connection.execute(insert(commanded_watchlists).values(row))


def remove_watchlist(connection: Connection, name: str) -> bool:
    """Whether there was one that a command had added."""
    gone = delete(commanded_watchlists).where(commanded_watchlists.c.name == name)
    return connection.execute(gone).rowcount > 0


def add_subscription(
    connection: Connection, subscription: Subscription, reference: str | None, now: datetime, code: str | None
) -> None:
    """Write a subscription in place of the one of this name; with `code` it waits until that is given back.

    `reference` says where its secret is; the secret itself is not written.
    """
    connection.execute(delete(commanded_subscriptions).where(commanded_subscriptions.c.name == subscription.name))
    outbox.lift(connection, subscription.name)
    row = {
        "name": subscription.name,
        "spec": subscription.model_dump(mode="json", exclude={"secret"}) | {"secret": reference},
        "created_at": now,
        "confirmed_at": None if code else now,
        "code_hash": _hashed(code) if code else None,
        "code_until": now + CODE_LIFE if code else None,
    }
    connection.execute(insert(commanded_subscriptions).values(row))


def new_code() -> str:
    """A code to type: three groups of four, 60 bits."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(3))


def confirm(connection: Connection, code: str, now: datetime) -> str | None:
    """The subscription that a code confirmed; None where the code is wrong, used or too old."""
    c = commanded_subscriptions.c
    good = update(commanded_subscriptions).where(c.code_hash == _hashed(code), c.code_until > now)
    done = good.values(confirmed_at=now, code_hash=None, code_until=None).returning(c.name)
    return connection.execute(done).scalar_one_or_none()


def remove(connection: Connection, name: str) -> bool:
    """Whether there was a subscription by command of this name. What waits for it is settled by the deliverer."""
    gone = delete(commanded_subscriptions).where(commanded_subscriptions.c.name == name)
    return connection.execute(gone).rowcount > 0


def pause(connection: Connection, name: str, reason: str, now: datetime) -> None:
    """Hold what is sent to a subscription until `resume`."""
    connection.execute(delete(pauses).where(pauses.c.subscription == name))
    connection.execute(insert(pauses).values(subscription=name, at=now, reason=reason))


def resume(connection: Connection, name: str) -> bool:
    """Take a pause, and a stop, away; whether there was one."""
    lifted = outbox.lift(connection, name)
    return connection.execute(delete(pauses).where(pauses.c.subscription == name)).rowcount > 0 or lifted


def forget(connection: Connection, address: str) -> list[str]:
    """Delete an address, its subscriptions by command and all that was kept of deliveries to it; their names."""
    rows = connection.execute(select(commanded_subscriptions.c.name, commanded_subscriptions.c.spec))
    names = [row.name for row in rows if row.spec["to"].casefold() == address.strip().casefold()]
    ids = select(deliveries.c.id).where(deliveries.c.subscription.in_(names))
    connection.execute(delete(attempts).where(attempts.c.delivery_id.in_(ids)))
    connection.execute(delete(deliveries).where(deliveries.c.subscription.in_(names)))
    for table, column in (
        (commanded_subscriptions, commanded_subscriptions.c.name),
        (pauses, pauses.c.subscription),
        (digests, digests.c.subscription),
    ):
        connection.execute(delete(table).where(column.in_(names)))
    for name in names:
        outbox.lift(connection, name)
    return names


def opt_out_key(connection: Connection) -> str | None:
    """The key of the codes for opting out; None before `make_opt_out_key`."""
    return connection.scalar(select(keys.c.value).where(keys.c.name == _KEY))


def make_opt_out_key(connection: Connection) -> str:
    """The key, made if there is none."""
    found = opt_out_key(connection)
    if found is None:
        found = secrets.token_hex(32)
        connection.execute(insert(keys).values(name=_KEY, value=found))
    return found


def opt_out_code(key: str, subscription: Subscription) -> str:
    """The code with which the reader of a subscription ends it: 16 letters and digits, nobody else can make it."""
    said = hmac.digest(key.encode(), outbox.target_hash(subscription).encode() + subscription.name.encode(), "sha256")
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in said[:16])


def leave(connection: Connection, config: Config, code: str, now: datetime) -> str | None:
    """The subscription that a code ended: one by command is removed, one of the files gets nothing more until
    `resume` or another address; None where no subscription of this (effective) configuration has the code."""
    key = opt_out_key(connection)
    given = code.strip().upper().replace("-", "")
    for one in config.subscriptions if key else ():
        if hmac.compare_digest(opt_out_code(str(key), one).encode(), given.encode()):
            outbox.stop(connection, one, f"{LEFT}: its reader wants no more", now)
            remove(connection, one.name)
            return one.name
    return None


def _hashed(code: str) -> str:
    plain = "".join(character for character in code.upper() if character.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()
