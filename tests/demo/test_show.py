"""What the demo prints: plain lines without a terminal, and an end that says in words what does not fit."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from rich.console import Console

from config.words import Kind, Qualifier, Status, Trust
from demo.__main__ import advice, main
from demo.articles import load_articles, load_feeds
from demo.drive import outcome
from demo.feedserver import FeedServer
from demo.follow import ChangeMade, ItemRead, Totals
from demo.show import Screen, console, summary
from demo.sinks import MailSink, WebhookSink
from monitor.types import Change, ChangeClass, Claim, TermKey

NOW = datetime(2025, 12, 4, 14, tzinfo=UTC)
CLAIM = Claim(
    kind=Kind.TARIFF,
    party="US",
    counterparty="KR",
    actor=None,
    scope="autos",
    value=15,
    unit="percent",
    qualifier=Qualifier.EXACT,
    status=Status.IN_EFFECT,
    quote="automobiles of Korea are subject to a tariff of 15 percent",
    effective="2025-11-01",
)
ITEM = ItemRead(
    source="Federal gazette, US",
    published=NOW,
    title="Notice",
    baseline=False,
    late=False,
    topics=("tariff",),
    countries=("US", "KR"),
    claims=(CLAIM,),
    error=None,
)
CHANGE = Change(
    cls=ChangeClass.TERM,
    key=TermKey(kind=Kind.TARIFF, party="US", counterparty="KR", scope="autos", family="percent"),
    before=25,
    after=15,
    unit="percent",
    status=Status.IN_EFFECT,
    trust=Trust.CONFIRMED,
    at=NOW,
    article="1",
)


def screen(*news: ItemRead | ChangeMade) -> str:
    out = io.StringIO()
    shown = Screen(Console(file=out, width=150, highlight=False), feeds=8, articles=56)
    shown.today(NOW)
    shown.news(lambda: news)
    shown.close()
    return out.getvalue()


def test_an_item_is_shown_with_its_tags_its_terms_and_their_quotes() -> None:
    lines = screen(ITEM).splitlines()
    head = next(line for line in lines if "Notice" in line)
    assert "4 Dec 2025" in head
    assert "[tariff: US KR]" in head
    reads = next(line for line in lines if "reads" in line)
    assert "US tariff on Korean cars: 15% in effect from 1 Nov 2025" in reads
    assert f"“{CLAIM.quote}”" in reads


def test_a_change_is_shown_from_to_status_and_trust() -> None:
    line = next(line for line in screen(ChangeMade(change=CHANGE, baseline=False)).splitlines() if "CHANGE" in line)
    for part in ("US tariff on Korean cars", "25% → 15%", "in effect", "confirmed"):
        assert part in line


def test_of_a_baseline_it_says_that_nobody_is_told() -> None:
    assert "nobody is told" in screen(ChangeMade(change=CHANGE, baseline=True))


def test_deliveries_stand_below_the_changes_that_they_tell_of() -> None:
    out = io.StringIO()
    shown = Screen(Console(file=out, width=150, highlight=False), feeds=8, articles=56)
    message = EmailMessage()
    message["To"] = "desk@demo.example"
    shown.mail(message)
    shown.mail(message)
    shown.webhook({"type": "change.term"})
    shown.news(lambda: [ChangeMade(change=CHANGE, baseline=False)])
    change, delivered = out.getvalue().splitlines()[-2:]
    assert "CHANGE" in change
    assert delivered.split("  ")[-1] == ("2 mails to desk@demo.example · 1 webhook change.term, signature verified")


def test_without_a_terminal_there_are_no_escapes_and_no_status_line() -> None:
    assert "\x1b" not in screen(ITEM, ChangeMade(change=CHANGE, baseline=False))


def test_no_color_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert console().no_color


def test_markup_in_a_title_is_text() -> None:
    """Whoever writes a headline must not steer the terminal."""
    assert "[bold]x[/] [link=y]z" in screen(replace(ITEM, title="[bold]x[/] [link=y]z"))
    out = io.StringIO()
    summary(Console(file=out, width=150), [("Items", "1")], ["the item “[/] x” is [red]bad"], 1.0)
    assert "the item “[/] x” is [red]bad" in out.getvalue()


@pytest.mark.parametrize(
    ("totals", "problem"),
    [
        (
            Totals(items=3, tagged=1, claims=1, changes=1, sent={"desk": 1, "program": 1}, broken=()),
            "3 items were stored",
        ),
        (Totals(items=0, tagged=1, claims=1, changes=0, sent={}, broken=()), "no change was recorded"),
        (Totals(items=0, tagged=1, claims=1, changes=1, sent={"desk": 2}, broken=()), "2 mails were sent, 0 received"),
        (Totals(items=0, tagged=1, claims=1, changes=1, sent={"program": 1}, broken=()), "1 webhooks were sent, 0"),
        (Totals(items=0, tagged=0, claims=0, changes=1, sent={}, broken=("the feed fails",)), "the feed fails"),
    ],
)
def test_what_does_not_fit_is_said(totals: Totals, problem: str) -> None:
    server = FeedServer(load_feeds(), load_articles(), lambda: NOW)
    found = outcome(load_articles(), server, MailSink(), WebhookSink("whsec_a2tr"), totals, 1.0)
    assert any(problem in said for said in found.problems), found.problems


def test_figures_that_fit_make_no_problem() -> None:
    server = FeedServer(load_feeds(), load_articles(), lambda: NOW)
    mails, hooks = MailSink(), WebhookSink("whsec_a2tr")
    mails.messages["1"], hooks.bodies["1"] = EmailMessage(), b"{}"
    count = len(load_articles())
    totals = Totals(items=count, tagged=1, claims=1, changes=1, sent={"desk": 1, "program": 1}, broken=())
    assert outcome(load_articles(), server, mails, hooks, totals, 1.0).problems == ()


def test_it_says_what_to_type_next(tmp_path: Path) -> None:
    text = advice(tmp_path, keep=False)
    assert f"--config {tmp_path} terms US-KR" in text
    assert "init" in text
    assert "Ctrl-C" in advice(tmp_path, keep=True)


def test_a_folder_with_something_in_it_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.txt").write_text("x")
    monkeypatch.setattr("sys.argv", ["demo", "--folder", str(tmp_path)])
    assert main() == 2
    assert "is not empty" in capsys.readouterr().out.replace("\n", " ")
