"""What the pipeline writes, one function a transaction: each takes a connection and what a worker anywhere can hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from alerts import outbox
from alerts.types import Alert
from config.settings import Config, Polling
from monitor.announce import alert, story
from monitor.feeds import schedule
from monitor.feeds.entry import Entry
from monitor.feeds.fetch import Fetched
from monitor.feeds.wishes import Wishes
from monitor.ledger import book
from monitor.ledger.changes import Note, NoteKind
from monitor.ledger.due import due, mature
from monitor.ledger.evidence import fingerprint
from monitor.ledger.policy import Policy
from monitor.ledger.terms import Term
from monitor.pipeline import silent
from monitor.store import decisions, edits, feeds, hubs, items, ledger, reports
from monitor.store.feeds import Lease
from monitor.store.items import Saved, Unread
from monitor.types import Article, Change, Claim, Reading, TermKey


@dataclass(frozen=True, slots=True)
class Hub:
    """The WebSub hub that a feed names, and what it is asked for there."""

    address: str
    topic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What one poll came to, before anything of it is stored."""

    outcome: schedule.Outcome
    #: The good answer; None for a failure, one of parsing too: its validators must not hide the document next time.
    answer: Fetched | None = None
    entries: tuple[Entry, ...] = ()
    #: What a document asks for; None where none was read.
    wishes: Wishes | None = None
    hub: Hub | None = None
    #: The configured address was asked, though the feed had moved for good.
    home: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What the ledger made of an item or of a date."""

    changes: tuple[Change, ...] = ()
    #: Their numbers in the journal.
    seqs: tuple[int, ...] = ()
    #: Ids of the deliveries that are queued now.
    queued: tuple[str, ...] = ()
    #: Claims that are recorded for the first time.
    claims: int = 0
    #: Figures of earlier revisions that the publisher took out.
    gone: tuple[edits.Gone, ...] = ()


def store_polls(
    connection: Connection, polls: Sequence[tuple[Lease, Brought, float]], now: datetime, polling: Polling
) -> list[tuple[Saved, feeds.State] | None]:
    """Stores the items of polls, each with its draw, together with the feeds' new states, and gives the leases back.

    None for each whose lease is lost; of that nothing is stored. Once the validators are there, so are the items.
    """
    with suppress(feeds.LeaseLost), connection.begin_nested():
        return list(_store(connection, polls, now, polling))
    ours = feeds.still_held(connection, [lease for lease, _, _ in polls])
    mine = [poll for poll in polls if poll[0].id in ours]
    stored = {poll[0].id: one for poll, one in zip(mine, _store(connection, mine, now, polling), strict=True)}
    return [stored.get(lease.id) for lease, _, _ in polls]


def _store(
    connection: Connection, polls: Sequence[tuple[Lease, Brought, float]], now: datetime, polling: Polling
) -> list[tuple[Saved, feeds.State]]:
    """As `store_polls`. Whether the leases are held is seen as they are given back: raises LeaseLost where one of them
    is lost, and then all of this must be undone."""
    full = [(lease, brought) for lease, brought, _ in polls if brought.entries]
    saved = items.save_all(connection, [_items(lease, brought, polling) for lease, brought in full], now)
    brought_by = {lease.id: one for (lease, _), one in zip(full, saved, strict=True)}
    nothing, ended = Saved(), list[tuple[Saved, feeds.State]]()
    for lease, brought, draw in polls:
        one = brought_by.get(lease.id, nothing)
        ended.append((one, _state(connection, lease, brought, one, now, draw, polling)))
    feeds.finish_all(connection, [(poll[0], state) for poll, (_, state) in zip(polls, ended, strict=True)])
    return ended


def _items(lease: Lease, brought: Brought, polling: Polling) -> items.Brought:
    first = lease.state.first_polled_at is None
    return items.Brought(lease, brought.entries, first and polling.baseline)


def _state(
    connection: Connection,
    lease: Lease,
    brought: Brought,
    saved: Saved,
    now: datetime,
    draw: float,
    polling: Polling,
) -> feeds.State:
    """The feed's state after a poll. What the poll brought is stored; the state is not yet."""
    covered = _heed_hub(connection, lease, brought, len(saved.new), now)
    outcome = brought.outcome
    if saved.new or covered:
        outcome = replace(outcome, new=len(saved.new), pushed=covered and polling.websub)
    planned = schedule.after(lease.state.schedule, outcome, now, draw, polling, lease.feed.interval)
    others: dict[str, Any] = {"last_polled_at": now}
    if (answer := brought.answer) is not None:
        others |= {
            "first_polled_at": lease.state.first_polled_at or now,
            "etag": answer.etag,
            "last_modified": answer.last_modified,
            "body_hash": answer.body_hash,
            "moved_to": answer.moved_to or (None if brought.home else lease.state.moved_to),
        }
    if brought.wishes is not None:
        others["hints"] = _hints(brought)
    return lease.state.scheduled(planned, now, **others)


def _hints(brought: Brought) -> dict[str, Any] | None:
    """What is remembered of a document that was read; `hub` where it names one."""
    wishes = brought.wishes.to_json() if brought.wishes else None
    return (wishes or {}) | {"hub": True} if brought.hub else wishes


def _heed_hub(connection: Connection, lease: Lease, brought: Brought, new: int, now: datetime) -> bool:
    """Notes the hub that a document names; whether it tells of what is new, so that a daily poll is enough."""
    before = bool((lease.state.hints or {}).get("hub"))
    if brought.hub is not None:
        hubs.declare(connection, lease.id, brought.hub.address, brought.hub.topic, now)
    elif brought.wishes is not None and (before or lease.state.first_polled_at is None):
        hubs.withdraw(connection, lease.id)
    if not before or not hubs.covers(connection, lease.id, now):
        return False
    if new:
        hubs.missed(connection, lease.id, now)
    return not new


def record(
    connection: Connection, item: Unread, reading: Reading, reader: str, config: Config, now: datetime
) -> Recorded | None:
    """Writes what was read of an item: tags, claims, terms, changes and alerts, all or nothing.

    None, and nothing is written, where the item was read or revised by somebody else since. A baseline item alerts
    nobody.
    """
    if not items.mark_read(connection, item.id, item.revision, reading, reader, now):
        return None
    article, claims, gone = item.article, reading.claims, list[edits.Gone]()
    if item.revision > 1:
        # What a publisher changed was published when it was changed, or a correction would count as the older word.
        article = replace(article, published=article.observed.astimezone(article.published.tzinfo))
        gone = silent.gone(edits.said_before(connection, item.id, item.revision), claims, _whole(article))
        edits.note(connection, item.id, item.revision, gone, now)
        claims = ledger.new_claims(connection, item.id, claims)
    if not claims:
        return Recorded(queued=_tell_story(connection, item, reading, config, now), gone=tuple(gone))
    ledger.take_turn(connection)
    mark = fingerprint(_whole(article))
    report = reports.add(
        connection, article, mark, reader=reader, now=now, revision=item.revision, baseline=item.baseline
    )
    ids = ledger.record_claims(connection, item.id, item.revision, claims, reader, now, report)
    policy = Policy.of(config.settings.ledger)
    outcome = book.record(ledger.Lookup(connection), article, claims, policy, mark)
    decisions.hold(connection, _held(outcome.notes, claims, ids), now)
    terms, changes = list(outcome.terms.values()), list(outcome.changes)
    if item.baseline:
        # Dates that had come before we knew the term: they have their effect now, and are no news either.
        ripe = [mature(term, now) for term in terms]
        terms, changes = [term for term, _ in ripe], [*changes, *(change for _, came in ripe for change in came)]
    recorded = keep(connection, terms, changes, config, now, baseline=item.baseline, published=article.published)
    told = recorded.queued if changes else _tell_story(connection, item, reading, config, now)
    return replace(recorded, claims=len(claims), queued=tuple(told), gone=tuple(gone))


def _whole(article: Article) -> str:
    return f"{article.title}\n{article.text}"


def _held(notes: Iterable[Note], claims: Sequence[Claim], ids: Sequence[int]) -> list[tuple[int, TermKey, str]]:
    """(claim number, key, reason) of what the rules hold for a person."""
    numbers = {id(claim): number for claim, number in zip(claims, ids, strict=True)}
    return [(numbers[id(note.claim)], note.key, note.reason) for note in notes if note.kind is NoteKind.REVIEW]


def record_quiet(
    connection: Connection, read: Sequence[tuple[Unread, Reading]], reader: str, config: Config, now: datetime
) -> list[Recorded | None]:
    """As `record`, for items that claim nothing, in one transaction."""
    return [record(connection, item, reading, reader, config, now) for item, reading in read]


def settle(connection: Connection, config: Config, now: datetime) -> Recorded:
    """Gives every date that has come its effect, and reminds of what comes soon."""
    ledger.take_turn(connection)
    since = ledger.settled_until(connection)
    if since is not None and now <= since:
        return Recorded()
    policy = Policy.of(config.settings.ledger)
    ahead = max(policy.reminders, default=timedelta()) + timedelta(days=1)
    found = ledger.dated_terms(connection, (since or now).date(), (now + ahead).date())
    outcome = due(found, since or now, now, policy)
    ledger.set_settled_until(connection, now)
    return keep(connection, outcome.terms.values(), outcome.changes, config, now)


def _tell_story(
    connection: Connection, item: Unread, reading: Reading, config: Config, now: datetime
) -> tuple[str, ...]:
    """An item that moved nothing, for those who asked for stories: ids of the deliveries that are queued now.

    Written only where somebody asked: most items are of no account to anybody.
    """
    if item.baseline or not reading.topics or not any(one.items for one in config.subscriptions):
        return ()
    return tuple(outbox.enqueue(connection, [story(item.article, reading)], config, now))


def keep(
    connection: Connection,
    terms: Iterable[Term],
    changes: Iterable[Change],
    config: Config,
    now: datetime,
    *,
    baseline: bool = False,
    published: datetime | None = None,
) -> Recorded:
    """Terms, journal and outbox in the caller's transaction: if the change is there, so is the alert."""
    moved = {term.key: term for term in terms}
    ledger.save_terms(connection, moved.values(), now)
    made = tuple(changes)
    seqs = ledger.append(connection, made, now, baseline=baseline)
    alerts = [] if baseline else [_alert(change, moved.get(change.key), published) for change in made]
    queued = outbox.enqueue(connection, alerts, config, now)
    return Recorded(changes=made, seqs=tuple(seqs), queued=tuple(queued))


def _alert(change: Change, term: Term | None, published: datetime | None) -> Alert:
    return alert(change, published=published, versions=term.versions if term else ())
