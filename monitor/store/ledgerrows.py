"""Claims, keys of terms and changes as the columns of their tables, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from sys import intern
from typing import Any

from sqlalchemy import RowMapping

from config.words import Kind, Qualifier, Status, Trust
from monitor.ledger.codec import to_json
from monitor.ledger.making import maker
from monitor.ledger.terms import Term
from monitor.ledger.views import glance
from monitor.types import Change, ChangeClass, Claim, TermKey, unit_family

TERM_KEY = ("kind", "party", "counterparty", "scope", "family", "actor")
#: Fields that a row holds as they are; those of the key and the closed words are turned into text and back.
CLAIM_FIELDS = tuple(f.name for f in fields(Claim) if f.name not in {*TERM_KEY, "qualifier", "status", "exemptions"})
CHANGE_FIELDS = tuple(
    f.name
    for f in fields(Change)
    if f.name not in {"cls", "key", "qualifier", "status", "status_before", "trust", "details"}
)


#: The columns from which `claim_of` makes a claim: its fields, in their order.
CLAIM_COLUMNS = tuple(f.name for f in fields(Claim))
_KIND, _ACTOR, _QUALIFIER, _STATUS, _EXEMPTIONS = map(
    CLAIM_COLUMNS.index, ("kind", "actor", "qualifier", "status", "exemptions")
)
#: Words that are the same in very many claims: one object each saves a rebuild a fifth of its memory.
_PARTY, _COUNTERPARTY, _SCOPE, _UNIT = map(CLAIM_COLUMNS.index, ("party", "counterparty", "scope", "unit"))
_claim = maker(Claim)
#: By value: an enum looked up by a call takes several times as long, and a rebuild looks up millions.
_KINDS = {str(kind): kind for kind in Kind}
_QUALIFIERS = {str(qualifier): qualifier for qualifier in Qualifier}
_STATUSES = {str(status): status for status in Status}


def key_row(key: TermKey) -> dict[str, str]:
    """The columns of a key."""
    return {name: str(getattr(key, name) or "") for name in TERM_KEY}


def key_from(row: RowMapping) -> TermKey:
    """The key that a row of `claims`, `terms` or `changes` holds."""
    return TermKey(
        kind=_KINDS[row["kind"]],
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
    return {**key_row(key), **{name: getattr(claim, name) for name in CLAIM_FIELDS}, **words}


def claim_from(row: RowMapping) -> Claim:
    """The claim that a row of `claims` holds."""
    return claim_of([row[name] for name in CLAIM_COLUMNS])


def claim_of(values: Sequence[Any]) -> Claim:
    """The claim of a row's CLAIM_COLUMNS."""
    told = list(values)
    told[_PARTY] = intern(told[_PARTY])
    told[_COUNTERPARTY] = intern(told[_COUNTERPARTY])
    told[_SCOPE] = intern(told[_SCOPE])
    told[_UNIT] = intern(told[_UNIT])
    told[_KIND] = _KINDS[told[_KIND]]
    told[_ACTOR] = told[_ACTOR] or None
    told[_QUALIFIER] = _QUALIFIERS[told[_QUALIFIER]]
    told[_STATUS] = _STATUSES[told[_STATUS]]
    told[_EXEMPTIONS] = tuple(told[_EXEMPTIONS])
    return _claim(told)


def change_row(change: Change) -> dict[str, Any]:
    """The columns of a change that come from itself."""
    return {
        **key_row(change.key),
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


def change_from(row: RowMapping) -> Change:
    """The change that a row of `changes` holds."""
    return Change(
        cls=ChangeClass(row["class"]),
        key=key_from(row),
        qualifier=_QUALIFIERS[row["qualifier"]],
        status=_STATUSES[row["status"]],
        status_before=None if row["status_before"] is None else _STATUSES[row["status_before"]],
        trust=Trust(row["trust"]),
        details=row["details"],
        **{name: row[name] for name in CHANGE_FIELDS},
    )


def glance_row(term: Term) -> dict[str, Any]:
    """The columns of what a page shows of a term."""
    key = term.key
    sides = {"party": key.party, "counterparty": key.counterparty}
    return {"term": str(key), "family": key.family, "deal": key.deal, **sides, "body": to_json(glance(term))}
