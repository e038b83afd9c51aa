"""What `pactwatch explain` prints: an article's way through the rooms of reading, one table a room."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from monitor.cli.jsonl import article as article_from
from monitor.cli.jsonl import claim_fields, number
from monitor.feeds.text import plain
from monitor.reading.claims import Decision
from monitor.reading.reader import Examination
from monitor.types import Article, Source


def article_of(config_path: Path | None, subject: str, published: str | None) -> Article:
    """The article that the argument names: a file, standard input, or a stored item. Raises click errors."""
    if subject == "-":
        return _from_text(sys.stdin.read(), published, "standard input")
    path = Path(subject)
    if path.exists():
        try:
            return _from_text(path.read_text(encoding="utf-8", errors="replace"), published, path.name)
        except OSError as error:
            raise click.ClickException(f"{path}: {error.strerror}") from error
    if not subject.isdigit():
        raise click.UsageError(f"there is no file {subject}, and a stored item has a number")
    return _stored(config_path, int(subject))


def _from_text(text: str, published: str | None, name: str) -> Article:
    """JSON where it is an object, else HTML or plain text whose first line is the title."""
    if text.lstrip().startswith("{"):
        try:
            return article_from(json.loads(text))
        except ValueError as error:
            raise click.ClickException(f"{name} is no article: {error}") from error
    when = _when(published)
    body = plain(text) if "<" in text and ">" in text else text.strip()
    title, _, rest = body.partition("\n")
    if not title.strip():
        raise click.ClickException(f"{name} is empty")
    return Article(
        id=name,
        source=Source(name=name, tier=3),
        published=when,
        observed=when,
        title=title.strip(),
        text=rest.strip(),
    )


def _when(published: str | None) -> datetime:
    if published is None:
        return datetime.now(UTC)
    try:
        when = datetime.fromisoformat(published)
    except ValueError as error:
        raise click.UsageError(f"--published must be a date such as 2025-07-31, not {published}") from error
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _stored(config_path: Path | None, number_: int) -> Article:
    from monitor.cli.ledger import open_ledger
    from monitor.store import items

    with open_ledger(config_path) as connection:
        found = items.get(connection, number_)
    if found is None:
        raise click.ClickException(f"there is no item {number_}")
    return found.article


def as_dict(article: Article, seen: Examination) -> dict[str, Any]:
    """The examination as JSON: recognised names, dates and figures, a decision a figure, and the reading."""
    a = seen.analysis
    body = article.title + "\n" + article.text
    return {
        "id": article.id,
        "jurisdictions": [{"text": body[m.start : m.end], "code": m.code, "kind": m.kind.value} for m in a.mentions],
        "scopes": [{"text": body[m.start : m.end], "scope": m.scope, "weak": m.weak} for m in a.scopes],
        "companies": [{"text": body[c.start : c.end], "name": c.name, "country": c.country} for c in a.companies],
        "dates": [{"text": body[d.start : d.end], "past": d.past, "future": d.future} for d in a.dates],
        "cues": dict(a.document_classes),
        "decisions": [_decision(body, d) for d in seen.decisions],
        "topics": seen.reading.topics,
        "countries": seen.reading.countries,
        "claims": [{**claim_fields(c), "confidence": c.confidence} for c in seen.reading.claims],
    }


def _decision(body: str, d: Decision) -> dict[str, Any]:
    q = d.quantity
    return {
        "figure": body[q.start : q.end],
        "family": q.family,
        "value": number(q.value),
        "unit": q.unit,
        "taken_as": d.kind,
        "probability": round(d.probability, 3),
        "why": d.reason,
    }


def show(article: Article, seen: Examination) -> None:
    """The examination as tables, in the order of the rooms."""
    console = Console(highlight=False)
    found = as_dict(article, seen)
    console.print(Text(article.title, style="bold"))
    for name, columns in (
        ("jurisdictions", ("text", "code", "kind")),
        ("scopes", ("text", "scope", "weak")),
        ("companies", ("text", "name", "country")),
        ("dates", ("text", "past", "future")),
    ):
        _table(console, name, columns, found[name])
    _table(
        console, "figures", ("figure", "family", "value", "unit", "taken_as", "probability", "why"), found["decisions"]
    )
    console.print(
        f"\n[bold]topics[/] {' '.join(found['topics']) or 'none'}   [bold]countries[/] {' '.join(found['countries']) or 'none'}"
    )
    columns = (
        "kind",
        "party",
        "counterparty",
        "actor",
        "scope",
        "value",
        "unit",
        "previous",
        "status",
        "effective",
        "confidence",
        "quote",
    )
    _table(console, "claims", columns, found["claims"])
    if not found["claims"]:
        console.print("no claim: no figure of this article was taken for a term")


def _table(console: Console, title: str, columns: tuple[str, ...], rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    table = Table(title=title, title_justify="left", title_style="bold", header_style="dim", box=None, pad_edge=False)
    for column in columns:
        table.add_column(column.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(Text("" if row[c] is None else str(row[c])) for c in columns))
    console.print()
    console.print(table)
