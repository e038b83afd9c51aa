"""Claims, terms and changes as rows: everything comes back as it was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection

from config.words import Kind, Status
from monitor.feeds.entry import Entry
from monitor.ledger.terms import Term
from monitor.store import Store, items, ledger, schema
from monitor.store.feeds import Stored
from monitor.types import Change, Claim, TermKey

MakeClaim = Callable[..., Claim]
MakeChange = Callable[..., Change]


@pytest.fixture
def item(store: Store, add_feed: Callable[..., Stored], make_entry: Callable[..., Entry], now: datetime) -> int:
    feed = add_feed()
    with store.begin() as connection:
        return items.save(connection, feed, [make_entry("1")], now, baseline=False).new[0]


def key(scope: str = "autos", *, party: str = "US", actor: str | None = None, family: str = "percent") -> TermKey:
    return TermKey(kind=Kind.TARIFF, party=party, counterparty="KR", scope=scope, family=family, actor=actor)


def test_every_field_of_a_claim_and_of_a_change_has_a_column() -> None:
    renamed = {"cls": "class"}
    for cls, table in ((Claim, schema.claims), (Change, schema.changes)):
        names = {renamed.get(f.name, f.name) for f in fields(cls)} - {"key"}
        assert names <= set(table.c.keys())


def test_claims_come_back_as_they_were(store: Store, item: int, make_claim: MakeClaim, now: datetime) -> None:
    bare = replace(make_claim(), value=None, unit="percentage_points", delta=-2.5, previous=None, effective=None)
    full = replace(
        make_claim(),
        actor="Hyundai",
        high=20.0,
        until="2026",
        condition="if ratified",
        instrument="cash",
        legal_basis="Section 232",
        rate_type="all_in",
        start=3,
        end=12,
    )
    with store.begin() as connection:
        ledger.record_claims(connection, item, 1, [full, bare], "1", now)
        assert ledger.claims_of(connection, item) == [full, bare]


def test_a_later_revision_brings_only_what_it_says_anew(
    store: Store, item: int, make_claim: MakeClaim, now: datetime
) -> None:
    first, second = make_claim(15), make_claim(12)
    retold = replace(first, quote="to 15 percent", start=9, confidence=0.5)
    with store.begin() as connection:
        assert ledger.new_claims(connection, item, [first]) == (first,)
        ledger.record_claims(connection, item, 1, [first], "1", now)
        assert ledger.new_claims(connection, item, [retold, second]) == (second,)
        assert ledger.new_claims(connection, item, [replace(first, status=Status.REJECTED)]) != ()


def test_terms_are_found_by_kind_and_parties(store: Store, now: datetime) -> None:
    kept = [Term(key=key()), Term(key=key(actor="Hyundai")), Term(key=key("steel")), Term(key=key(party="JP"))]
    with store.begin() as connection:
        ledger.save_terms(connection, kept, now)
        shelves = ledger.Lookup(connection)
        assert shelves.keys(Kind.TARIFF, "US", "KR") == [term.key for term in kept[:3]]
        assert shelves.keys(Kind.TARIFF, "KR", "US") == []
        assert shelves.keys(Kind.PURCHASE, "US", "KR") == []
        assert [shelves.get(term.key) for term in kept] == kept
        assert shelves.get(key("ships")) is None
        assert {t.key for t in ledger.all_terms(connection, "US-KR")} == {t.key for t in kept[:3]}
        assert len(ledger.all_terms(connection)) == 4
        assert ledger.deals(connection) == [("US-KR", 3), ("JP-KR", 1)]


def test_a_term_is_written_in_place_of_what_it_was(store: Store, now: datetime) -> None:
    in_units = Term(key=replace(key("aircraft"), family="units"))
    in_money = Term(key=replace(key("aircraft"), family="money"))
    with store.begin() as connection:
        ledger.save_terms(connection, [in_units, in_money], now)
        ledger.save_terms(connection, [in_units], now)
        assert ledger.terms_named(connection, "tariff:US:KR:aircraft") == [in_money, in_units]
        ledger.save_terms(connection, [], now)


def seqs(connection: Connection, **wanted: object) -> list[int]:
    return [entry.seq for entry in ledger.journal(connection, **wanted)]  # type: ignore[arg-type]


def test_changes_come_back_in_order_and_by_what_is_asked(store: Store, make_change: MakeChange, now: datetime) -> None:
    old = make_change(20, at=now - timedelta(days=3))
    new = [make_change(15), make_change(0, scope="steel"), make_change(15, actor="Hyundai")]
    with store.begin() as connection:
        assert ledger.append(connection, [old], now, baseline=True) == [1]
        assert ledger.append(connection, new, now) == [2, 3, 4]
        assert ledger.append(connection, [], now) == []
        entries = ledger.journal(connection)
        assert [entry.change for entry in entries] == [old, *new]
        assert [entry.baseline for entry in entries] == [True, False, False, False]
        assert {entry.recorded_at for entry in entries} == {now}
        assert seqs(connection, since=now) == [2, 3, 4]
        assert seqs(connection, after=2) == [3, 4]
        assert seqs(connection, term="tariff:US:KR:autos") == [1, 2]
        assert seqs(connection, term="tariff:US:KR:autos:Hyundai") == [4]
        assert seqs(connection, deal="US-JP") == []
        assert seqs(connection, limit=2) == [3, 4]
