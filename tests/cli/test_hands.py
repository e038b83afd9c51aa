"""`review` and `ledger`: what people decide is kept, told to whoever heard of it, and can be undone."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from alerts.tables import alerts, deliveries
from config.settings import Ledger
from config.words import Status
from monitor.ledger.codec import to_json
from monitor.ledger.policy import Policy
from monitor.pipeline.retold import known_at
from monitor.store import ledger
from monitor.types import Claim

if TYPE_CHECKING:
    from tests.cli.conftest import Desk

AUTOS = "tariff:US:KR:autos"
WHY = ("--reason", "the gazette says so", "--by", "Kim")


def term(desk: Desk, name: str = AUTOS) -> dict[str, Any] | None:
    found = {each["term"]: each for each in json.loads(desk.run("terms", "--json").stdout)}
    standing: dict[str, Any] | None = found[name]["standing"] if name in found else None
    return standing


def value(desk: Desk, name: str = AUTOS) -> float | None:
    standing = term(desk, name)
    return None if standing is None else standing["value"]


def queued(desk: Desk) -> list[tuple[str, str]]:
    """(class, title) of every alert that is on its way to the desk."""
    with desk.store.read() as connection:
        query = select(alerts.c.labels, alerts.c.title).join(deliveries).where(deliveries.c.state == "queued")
        return [(row.labels["class"], row.title) for row in connection.execute(query.order_by(alerts.c.created_at))]


def same_told_anew(desk: Desk) -> None:
    """What is stored is what the reports and decisions make of themselves when they are told anew."""
    now = datetime.now(UTC)
    with desk.store.read() as connection:
        stored = {term.key: to_json(term) for term in ledger.all_terms(connection)}
        book = known_at(connection, now, Policy.of(Ledger()))
    assert {term.key: to_json(term) for term in book.terms} == stored


@pytest.fixture
def held(desk: Desk, cars: Claim) -> Desk:
    """15 % is confirmed; one weak and unsure report says 20 %, and is held."""
    for day, source in ((0, "Paper"), (1, "Wire")):
        desk.tell(day, replace(cars, value=15, status=Status.AGREED, quote="15 percent"), source=source)
    weak = replace(cars, value=20, status=Status.AGREED, quote="20 percent", confidence=0.4)
    assert desk.tell(30, weak, source="Blog", tier=3).changes == ()
    return desk


def test_a_weak_contradiction_waits_and_is_told_to_nobody(held: Desk) -> None:
    assert value(held) == 15
    listed = held.run("review")
    assert listed.exit_code == 1 and "20% agreed" in listed.stdout and "Blog, tier 3" in listed.stdout
    (one,) = json.loads(held.run("review", "list", "--json").stdout)
    assert (one["id"], one["term"], one["value"], one["decided"]) == (1, AUTOS, 20, None)


def test_accepted_it_is_recorded_as_if_it_had_counted_with_its_alert(held: Desk) -> None:
    told = len(queued(held))
    result = held.run("review", "accept", "1", *WHY)
    assert result.exit_code == 0, result.output
    assert "15% → 20%" in result.stdout and "1 delivery is queued" in result.stdout
    assert value(held) == 20
    assert [cls for cls, _ in queued(held)[told:]] == ["term"]
    assert held.run("review").stdout == "nothing waits for review\n"
    (change,) = json.loads(held.run("changes", "-n", "1", "--json").stdout)
    assert (change["from"], change["to"], change["at"][:10]) == (15, 20, "2025-08-30")
    assert "Kim" in change["reason"]
    same_told_anew(held)
    again = held.run("review", "accept", "1", *WHY)
    assert again.exit_code == 1 and "undo 1" in again.stderr


def test_rejected_it_counts_for_nothing_and_undone_it_waits_again(held: Desk) -> None:
    told = queued(held)
    assert held.run("review", "reject", "1", *WHY).exit_code == 0
    assert value(held) == 15 and queued(held) == told
    assert "rejected by Kim" in held.run("review", "list", "--all").stdout
    same_told_anew(held)
    assert held.run("ledger", "undo", "1", *WHY).exit_code == 0
    assert len(json.loads(held.run("review", "--json").stdout)) == 1
    same_told_anew(held)


def test_a_weak_contradiction_that_arrives_late_waits_too_and_can_be_accepted(desk: Desk, cars: Claim) -> None:
    agreed = replace(cars, value=15, status=Status.AGREED, quote="15 percent")
    for day, source in ((0, "Paper"), (1, "Wire"), (40, "Wire")):
        desk.tell(day, agreed, source=source)
    weak = replace(agreed, value=20, quote="20 percent", confidence=0.4)
    assert desk.tell(30, weak, source="Blog", tier=3, late=15).changes == ()
    (one,) = json.loads(desk.run("review", "list", "--json").stdout)
    assert (one["value"], one["source"]) == (20, "Blog") and "contradicts 15" in one["reason"]
    assert desk.run("review", "accept", "1", *WHY).exit_code == 0
    assert desk.run("review").stdout == "nothing waits for review\n"
    same_told_anew(desk)


def test_a_held_difference_is_listed_as_one(desk: Desk, cars: Claim) -> None:
    desk.tell(0, replace(cars, value=15, status=Status.AGREED, quote="15 percent"), tier=1)
    points = replace(cars, value=None, delta=-2.5, unit="percentage_points", status=Status.AGREED, confidence=0.1)
    desk.tell(30, points, source="Blog", tier=3)
    listed = desk.run("review")
    assert listed.exit_code == 1, listed.exception
    assert "2.5" in listed.stdout and "points" in listed.stdout
    assert json.loads(desk.run("review", "list", "--json").stdout)[0]["delta"] == -2.5


def test_accepting_what_is_not_there_says_what_to_do(held: Desk) -> None:
    result = held.run("review", "accept", "7", *WHY)
    assert result.exit_code == 1 and "pactwatch review" in result.stderr
    assert held.run("review", "accept", "1").exit_code == 2


def test_a_correction_stands_is_told_and_can_be_undone(desk: Desk, cars: Claim) -> None:
    desk.tell(0, cars)
    told = len(queued(desk))
    result = desk.run("ledger", "correct", AUTOS, "--value", "15", *WHY)
    assert result.exit_code == 0, result.output
    found = term(desk)
    assert found is not None and (found["value"], found["status"], found["trust"]) == (15, "in_effect", "confirmed")
    assert [cls for cls, _ in queued(desk)[told:]] == ["corrected"]
    assert "Corrected: US tariff on Korean cars: 25% → 15%" in queued(desk)[-1][1]
    assert "“the gazette says so”  Kim" in desk.run("history", AUTOS).stdout
    assert json.loads(desk.run("terms", "--as-of", "2025-08-01", "--json").stdout)[0]["standing"]["value"] == 15
    assert json.loads(desk.run("terms", "--known-at", "2025-08-01", "--json").stdout)[0]["standing"]["value"] == 25
    same_told_anew(desk)
    assert desk.run("ledger", "undo", "1", *WHY).exit_code == 0
    assert value(desk) == 25
    assert queued(desk)[-1][0] == "corrected"
    listed = desk.run("ledger").stdout
    assert "undone by number 2" in listed and "undo 1" in listed
    assert desk.run("ledger", "undo", "1", *WHY).exit_code == 1
    same_told_anew(desk)


def test_the_wrong_story_told_again_does_not_undo_a_correction(desk: Desk, cars: Claim) -> None:
    desk.tell(0, cars)
    desk.run("ledger", "correct", AUTOS, "--value", "15", *WHY)
    later = (datetime.now(UTC) - datetime(2025, 7, 31, 9, tzinfo=UTC)) / timedelta(days=1) + 1
    assert desk.tell(later, cars, source="Wire").changes == ()
    assert value(desk) == 15
    cut = replace(cars, value=10, previous=15, status=Status.AGREED, quote="10 percent")
    assert [change.after for change in desk.tell(later + 1, cut, source="Wire").changes] == [10]


def test_what_is_retracted_gives_way_to_what_stood_before(desk: Desk, cars: Claim) -> None:
    desk.tell(0, cars)
    desk.tell(5, replace(cars, value=0, previous=25, status=Status.AGREED, quote="zero"), source="Blog", tier=3)
    assert value(desk) == 0
    result = desk.run("ledger", "retract", AUTOS, "--json", *WHY)
    assert json.loads(result.stdout)["items"] == ["2"]
    assert value(desk) == 25
    cls, title = queued(desk)[-1]
    assert cls == "retracted" and "0% → 25%" in title
    same_told_anew(desk)
    desk.run("ledger", "undo", "1", *WHY)
    assert value(desk) == 0
    same_told_anew(desk)
    desk.run("ledger", "retract", AUTOS, "--item", "1", "--item", "2", *WHY)
    assert value(desk) is None
    assert queued(desk)[-1][0] == "retracted"
    same_told_anew(desk)


def test_merged_terms_are_one_from_then_on_until_it_is_undone(desk: Desk, cars: Claim) -> None:
    desk.tell(0, cars)
    parts = replace(cars, scope="auto_parts", quote="parts at 25")
    desk.tell(1, parts, source="Wire")
    assert desk.run("ledger", "merge", "tariff:US:KR:auto_parts", AUTOS, *WHY).exit_code == 0
    found = term(desk)
    assert found is not None and (found["trust"], found["reports"]) == ("confirmed", 2)
    assert value(desk, "tariff:US:KR:auto_parts") is None
    same_told_anew(desk)
    later = replace(parts, value=15, previous=25, quote="parts at 15")
    (change,) = desk.tell(3, later, source="Wire").changes
    assert (str(change.key), change.before, change.after) == (AUTOS, 25, 15)
    twice = desk.run("ledger", "correct", "tariff:US:KR:auto_parts", "--value", "3", *WHY)
    assert twice.exit_code == 1
    assert desk.run("ledger", "undo", "1", *WHY).exit_code == 0
    assert (value(desk), value(desk, "tariff:US:KR:auto_parts")) == (25, 15)


def test_split_moves_some_reports_to_another_term_and_back(desk: Desk, cars: Claim) -> None:
    desk.tell(0, cars)
    desk.tell(5, replace(cars, value=15, previous=25, quote="trucks at 15"), source="Wire")
    assert value(desk) == 15
    result = desk.run("ledger", "split", AUTOS, "tariff:US:KR:trucks", "--item", "2", *WHY)
    assert result.exit_code == 0, result.output
    assert (value(desk), value(desk, "tariff:US:KR:trucks")) == (25, 15)
    same_told_anew(desk)
    desk.run("ledger", "undo", "1", *WHY)
    assert (value(desk), value(desk, "tariff:US:KR:trucks")) == (15, None)
    same_told_anew(desk)


@pytest.mark.parametrize(
    ("arguments", "code", "hint"),
    [
        (["correct", AUTOS, *WHY], 2, "--value"),
        (["correct", "tariff:US:KR:steel", "--value", "3", *WHY], 1, AUTOS),
        (["merge", AUTOS, "tariff:US:KR:nothing", *WHY], 2, "no scope"),
        (["merge", AUTOS, AUTOS, *WHY], 1, "no other term"),
        (["split", AUTOS, "tariff:US:KR:trucks", "--item", "99", *WHY], 1, "99"),
        (["retract", AUTOS, "--item", "99", *WHY], 1, "99"),
        (["undo", "12", *WHY], 1, "ledger list"),
        (["undo", "12", "--reason", " ", "--by", "Kim"], 2, "must not be empty"),
    ],
)
def test_what_cannot_be_done_says_why_and_leaves_everything(
    desk: Desk, cars: Claim, arguments: list[str], code: int, hint: str
) -> None:
    desk.tell(0, cars)
    result = desk.run("ledger", *arguments)
    assert (result.exit_code, hint in result.stderr) == (code, True), result.output
    assert json.loads(desk.run("ledger", "list", "--json").stdout) == []
    assert value(desk) == 25
