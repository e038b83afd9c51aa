"""The ledger computed anew from its reports and decisions, read again first if that is wanted."""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, select

from config.settings import Config
from monitor.ledger.changes import Note, NoteKind, Outcome
from monitor.ledger.evidence import fingerprint
from monitor.ledger.policy import Policy
from monitor.ledger.terms import Hand, Term
from monitor.ledger.views import Difference, differences, shown
from monitor.pipeline.retold import retold
from monitor.store import decisions, items, ledger, reports
from monitor.store.reports import Report
from monitor.store.schema import items as item_rows
from monitor.types import Article, Claim, TermKey

Read = Callable[[Article], tuple[Claim, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reread:
    """An item that is read otherwise now than when it was recorded."""

    item: int
    report: Report
    before: int

    @property
    def claims(self) -> tuple[Claim, ...]:
        return tuple(claim for _, claim in self.report.claims)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """The ledger as it comes out now, beside what is stored."""

    terms: tuple[Term, ...]
    gone: tuple[Term, ...]
    differences: tuple[Difference, ...]
    rereads: tuple[Reread, ...] = ()
    #: Decisions that have nothing to be about any more, and why.
    void: tuple[tuple[Hand, str], ...] = ()
    #: What of the new readings the rules hold for a person.
    held: tuple[Note, ...] = ()


def rebuild(
    connection: Connection,
    config: Config,
    now: datetime,
    read: Read | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Rebuilt:
    """Computes every term anew; writes and tells nothing. With `read` every stored item is read again first.

    `progress` is called with the number of items that were read again so far.
    """
    found = tuple(_read_again(connection, read, progress)) if read is not None else ()
    told = _counted(progress, _with(reports.replayed(connection), found))
    settled = ledger.settled_until(connection) or now
    void: list[tuple[Hand, str]] = []
    new = {id(claim) for each in found for claim in each.claims}
    held: list[Note] = []

    def heard(_: Report, outcome: Outcome) -> None:
        for note in outcome.notes:
            if note.kind is NoteKind.REVIEW and id(note.claim) in new:
                held.append(note)

    with _uncollected():
        policy = Policy.of(config.settings.ledger)
        book = retold(told, decisions.everything(connection), policy, settled, void, heard)
        made = {term.key: term for term in book.terms}
        gone, moved = _compared(connection, made)
    return Rebuilt(
        terms=tuple(made.values()),
        gone=tuple(gone),
        differences=tuple(moved),
        rereads=found,
        void=tuple(void),
        held=tuple(held),
    )


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the search for cycles, which goes over all that lives again and again: terms and claims have none.

    What was made meanwhile counts as old afterwards; as new it would all be gone over at once.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            if not gc.get_freeze_count():  # what a program froze is its own
                gc.freeze()
                gc.unfreeze()
            gc.enable()


def _compared(connection: Connection, made: Mapping[TermKey, Term]) -> tuple[list[Term], list[Difference]]:
    """The stored terms that are no more, and what differs.

    By their glances, which hold what a reader sees of them: only of what differs the whole is read.
    """
    new, otherwise = set(made), list[TermKey]()
    for term in ledger.shown_terms(connection):
        new.discard(term.key)
        if term.key not in made or shown(term) != shown(made[term.key]):
            otherwise.append(term.key)
    keys = (*otherwise, *new)
    stored = [found for key in keys if (found := ledger.get_term(connection, key)) is not None]
    after = [made[key] for key in keys if key in made]
    return [term for term in stored if term.key not in made], differences(stored, after)


def accept(connection: Connection, rebuilt: Rebuilt, reader: str, now: datetime) -> None:
    """Puts what was rebuilt in place of what is stored, and keeps the new readings. Nobody is told."""
    known = reports.first_of(connection)
    for reread in rebuilt.rereads:
        report = reread.report
        place, recorded = known.get((report.item_id, report.revision), (None, report.recorded_at))
        number = reports.add(
            connection,
            report.article,
            report.fingerprint,
            revision=report.revision,
            baseline=report.baseline,
            reader=reader,
            now=now,
            recorded_at=recorded,
            place=place,
        )
        ids = ledger.record_claims(connection, report.item_id, report.revision, reread.claims, reader, now, number)
        numbers = {id(claim): number for claim, number in zip(reread.claims, ids, strict=True)}
        waits = ((numbers[id(n.claim)], n.key, n.reason) for n in rebuilt.held if id(n.claim) in numbers)
        decisions.hold(connection, waits, now)
    ledger.drop_terms(connection, (term.key for term in rebuilt.gone))
    ledger.save_terms(connection, rebuilt.terms, now)


def _counted(progress: Callable[[int], None], told: Iterable[Report]) -> Iterator[Report]:
    for number, report in enumerate(told, start=1):
        progress(number)
        yield report


def _read_again(connection: Connection, read: Read, progress: Callable[[int], None]) -> Iterator[Reread]:
    """The items whose text gives other claims now. What an item said in an earlier revision is not said anew."""
    said: dict[int, dict[int, Report]] = defaultdict(dict)
    for report in reports.replayed(connection):
        said[report.item_id][report.revision] = report
    query = select(item_rows.c.id).where(item_rows.c.read_at.is_not(None)).order_by(item_rows.c.id)
    for number, item_id in enumerate(list(connection.execute(query).scalars()), start=1):
        progress(number)
        item = items.get(connection, item_id)
        assert item is not None, "its number was read in the same transaction"
        earlier = {_said(c) for rev, r in said[item_id].items() if rev < item.revision for _, c in r.claims}
        claims = tuple(claim for claim in read(item.article) if _said(claim) not in earlier)
        known = said[item_id].get(item.revision)
        before = () if known is None else tuple(claim for _, claim in known.claims)
        if [_said(claim) for claim in claims] != [_said(claim) for claim in before]:
            yield _reread(connection, item, known, claims, len(before))


def _reread(
    connection: Connection, item: items.Unread, known: Report | None, claims: tuple[Claim, ...], before: int
) -> Reread:
    if known is None:
        article = item.article
        mark = fingerprint(f"{article.title}\n{article.text}")
        if item.revision > 1:
            article = replace(article, published=article.observed.astimezone(article.published.tzinfo))
        when = connection.execute(select(item_rows.c.read_at).where(item_rows.c.id == item.id)).scalar_one()
        known = Report(
            id=0, item_id=item.id, revision=item.revision, baseline=item.baseline,
            recorded_at=when, article=article, fingerprint=mark,
        )  # fmt: skip
    return Reread(
        item=item.id,
        report=replace(known, claims=tuple((0, claim) for claim in claims)),
        before=before,
    )


def _with(told: Iterable[Report], rereads: Iterable[Reread]) -> Iterator[Report]:
    """The reports in the order of time, with the new readings in place of the old ones."""
    new = {(each.report.item_id, each.report.revision): each.report for each in rereads}
    if not new:
        return iter(told)
    kept = [new.pop((report.item_id, report.revision), report) for report in told]
    return iter(sorted([*kept, *new.values()], key=lambda report: report.recorded_at))


def _said(claim: Claim) -> tuple[object, ...]:
    return tuple(getattr(claim, name) for name in (*ledger.SAID, *("kind", "party", "counterparty", "scope", "actor")))
