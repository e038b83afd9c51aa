"""What a report says beside its figure, on the command line: explain, history, terms, deal, changes, due."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from config.words import Status
from monitor.cli.jsonl import CLAIM_FIELDS
from monitor.types import Claim

if TYPE_CHECKING:
    from tests.cli.conftest import Desk

CONDITION = "unless Seoul passes the bill by 1 December"
TEXT = {
    "id": "a1",
    "source": {"name": "Wire", "tier": 2},
    "published": "2025-11-14T09:00:00+09:00",
    "title": "Trump warns of 25% tariff on Korean cars",
    "text": f"The United States will charge South Korean cars an additional 25% tariff {CONDITION}, "
    "President Trump said. "
    "Seoul agreed to ease its online platform law for the United States.",
}


@pytest.fixture
def told(desk: Desk, cars: Claim) -> Desk:
    """A threat with its condition, and a pause with its end."""
    threat = replace(
        cars, value=40, status=Status.THREATENED, quote="he would go to 40 percent", condition=CONDITION,
        legal_basis="Section 232", scope="steel",
    )  # fmt: skip
    pause = replace(cars, status=Status.SUSPENDED, until="2100-11-10", exemptions=("trucks",))
    desk.tell(0, replace(cars, rate_type="add_on"))
    desk.tell(1, threat)
    desk.tell(2, pause, source="Wire")
    return desk


def test_history_names_it_below_the_proofs(told: Desk) -> None:
    lines = [" ".join(line.split()) for line in told.run("history", "tariff:US:KR:steel").stdout.splitlines()]
    assert f"condition: {CONDITION}" in lines
    assert "legal basis: Section 232" in lines
    lines = [" ".join(line.split()) for line in told.run("history", "tariff:US:KR:autos").stdout.splitlines()]
    assert "exempt: trucks" in lines
    assert "rate type: on top of other duties" in lines


def test_terms_and_changes_carry_it_for_programs(told: Desk) -> None:
    found = {t["term"]: t for t in json.loads(told.run("terms", "US-KR", "--json").stdout)}
    assert found["tariff:US:KR:steel"]["positions"][0]["condition"] == CONDITION
    assert found["tariff:US:KR:autos"]["standing"]["exemptions"] == "trucks"
    assert "condition" not in found["tariff:US:KR:autos"]["standing"]
    changes = json.loads(told.run("changes", "--json").stdout)
    details = {c["term"]: c["details"] for c in changes if c["class"] == "position"}
    assert details == {"tariff:US:KR:steel": {"condition": CONDITION, "legal_basis": "Section 232"}}


def test_the_deal_has_it_as_notes(told: Desk) -> None:
    lines = [" ".join(line.split()) for line in told.run("deal", "US-KR", width=300).stdout.splitlines()]
    assert any(line.endswith(f"{CONDITION}; Section 232") for line in lines)
    assert any(line.endswith("exempt: trucks") for line in lines)


def test_the_end_of_a_pause_is_due(told: Desk) -> None:
    (coming,) = json.loads(told.run("due", "--json").stdout)
    assert (coming["term"], coming["date"], coming["what"]) == ("tariff:US:KR:autos", "2100-11-10", "ends")


def test_explain_shows_it_and_extract_does_not(desk: Desk) -> None:
    given = json.dumps(TEXT)
    shown = " ".join(desk.run("explain", "-", given=given).stdout.split())
    assert f"condition: {CONDITION}" in shown
    assert "rate type: on top of other duties" in shown
    assert "provision:KR:US:digital agreed" in shown
    seen = json.loads(desk.run("explain", "--json", "-", given=given).stdout)
    rate = next(c for c in seen["claims"] if c["condition"])
    assert (rate["condition"], rate["rate_type"], rate["exemptions"]) == (CONDITION, "add_on", [])
    plain = json.loads(desk.run("extract", given=given).stdout)
    assert {tuple(claim) for claim in plain["claims"]} == {CLAIM_FIELDS}
    assert "provision" not in {claim["kind"] for claim in plain["claims"]}
    asked = json.loads(desk.run("extract", "--provisions", given=given).stdout)
    assert [c for c in asked["claims"] if c["kind"] != "provision"] == plain["claims"]
    (further,) = [c for c in asked["claims"] if c["kind"] == "provision"]
    assert (further["scope"], further["value"], further["status"]) == ("digital", None, "agreed")
