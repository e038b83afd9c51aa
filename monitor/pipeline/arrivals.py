"""What came of a request, on its way to the store."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from structlog import get_logger

from monitor.feeds.entry import ParseError
from monitor.feeds.fetch import Fetched
from monitor.feeds.known import Known
from monitor.feeds.parse import parse_unknown
from monitor.feeds.schedule import Outcome
from monitor.pipeline import asking
from monitor.pipeline.steps import Brought
from monitor.store.feeds import Lease

log = get_logger()


@dataclass(slots=True, eq=False)
class Arrival:
    """A feed with what was found: a document to be read, or what the poll came to already."""

    lease: Lease
    found: Fetched | Brought
    #: What the last document held.
    known: Known | None = None
    #: What this one holds, once it is read.
    now_known: Known | None = None
    #: The program failed on it before.
    failed: bool = False
    #: Stored, or somebody else's to store.
    stored: bool = field(default=False)

    @property
    def brought(self) -> Brought:
        """What the poll came to, once it is read."""
        assert isinstance(self.found, Brought)
        return self.found

    def fails(self, brought: Brought) -> None:
        """The poll came to a failure instead."""
        self.found, self.now_known, self.failed = brought, None, True


def unforeseen(error: Exception) -> Brought:
    """The outcome of a poll on which the program itself failed."""
    return Brought(outcome=Outcome(error=f"a mistake in pactwatch: {type(error).__name__}: {error}"))


def size(found: Fetched | Brought) -> int:
    """Bytes that wait in it to be read."""
    return len(found.body) if isinstance(found, Fetched) and found.body is not None else 0


def read_all(arrivals: Iterable[Arrival], now: datetime) -> list[Arrival]:
    """The arrivals, each read."""
    return [_read(arrival, now) for arrival in arrivals]


def _read(arrival: Arrival, now: datetime) -> Arrival:
    answer = arrival.found
    if not isinstance(answer, Fetched) or answer.body is None:
        return arrival
    try:
        parsed, arrival.now_known = parse_unknown(answer.body, answer.url, answer.content_type, arrival.known)
        arrival.found = asking.read(arrival.lease, answer, parsed, now)
    except ParseError as error:
        arrival.found = Brought(outcome=Outcome(error=str(error)))
    except Exception as error:
        log.exception("a document could not be read in a way that we did not foresee", feed=arrival.lease.feed.name)
        arrival.fails(unforeseen(error))
    return arrival
