"""The checks against annotated articles: what a careful reader says passes, what is wrong does not."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from monitor.cli.jsonl import article
from monitor.reading.reader import Reader
from monitor.second.checking import held
from monitor.second.form import Said

GOLD = Path(__file__).parent.parent / "gold" / "dev.cases.jsonl"
#: Of right claims, so many must pass; the rest tell a figure in words that the recognisers do not know.
LEAST_KEPT = 0.95
#: Of claims made wrong in one way, so many may pass: where a quote happens to hold the wrong figure, too, and where
#: the article names the wrong goods elsewhere.
MOST_WRONG = {"figure": 0.01, "side": 0.01, "goods": 0.05, "quote": 0.0, "firm": 0.01}


@pytest.fixture(scope="module")
def outcome() -> Counter[str]:
    """How many claims there are, how many are kept, and how many of those that were made wrong in each way."""
    counts: Counter[str] = Counter()
    for line in GOLD.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        one = article(case)
        seen = Reader.of("en").examine(one).analysis
        for fields in case["gold"]["claims"]:
            said = Said.model_validate(fields)
            counts["all"] += 1
            if not held([said], one, seen, 0.5)[0]:
                continue
            counts["kept"] += 1
            wrong: dict[str, dict[str, object]] = {
                "figure": {"value": said.value * 1.5 if said.value else 7.25},
                "side": {"party": "FJ"},
                "goods": {"scope": "toys" if said.scope != "toys" else "films"},
                "quote": {"quote": said.quote[::-1]},
                "firm": {"actor": "Zzyzx Holdings"},
            }
            for name, changed in wrong.items():
                counts[name] += bool(held([said.model_copy(update=changed)], one, seen, 0.5)[0])
    return counts


def test_what_is_right_is_kept(outcome: Counter[str]) -> None:
    assert outcome["all"] > 1_500
    assert outcome["kept"] / outcome["all"] >= LEAST_KEPT


@pytest.mark.parametrize("part", MOST_WRONG)
def test_what_is_wrong_is_dropped(part: str, outcome: Counter[str]) -> None:
    assert outcome[part] / outcome["kept"] <= MOST_WRONG[part]
