"""What `pactwatch explain` is asked about, and what it found: an article, and its way through the rooms of reading."""

from __future__ import annotations

import json
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from monitor.cli.jsonl import article as article_from
from monitor.cli.jsonl import claim_said, number
from monitor.cli.refusals import Unfit, Unknown
from monitor.feeds.encoding import decode
from monitor.feeds.text import line, plain
from monitor.reading.decision import Decision
from monitor.reading.reader import Examination
from monitor.types import Article, Source

#: Bytes of a file that are read; an article is far shorter.
MAX_BYTES = 4_000_000
_HTML = re.compile(r"<(?:!doctype|html|head|body|article|div|p|h1)\b", re.IGNORECASE)
_HTML_TITLE = re.compile(r"<title\b[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)


def article_of(config_path: Path | None, subject: str, published: str | None) -> Article:
    """The article that the argument names: a file, standard input, or a stored item. Raises click errors."""
    when = _when(published)
    if subject == "-":
        return _parsed(sys.stdin.buffer.read(MAX_BYTES), when, "standard input")
    path = Path(subject)
    try:
        if not path.exists():
            return _stored(config_path, subject)
        with path.open("rb") as file:
            return _parsed(file.read(MAX_BYTES), when, path.name)
    except OSError as error:
        raise Unfit(f"{subject[:60]} cannot be read: {(error.strerror or '').lower()}") from error


def _parsed(body: bytes, when: datetime, name: str) -> Article:
    """JSON where it is an object, else HTML or plain text; its title is what HTML calls so, or the first line."""
    if b"\0" in body[:1024]:
        raise click.ClickException(f"{name} is no text: give JSON, plain text or HTML")
    text, _ = decode(body, None)
    if text.lstrip().startswith("{"):
        return _from_json(text, name)
    is_html = _HTML.search(text) is not None
    named = _HTML_TITLE.search(text) if is_html else None
    title, rest = line(named.group(1)) if named else "", plain(text) if is_html else text.strip()
    if not title or rest.startswith(title):
        title, _, rest = rest.partition("\n")
    if not title.strip():
        raise click.ClickException(f"{name} is empty")
    source = Source(name=name, tier=3)
    return Article(id=name, source=source, published=when, observed=when, title=title.strip(), text=rest.strip())


def _from_json(text: str, name: str) -> Article:
    try:
        fields, end = json.JSONDecoder().raw_decode(text.lstrip())
    except (ValueError, RecursionError) as error:
        raise click.ClickException(f"{name} is not JSON: {error}") from error
    if text.lstrip()[end:].strip():
        one = "sed -n 1p FILE | pactwatch explain -"
        raise click.ClickException(f"{name} holds more than one article; give one, line 1 for instance: {one}")
    try:
        return article_from(fields)
    except ValueError as error:
        raise click.ClickException(f"{name} is no article: {error}") from error


def _when(published: str | None) -> datetime:
    if published is None:
        return datetime.now(UTC)
    try:
        when = datetime.fromisoformat(published)
    except ValueError as error:
        raise click.BadParameter(
            f'"{published}" is no date; write it as 2025-07-31 or 2025-07-31T09:00+09:00', param_hint="--published"
        ) from error
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _stored(config_path: Path | None, subject: str) -> Article:
    from monitor.cli.asking import open_ledger
    from monitor.store import items

    if not (subject.isascii() and subject.isdigit()):
        raise click.UsageError(f'there is no file "{subject}"; give a file, - for standard input, or an item\'s number')
    with open_ledger(config_path) as connection:
        # A larger number than a row can have is no item's.
        found = items.get(connection, int(subject)) if len(subject) < 19 else None
    if found is None:
        raise Unknown(f"there is no item {subject}; `pactwatch history TERM` names the items of a term")
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
        "claims": [claim_said(c) for c in seen.reading.claims],
    }


def _decision(body: str, d: Decision) -> dict[str, Any]:
    q = d.quantity
    return {
        "figure": body[q.start : q.end],
        "start": q.start,
        "family": q.family,
        "value": number(q.value),
        "unit": q.unit,
        "taken_as": d.kind,
        "probability": round(d.probability, 3),
        "why": d.reason,
    }
