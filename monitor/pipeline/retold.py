"""The ledger told anew from what was stored: as it was known at a moment, or as it comes out now.

Reports and decisions follow each other as they were recorded, dates take effect on the way, and nobody is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from heapq import merge

from sqlalchemy import Connection

from monitor.ledger.book import Book
from monitor.ledger.hands import HandError
from monitor.ledger.policy import Policy
from monitor.ledger.terms import Hand
from monitor.store import decisions, reports
from monitor.store.reports import Report


def known_at(connection: Connection, moment: datetime, policy: Policy, deal: str | None = None) -> Book:
    """The terms as they were known at the moment; with `deal` ("US-KR") only those of the pair are complete."""
    made = decisions.everything(connection, moment)
    across = any(hand.other is not None and hand.other.deal != hand.key.deal for hand in made)
    told = reports.replayed(connection, until=moment, deal=None if across else deal)
    if deal is not None and not across:
        made = [hand for hand in made if hand.key.deal == deal]
    until = (report for report in told if report.recorded_at <= moment)
    return retold(until, made, policy, moment)


def retold(
    told: Iterable[Report],
    made: Iterable[Hand],
    policy: Policy,
    now: datetime,
    void: list[tuple[Hand, str]] | None = None,
) -> Book:
    """A book after the reports and the decisions in the order of time, and after the dates up to `now`.

    `told` and `made` are each in order. What was decided at the moment of a report was decided after it.
    What has nothing to be about any more, because a better reader sees nothing there, is added to `void` with why.
    """
    book, known = Book(policy), dict[int, Hand]()
    for at, _, entry in merge(_moments(told), _decided(made), key=lambda each: each[:2]):
        book.advance(at)
        if isinstance(entry, Hand):
            known[entry.id] = entry
            try:
                book.apply(entry, known.get(entry.undoes or 0))
            except HandError as error:
                if void is not None:
                    void.append((entry, str(error)))
        else:
            book.record(entry.article, [claim for _, claim in entry.claims], entry.fingerprint)
            if entry.baseline:
                book.advance(at)
    book.advance(now)
    return book


def _moments(told: Iterable[Report]) -> Iterator[tuple[datetime, int, Report | Hand]]:
    for report in told:
        yield report.recorded_at, 0, report


def _decided(made: Iterable[Hand]) -> Iterator[tuple[datetime, int, Report | Hand]]:
    for hand in made:
        yield hand.at, 1, hand
