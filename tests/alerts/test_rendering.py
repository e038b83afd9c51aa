"""An alert as text, HTML and JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from alerts.rendering import headline, html, payload, stamp, text, web_link
from alerts.types import Alert, Quote
from config.settings import Subscription
from config.words import Kind, Status, Trust
from monitor.announce import alert as announce
from monitor.types import Change, ChangeClass, TermKey

REASON = 'matches the watchlist "korea": US-KR'
Make = Callable[..., Any]


class Seen(HTMLParser):
    """What a mail program would show, and what it would load or run."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.attributes: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def shown(self) -> str:
        return " ".join(" ".join(self.words).split())


@pytest.fixture
def desk(subscribe: Make) -> Subscription:
    made = subscribe("desk@example.org")
    assert isinstance(made, Subscription)
    return made


def test_text_stands_alone(make_alert: Make, desk: Subscription) -> None:
    assert text(make_alert(), desk, REASON) == (
        "US tariff on Korean cars: 25% → 15%, agreed\n"
        "\n"
        "Was        25%\n"
        "Now        15%\n"
        "Status     agreed, reported by one source\n"
        "Effective  1 Nov 2025\n"
        "\n"
        '"Washington will cut tariffs on Korean cars to 15 percent from 25 percent"\n'
        "-- Yonhap, 14 Nov 2025\n"
        "   https://news.example/kr?a=1&b=2\n"
        "\n"
        'You get this because of your subscription "desk":\n'
        'it matches the watchlist "korea": US-KR.\n'
        "Learned 14 Nov 2025, 09:00 UTC. To see every decision:\n"
        "  pactwatch alerts why chg_1\n"
    )


def test_html_shows_the_same(make_alert: Make, desk: Subscription) -> None:
    seen = Seen(html(make_alert(), desk, REASON))
    for part in (
        "US tariff on Korean cars: 25% → 15%, agreed",
        "25% → 15%",
        "Effective 1 Nov 2025",
        "“Washington will cut tariffs on Korean cars to 15 percent from 25 percent”",
        "Yonhap, 14 Nov 2025",
        'You get this because of your subscription “desk”: it matches the watchlist "korea": US-KR.',
        "pactwatch alerts why chg_1",
    ):
        assert part in seen.shown
    assert seen.links == ["https://news.example/kr?a=1&b=2"]


def test_html_is_what_mail_programs_understand(make_alert: Make, desk: Subscription) -> None:
    seen = Seen(html(make_alert(), desk, REASON))
    assert not seen.tags & {"script", "style", "link", "img", "iframe", "form", "svg"}
    assert "class" not in seen.attributes
    assert not {name for name in seen.attributes if name.startswith("on")}


def test_everything_is_escaped(make_alert: Make, desk: Subscription) -> None:
    evil = '<script>alert(1)</script>"><img src=x onerror=1>'
    alert = replace(
        make_alert(id=evil, title=evil),
        facts=((evil, evil), ("Was", evil), ("Now", evil)),
        quotes=(Quote(text=evil, source=evil, link="https://x.example/" + evil),),
    )
    plain = Seen(html(make_alert(), desk, REASON))
    seen = Seen(html(alert, desk.model_copy(update={"name": evil}), evil))
    assert seen.tags == plain.tags
    assert not {name for name in seen.attributes if name.startswith("on")}
    assert seen.shown.count(evil) >= 8


@pytest.mark.parametrize(
    "link",
    [None, "", "javascript:alert(1)", "data:text/html,x", "//news.example/a", "http://[broken", "ftp://x.example"],
)
def test_only_web_links_can_be_clicked(make_alert: Make, desk: Subscription, link: str | None) -> None:
    alert = replace(make_alert(), quotes=(Quote(text="said", source="Blog", link=link),))
    assert web_link(link) is None
    assert Seen(html(alert, desk, REASON)).links == []
    assert "Blog\n\nYou get" in text(alert, desk, REASON)


def test_an_alert_of_title_only(desk: Subscription) -> None:
    alert = Alert(id="t", labels={}, title="Something", at=datetime(2025, 1, 2, tzinfo=UTC))
    assert text(alert, desk, REASON).startswith("Something\n\nYou get this")
    assert "Something" in Seen(html(alert, desk, REASON)).shown
    assert payload(alert, desk, REASON)["type"] == "change"


@pytest.mark.parametrize(
    ("facts", "large"),
    [
        ([("Was", "25%"), ("Now", "15%")], "25% → 15%"),
        ([("Now", "15%"), ("Status", "agreed")], "15%"),
        ([("Stands", "15%"), ("Threatened", "25%")], None),
        ([], None),
    ],
)
def test_the_headline_is_what_moved(facts: list[tuple[str, str]], large: str | None) -> None:
    assert headline(facts) == large


def test_wide_letters_keep_their_columns(make_alert: Make, desk: Subscription) -> None:
    alert = replace(make_alert(), facts=(("관세", "15%"), ("Rate", "25%")))
    assert "관세  15%\nRate  25%\n" in text(alert, desk, REASON)


def test_payload(make_alert: Make, desk: Subscription) -> None:
    body = payload(make_alert(), desk, REASON)
    assert json.loads(json.dumps(body)) == body
    assert (body["type"], body["timestamp"]) == ("change.term", "2025-11-14T09:00:00Z")
    data = body["data"]
    assert isinstance(data, dict)
    assert data["labels"]["move"] == 10.0
    assert data["facts"][0] == {"name": "Was", "value": "25%"}
    assert data["quotes"][0]["published"] == "2025-11-14T09:00:00Z"
    assert (data["subscription"], data["watchlist"], data["reason"]) == ("desk", "korea", REASON)
    assert data["change"] == {"key": "tariff:US:KR:autos", "from": 25, "to": 15}


def test_the_documented_body_is_the_one_that_is_sent(desk: Subscription) -> None:
    page = (Path(__file__).parents[2] / "docs/webhooks.md").read_text(encoding="utf-8")
    documented = json.loads(page.partition("```json\n")[2].partition("```")[0])
    change = Change(
        cls=ChangeClass.TERM,
        key=TermKey(kind=Kind.TARIFF, party="US", counterparty="KR", scope="autos", family="percent"),
        before=25,
        after=15,
        unit="percent",
        status=Status.AGREED,
        trust=Trust.REPORTED,
        at=datetime(2025, 11, 14, 0, 5, tzinfo=UTC),
        article="a1",
        effective="2025-11-01",
        applied=25,
        quote="Washington will lower its tariff on Korean cars to 15 percent from 25 percent",
        source="Example Wire",
        link="https://news.example/korean-cars",
        reason="new value 15, was 25",
    )
    alert = announce(change, published=datetime(2025, 11, 14, tzinfo=UTC))
    sent = payload(alert, desk, documented["data"]["reason"])
    told = {"subscription": "pricing system", "watchlist": "my deals"}
    assert sent | {"data": {**sent["data"], **told}} == documented  # type: ignore[dict-item]


def test_times_are_utc_with_a_z() -> None:
    seoul = timezone(timedelta(hours=9))
    assert stamp(datetime(2025, 11, 14, 9, 0, 0, 250, tzinfo=seoul)) == "2025-11-14T00:00:00.000250Z"
