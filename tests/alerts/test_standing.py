"""The first message of a subscription shows what stands, and only what its watchlist takes."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select

from alerts.tables import deliveries
from config.settings import Config, Subscription, Watchlist
from config.words import Kind, Status, Trust
from monitor.announce.standing import greet, standing
from monitor.ledger.terms import Term, Version
from monitor.store import Store, ledger
from monitor.types import TermKey

NOW = datetime(2025, 11, 14, 9, 0, tzinfo=UTC)


def term(scope: str, counterparty: str = "KR", **version: object) -> Term:
    key = TermKey(kind=Kind.TARIFF, party="US", counterparty=counterparty, scope=scope, family="percent")
    fields: dict[str, object] = {"value": 15.0, "unit": "percent", "status": Status.AGREED, "trust": Trust.REPORTED}
    fields |= {"since": NOW, "recorded": NOW}
    return Term(key=key, versions=(Version(**(fields | version)),))  # type: ignore[arg-type]


TERMS = (
    term("autos", effective="2025-11-01"),
    term("steel", value=50.0, status=Status.IN_EFFECT, trust=Trust.CONFIRMED),
    term("autos", "JP"),
    Term(key=TermKey(kind=Kind.TARIFF, party="US", counterparty="KR", scope="copper", family="percent")),
)
DESK = Subscription(name="desk", watchlist="korea", channel="mail", to="desk@example.org")


def test_what_stands_is_told_and_no_more() -> None:
    alert = standing(TERMS, Watchlist(name="korea", countries=("US-KR",)), DESK, NOW)
    assert alert.title == "korea: what stands now (2 terms stand)"
    assert alert.facts == (
        ("US tariff on Korean cars", "15%, agreed, from 1 Nov 2025 (reported)"),
        ("US tariff on Korean steel", "50%, in effect (confirmed)"),
    )


def test_the_watchlist_decides_as_of_changes() -> None:
    assert standing(TERMS, Watchlist(name="korea", trust=Trust.CONFIRMED), DESK, NOW).labels["count"] == 1
    assert "no term" in standing(TERMS, Watchlist(name="korea", countries=("BR",)), DESK, NOW).facts[0][1]
    many = [term("autos", effective=f"2025-11-{day:02}") for day in range(1, 29)] * 2
    facts = standing(many, Watchlist(name="all"), DESK, NOW).facts
    assert facts[-1] == ("And", "16 more: pactwatch terms")


def test_it_goes_to_the_new_subscription_alone(store: Store) -> None:
    config = Config(watchlists=(Watchlist(name="korea"),), subscriptions=(DESK,))
    with store.begin() as connection:
        ledger.save_terms(connection, TERMS[:2], NOW)
        id = greet(connection, config, "desk", NOW)
        assert greet(connection, config, "nobody", NOW) is None
        (row,) = connection.execute(select(deliveries))
    assert (row.id, row.subscription, row.state) == (id, "desk", "queued")
