"""Whether annotated articles hold to the guidelines' form: python -m training.check FILE…

Prints every problem with its article; exit 1 where there is one. A claim whose figure the recognisers do not see is
told as a note: it is right, but teaches the models nothing.
"""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from config.codes import JURISDICTIONS
from config.vocabulary import raw_language, vocabulary
from config.words import Kind, Qualifier, Status, Topic
from monitor.cli.jsonl import CLAIM_FIELDS
from monitor.reading.analysis import Analyst
from training.gold import aligned, article

#: What every annotated claim must have; `delta` stands only where there is no value.
FIELDS = frozenset(CLAIM_FIELDS) - {"delta"}
SCOPES = {
    Kind.PROFIT_SHARE: {"until_recovery", "after_recovery", "all"},
}


def problems(row: dict[str, Any], scopes: set[str], analyst: Analyst) -> list[str]:
    """What is wrong with one case, in words; a line that begins with "note" is no error."""
    out = []
    gold = row["gold"]
    body = row["title"] + "\n" + row["text"]
    if datetime.fromisoformat(row["published"]).tzinfo is None:
        out.append("published has no offset")
    out += [f"topic {t}" for t in gold["topics"] if t not in set(Topic)]
    out += [f"country {c}" for c in gold["countries"] if c not in JURISDICTIONS]
    for claim in gold["claims"]:
        name = f"{claim.get('kind')} {claim.get('party')}>{claim.get('counterparty')} {claim.get('value')}"
        missing = FIELDS - set(claim)
        if missing:
            out.append(f"{name}: no {', '.join(sorted(missing))}")
            continue
        kind = claim["kind"]
        allowed = SCOPES.get(kind, scopes)
        checks = {
            f"kind {kind}": kind in set(Kind),
            f"status {claim['status']}": claim["status"] in set(Status),
            f"qualifier {claim['qualifier']}": claim["qualifier"] in set(Qualifier),
            f"scope {claim['scope']}": claim["scope"] in allowed,
            f"codes {claim['party']} {claim['counterparty']}": {claim["party"], claim["counterparty"]}
            <= JURISDICTIONS | {"WORLD"},
            "quote is not verbatim": claim["quote"] in body,
            "quote is longer than 400 characters": len(claim["quote"]) <= 400,
            "neither value nor delta": claim["value"] is not None or claim.get("delta") is not None,
            "countries lack a side": all(
                s in (*gold["countries"], "WORLD") for s in (claim["party"], claim["counterparty"])
            ),
        }
        out += [f"{name}: {problem}" for problem, well in checks.items() if not well]
    if not out:
        case = aligned(article(row), gold, analyst)
        laid = [c for group in case.groups.values() for c in group]
        out += [f"note: not seen in {c['quote']!r}: {c['value']} {c['unit']}" for c in gold["claims"] if c not in laid]
    return out


def main() -> None:
    words = vocabulary("en")
    analyst = Analyst(words, raw_language("en"))
    bad = seen = claims = 0
    ids: set[str] = set()
    for name in sys.argv[1:]:
        for number, text in enumerate(Path(name).read_text(encoding="utf-8").splitlines(), 1):
            try:
                row = json.loads(text)
                found = problems(row, set(words.scopes) | {"all", "other"}, analyst)
                found += [f"id {row['id']} twice"] if row["id"] in ids else []
                ids.add(row["id"])
                claims += len(row["gold"]["claims"])
            except (ValueError, KeyError, TypeError) as error:
                found = [f"{type(error).__name__}: {error}"]
            seen += 1
            bad += any(not problem.startswith("note") for problem in found)
            for problem in found:
                print(f"{Path(name).name}:{number}: {problem}")
    print(f"{seen} articles, {claims} claims, {bad} with problems")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
