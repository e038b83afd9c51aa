"""The feeds that a command works on: those of the owner's files and those that commands added, by name or address."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from config.masking import masked
from monitor.cli.refusals import Unfit, Unknown
from monitor.cli.storing import looking

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from config.load import Loaded
    from config.settings import Feed
    from monitor.feeds.merging import Known
    from monitor.store.feeds import Stored
    from monitor.store.pages import Health as Articles


def known(connection: Connection | None, loaded: Loaded) -> list[Known]:
    """Every feed that is asked: those that the owner's files switch on, and those that commands added beside them."""
    from monitor.feeds.merging import Known
    from monitor.store.feeds import listing

    own = [Known(feed, own=True) for feed in loaded.config.feeds if feed.enabled]
    stored = listing(connection) if connection is not None else []
    return own + [Known(one.feed, own=False) for one in commanded(stored, loaded)]


def stored(loaded: Loaded) -> list[tuple[Stored, datetime | None]]:
    """Every stored feed with when it last brought something new; none where there is no database yet."""
    from monitor.store.feeds import listing
    from monitor.store.items import last_brought

    with looking(loaded) as connection:
        if connection is None:
            return []
        last = last_brought(connection)
        return [(one, last.get(one.id)) for one in listing(connection)]


def articles_of(loaded: Loaded, since: datetime) -> dict[str, Articles]:
    """A feed's name → how its full articles were had since then; feeds of which none was wanted are left out."""
    from monitor.store import pages

    with looking(loaded) as connection:
        return pages.health(connection, since) if connection is not None else {}


def hubs_of(loaded: Loaded) -> dict[str, dict[str, str | None]]:
    """A feed's name → its WebSub hub and how far the subscription there is, as plain data without its secrets."""
    from monitor.store import hubs

    def when(moment: datetime | None) -> str | None:
        return moment.isoformat() if moment else None

    with looking(loaded) as connection:
        found = hubs.listing(connection) if connection is not None else {}
    return {
        name: {
            "address": masked(one.hub), "topic": masked(one.topic), "state": str(one.state),
            "lease_until": when(one.lease_until), "pushed_at": when(one.pushed_at),
            "error": masked(one.last_error or "") or None,
        }
        for name, one in found.items()
    }  # fmt: skip


def commanded(stored: Sequence[Stored], loaded: Loaded) -> list[Stored]:
    """The feeds that commands added and that no file of the owner's switches on too."""
    own = {feed.name for feed in loaded.config.feeds if feed.enabled}
    return [one for one in stored if one.origin == "command" and one.feed.name not in own]


def at_address(url: str, feeds: Sequence[Known]) -> Known | None:
    """The feed that has this address, in whatever spelling."""
    from monitor.feeds.canonical import canonical

    return next((one for one in feeds if canonical(one.feed.url) == canonical(url)), None)


def named(connection: Connection, loaded: Loaded, name: str) -> Stored:
    """The stored feed that a name or address means. Unknown, with what to do, where there is none."""
    from difflib import get_close_matches

    from monitor.store.feeds import listing

    stored = listing(connection)
    for one in stored:
        if name in (one.feed.name, one.feed.url) or name.casefold() == one.feed.name.casefold():
            return one
    own: Feed | None = next((feed for feed in loaded.config.feeds if name in (feed.name, feed.url)), None)
    if own is not None and own.enabled:
        raise Unfit(f'"{own.name}" is in your files, but no daemon has taken it over yet: pactwatch run')
    if own is not None:
        raise Unfit(f'"{own.name}" is switched off: pactwatch feeds list --all')
    near = get_close_matches(name, [one.feed.name for one in stored], n=3, cutoff=0.4)
    raise Unknown(
        f'there is no feed "{masked(name)}". ' + (f"Nearest: {', '.join(near)}" if near else "See: pactwatch feeds")
    )


def no_tag(tag: str, tags: Iterable[str]) -> Unknown:
    """That no feed has a tag; says which tags there are."""
    known = sorted(set(tags))
    return Unknown(f'no feed has the tag "{tag}"; ' + (f"there are: {', '.join(known)}" if known else "none has any"))


def running(loaded: Loaded) -> bool:
    """Whether a daemon works on the data folder."""
    from monitor.daemon.lock import held

    try:
        return held(loaded.data_dir)
    except OSError:
        return False


def when_asked(loaded: Loaded) -> str:
    """When what is due now is asked, in words."""
    return "It is asked within a minute." if running(loaded) else "It is asked when the daemon runs: pactwatch run"
