"""Rows as CSV, JSON Lines or a Markdown table."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import click

#: What a spreadsheet takes for the beginning of a formula: text from the web must not run in one.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
Rows = Sequence[Mapping[str, Any]]


def write(rows: Rows, shape: str, columns: Sequence[str]) -> None:
    """Prints the rows in the shape (`csv`, `jsonl`, `markdown`); all have the columns."""
    text = {"csv": as_csv, "jsonl": as_jsonl, "markdown": as_markdown}[shape](rows, columns)
    click.echo(text, nl=False)


def as_csv(rows: Rows, columns: Sequence[str]) -> str:
    """RFC 4180, with a header. Text that a spreadsheet would run as a formula has an apostrophe before it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(name)) for name in columns])
    return out.getvalue()


def as_jsonl(rows: Rows, columns: Sequence[str]) -> str:
    """One JSON object a line."""
    return "".join(json.dumps({name: row.get(name) for name in columns}, ensure_ascii=False) + "\n" for row in rows)


def as_markdown(rows: Rows, columns: Sequence[str]) -> str:
    """A table as GitHub and most editors take it; figures are aligned to the right."""
    lines = [_line(columns), _line(["---:" if _figures(rows, name) else "---" for name in columns])]
    return "".join(line + "\n" for line in [*lines, *(_line([row.get(name) for name in columns]) for row in rows)])


def _figures(rows: Rows, name: str) -> bool:
    found = [row.get(name) for row in rows if row.get(name) is not None]
    return bool(found) and all(isinstance(value, int | float) and not isinstance(value, bool) for value in found)


def _line(cells: Sequence[Any]) -> str:
    return "| " + " | ".join(escaped(plain(cell)) for cell in cells) + " |"


def escaped(text: str) -> str:
    """Text that stays in its cell and means nothing to Markdown or HTML."""
    for sign in "\\`*_[]|":
        text = text.replace(sign, f"\\{sign}")
    return " ".join(text.replace("<", "&lt;").split())


def _cell(value: Any) -> str:
    text = plain(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA) else text


def plain(value: Any) -> str:
    """A value as text: whole numbers without a point, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.15g}" if isinstance(value, float) else str(value)
