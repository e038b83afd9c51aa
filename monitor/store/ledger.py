"""The ledger as rows: claims and changes, which are only ever added, and the terms that follow from them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, Table, bindparam, delete, func, insert, or_, select

from config.words import Kind
from monitor.ledger.codec import from_json, to_json
from monitor.ledger.due import span
from monitor.ledger.terms import Term
from monitor.store import chain
from monitor.store.ledgerrows import (
    TERM_KEY,
    change_from,
    change_row,
    claim_from,
    claim_row,
    glance_row,
    key_from,
    key_row,
)
from monitor.store.schema import changes, claims, glances, meta, terms
from monitor.store.upsert import upsert
from monitor.types import Change, Claim, TermKey

#: By these a claim of a later revision is the same as one that the item made before: all that is said, but not where
#: it stands in the text nor how sure the reader is.
SAID = tuple(f.name for f in fields(Claim) if f.name not in {"quote", "start", "end", "confidence", "exemptions"})

#: The name of PostgreSQL's advisory lock, any number that nothing else uses.
TURN = 7_228_929
SETTLED_UNTIL = "settled_until"

# Built once, as a report runs them all: putting a wide statement together takes longer than it runs.
_ADD_CLAIMS = insert(claims).returning(claims.c.id, sort_by_parameter_order=True)
_ADD_CHANGES = insert(changes).returning(changes.c.seq, sort_by_parameter_order=True)
_STATE = select(terms.c.state).where(*(terms.c[name] == bindparam(name) for name in TERM_KEY))
_KEYS = (
    select(*(terms.c[name] for name in TERM_KEY))
    .where(*(terms.c[name] == bindparam(name) for name in ("kind", "party", "counterparty")))
    .order_by(terms.c.id)
)


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
    ids = list(connection.execute(_ADD_CLAIMS, [{**where, **claim_row(claim)} for claim in read]).scalars())
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
            wanted = {"kind": str(kind), "party": party, "counterparty": counterparty}
            self._keys[sides] = [key_from(row) for row in self._connection.execute(_KEYS, wanted).mappings()]
        return self._keys[sides]

    def get(self, key: TermKey) -> Term | None:
        """The term under the key, or None."""
        if key not in self._terms:
            self._terms[key] = get_term(self._connection, key)
        return self._terms[key]


def shown_terms(connection: Connection, deal: str | None = None, side: str | None = None) -> list[Term]:
    """As `all_terms`, with no more of each than a page shows (`glance`): never for `save_terms`."""
    query = _of(glances, select(glances.c.body), deal, side)
    return [from_json(body) for body in connection.execute(query).scalars()]


def all_terms(connection: Connection, deal: str | None = None, side: str | None = None) -> list[Term]:
    """Every term, by deal and name; with `deal` ("US-KR") of this pair only, with `side` ("KR") of one country only."""
    query = _of(terms, select(terms.c.state), deal, side)
    return [from_json(state) for state in connection.execute(query.execution_options(yield_per=200)).scalars()]


def _of(table: Table, query: Select[Any], deal: str | None, side: str | None) -> Select[Any]:
    """The query for the terms of a pair or of a country, by deal and name."""
    query = query.order_by(table.c.deal, table.c.term, table.c.family)
    if deal is not None:
        query = query.where(table.c.deal == deal)
    if side is not None:
        query = query.where(or_(table.c.party == side, table.c.counterparty == side))
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
    saved = list(changed)
    rows = [_term_row(term, now) for term in saved]
    upsert(connection, terms, rows, TERM_KEY)
    upsert(connection, glances, [glance_row(term) for term in saved], ("term", "family"))
    chain.seal(connection, "term", ((chain.term_ref(row["term"], row["family"]), row["state"]) for row in rows))


def _term_row(term: Term, now: datetime) -> dict[str, Any]:
    first, last = span(term) or (None, None)
    names = {"term": str(term.key), "deal": term.key.deal, **key_row(term.key)}
    return {**names, "state": to_json(term), "updated_at": now, "due_from": first, "due_to": last}


def drop_terms(connection: Connection, gone: Iterable[TermKey]) -> None:
    """Takes terms out that a rebuild no longer has; their changes and claims stay."""
    for key in gone:
        here = [terms.c[name] == value for name, value in key_row(key).items()]
        connection.execute(delete(terms).where(*here))
        connection.execute(delete(glances).where(glances.c.term == str(key), glances.c.family == key.family))
        chain.seal(connection, "term", [(chain.term_ref(str(key), key.family), {})])


def get_term(connection: Connection, key: TermKey) -> Term | None:
    """The term under the key, or None."""
    state = connection.execute(_STATE, key_row(key)).scalar()
    return None if state is None else from_json(state)


def append(connection: Connection, made: Iterable[Change], now: datetime, *, baseline: bool = False) -> list[int]:
    """Adds changes to the journal in their order and returns their numbers."""
    rows = [{**change_row(change), "recorded_at": now, "baseline": baseline} for change in made]
    if not rows:
        return []
    seqs = list(connection.execute(_ADD_CHANGES, rows).scalars())
    chain.seal_rows(connection, "change", seqs)
    return seqs


def journal(
    connection: Connection,
    *,
    since: datetime | None = None,
    after: int | None = None,
    deal: str | None = None,
    side: str | None = None,
    term: str | None = None,
    limit: int | None = None,
) -> list[Entry]:
    """Changes in the order of recording: those that came `since` a moment (their `at`), `after` a number, of a deal,
    of all deals of one `side` ("KR"), of a term. With `limit` the last so many."""
    query = select(changes).order_by(changes.c.seq.desc())
    if since is not None:
        query = query.where(changes.c.at >= since)
    if after is not None:
        query = query.where(changes.c.seq > after)
    if deal is not None:
        query = query.where(changes.c.deal == deal)
    if side is not None:
        query = query.where(or_(changes.c.party == side, changes.c.counterparty == side))
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


def _entry(row: RowMapping) -> Entry:
    return Entry(seq=row["seq"], change=change_from(row), recorded_at=row["recorded_at"], baseline=row["baseline"])
