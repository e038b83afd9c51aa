"""What a feed is asked with, and what its answer comes to; between the poller and the rooms of feeds."""

from __future__ import annotations

import os
from datetime import datetime

from monitor.feeds import rhythm
from monitor.feeds.credentials import unlock
from monitor.feeds.entry import ParsedFeed
from monitor.feeds.fetch import Fetched, FetchError, Request
from monitor.feeds.schedule import Outcome
from monitor.feeds.wishes import Wishes
from monitor.pipeline.steps import Brought, Hub
from monitor.store.feeds import Lease

#: Of a feed that has moved for good, each so many failures in a row the configured address is tried: the new place
#: may have been a mistake, or has fallen to somebody else.
LOOK_BACK = 4


def asks_old_address(lease: Lease) -> bool:
    """Whether the configured address is asked this time and not the one that the feed moved to."""
    state = lease.state
    return bool(state.moved_to) and state.failures > 0 and state.failures % LOOK_BACK == 0


def request(lease: Lease) -> Request:
    """The request for a feed. Reads its secrets, if it has some, from the environment or files. Raises Locked."""
    login = lease.feed.login
    keys = unlock(login, lease.feed.url, os.environ) if login else None
    if asks_old_address(lease):
        return Request(url=lease.feed.url, keys=keys)
    state = lease.state
    return Request(
        url=lease.url, etag=state.etag, last_modified=state.last_modified, body_hash=state.body_hash, keys=keys
    )


def failed(error: FetchError) -> Brought:
    """The outcome of a request that came to nothing. A host that is at rest was not asked: that is no failure."""
    rest = error.kind == "rate_limited" and error.status is None
    outcome = Outcome(error=error.reason, gone=error.kind == "gone", retry_after=error.retry_after, rest=rest)
    return Brought(outcome=outcome)


def unchanged(lease: Lease, answer: Fetched) -> Brought:
    """The outcome where nothing came: what the last document asked for still holds."""
    wishes = Wishes.from_json(lease.state.hints)
    return Brought(outcome=_outcome(answer, wishes), answer=answer, home=asks_old_address(lease))


def read(lease: Lease, answer: Fetched, parsed: ParsedFeed, now: datetime) -> Brought:
    """The outcome of a document that was read."""
    wishes = Wishes.of(parsed)
    hub = answer.hub or parsed.hub
    topic = (answer.topic if answer.hub else parsed.topic) or answer.url
    return Brought(
        outcome=_outcome(answer, wishes, parsed, now),
        answer=answer,
        entries=tuple(entry for entry in parsed.entries if entry.says_something),
        wishes=wishes,
        hub=Hub(hub, topic) if hub else None,
        home=asks_old_address(lease),
    )


def _outcome(answer: Fetched, wishes: Wishes, parsed: ParsedFeed | None = None, now: datetime | None = None) -> Outcome:
    return Outcome(
        retry_after=answer.retry_after,
        max_age=answer.max_age,
        ttl=wishes.ttl,
        skip_hours=wishes.skip_hours,
        skip_days=wishes.skip_days,
        gap=rhythm.gap(parsed.entries, now) if parsed and now else None,
    )
