"""The ledger told anew from what was stored: as it was known at a moment, or as it comes out now.

Reports and decisions follow each other as they were recorded, dates take effect on the way, and nobody is told.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy import Connection

from monitor.ledger.book import Book
from monitor.ledger.changes import Outcome
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
    heard: Callable[[Report, Outcome], None] = lambda report, outcome: None,
) -> Book:
    """A book after the reports and the decisions in the order of time, and after the dates up to `now`.

    `told` and `made` are each in order. What was decided at the moment of a report was decided after it.
    What has nothing to be about any more, because a better reader sees nothing there, is added to `void` with why.
    `heard` is called with what became of each report.
    """
    book, decided = Book(policy), _Decided(made, void)
    last: datetime | None = None
    for report in told:
        last = at = report.recorded_at
        decided.until(book, at)
        book.advance(at)
        heard(report, book.record(report.article, [claim for _, claim in report.claims], report.fingerprint))
        if report.baseline:
            book.advance(at)
    decided.until(book)
    if last is None or now > last:  # dates that were settled before the last report know nothing of what it said
        book.advance(now)
    return book


class _Decided:
    """What people decided, carried out in its turn."""

    def __init__(self, made: Iterable[Hand], void: list[tuple[Hand, str]] | None) -> None:
        self._waiting = deque(made)
        self._known: dict[int, Hand] = {}
        self._void = void

    def until(self, book: Book, moment: datetime | None = None) -> None:
        """Everything that was decided before the moment; all that is left without one."""
        while self._waiting and (moment is None or self._waiting[0].at < moment):
            hand = self._waiting.popleft()
            self._known[hand.id] = hand
            book.advance(hand.at)
            try:
                book.apply(hand, self._known.get(hand.undoes or 0))
            except HandError as error:
                if self._void is not None:
                    self._void.append((hand, str(error)))
