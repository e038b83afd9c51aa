"""The chain over the ledger: every row that is written is digested, every digest hashed with the one before it.

A row that is changed, added or removed behind the program's back no longer fits its digest; a digest that is changed no
longer fits the hashes after it. Who can rewrite the whole chain can hide what they did, unless its head was noted
elsewhere: `verify` finds a noted head again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, bindparam, insert, select

from monitor.ledger.codec import from_json, to_json
from monitor.ledger.views import glance
from monitor.store.schema import chain, changes, claims, glances, hands, reports, reviews, terms

_ADD = insert(chain)
_HEAD = select(chain.c.hash).order_by(chain.c.seq.desc()).limit(1)
#: What the first entry is hashed with.
START = "0" * 64
#: Tables whose rows are digested by number. The columns are named so that a later column leaves old digests alone.
TABLES = {"claim": claims, "report": reports, "change": changes, "hand": hands, "review": reviews}
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "claim": (
        *("id", "item_id", "revision", "reader", "recorded_at", "kind", "party", "counterparty", "scope", "family"),
        *("actor", "value", "high", "unit", "qualifier", "previous", "delta", "status", "effective", "until"),
        *("condition", "instrument", "legal_basis", "rate_type", "exemptions", "quote", "start", "end", "confidence"),
        "report_id",
    ),
    "report": (
        *("id", "item_id", "revision", "reader", "recorded_at", "made_at", "place", "source", "tier", "published"),
        *("published_offset", "observed", "link", "fingerprint", "baseline"),
    ),
    "change": (
        *("seq", "class", "kind", "party", "counterparty", "scope", "family", "actor", "before", "after", "high"),
        *("unit", "qualifier", "status_before", "status", "trust", "at", "article", "effective", "until", "applied"),
        *("quote", "source", "link", "confidence", "reason", "details", "recorded_at", "baseline"),
    ),
    "hand": ("id", "at", "by", "reason", "act", "term", "undoes", "body"),
    "review": ("id", "claim_id", "term", "deal", "reason", "held_at", "key"),
}
NUMBER = {"change": "seq"}


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not as it was written, in plain words."""

    what: str
    ref: str
    trouble: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a look at the whole chain found."""

    entries: int
    #: The hash of the last entry: noted elsewhere, it proves later that nothing before it was rewritten.
    head: str
    faults: tuple[Fault, ...]
    #: Whether a noted head was found again; None where none was given.
    noted: bool | None = None


def digest(content: Mapping[str, Any] | Sequence[Any]) -> str:
    """SHA-256 of the content as JSON in one form: keys sorted, numbers as floats, times in UTC."""
    return sha256(_dumped(_plain(content))).hexdigest()


def state_digest(state: Mapping[str, Any]) -> str:
    """SHA-256 of a term's state. Its numbers are kept as they were written, unlike a column's: they need no walk."""
    return sha256(_dumped(state)).hexdigest()


def _dumped(content: Any) -> bytes:
    # The standard library's form, which no version of another library can change under an old digest.
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Mapping):
        return {str(name): _plain(part) for name, part in value.items()}
    return [_plain(part) for part in value]


def linked(prev: str, what: str, ref: str, content: str) -> str:
    """The hash of an entry after the one that had `prev`."""
    return sha256("\n".join((prev, what, ref, content)).encode()).hexdigest()


def seal(connection: Connection, what: str, contents: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
    """Adds an entry for each (ref, content), in their order, within the caller's transaction."""
    prev = head(connection)
    rows = []
    for ref, content in contents:
        own = state_digest(content) if what == "term" else digest(content)
        following = linked(prev, what, ref, own)
        rows.append({"what": what, "ref": ref, "digest": own, "prev_hash": prev, "hash": following})
        prev = following
    if rows:
        connection.execute(_ADD, rows)


def seal_rows(connection: Connection, what: str, ids: Sequence[int]) -> None:
    """Adds an entry for each of the table's rows, as the database gives them back."""
    if ids:
        seal(connection, what, ((str(number), row) for number, row in rows(connection, what, ids)))


def rows(
    connection: Connection, what: str, ids: Sequence[int] | None = None
) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """(number, digested columns) of the table's rows, in the order of their numbers."""
    number = TABLES[what].c[NUMBER.get(what, "id")]
    query = _rows(what)
    if ids is None:
        for row in connection.execute(query.execution_options(yield_per=2000)).mappings():
            yield row[number.name], dict(row)
        return
    for first in range(0, len(ids), 500):
        for row in connection.execute(_named(what), {"numbers": ids[first : first + 500]}).mappings():
            yield row[number.name], dict(row)


@cache
def _rows(what: str) -> Select[Any]:
    """Built once: putting together a query of thirty columns takes longer than it runs."""
    table = TABLES[what]
    return select(*(table.c[name] for name in COLUMNS[what])).order_by(table.c[NUMBER.get(what, "id")])


@cache
def _named(what: str) -> Select[Any]:
    """As `_rows`, those with the `numbers` that are given."""
    number = TABLES[what].c[NUMBER.get(what, "id")]
    return _rows(what).where(number.in_(bindparam("numbers", expanding=True)))


def term_ref(name: str, family: str) -> str:
    return f"{name} {family}"


def head(connection: Connection) -> str:
    """The hash of the last entry."""
    found = connection.execute(_HEAD).scalar()
    return START if found is None else str(found)


def verify(connection: Connection, noted: str | None = None) -> Verdict:
    """Walks the whole chain and holds every row of the ledger against it. Reads only."""
    known: dict[tuple[str, str], str] = {}
    faults: list[Fault] = []
    prev, seen, entries = START, False, 0
    for entry in connection.execute(select(chain).order_by(chain.c.seq)):
        faults += _broken(entry, prev)
        known[entry.what, entry.ref] = entry.digest
        prev, entries = entry.hash, entries + 1
        seen = seen or entry.hash == noted
    for what in TABLES:
        faults += _compare(what, ((str(number), digest(row)) for number, row in rows(connection, what)), known)
    faults += _compare("term", _states(connection, known), known)
    faults += _strange_glances(connection)
    return Verdict(entries, prev, tuple(faults), None if noted is None else seen)


def _states(connection: Connection, known: Mapping[tuple[str, str], str]) -> Iterator[tuple[str, str]]:
    """(ref, digest) of every term's state; earlier programs walked its numbers as they do a column's."""
    query = select(terms.c.term, terms.c.family, terms.c.state)
    for row in connection.execute(query.execution_options(yield_per=200)):
        ref, written = term_ref(row.term, row.family), state_digest(row.state)
        yield ref, written if known.get(("term", ref)) == written else digest(row.state)


def _strange_glances(connection: Connection) -> Iterator[Fault]:
    """What a page would show of a term that its state does not say."""
    same = and_(glances.c.term == terms.c.term, glances.c.family == terms.c.family)
    held = select(terms.c.term, terms.c.family, terms.c.state, glances.c.body).join_from(
        terms, glances, same, isouter=True
    )
    for row in connection.execute(held.execution_options(yield_per=200)):
        if to_json(glance(from_json(row.state))) != row.body:
            yield Fault("glance", term_ref(row.term, row.family), "pages do not show it as it is")
    alone = select(glances.c.term, glances.c.family).join_from(glances, terms, same, isouter=True)
    for stray in connection.execute(alone.where(terms.c.id.is_(None))):
        yield Fault("glance", term_ref(stray.term, stray.family), "it was added without the program")


def _broken(entry: Row[Any], prev: str) -> Iterator[Fault]:
    if entry.prev_hash != prev:
        yield Fault("chain", str(entry.seq), "an entry before it was removed or changed")
    elif entry.hash != linked(prev, entry.what, entry.ref, entry.digest):
        yield Fault("chain", str(entry.seq), "the entry was changed")


def _compare(what: str, present: Iterable[tuple[str, str]], known: Mapping[tuple[str, str], str]) -> Iterator[Fault]:
    refs = set()
    for ref, content in present:
        refs.add(ref)
        written = known.get((what, ref))
        if written is None:
            yield Fault(what, ref, "it was added without the program")
        elif written != content:
            yield Fault(what, ref, "it is not as it was written")
    for kind, ref in known:
        if kind == what and ref not in refs and known[kind, ref] != GONE:
            yield Fault(what, ref, "it was removed")


#: The digest of a term that a rebuild no longer has.
GONE = digest({})
