"""A change as an alert: labels, title, facts, quote, id."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.types import Quote, Step
from config.vocabulary import vocabulary
from config.words import Kind, Qualifier, Status, Trust
from monitor.announce import alert, change_id
from monitor.announce.wording import Codes, amount, day, figure, term
from monitor.ledger.terms import Version
from monitor.types import Change, ChangeClass, TermKey

AT = datetime(2025, 10, 29, 12, 0, tzinfo=UTC)
CARS = TermKey(kind=Kind.TARIFF, party="US", counterparty="KR", scope="autos", family="percent")
FUND = TermKey(kind=Kind.INVESTMENT, party="KR", counterparty="US", scope="all", family="money")
CUT = Change(
    cls=ChangeClass.TERM,
    key=CARS,
    before=25,
    after=15,
    unit="percent",
    status=Status.AGREED,
    status_before=Status.IN_EFFECT,
    trust=Trust.REPORTED,
    at=AT,
    article="7",
    effective="2025-11-01",
    quote="cut tariffs on Korean cars to 15 percent",
    source="Reuters",
    link="https://example.com/1",
    reason="new value 15, was 25",
)


def version(value: float, status: Status, at: datetime, unit: str = "percent") -> Version:
    return Version(
        value=value, unit=unit, status=status, since=at, recorded=at, trust=Trust.CONFIRMED, qualifier=Qualifier.EXACT
    )


def test_the_history_is_what_was_known_when_the_change_came() -> None:
    april, summer = datetime(2025, 4, 3, tzinfo=UTC), datetime(2025, 7, 30, tzinfo=UTC)
    versions = (
        version(2.5, Status.IN_EFFECT, april),
        version(25, Status.SUSPENDED, summer),
        version(400, Status.AGREED, summer, unit="USD"),
        version(15, Status.AGREED, AT),
        version(10, Status.ORDERED, AT + timedelta(days=1)),
    )
    assert alert(CUT, versions=versions).steps == (
        Step(day=april.date(), value=2.5, label="2.5%", applied=True),
        Step(day=summer.date(), value=25, label="25% suspended", applied=False),
        Step(day=AT.date(), value=15, label="15%", applied=False),
    )
    assert alert(CUT).steps == ()


def title(**changed: object) -> str:
    return alert(replace(CUT, **changed)).title  # type: ignore[arg-type]


def test_what_is_said_beside_the_figure_is_a_fact_in_words() -> None:
    said = {
        "condition": "unless Seoul passes the bill",
        "legal_basis": "Section 232",
        "rate_type": "add_on",
        "instrument": "cash",
        "exemptions": "critical_minerals, CA, goods in transit",
    }
    told = alert(replace(CUT, details=said))
    assert [fact for fact in told.facts if fact[0] not in {name for name, _ in alert(CUT).facts}] == [
        ("Condition", "unless Seoul passes the bill"),
        ("Legal basis", "Section 232"),
        ("Rate type", "on top of other duties"),
        ("Form", "cash"),
        ("Exempt", "critical minerals, Canada, goods in transit"),
    ]
    assert told.data["details"] == said
    assert change_id(replace(CUT, details=said)) == change_id(CUT), "the same change, however much is known of it"


def test_a_cut_reads_as_a_desk_would_say_it() -> None:
    told = alert(CUT, published=AT)
    assert told.title == "US tariff on Korean cars: 25% → 15%, agreed, effective 1 Nov 2025 (reported)"
    assert told.facts == (
        ("Was", "25%"),
        ("Now", "15%"),
        ("Status", "in effect → agreed"),
        ("Effective", "1 Nov 2025"),
        ("Source", "Reuters"),
        ("Trust", "reported"),
        ("Why", "new value 15, was 25"),
    )
    assert told.quotes == (
        Quote(text="cut tariffs on Korean cars to 15 percent", source="Reuters", link=CUT.link, published=AT),
    )
    assert (told.thread, told.at) == ("US-KR", AT)


def test_labels_are_what_watchlists_ask_for() -> None:
    assert alert(CUT).labels == {
        "kind": "tariff",
        "topic": "tariff",
        "party": "US",
        "counterparty": "KR",
        "deal": "US-KR",
        "scope": "autos",
        "status": "agreed",
        "class": "term",
        "trust": "reported",
        "confidence": 1.0,
        "tier": 2,
        "move": -10,
    }
    firm = replace(CUT, key=replace(FUND, actor="Hyundai"), before=200e9, after=350e9, unit="USD")
    assert (alert(firm).labels["actor"], alert(firm).labels["move"]) == ("Hyundai", 75)
    assert alert(firm).labels["topic"] == "investment"


@pytest.mark.parametrize(
    ("before", "after"), [(15, 15), (None, 15), (25, None)], ids=["step of status", "first value", "no value"]
)
def test_what_did_not_move_has_no_move(before: float | None, after: float | None) -> None:
    assert "move" not in alert(replace(CUT, before=before, after=after)).labels


def test_money_from_nothing_has_no_move() -> None:
    assert "move" not in alert(replace(CUT, key=FUND, before=0, after=1e9, unit="USD")).labels


@pytest.mark.parametrize(
    ("trust", "tier"), [("confirmed", 1), ("reported", 2), ("unconfirmed", 3), ("contested", None)]
)
def test_the_tier_is_what_the_trust_amounts_to(trust: str, tier: int | None) -> None:
    assert alert(replace(CUT, trust=Trust(trust))).labels.get("tier") == tier


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"before": 15, "status": Status.IN_EFFECT, "status_before": Status.AGREED, "trust": Trust.CONFIRMED},
         "15%, agreed → in effect, since 1 Nov 2025 (confirmed)"),
        ({"before": None, "status_before": None, "effective": None}, "15%, agreed (reported)"),
        ({"cls": ChangeClass.POSITION, "before": 15, "after": 25, "status": Status.THREATENED, "effective": None},
         "25% threatened, 15% stands (reported)"),
        ({"before": 25, "after": 25, "status": Status.SUSPENDED, "effective": "2025-04", "until": "2025-07-09"},
         "25% suspended, effective Apr 2025, until 9 Jul 2025 (reported)"),
        ({"before": 10, "after": 15, "applied": 10.0, "effective": None},
         "10% → 15%, agreed, 10% applied now (reported)"),
        ({"before": None, "status_before": None, "after": 12.5, "qualifier": Qualifier.AT_MOST,
          "effective": "2026"},
         "up to 12.5%, agreed, effective 2026 (reported)"),
        ({"before": None, "status_before": None, "after": 10, "high": 15.0, "qualifier": Qualifier.RANGE,
          "effective": None},
         "10%–15%, agreed (reported)"),
    ],
)  # fmt: skip
def test_titles(changed: dict[str, object], said: str) -> None:
    assert title(**changed) == f"US tariff on Korean cars: {said}"


@pytest.mark.parametrize(
    ("cls", "details", "said"),
    [
        ("confirmed", None, "Confirmed: US tariff on Korean cars: 15%, agreed, effective 1 Nov 2025"),
        ("contested", {"stands": "15", "contested": "20", "by": "Yonhap"},
         "Contested: US tariff on Korean cars: 15% or 20%, effective 1 Nov 2025"),
        ("date", {"from": "2025-08-01", "to": "2025-11-01"},
         "New date: US tariff on Korean cars: 15%, agreed, effective 1 Nov 2025 (was 1 Aug 2025)"),
        ("reminder", {"date": "2025-11-01", "what": "takes effect"},
         "Due soon: US tariff on Korean cars: 15%, agreed, takes effect 1 Nov 2025"),
        ("retracted", None, "Retracted: US tariff on Korean cars: 15%, agreed, effective 1 Nov 2025"),
    ],
)  # fmt: skip
def test_titles_of_events(cls: str, details: dict[str, str] | None, said: str) -> None:
    changed = {"cls": ChangeClass(cls), "before": 15.0, "status_before": Status.AGREED, "details": details}
    assert title(**changed) == said


def test_facts_of_a_contested_sum_show_it_as_money() -> None:
    details = {"stands": "350000000000", "contested": "500000000000", "by": "Yonhap"}
    told = alert(replace(CUT, cls=ChangeClass.CONTESTED, key=FUND, unit="USD", after=350e9, details=details))
    assert ("Contested by a report of", "$500bn") in told.facts
    assert ("Reported by", "Yonhap") in told.facts


def test_facts_of_a_threat_keep_apart_what_stands() -> None:
    threat = replace(CUT, cls=ChangeClass.POSITION, before=15, after=25, status=Status.THREATENED, applied=10.0)
    assert alert(threat).facts[:4] == (
        ("Stands", "15%"),
        ("Threatened", "25%"),
        ("Status", "threatened"),
        ("Applied now", "10%"),
    )


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (replace(CARS, scope="all"), "US tariff on Korean goods"),
        (replace(CARS, scope="other"), "US tariff on other Korean goods"),
        (replace(CARS, counterparty="WORLD", scope="steel"), "US tariff on steel from all countries"),
        (FUND, "Korean investment in the US"),
        (replace(FUND, scope="shipbuilding"), "Korean investment in US shipbuilding"),
        (replace(FUND, actor="Hyundai Motor Group"), "Hyundai Motor Group investment in the US"),
        (replace(FUND, kind=Kind.PURCHASE, scope="lng"), "Korean purchases of US LNG"),
        (replace(FUND, kind=Kind.PURCHASE, counterparty="WORLD", scope="lng"),
         "Korean purchases of LNG from all countries"),
        (replace(FUND, kind=Kind.ANNUAL_CAP), "Korean yearly cap on payments to the US"),
        (replace(FUND, kind=Kind.DURATION, family="years"), "Length of the Korean commitment to the US"),
        (replace(CARS, kind=Kind.PROFIT_SHARE, scope="after_recovery"),
         "US profit share with South Korea, after recovery"),
        (replace(FUND, kind=Kind.PROVISION, scope="rice"), "Korean provision for the US for rice"),
    ],
)  # fmt: skip
def test_every_kind_of_term_has_its_words(key: TermKey, said: str) -> None:
    assert term(key, vocabulary("en")) == said


def test_an_unknown_code_is_shown_as_it_is() -> None:
    assert term(replace(CARS, counterparty="XX", scope="zeppelins"), vocabulary("en")) == "US tariff on XX zeppelins"
    assert term(CARS, Codes()) == "US tariff on KR autos"


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (15, "percent", "15%"),
        (0, "percent", "0%"),
        (2.5, "percent", "2.5%"),
        (350e9, "USD", "$350bn"),
        (1.25e12, "KRW", "KRW 1.25tn"),
        (550_000, "EUR", "€550,000"),
        (20e6, "USD", "$20m"),
        (999_999_999_999, "USD", "$1tn"),
        (999_999_999, "USD", "$1bn"),
        (103, "units", "103 units"),
        (1, "years", "1 year"),
        (25e6, "tonnes", "25m tonnes"),
        (-2.5, "percentage_points", "-2.5 points"),
        (None, "percent", "no figure"),
    ],
)
def test_amounts(value: float | None, unit: str, said: str) -> None:
    assert amount(value, unit) == said


def test_qualified_figures() -> None:
    assert figure(15, "percent", Qualifier.AT_LEAST) == "at least 15%"
    assert figure(15, "percent", Qualifier.RANGE) == "15%"


@pytest.mark.parametrize(
    ("stated", "said"),
    [("2025-11-01", "1 Nov 2025"), ("2025-11", "Nov 2025"), ("2025", "2025"), ("2025-13", "2025-13"), ("", "")],
)
def test_days(stated: str, said: str) -> None:
    assert day(stated) == said


def test_the_id_is_the_changes_own() -> None:
    seoul = replace(CUT, at=AT.astimezone(timezone(timedelta(hours=9))))
    same = replace(CUT, article="99", quote="otherwise worded", trust=Trust.CONFIRMED, source="Yonhap")
    assert change_id(CUT) == change_id(seoul) == change_id(same) == alert(CUT).id
    others = [
        replace(CUT, after=16),
        replace(CUT, before=None),
        replace(CUT, status=Status.ORDERED),
        replace(CUT, at=AT + timedelta(seconds=1)),
        replace(CUT, key=replace(CARS, actor="Kia")),
        replace(CUT, key=replace(CARS, family="money")),
        replace(CUT, cls=ChangeClass.CONFIRMED),
        replace(CUT, effective=None),
    ]
    assert len({change_id(other) for other in (CUT, *others)}) == len(others) + 1


def test_data_is_json_and_leaves_nothing_out() -> None:
    sent = json.loads(json.dumps(alert(CUT).data, allow_nan=False))
    assert (sent["from"], sent["to"], sent["term"], sent["at"]) == (25, 15, "tariff:US:KR:autos", AT.isoformat())
    renamed = {"cls": "class", "before": "from", "after": "to", "status_before": "status_from"}
    assert {renamed.get(f.name, f.name) for f in fields(Change)} - {"article"} <= set(sent)


@given(
    before=st.none() | st.floats(0, 1e15),
    after=st.none() | st.floats(0, 1e15),
    unit=st.sampled_from(["percent", "USD", "KRW", "years", "units", "tonnes"]),
    cls=st.sampled_from(ChangeClass),
    status=st.sampled_from(Status),
    kind=st.sampled_from(Kind),
)
def test_any_change_makes_an_alert_of_one_line(
    before: float | None, after: float | None, unit: str, cls: ChangeClass, status: Status, kind: Kind
) -> None:
    key = replace(CARS, kind=kind)
    told = alert(replace(CUT, before=before, after=after, unit=unit, cls=cls, status=status, key=key))
    assert "\n" not in told.title and "None" not in told.title and "_" not in told.title
    assert all(name and value for name, value in told.facts)
    json.dumps(dict(told.data), allow_nan=False)
