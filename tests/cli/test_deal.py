"""`deal`, `diff`, `due`, exports, and the two time axes, on a ledger that articles made."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from icalendar import Calendar

from config.words import Kind, Status
from monitor.types import Claim

if TYPE_CHECKING:
    from tests.cli.conftest import Desk


@pytest.fixture
def told(desk: Desk, cars: Claim) -> Desk:
    """25 % on 31 July; on 5 August 15 % agreed from 1 November, told to us on 9 August; a threat, a fund."""
    desk.tell(0, cars)
    cut = replace(
        cars, value=15, status=Status.AGREED, previous=25, effective="2025-11-01", quote="=cut to 15 | percent"
    )
    desk.tell(5, cut, source="Wire", late=4)
    threat = replace(cars, value=40, status=Status.THREATENED, quote="he would go to 40 percent", scope="steel")
    desk.tell(10, threat)
    fund = replace(
        cars, kind=Kind.INVESTMENT, party="KR", counterparty="US", scope="all", value=350e9, unit="USD",
        status=Status.AGREED, until="2100-01-01", quote="$350 billion",
    )  # fmt: skip
    desk.tell(11, fund)
    return desk


def stands(desk: Desk, *arguments: str) -> dict[str, tuple[float, str]]:
    found = json.loads(desk.run("terms", "US-KR", "--json", *arguments).stdout)
    return {t["term"]: (t["standing"]["value"], t["standing"]["status"]) for t in found if t["standing"]}


def test_the_page_has_what_stands_the_positions_and_what_comes(told: Desk) -> None:
    page = told.run("deal", "kr-us")
    assert page.exit_code == 0, page.output
    lines = [" ".join(line.split()) for line in page.stdout.splitlines()]
    assert lines[0].startswith("US-KR US and South Korea, as of")
    assert "US tariff on Korean cars 15%, agreed 25% 1 Nov 2025 reported 1" in lines
    assert "US tariff on Korean steel 40% threatened 10 Aug 2025 reported 1" in lines
    assert "1 Jan 2100 Korean investment in the US $350bn, agreed, ends" in lines
    assert lines[-1] == "3 terms, 4 reports"
    data = json.loads(told.run("deal", "US-KR", "--json").stdout)
    assert {term["term"]: term["evidence"] for term in data["terms"]}["tariff:US:KR:autos"] == 2
    assert data["due"] == [{"date": "2100-01-01", "term": "investment:KR:US:all", "what": "ends", "value": 350e9}]


def test_the_page_as_markdown_is_tables(told: Desk) -> None:
    text = told.run("deal", "US-KR", "--markdown").stdout
    assert text.startswith("## US and South Korea")
    assert "| US tariff on Korean cars | 15%, agreed | 25% |" in text
    tables = [line for line in text.splitlines() if line.startswith("|")]
    assert all(line.endswith(" |") for line in tables) and len(tables) == 4 + 3 + 3


def test_an_unknown_pair_and_half_a_pair_are_told(told: Desk) -> None:
    assert "US-KR" in told.run("deal", "US-BR").stderr
    assert told.run("deal", "US-BR").exit_code == 1
    assert told.run("deal", "KR").exit_code == 2


def test_known_at_is_what_was_known_then_and_as_of_what_stood_then(told: Desk) -> None:
    autos = "tariff:US:KR:autos"
    assert stands(told, "--known-at", "2025-08-07")[autos] == (25, "in_effect")
    assert stands(told, "--as-of", "2025-08-07")[autos] == (15, "agreed")
    assert stands(told, "--as-of", "2025-08-07", "--known-at", "2025-08-07")[autos] == (25, "in_effect")
    assert stands(told, "--known-at", "2025-08-09T09:00")[autos] == (15, "agreed")
    assert stands(told, "--as-of", "2025-11-01")[autos] == (15, "in_effect")
    assert stands(told, "--known-at", "2025-11-02")[autos] == (15, "in_effect")
    assert told.run("terms", "US-KR", "--as-of", "2025-07-30").exit_code == 1
    (then,) = json.loads(told.run("history", autos, "--known-at", "2025-08-07", "--json").stdout)
    assert [version["value"] for version in then["versions"]] == [25]


def test_known_now_is_what_is_stored(told: Desk) -> None:
    now = (datetime(2025, 10, 1, tzinfo=UTC)).isoformat()
    told.settle(60)
    assert json.loads(told.run("terms", "--known-at", now, "--json").stdout) == json.loads(
        told.run("terms", "--json").stdout
    )


@pytest.mark.parametrize(
    ("arguments", "changed"),
    [
        (["--from", "2025-08-06", "--to", "2025-08-08"], []),
        (["--from", "2025-08-04", "--to", "2025-08-06"], ["tariff:US:KR:autos"]),
        (["--from", "2025-08-04", "--to", "2025-08-06", "--known"], []),
        (["--from", "2025-08-08", "--to", "2025-08-09", "--known"], ["tariff:US:KR:autos"]),
        (["--from", "2025-08-09", "--to", "2025-08-10"], ["tariff:US:KR:steel"]),
    ],
)
def test_diff_tells_what_is_different_on_either_axis(told: Desk, arguments: list[str], changed: list[str]) -> None:
    result = told.run("diff", "US-KR", *arguments, "--json")
    assert [each["term"] for each in json.loads(result.stdout)] == changed
    assert result.exit_code == (1 if changed else 0)
    text = told.run("diff", *arguments).stdout
    assert ("nothing is different" in text) is not bool(changed)


def test_diff_in_words(told: Desk) -> None:
    text = told.run("diff", "--from", "2025-08-04", "--to", "2025-08-11").stdout
    assert "  stands: 25%, in effect, reported → 15%, agreed, from 1 Nov 2025, reported" in text
    assert "  open now: 40% threatened" in text
    assert told.run("diff", "--from", "2025-08-04", "--to", "2025-08-01").exit_code == 2


def test_exports_read_back_and_no_text_runs_as_a_formula(told: Desk) -> None:
    rows = list(csv.DictReader(io.StringIO(told.run("terms", "--format", "csv").stdout)))
    cars = next(row for row in rows if row["term"] == "tariff:US:KR:autos")
    assert (cars["value"], cars["applied"], cars["effective"]) == ("15", "25", "2025-11-01")
    history = list(csv.DictReader(io.StringIO(told.run("history", "tariff:US:KR:autos", "--format", "csv").stdout)))
    assert [row["quote"] for row in history] == ["a 25 percent duty on Korean cars", "'=cut to 15 | percent"]
    lines = told.run("changes", "--format", "jsonl").stdout.splitlines()
    assert [json.loads(line)["to"] for line in lines] == [25, 15, 40, 350e9]
    table = told.run("history", "tariff:US:KR:autos", "--format", "markdown").stdout.splitlines()
    assert len(table) == 4 and "=cut to 15 \\| percent" in table[3]


def test_due_lists_what_comes_and_writes_a_calendar(desk: Desk, cars: Claim, tmp_path: Path) -> None:
    soon = datetime.now(UTC).date() + timedelta(days=5)
    later = soon + timedelta(days=100)
    agreed = replace(cars, status=Status.AGREED, value=15, effective=soon.isoformat(), until=later.isoformat())
    shift = (datetime.now(UTC) - datetime(2025, 7, 31, 9, tzinfo=UTC)).days - 1
    desk.tell(shift, agreed)
    found = json.loads(desk.run("due", "--json").stdout)
    assert [(each["date"], each["what"], each["days"], each["by_itself"]) for each in found] == [
        (soon.isoformat(), "takes effect", 5, True),
        (later.isoformat(), "ends", 105, False),
    ]
    assert "in 5 days" in desk.run("due", "KR", "--days", "30").stdout
    assert "nothing is known to come" in desk.run("due", "JP").stdout
    path = tmp_path / "due.ics"
    assert desk.run("due", "--ics", str(path)).exit_code == 0
    body = path.read_bytes()
    assert body.count(b"\n") == body.count(b"\r\n") and max(map(len, body.split(b"\r\n"))) <= 75
    calendar = Calendar.from_ical(body)
    events = calendar.walk("VEVENT")
    assert [event.decoded("dtstart") for event in events] == [soon, later]
    assert str(events[0]["summary"]) == "US tariff on Korean cars: 15%, agreed, takes effect"
    assert all(event["uid"] and event["dtstamp"] for event in events)
    again = Calendar.from_ical(desk.run("due", "--ics", "-").stdout_bytes).walk("VEVENT")
    assert [event["uid"] for event in again] == [event["uid"] for event in events]
    nowhere = desk.run("due", "--ics", str(tmp_path / "no" / "due.ics"))
    assert nowhere.exit_code == 2 and "cannot be written" in nowhere.stderr
