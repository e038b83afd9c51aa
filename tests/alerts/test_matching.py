"""Who is told of what, and the reason that is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.matching import decide
from alerts.types import Alert, Decision
from config.settings import Subscription, Watchlist

Make = Callable[..., Alert]


def decision(alert: Alert, positions: bool = True, steps: bool = True, items: bool = False, **watch: Any) -> Decision:
    subscription = Subscription(
        name="desk",
        watchlist="w",
        channel="webhook",
        to="https://hooks.example/x",
        positions=positions,
        steps=steps,
        items=items,
    )
    return decide(alert, Watchlist.model_validate({"name": "w"} | watch), subscription)


def test_an_empty_watchlist_takes_everything(make_alert: Make) -> None:
    assert decision(make_alert()) == Decision(
        send=True, reason='matches the watchlist "w": US-KR, tariff, autos, agreed'
    )


@pytest.mark.parametrize(
    ("watch", "labels", "reason"),
    [
        ({"countries": ("JP", "CN")}, {}, "about US-KR, not JP or CN"),
        ({"countries": ("US-JP",)}, {}, "about US-KR, not US-JP"),
        ({"topics": ("investment",)}, {}, "topic tariff, not investment"),
        ({"kinds": ("purchase", "duration")}, {}, "kind tariff, not purchase or duration"),
        ({"scopes": ("steel", "copper")}, {}, "scope autos, not steel or copper"),
        ({"scopes": ("steel",)}, {"scope": None}, "no scope, not steel"),
        ({"tier": 1}, {}, "its source is of tier 2, and the watchlist takes none worse than 1"),
        ({"confidence": 0.95}, {}, "confidence 0.90 is below 0.95"),
        ({"threshold": 10.5}, {}, "moved by 10, below the threshold of 10.5"),
        ({"threshold": 10.5}, {"move": -10.0}, "moved by 10, below the threshold of 10.5"),
        ({"words": ("lumber",)}, {}, "says none of the words lumber"),
        ({"without": ("korean cars",)}, {}, 'says "korean cars", which the watchlist excludes'),
        ({"trust": "confirmed"}, {}, "reported, and the watchlist takes nothing below confirmed"),
        ({"labels": ("status=ordered",)}, {}, "status is agreed, and the watchlist asks for status=ordered"),
        ({"labels": ("actor=~.+",)}, {}, "it has no actor, and the watchlist asks for actor=~.+"),
        ({"labels": ("deal=US-KR", "move<0")}, {}, "move is 10.0, and the watchlist asks for move<0"),
    ],
)
def test_what_speaks_against_it_is_said(
    make_alert: Make, watch: dict[str, Any], labels: dict[str, Any], reason: str
) -> None:
    assert decision(make_alert(**labels), **watch) == Decision(send=False, reason=reason)


@pytest.mark.parametrize(
    "watch",
    [
        {"countries": ("KR",)},
        {"countries": ("JP", "US")},
        {"countries": ("US-KR",)},
        {"topics": ("tariff",), "kinds": ("tariff",), "scopes": ("steel", "autos")},
        {"tier": 2, "confidence": 0.9, "threshold": 10},
        {"words": ("WASHINGTON", "lumber"), "without": ("lumber",)},
        {"trust": "reported", "labels": ("scope=~auto.*", "move>=10", "status!=ordered")},
    ],
)
def test_what_fits_is_sent(make_alert: Make, watch: dict[str, Any]) -> None:
    assert decision(make_alert(), **watch).send


def test_a_pair_is_that_deal_only(make_alert: Make) -> None:
    world = make_alert(counterparty="WORLD", deal="US-WORLD")
    assert not decision(world, countries=("US-KR",)).send
    assert decision(world, countries=("US-WORLD",)).send
    assert decision(make_alert(party="KR", counterparty="US"), countries=("US-KR",)).send


def test_a_step_of_status_has_no_threshold(make_alert: Make) -> None:
    assert decision(make_alert(move=None, status="in_effect"), threshold=50).send


def step(make_alert: Make, cls: str = "term", before: str | None = "agreed", move: float | None = None) -> Alert:
    return replace(make_alert(**{"class": cls}, move=move), data={"status_from": before, "status": "ordered"})


def test_steps_can_be_left_out(make_alert: Make) -> None:
    wants_none = Decision(send=False, reason="a step that moves no value, and the subscription wants none")
    for alert in (step(make_alert), step(make_alert, "date", "ordered")):
        assert decision(alert).send
        assert decision(alert, steps=False) == wants_none
    assert decision(step(make_alert, move=-10.0), steps=False).send, "it moves the value too"
    assert decision(step(make_alert, before=None), steps=False).send, "a first value is no step"
    assert decision(step(make_alert, "confirmed"), steps=False).send


def test_what_is_contested_is_told_whatever_trust_is_asked_for(make_alert: Make) -> None:
    assert decision(make_alert(trust="contested"), trust="confirmed").send


def test_stories_go_to_those_who_ask(make_alert: Make) -> None:
    gone = dict.fromkeys(("kind", "party", "counterparty", "deal", "scope", "status", "trust", "confidence", "move"))
    story = make_alert(**gone, **{"class": "item"}, topic="investment tariff", countries="US KR")
    assert not decision(story).send
    assert decision(story, items=True, countries=("US-KR",), topics=("tariff",), scopes=("autos",)).send
    assert decision(story, items=True, countries=("KR",)).send
    assert not decision(story, items=True, countries=("US-JP",)).send
    assert decision(story, items=True, topics=("purchase",)).reason == "topic investment, tariff, not purchase"


def test_what_is_taken_back_is_told_however_small_or_doubtful(make_alert: Make) -> None:
    for cls in ("corrected", "retracted"):
        alert = make_alert(**{"class": cls}, move=0.1, confidence=0.1, tier=3)
        assert decision(alert, threshold=50, confidence=0.9, tier=1).send
        assert not decision(alert, countries=("JP",)).send


def test_positions_can_be_left_out(make_alert: Make) -> None:
    threat = make_alert(**{"class": "position"}, status="threatened")
    assert decision(threat).send
    assert decision(threat, positions=False) == Decision(
        send=False, reason="a position (proposal, demand, threat or refusal), and the subscription wants none"
    )
    assert decision(make_alert(), positions=False).send


@pytest.mark.parametrize(
    ("title", "word", "says"),
    [
        ("Cars and trucks", "car", False),
        ("Cars and trucks", "cars", True),
        ("A car's tariff", "car", True),
        ("한국산 자동차 관세를 인하", "관세", True),
        ("米国の自動車関税", "関税", True),
        ("Zölle auf Autos", "ZÖLLE", True),
        ("The U.S. tariff", "U.S.", True),
        ("a+b", "+", True),
        ("AI반도체 투자", "AI", True),
        ("MAIL", "AI", False),
    ],
)
def test_words_are_whole_where_a_script_has_words(make_alert: Make, title: str, word: str, says: bool) -> None:
    assert decision(make_alert(title=title), words=(word,)).send is says


def test_long_lists_are_cut_in_the_reason(make_alert: Make) -> None:
    codes = ("JP", "CN", "IN", "GB", "CH", "BR", "MX", "CA")
    assert decision(make_alert(), countries=codes).reason == "about US-KR, not JP, CN, IN, GB, CH, BR or 2 more"


CODES = st.sampled_from(["US", "KR", "JP", "EU", "WORLD"])
WATCHES = st.fixed_dictionaries(
    {
        "countries": st.lists(CODES, max_size=2).map(tuple),
        "tier": st.integers(1, 3),
        "threshold": st.floats(0, 30),
        "confidence": st.floats(0, 1),
        "trust": st.sampled_from(["unconfirmed", "reported", "confirmed"]),
        "labels": st.sampled_from([(), ("move>0",), ("deal!=US-JP", "tier<3")]),
    }
)
LABELS = st.fixed_dictionaries(
    {
        "class": st.sampled_from(["term", "position", "confirmed", "retracted"]),
        "tier": st.integers(1, 3),
        "move": st.none() | st.floats(-50, 50),
        "confidence": st.floats(0, 1),
    }
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(WATCHES, LABELS, st.booleans())
def test_a_wider_watchlist_never_takes_less(
    make_alert: Make, watch: dict[str, Any], labels: dict[str, Any], positions: bool
) -> None:
    alert = make_alert(**labels)
    narrow = decision(alert, positions, **watch)
    assert narrow.reason
    wider: list[dict[str, Any]] = [
        {"countries": ()},
        {"labels": ()},
        {"trust": "unconfirmed"},
        {"tier": 3},
        {"threshold": 0.0},
        {"confidence": 0.0},
    ]
    for one in wider:
        assert decision(alert, positions, **(watch | one)).send or not narrow.send
    assert decision(alert, True, **watch).send or not narrow.send
