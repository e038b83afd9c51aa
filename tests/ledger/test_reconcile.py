"""The doorways: one claim against one term, and an article against all terms."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from config.settings import Ledger
from config.words import Kind, Qualifier, Status, Trust
from monitor.ledger.book import Book, record
from monitor.ledger.changes import NoteKind
from monitor.ledger.due import due, next_date
from monitor.ledger.policy import Policy
from monitor.ledger.reconcile import explain, reconcile
from monitor.ledger.terms import Evidence, Term
from monitor.types import Article, ChangeClass, Claim, Source, TermKey

POLICY = Policy.of(Ledger())
DAY = datetime(2025, 7, 31, tzinfo=UTC)
KEY = TermKey(kind=Kind.TARIFF, party="US", counterparty="KR", scope="all", family="percent")
CLAIM = Claim(
    kind=Kind.TARIFF,
    party="US",
    counterparty="KR",
    actor=None,
    scope="all",
    value=15.0,
    unit="percent",
    qualifier=Qualifier.EXACT,
    status=Status.AGREED,
    quote="a tariff of 15 percent",
    confidence=0.9,
)
REPORT = Evidence(
    claim=CLAIM,
    article="a1",
    ordinal=0,
    publisher="Reuters",
    tier=2,
    published=DAY,
    observed=DAY + timedelta(minutes=9),
    link="https://example.org/a1",
)


def test_a_first_claim_opens_a_version_with_its_evidence() -> None:
    term, (change,) = reconcile(Term(key=KEY), CLAIM, REPORT, POLICY)
    assert term.standing is not None
    assert term.standing.evidence == (REPORT,)
    assert (change.cls, change.before, change.after, change.status) == (ChangeClass.TERM, None, 15.0, Status.AGREED)
    assert (change.trust, change.at, change.article) == (Trust.REPORTED, REPORT.observed, "a1")
    assert (change.quote, change.source, change.link) == (CLAIM.quote, "Reuters", "https://example.org/a1")
    assert (change.confidence, change.reason) == (0.9, "first report, 15 agreed")


def test_reasons_give_large_figures_in_full() -> None:
    pledge = replace(CLAIM, kind=Kind.INVESTMENT, value=350e9, unit="USD")
    _, (change,) = reconcile(Term(key=replace(KEY, kind=Kind.INVESTMENT)), pledge, REPORT, POLICY)
    assert change.reason == "first report, 350,000,000,000 agreed"


def test_both_the_settled_and_the_applied_rate_are_told() -> None:
    applied = replace(CLAIM, value=25.0, status=Status.IN_EFFECT)
    term, _ = reconcile(Term(key=KEY), applied, replace(REPORT, published=DAY - timedelta(days=9)), POLICY)
    term, (change,) = reconcile(term, CLAIM, replace(REPORT, article="a2"), POLICY)
    assert (change.before, change.status_before, change.after, change.applied) == (25.0, Status.IN_EFFECT, 15.0, 25.0)
    assert change.reason == "new value 15, was 25"


def test_a_claim_without_change_says_why() -> None:
    term, _ = reconcile(Term(key=KEY), CLAIM, REPORT, POLICY)
    again = explain(term, replace(REPORT, article="a2", published=DAY + timedelta(days=9)), POLICY)
    assert again.note is not None
    assert (again.changes, again.note.kind) == ((), NoteKind.EVIDENCE)
    assert again.note.reason == "same value and status as what stands"
    twice = explain(term, REPORT, POLICY)
    assert twice.term == term
    assert twice.note is not None and twice.note.reason == "this report was taken in before"


def test_a_busy_term_keeps_a_bounded_amount_of_evidence() -> None:
    term = Term(key=KEY)
    for n in range(200):
        item = replace(REPORT, article=f"a{n:03}", published=DAY + timedelta(hours=n))
        term, _ = reconcile(term, CLAIM, item, POLICY)
        guess = replace(CLAIM, status=Status.SPECULATED, value=float(n))
        term, _ = reconcile(term, guess, replace(item, ordinal=1), POLICY)
    assert term.standing is not None
    assert term.standing.reports == 200
    assert len(list(term.all_evidence())) < 80


def test_record_asks_for_the_sides_of_each_claim_and_returns_only_what_is_touched() -> None:
    article = Article(
        id="a1", source=Source(name="Reuters", tier=2), published=DAY, observed=DAY, title="Deal", text="A deal."
    )
    asked: list[tuple[Kind, str, str]] = []
    loaded: list[TermKey] = []

    class Kept:
        def keys(self, kind: Kind, party: str, counterparty: str) -> list[TermKey]:
            asked.append((kind, party, counterparty))
            autos = replace(KEY, scope="autos")
            return [KEY, autos, *(replace(autos, actor=f"Firm {n}") for n in range(9))] if party == "US" else []

        def get(self, key: TermKey) -> Term | None:
            loaded.append(key)
            return Term(key=key) if key.kind is Kind.TARIFF else None

    provision = replace(CLAIM, kind=Kind.PROVISION, value=None)
    outcome = record(Kept(), article, [CLAIM, provision], POLICY)
    assert set(outcome.terms) == {KEY}
    assert [c.key for c in outcome.changes] == [KEY]
    assert [(n.kind, n.reason) for n in outcome.notes] == [(NoteKind.PASSED, "it gives no figure")]
    assert (Kind.PROVISION, "US", "KR") in asked
    assert not [key for key in loaded if key.actor], "the terms of firms are many, and none of them matters here"


def test_due_is_pure_and_names_the_next_day() -> None:
    dated = replace(CLAIM, effective="2025-08-07", until="2026-08-07")
    term, _ = reconcile(Term(key=KEY), dated, replace(REPORT, claim=dated), POLICY)
    assert str(next_date(term)) == "2025-08-07"
    early = due([term], DAY, datetime(2025, 8, 6, 23, 59, tzinfo=UTC), POLICY)
    assert early.terms == {}
    assert [(c.cls, c.reason) for c in early.changes] == [
        (ChangeClass.REMINDER, "takes effect in 1 day, on 2025-08-07")
    ]
    on_the_day = due([term], DAY, datetime(2025, 8, 7, tzinfo=UTC), POLICY)
    (change,) = on_the_day.changes
    assert (change.article, change.status, change.at) == (None, Status.IN_EFFECT, datetime(2025, 8, 7, tzinfo=UTC))
    assert next_date(on_the_day.terms[KEY]) is None
    ends = due(on_the_day.terms.values(), datetime(2026, 7, 30, tzinfo=UTC), datetime(2026, 7, 31, tzinfo=UTC), POLICY)
    assert [c.reason for c in ends.changes] == ["ends in 7 days, on 2026-08-07"]


def test_a_book_finds_its_terms_again() -> None:
    book = Book(POLICY)
    article = Article(id="a1", source=Source(name="R", tier=2), published=DAY, observed=DAY, title="", text="")
    book.record(article, [CLAIM])
    assert [t.key for t in book.find(Kind.TARIFF, "US", "KR")] == [KEY]
    assert book.get(KEY) == next(book.terms)
    assert book.get(replace(KEY, scope="autos")) is None


def confirmed() -> Term:
    """15 percent, agreed, by an official source."""
    return reconcile(Term(key=KEY), CLAIM, replace(REPORT, tier=1), POLICY)[0]


def after(days: float, claim: Claim, article: str = "weak") -> Evidence:
    """A report of a blog, so many days after the first one."""
    moment = DAY + timedelta(days=days)
    return replace(REPORT, claim=claim, article=article, publisher="Blog", tier=3, published=moment, observed=moment)


def test_what_the_reader_itself_doubts_is_held_only_where_it_would_move_something() -> None:
    doubted = replace(CLAIM, confidence=0.2)
    for claim, kind in (
        (doubted, NoteKind.KEPT),
        (replace(doubted, value=20.0), NoteKind.REVIEW),
        (replace(doubted, value=20.0, previous=15.0), NoteKind.REVIEW),
        (replace(doubted, effective="2025-11-01"), NoteKind.REVIEW),
        (replace(doubted, status=Status.THREATENED, value=30.0), NoteKind.REVIEW),
        (replace(doubted, status=Status.SPECULATED, value=30.0), NoteKind.KEPT),
    ):
        step = explain(confirmed(), after(10, claim), POLICY)
        assert step.changes == () and step.note is not None
        assert (step.note.kind, step.term.standing) == (kind, confirmed().standing)


def test_an_unsure_weak_contradiction_is_held_and_one_that_names_what_it_replaces_is_not() -> None:
    unsure = replace(CLAIM, value=20.0, confidence=0.5)
    held = explain(confirmed(), after(10, unsure), POLICY)
    assert held.changes == () and held.note is not None and held.note.kind is NoteKind.REVIEW
    (change,) = explain(confirmed(), after(10, replace(unsure, previous=15.0)), POLICY).changes
    assert (change.after, change.trust) == (20.0, Trust.UNCONFIRMED)


def test_a_held_claim_that_arrives_late_is_held_all_the_same() -> None:
    later = explain(confirmed(), after(20, replace(CLAIM, status=Status.ORDERED), "later"), POLICY).term
    late = explain(later, after(10, replace(CLAIM, value=20.0, confidence=0.5)), POLICY)
    assert late.changes == () and late.note is not None
    assert late.note.kind is NoteKind.REVIEW and "contradicts 15" in late.note.reason
    assert late.term.standing == later.standing


def test_the_last_of_very_many_reports_is_known_and_what_comes_after_it_is_late() -> None:
    term = confirmed()
    for number in range(40):
        term = explain(term, after(number + 1, CLAIM, f"r{number:02}"), POLICY).term
    assert term.standing is not None
    assert (term.standing.reports, len(term.standing.evidence)) == (41, 24)
    late = explain(term, after(39.5, CLAIM, "late"), POLICY)
    assert late.note is not None and "takes its place in the history" in late.note.reason
    assert late.term.standing is not None and late.term.standing.reports == 42
    again = explain(term, term.standing.evidence[-1], POLICY)
    assert again.term is term and again.note is not None and again.note.kind is NoteKind.PASSED
