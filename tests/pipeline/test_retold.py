"""The ledger told anew is the ledger that grew day by day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from config.settings import Ledger
from config.words import Kind, Qualifier, Status
from monitor.ledger.book import Book
from monitor.ledger.codec import to_json
from monitor.ledger.policy import Policy
from monitor.ledger.terms import Act, Hand
from monitor.pipeline.retold import retold
from monitor.store.reports import Report
from monitor.types import Article, Claim, Source, TermKey

START = datetime(2025, 4, 1, tzinfo=UTC)
POLICY = Policy.of(Ledger())
DAYS = st.integers(0, 200).map(lambda n: (START + timedelta(days=n)).date().isoformat())
KEY = TermKey(kind=Kind.TARIFF, party="US", counterparty="KR", scope="all", family="percent")


@st.composite
def claims(draw: st.DrawFn) -> Claim:
    return Claim(
        kind=Kind.TARIFF,
        party="US",
        counterparty="KR",
        actor=None,
        scope=draw(st.sampled_from(["all", "autos"])),
        value=draw(st.sampled_from([10.0, 15.0, 25.0])),
        unit="percent",
        qualifier=Qualifier.EXACT,
        status=draw(st.sampled_from(list(Status))),
        previous=draw(st.none() | st.sampled_from([10.0, 25.0])),
        effective=draw(st.none() | DAYS),
        quote="a rate",
        confidence=draw(st.sampled_from([1.0, 0.4])),
    )


@st.composite
def reports(draw: st.DrawFn) -> list[Report]:
    """Reports in the order in which they were recorded, some of them days after they came out."""
    found, hour = [], 0
    for number in range(draw(st.integers(1, 8))):
        hour += draw(st.integers(1, 24 * 30))
        recorded = START + timedelta(hours=hour)
        published = recorded - timedelta(hours=draw(st.sampled_from([0, 0, 1, 24 * 20])))
        source = Source(name=draw(st.sampled_from(["A", "B", "C"])), tier=draw(st.integers(1, 3)))
        article = Article(
            id=str(number), source=source, published=published, observed=recorded, title="", text="", link=None
        )
        said = draw(st.lists(claims(), min_size=1, max_size=2))
        numbered = tuple((place, claim) for place, claim in enumerate(said))
        found.append(
            Report(
                id=number, item_id=number, revision=1, baseline=False, recorded_at=recorded, article=article,
                fingerprint="", claims=numbered,
            )
        )  # fmt: skip
    return found


@settings(max_examples=150, deadline=None)
@given(reports(), st.integers(0, 8), st.sampled_from([Act.CORRECT, Act.RETRACT]))
def test_told_anew_it_is_what_grew(told: list[Report], place: int, act: Act) -> None:
    """With a decision in between: dates took effect at every step, and once at the end of the telling anew."""
    live, hands = Book(POLICY), list[Hand]()
    clock = START - timedelta(days=30)
    for number, report in enumerate(told):
        live.due(clock, report.recorded_at)
        clock = report.recorded_at
        live.record(report.article, [claim for _, claim in report.claims], report.fingerprint)
        if number == place and live.get(KEY) is not None:
            claim = next((c for _, c in report.claims if c.scope == "all"), None)
            at = clock + timedelta(minutes=1)
            hand = Hand(
                id=1, act=act, at=at, by="Kim", reason="so", key=KEY, articles=(report.article.id,), claim=claim
            )
            if claim is not None:
                hands.append(hand)
                live.apply(hand)
                clock = at
    end = clock + timedelta(days=100)
    live.due(clock, end)
    anew = retold(told, hands, POLICY, end)
    assert {t.key: to_json(t) for t in anew.terms} == {t.key: to_json(t) for t in live.terms}


@settings(max_examples=100, deadline=None)
@given(reports(), st.sampled_from([Act.CORRECT, Act.RETRACT, Act.MERGE]))
def test_what_is_undone_leaves_what_the_reports_make(told: list[Report], act: Act) -> None:
    end = told[-1].recorded_at + timedelta(days=1)
    other = TermKey(kind=Kind.TARIFF, party="US", counterparty="KR", scope="autos", family="percent")
    claim = next((c for r in told for _, c in r.claims if c.scope == "all"), None)
    if claim is None:
        return
    articles = tuple(r.article.id for r in told if any(c.scope == "all" for _, c in r.claims))
    hand = Hand(id=1, act=act, at=end, by="K", reason="r", key=KEY, claim=claim, articles=articles[:1], other=other)
    undo = Hand(id=2, act=Act.UNDO, at=end, by="K", reason="r", key=KEY, undoes=1)
    untouched = Hand(id=3, act=Act.RETRACT, at=end, by="K", reason="r", key=KEY, articles=articles[:1])
    back = Hand(id=4, act=Act.UNDO, at=end, by="K", reason="r", key=KEY, undoes=3)
    undone = retold(told, [hand, undo], POLICY, end)
    plain = retold(told, [untouched, back], POLICY, end)
    after, expected = undone.get(KEY), plain.get(KEY)
    assert after is not None and expected is not None
    assert to_json(after) == to_json(expected)
