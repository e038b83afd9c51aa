"""Terms, versions and changes as flat rows, for tables of other programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from monitor.announce.alert import data
from monitor.ledger.terms import Position, Term, Version
from monitor.store.ledger import Entry

TERM = (
    *("deal", "term", "kind", "party", "counterparty", "actor", "scope", "value", "high", "unit", "qualifier"),
    *("status", "since", "effective", "until", "trust", "applied", "reports", "positions"),
)
HISTORY = (
    *("term", "what", "value", "high", "unit", "qualifier", "status", "published", "recorded", "effective", "until"),
    *("trust", "stands", "source", "tier", "quote", "link", "item"),
)
CHANGE = (
    *("seq", "at", "class", "deal", "term", "from", "to", "unit", "status_from", "status", "trust", "effective"),
    *("until", "applied", "source", "quote", "link", "reason", "recorded", "baseline"),
)


def term_rows(terms: Iterable[Term]) -> list[dict[str, Any]]:
    """One row a term: what stands, what is applied, the open positions as text."""
    return [_term_row(term) for term in terms]


def _term_row(term: Term) -> dict[str, Any]:
    key, now = term.key, term.standing
    row: dict[str, Any] = {
        "deal": key.deal,
        "term": str(key),
        "kind": str(key.kind),
        "party": key.party,
        "counterparty": key.counterparty,
        "actor": key.actor,
        "scope": key.scope,
        "applied": None if term.applied is None else term.applied.value,
        "positions": "; ".join(f"{p.status} {p.value:.15g} {p.unit}" for p in term.open_positions),
        "reports": 0 if now is None else now.reports,
    }
    return row if now is None else row | _figures(now) | {"since": now.since.isoformat()}


def history_rows(terms: Iterable[Term]) -> list[dict[str, Any]]:
    """One row for each report of each version and position, in the order of publication."""
    found = []
    for term in terms:
        told: list[Version | Position] = [*term.versions, *term.positions]
        for each in sorted(told, key=lambda one: one.since):
            found += list(_told_rows(term, each))
    return found


def _told_rows(term: Term, told: Version | Position) -> Iterator[dict[str, Any]]:
    row = {
        "term": str(term.key),
        "what": "version" if isinstance(told, Version) else "position",
        **_figures(told),
        "published": told.since.isoformat(),
        "recorded": told.recorded.isoformat(),
        "stands": told is term.standing or (isinstance(told, Position) and told.closed is None),
    }
    for proof in told.evidence:
        yield row | {
            "published": proof.published.isoformat(),
            "source": proof.publisher,
            "tier": proof.tier,
            "quote": " ".join(proof.quote.split()),
            "link": proof.link,
            "item": proof.article,
        }
    if not told.evidence:
        yield row


def change_rows(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """One row a change, as its alert carries it."""
    return [
        {
            **data(entry.change),
            "seq": entry.seq,
            "recorded": entry.recorded_at.isoformat(),
            "baseline": entry.baseline,
        }
        for entry in entries
    ]


def _figures(told: Version | Position) -> dict[str, Any]:
    return {
        "value": told.value,
        "high": told.high,
        "unit": told.unit,
        "qualifier": str(told.qualifier),
        "status": str(told.status),
        "effective": told.effective,
        "until": told.until if isinstance(told, Version) else None,
        "trust": str(told.trust),
    }
