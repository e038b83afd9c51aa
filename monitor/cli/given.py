"""Claims that were given and not read, for measuring the ledger apart from the reading."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from config.words import Kind, Qualifier, Status
from monitor.cli.jsonl import _text
from monitor.cli.refusals import Unfit
from monitor.types import Claim


def claims_by_article(path: Path) -> dict[str, tuple[Claim, ...]]:
    """The claims of each article, by its id, from a file such as `extract` prints.

    Unfit, with the line's number and what is wrong, where the file is something else.
    """
    found: dict[str, tuple[Claim, ...]] = {}
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        if not line.strip():
            continue
        try:
            fields = json.loads(line)
            found[_text(fields, "id")] = tuple(claim(each) for each in fields["claims"])
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            reason = f"{error} is missing" if isinstance(error, KeyError) else str(error)
            raise Unfit(f"{path}: line {number}: {reason}") from None
    return found


def claim(fields: Mapping[str, Any]) -> Claim:
    """The claim that the object describes. KeyError or ValueError where a field is missing or not of its kind."""
    optional = (
        "high",
        "previous",
        "effective",
        "delta",
        "until",
        "condition",
        "instrument",
        "legal_basis",
        "rate_type",
    )
    rest: dict[str, Any] = {name: fields.get(name) for name in optional}
    return Claim(
        kind=Kind(fields["kind"]),
        party=_text(fields, "party"),
        counterparty=_text(fields, "counterparty"),
        actor=fields.get("actor"),
        scope=_text(fields, "scope"),
        value=fields["value"],
        unit=_text(fields, "unit"),
        qualifier=Qualifier(fields.get("qualifier") or "exact"),
        status=Status(fields["status"]),
        quote=fields.get("quote") or "",
        **rest,
    )
