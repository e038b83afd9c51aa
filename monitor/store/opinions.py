"""What the second reader said of items: asked once a revision, and there for whoever reads the item again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, select

from monitor.store.schema import items, opinions
from monitor.store.upsert import insert_new
from monitor.types import Claim

_CLAIMS: TypeAdapter[tuple[Claim, ...]] = TypeAdapter(tuple[Claim, ...])


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One opinion: its claims that the article bears, and what was wrong with the others."""

    claims: tuple[Claim, ...]
    dropped: tuple[str, ...] = ()


def keep(connection: Connection, item_id: int, revision: int, model: str, said: Stored, now: datetime) -> None:
    """Keeps an opinion; the first of a revision stays."""
    row: dict[str, Any] = {
        "item_id": item_id,
        "revision": revision,
        "model": model,
        "made_at": now,
        "claims": _CLAIMS.dump_python(said.claims, mode="json"),
        "dropped": list(said.dropped),
    }
    insert_new(connection, opinions, [row])


def of(connection: Connection, wanted: Sequence[tuple[int, int]]) -> dict[tuple[int, int], Stored]:
    """(item, revision) → what was said of it, for those that somebody was asked about."""
    numbers = sorted({item for item, _ in wanted})
    found: dict[tuple[int, int], Stored] = {}
    for first in range(0, len(numbers), 500):
        query = select(opinions).where(opinions.c.item_id.in_(numbers[first : first + 500]))
        for row in connection.execute(query).mappings():
            said = Stored(claims=_CLAIMS.validate_python(row["claims"]), dropped=tuple(row["dropped"]))
            found[row["item_id"], row["revision"]] = said
    return {key: found[key] for key in wanted if key in found}


def present(connection: Connection, item_id: int) -> Stored | None:
    """What was said of an item's present revision; None where nobody was asked."""
    revision = connection.execute(select(items.c.revision).where(items.c.id == item_id)).scalar()
    return None if revision is None else of(connection, [(item_id, revision)]).get((item_id, revision))
