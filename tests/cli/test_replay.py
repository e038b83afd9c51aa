"""`pactwatch replay` on the given claims of the three streams, and on bad input."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner

from monitor.cli.root import cli

GOLD = Path(__file__).parent.parent / "gold"
ARTICLE = {
    "id": "a1",
    "source": {"name": "Reuters", "tier": 2},
    "published": "2025-07-31T09:00:00+09:00",
    "observed": "2025-07-31T09:30:00+09:00",
    "title": "Deal",
    "text": "The tariff will be 15 percent.",
    "gold": {"claims": ["ignored"]},
}
CLAIM = {
    "kind": "tariff",
    "party": "US",
    "counterparty": "KR",
    "actor": None,
    "scope": "all",
    "value": 15,
    "unit": "percent",
    "qualifier": "exact",
    "status": "ordered",
    "effective": "2025-08-07",
    "quote": "15 percent",
}


def given(folder: Path, *claims: Mapping[str, object]) -> str:
    path = folder / "given.claims.jsonl"
    path.write_text(json.dumps({"id": "a1", "claims": claims}) + "\n", encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("name", ["us-kr", "us-cn", "us-jp"])
def test_changes_of_a_stream(name: str, tmp_path: Path) -> None:
    articles = (GOLD / f"{name}.articles.jsonl").read_text(encoding="utf-8")
    result = CliRunner().invoke(cli, ["replay", "--claims", str(GOLD / f"{name}.claims.jsonl")], input=articles)
    assert result.exit_code == 0
    found = tmp_path / "found.jsonl"
    found.write_text(result.stdout, encoding="utf-8")
    files = [str(GOLD / f"{name}.articles.jsonl"), str(GOLD / f"{name}.changes.jsonl"), str(found)]
    scored = subprocess.run(
        [sys.executable, str(GOLD / "score.py"), "stream", "--json", *files], check=True, capture_output=True, text=True
    )
    score = json.loads(scored.stdout)
    assert score["changes"]["f1"] >= 0.98
    assert score["status_accuracy"] >= 0.98
    assert score["late"] == 0


def test_lines_have_the_fields_of_the_contract_and_time_passes_with_observed(tmp_path: Path) -> None:
    later = {**ARTICLE, "id": "a2", "published": "2025-09-01T00:00:00Z", "observed": "2025-09-01T00:10:00Z"}
    result = CliRunner().invoke(
        cli, ["replay", "--claims", given(tmp_path, CLAIM)], input=f"{json.dumps(ARTICLE)}\n{json.dumps(later)}\n"
    )
    assert result.exit_code == 0
    first, second = (json.loads(line) for line in result.stdout.splitlines())
    assert first == {
        "article": "a1",
        "class": "term",
        "key": {"kind": "tariff", "party": "US", "counterparty": "KR", "actor": None, "scope": "all"},
        "from": None,
        "to": 15,
        "unit": "percent",
        "status": "ordered",
        "confirmed": False,
        "at": "2025-07-31T09:30:00+09:00",
    }
    assert (second["article"], second["from"], second["to"], second["status"]) == (None, 15, 15, "in_effect")
    assert second["at"] == "2025-08-07"


def test_bad_lines_are_named_and_passed_over(tmp_path: Path) -> None:
    bad = [
        b"{",
        b"[]",
        b"\xff\xfe",
        json.dumps({**ARTICLE, "published": "2025-07-31T09:00:00"}).encode(),
        json.dumps({**ARTICLE, "source": {"name": "Reuters", "tier": 4}}).encode(),
        json.dumps({**ARTICLE, "source": "Reuters"}).encode(),
        json.dumps({**ARTICLE, "id": None}).encode(),
    ]
    lines = b"\n".join([*bad, b"", json.dumps(ARTICLE).encode()])
    result = CliRunner().invoke(cli, ["replay", "--claims", given(tmp_path, CLAIM)], input=lines)
    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == 1
    told = result.stderr.splitlines()
    assert [line.split(":")[0] for line in told] == [f"line {n}" for n in range(1, 8)]
    assert '"published" has no offset' in told[3] and '"source.tier" must be 1, 2 or 3' in told[4]
    assert "Traceback" not in result.stderr


def test_bad_claims_are_named(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["replay", "--claims", given(tmp_path, {**CLAIM, "status": "maybe"})], input="")
    assert result.exit_code == 2
    assert "line 1: 'maybe' is not a valid Status" in result.stderr


def test_events_are_printed_on_demand(tmp_path: Path) -> None:
    official = {**ARTICLE, "id": "a2", "source": {"name": "The White House", "tier": 1}}
    path = tmp_path / "given.claims.jsonl"
    path.write_text("".join(json.dumps({"id": i, "claims": [CLAIM]}) + "\n" for i in ("a1", "a2")), encoding="utf-8")
    lines = f"{json.dumps(ARTICLE)}\n{json.dumps(official)}\n"
    plain = CliRunner().invoke(cli, ["replay", "--claims", str(path)], input=lines)
    events = CliRunner().invoke(cli, ["replay", "--events", "--claims", str(path)], input=lines)
    assert [json.loads(line)["class"] for line in plain.stdout.splitlines()] == ["term"]
    assert [json.loads(line)["class"] for line in events.stdout.splitlines()] == ["term", "confirmed"]


def test_a_language_that_nobody_reads_is_named() -> None:
    result = CliRunner().invoke(cli, ["replay"], input=json.dumps({**ARTICLE, "language": "tlh"}))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith('line 1: texts in the language "tlh" cannot be read')
