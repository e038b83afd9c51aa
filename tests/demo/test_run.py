"""The whole demo at full speed: every figure fits, and the changes of `demo/expected.yaml` come out of it."""

from __future__ import annotations

import asyncio
import io
import os
import pickle
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from filelock import FileLock
from rich.console import Console

from config.load import load
from demo.articles import load_articles, load_feeds
from demo.drive import Demo, Outcome
from demo.show import Screen
from monitor.store import Store, ledger, url_for
from monitor.store.ledger import Entry
from monitor.types import Change, ChangeClass

EXPECTED: dict[str, list[dict[str, Any]]] = yaml.safe_load(
    (Path(__file__).parents[2] / "demo/expected.yaml").read_text(encoding="utf-8")
)
#: Confirmations, contests and reminders are about changes of substance and are none themselves.
SUBSTANCE = (ChangeClass.TERM, ChangeClass.POSITION)
#: Days by which the day of a change may differ: publishers live in several time zones, and reports take a day.
SLACK = timedelta(days=2)


@dataclass(frozen=True)
class Ran:
    """What is left of a run: its folder, what came of it, and what was printed."""

    folder: Path
    outcome: Outcome
    printed: str


def run(folder: Path) -> Ran:
    out = io.StringIO()
    screen = Screen(Console(file=out, width=150, highlight=False), len(load_feeds()), len(load_articles()))
    told: list[Outcome] = []
    result = asyncio.run(Demo(folder, screen, seconds=0).run(told.append))
    screen.close()
    assert told == [result]
    return Ran(folder, result, out.getvalue())


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """One run for all tests here, also where several processes share them out among themselves."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "demo-run"
    with FileLock(f"{shared}.lock"):
        kept = shared / "ran.pickle"
        if not kept.exists():
            (shared / "folder").mkdir(parents=True)
            kept.write_bytes(pickle.dumps(run(shared / "folder")))
    found: Ran = pickle.loads(kept.read_bytes())
    return found


@pytest.fixture(scope="module")
def journal(ran: Ran) -> list[Entry]:
    store = Store.open(url_for(load(ran.folder, env={}).data_dir), read_only=True)
    try:
        with store.read() as connection:
            return ledger.journal(connection)
    finally:
        store.close()


def fits(change: Change, wanted: dict[str, Any]) -> bool:
    return bool(str(change.key) == wanted["term"] and change.after == wanted["to"])


def lines(changes: Sequence[Change]) -> str:
    return "\n".join(f"{c.at:%Y-%m-%d} {c.cls} {c.key} {c.before} → {c.after} {c.status}" for c in changes)


def test_every_figure_fits(ran: Ran) -> None:
    assert ran.outcome.problems == ()


def test_there_is_enough_of_everything(ran: Ran, journal: list[Entry]) -> None:
    rows = dict(ran.outcome.rows)
    assert int(rows["Items"].split(",")[0]) >= 40
    assert "304" in rows["HTTP requests"]
    assert int(rows["Claims, each with its quote"]) >= 40
    assert len(journal) >= 40


@pytest.mark.parametrize(
    "wanted", EXPECTED["changes"], ids=lambda w: f"{w['day']}-{w['term']}-{w['to']:g}-{w['status']}"
)
def test_the_change_came(journal: list[Entry], wanted: dict[str, Any]) -> None:
    of_term = [entry.change for entry in journal if str(entry.change.key) == wanted["term"]]
    found = [
        change
        for change in of_term
        if change.cls in SUBSTANCE
        and fits(change, wanted)
        and change.status == wanted["status"]
        and abs(change.at.date() - wanted["day"]) <= SLACK
    ]
    assert len(found) == 1, f"wanted once, found {len(found)} times among:\n{lines(of_term)}"


@pytest.mark.parametrize("unwanted", EXPECTED["never"], ids=lambda w: f"{w['term']}-{w['to']:g}")
def test_the_change_did_not_come(journal: list[Entry], unwanted: dict[str, Any]) -> None:
    after: date = unwanted.get("after", date.min)
    found = [
        entry.change
        for entry in journal
        if entry.change.cls in SUBSTANCE
        and fits(entry.change, unwanted)
        and entry.change.status == unwanted.get("status", entry.change.status)
        and entry.change.at.date() > after
    ]
    assert found == [], lines(found)


def test_the_baseline_alerted_nobody(ran: Ran, journal: list[Entry]) -> None:
    silent = [entry for entry in journal if entry.baseline]
    assert {entry.change.key.scope for entry in silent} >= {"steel", "aluminum"}
    assert all(entry.change.at < datetime.fromisoformat("2025-04-03T00:00:00+00:00") for entry in silent)
    lines_of_baseline = [line for line in ran.printed.splitlines() if "Hyundai Motor Group investment" in line]
    assert lines_of_baseline
    assert all("reads" in line or "nobody is told" in line for line in lines_of_baseline)


def test_what_is_shown_has_items_terms_changes_and_deliveries(ran: Ran) -> None:
    for part in ("reads", "CHANGE", "delivered", "signature verified", "[not ours]", "(baseline)"):
        assert part in ran.printed, part
