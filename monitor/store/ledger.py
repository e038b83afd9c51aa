"""The ledger as rows: claims and changes, which are only ever added, and the terms that follow from them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, delete, func, insert, or_, select

from config.words import Kind, Qualifier, Status, Trust
from monitor.ledger.codec import from_json, shown_from_json, to_json
from monitor.ledger.due import span
from monitor.ledger.terms import Term
from monitor.store import chain
from monitor.store.schema import changes, claims, meta, terms
from monitor.store.upsert import upsert
from monitor.types import Change, ChangeClass, Claim, TermKey, unit_family

TERM_KEY = ("kind", "party", "counterparty", "scope", "family", "actor")
#: Fields that a row holds as they are; those of the key and the closed words are turned into text and back.
CLAIM_FIELDS = tuple(f.name for f in fields(Claim) if f.name not in {*TERM_KEY, "qualifier", "status", "exemptions"})
CHANGE_FIELDS = tuple(
    f.name
    for f in fields(Change)
    if f.name not in {"cls", "key", "qualifier", "status", "status_before", "trust", "details"}
)
#: By these a claim of a later revision is the same as one that the item made before: all that is said, but not where
#: it stands in the text nor how sure the reader is.
SAID = tuple(f.name for f in fields(Claim) if f.name not in {"quote", "start", "end", "confidence", "exemptions"})

#: The name of PostgreSQL's advisory lock, any number that nothing else uses.
TURN = 7_228_929
SETTLED_UNTIL = "settled_until"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A change with its place in the journal."""

    seq: int
    change: Change
    #: When it was written, by the daemon's clock.
    recorded_at: datetime
    #: From a feed's first poll: alerted nobody.
    baseline: bool


def take_turn(connection: Connection) -> None:
    """Waits until no other transaction reconciles: what is read of a term must still stand when it is written.

    SQLite's BEGIN IMMEDIATE holds that by itself.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(TURN)))


def new_claims(connection: Connection, item_id: int, read: Sequence[Claim]) -> tuple[Claim, ...]:
    """The claims that this item has not made in an earlier revision."""
    columns = [claims.c[name] for name in SAID]
    made = {tuple(row) for row in connection.execute(select(*columns).where(claims.c.item_id == item_id))}
    return tuple(claim for claim in read if tuple(claim_row(claim)[name] for name in SAID) not in made)


def record_claims(
    connection: Connection,
    item_id: int,
    revision: int,
    read: Sequence[Claim],
    reader: str,
    now: datetime,
    report_id: int | None = None,
) -> list[int]:
    """Adds what an item says and returns the numbers; `reader` is the version that read it, in this report."""
    where = {"item_id": item_id, "revision": revision, "reader": reader, "recorded_at": now, "report_id": report_id}
    if not read:
        return []
    statement = insert(claims).returning(claims.c.id, sort_by_parameter_order=True)
    ids = list(connection.execute(statement, [{**where, **claim_row(claim)} for claim in read]).scalars())
    chain.seal_rows(connection, "claim", ids)
    return ids


def claims_of(connection: Connection, item_id: int) -> list[Claim]:
    """Everything that an item has said, in the order of recording."""
    query = select(claims).where(claims.c.item_id == item_id).order_by(claims.c.id)
    return [claim_from(row) for row in connection.execute(query).mappings()]


class Lookup:
    """What the ledger's rules ask for of a transaction: which terms there are between two sides, and single ones.

    It remembers what it found: take a new one for each transaction, and after `save_terms`.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._keys: dict[tuple[Kind, str, str], list[TermKey]] = {}
        self._terms: dict[TermKey, Term | None] = {}

    def keys(self, kind: Kind, party: str, counterparty: str) -> list[TermKey]:
        """The keys of the terms between two sides, in the order in which they were first heard of."""
        sides = (kind, party, counterparty)
        if sides not in self._keys:
            same = (terms.c.kind == kind, terms.c.party == party, terms.c.counterparty == counterparty)
            query = select(*(terms.c[name] for name in TERM_KEY)).where(*same).order_by(terms.c.id)
            self._keys[sides] = [_key(row) for row in self._connection.execute(query).mappings()]
        return self._keys[sides]

    def get(self, key: TermKey) -> Term | None:
        """The term under the key, or None."""
        if key not in self._terms:
            self._terms[key] = get_term(self._connection, key)
        return self._terms[key]


def shown_terms(connection: Connection, deal: str | None = None, side: str | None = None) -> list[Term]:
    """As `all_terms`, with a few reports of each version and position only: for pages, never for `save_terms`."""
    return [shown_from_json(state) for state in connection.execute(_of(deal, side)).scalars()]


def all_terms(connection: Connection, deal: str | None = None, side: str | None = None) -> list[Term]:
    """Every term, by deal and name; with `deal` ("US-KR") of this pair only, with `side` ("KR") of one country only."""
    return _terms(connection, _of(deal, side))


def _of(deal: str | None, side: str | None) -> Select[Any]:
    """The states of the terms of a pair or of a country, by deal and name."""
    query = select(terms.c.state).order_by(terms.c.deal, terms.c.term, terms.c.family)
    if deal is not None:
        query = query.where(terms.c.deal == deal)
    if side is not None:
        query = query.where(or_(terms.c.party == side, terms.c.counterparty == side))
    return query


def dated_terms(connection: Connection, since: date, until: date | None = None) -> list[Term]:
    """The terms for which a day in the span may mean something, by deal and name."""
    query = select(terms.c.state).where(terms.c.due_to >= since)
    if until is not None:
        query = query.where(terms.c.due_from <= until)
    return _terms(connection, query.order_by(terms.c.deal, terms.c.term, terms.c.family))


def terms_named(connection: Connection, name: str) -> list[Term]:
    """The terms called `tariff:US:KR:autos`: one for each family of units, none where nothing is known."""
    return _terms(connection, select(terms.c.state).where(terms.c.term == name).order_by(terms.c.family))


def names(connection: Connection) -> list[str]:
    """The name of every term, once."""
    return list(connection.execute(select(terms.c.term).distinct().order_by(terms.c.term)).scalars())


def save_terms(connection: Connection, changed: Iterable[Term], now: datetime) -> None:
    """Writes terms under their keys, new or in place of what they were."""
    rows = [_term_row(term, now) for term in changed]
    upsert(connection, terms, rows, TERM_KEY)
    chain.seal(connection, "term", ((chain.term_ref(row["term"], row["family"]), row["state"]) for row in rows))


def _term_row(term: Term, now: datetime) -> dict[str, Any]:
    first, last = span(term) or (None, None)
    names = {"term": str(term.key), "deal": term.key.deal, **_key_row(term.key)}
    return {**names, "state": to_json(term), "updated_at": now, "due_from": first, "due_to": last}


def drop_terms(connection: Connection, gone: Iterable[TermKey]) -> None:
    """Takes terms out that a rebuild no longer has; their changes and claims stay."""
    for key in gone:
        here = [terms.c[name] == value for name, value in _key_row(key).items()]
        connection.execute(delete(terms).where(*here))
        chain.seal(connection, "term", [(chain.term_ref(str(key), key.family), {})])


def get_term(connection: Connection, key: TermKey) -> Term | None:
    """The term under the key, or None."""
    here = [terms.c[name] == value for name, value in _key_row(key).items()]
    state = connection.execute(select(terms.c.state).where(*here)).scalar()
    return None if state is None else from_json(state)


def append(connection: Connection, made: Iterable[Change], now: datetime, *, baseline: bool = False) -> list[int]:
    """Adds changes to the journal in their order and returns their numbers."""
    rows = [{**_change_row(change), "recorded_at": now, "baseline": baseline} for change in made]
    if not rows:
        return []
    statement = insert(changes).returning(changes.c.seq, sort_by_parameter_order=True)
    seqs = list(connection.execute(statement, rows).scalars())
    chain.seal_rows(connection, "change", seqs)
    return seqs


def journal(
    connection: Connection,
    *,
    since: datetime | None = None,
    after: int | None = None,
    deal: str | None = None,
    term: str | None = None,
    limit: int | None = None,
) -> list[Entry]:
    """Changes in the order of recording: those that came `since` a moment (their `at`), `after` a number, of a deal,
    of a term. With `limit` the last so many."""
    query = select(changes).order_by(changes.c.seq.desc())
    if since is not None:
        query = query.where(changes.c.at >= since)
    if after is not None:
        query = query.where(changes.c.seq > after)
    if deal is not None:
        query = query.where(changes.c.deal == deal)
    if term is not None:
        query = query.where(changes.c.term == term)
    rows = connection.execute(query.limit(limit) if limit is not None else query).mappings().all()
    return [_entry(row) for row in reversed(rows)]


def settled_until(connection: Connection) -> datetime | None:
    """Up to when dates have been given their effect; None before the first time."""
    found = connection.execute(select(meta.c.value).where(meta.c.name == SETTLED_UNTIL)).scalar()
    return None if found is None else datetime.fromisoformat(found)


def set_settled_until(connection: Connection, moment: datetime) -> None:
    """Notes that every date up to the moment has had its effect."""
    upsert(connection, meta, [{"name": SETTLED_UNTIL, "value": moment.isoformat()}], ["name"])


def deals(connection: Connection) -> list[tuple[str, int]]:
    """Every deal with the number of its terms, most first."""
    number = func.count().label("number")
    query = select(terms.c.deal, number).group_by(terms.c.deal).order_by(number.desc(), terms.c.deal)
    return [(row.deal, row.number) for row in connection.execute(query)]


def _terms(connection: Connection, query: Any) -> list[Term]:
    return [from_json(state) for state in connection.execute(query).scalars()]


def _key_row(key: TermKey) -> dict[str, str]:
    return {name: str(getattr(key, name) or "") for name in TERM_KEY}


def _key(row: RowMapping) -> TermKey:
    return TermKey(
        kind=Kind(row["kind"]),
        party=row["party"],
        counterparty=row["counterparty"],
        scope=row["scope"],
        family=row["family"],
        actor=row["actor"] or None,
    )


def claim_row(claim: Claim) -> dict[str, Any]:
    """The columns of a claim."""
    key = TermKey(
        kind=claim.kind,
        party=claim.party,
        counterparty=claim.counterparty,
        scope=claim.scope,
        family=unit_family(claim.unit),
        actor=claim.actor,
    )
    words = {"qualifier": str(claim.qualifier), "status": str(claim.status), "exemptions": list(claim.exemptions)}
    return {**_key_row(key), **{name: getattr(claim, name) for name in CLAIM_FIELDS}, **words}


def claim_from(row: RowMapping) -> Claim:
    """The claim that a row of `claims` holds."""
    return Claim(
        kind=Kind(row["kind"]),
        party=row["party"],
        counterparty=row["counterparty"],
        scope=row["scope"],
        actor=row["actor"] or None,
        qualifier=Qualifier(row["qualifier"]),
        status=Status(row["status"]),
        exemptions=tuple(row["exemptions"]),
        **{name: row[name] for name in CLAIM_FIELDS},
    )


def _change_row(change: Change) -> dict[str, Any]:
    return {
        **_key_row(change.key),
        **{name: getattr(change, name) for name in CHANGE_FIELDS},
        "class": str(change.cls),
        "term": str(change.key),
        "deal": change.key.deal,
        "qualifier": str(change.qualifier),
        "status": str(change.status),
        "status_before": None if change.status_before is None else str(change.status_before),
        "trust": str(change.trust),
        "details": None if change.details is None else dict(change.details),
    }


def _entry(row: RowMapping) -> Entry:
    change = Change(
        cls=ChangeClass(row["class"]),
        key=_key(row),
        qualifier=Qualifier(row["qualifier"]),
        status=Status(row["status"]),
        status_before=None if row["status_before"] is None else Status(row["status_before"]),
        trust=Trust(row["trust"]),
        details=row["details"],
        **{name: row[name] for name in CHANGE_FIELDS},
    )
    return Entry(seq=row["seq"], change=change, recorded_at=row["recorded_at"], baseline=row["baseline"])
