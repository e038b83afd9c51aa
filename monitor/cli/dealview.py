"""How a deal's page, what comes and differences look: for a terminal, for a memo, for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from rich.table import Table
from rich.text import Text

from config.vocabulary import vocabulary
from monitor.announce.wording import Names, amount, beside, day, figure, heading, status
from monitor.cli.console import console
from monitor.cli.export import escaped
from monitor.cli.ledgerview import said_beside, term_data
from monitor.ledger.due import Coming
from monitor.ledger.terms import Position, Term, Version
from monitor.ledger.views import Difference

STANDING = ("Term", "Stands", "Applied now", "Since", "Until", "Trust", "Reports", "Notes")
POSITIONS = ("Term", "Position", "Since", "Trust", "Reports", "Notes")
#: Notes that would not be understood without their name.
LABELLED = ("Exempt", "Form")
COMING = ("Day", "Term", "What comes")


@dataclass(frozen=True, slots=True)
class Page:
    """All terms of a pair, as they are or were."""

    deal: str
    terms: Sequence[Term]
    comings: Sequence[Coming]
    as_of: str | None
    known_at: str | None
    #: The moment that the page speaks of.
    now: datetime

    @property
    def title(self) -> str:
        """`US and South Korea, as of 1 Sep 2025`."""
        names = vocabulary("en")
        pair = " and ".join(names.name(code) for code in self.deal.split("-"))
        when = [f"as of {day(self.as_of)}"] if self.as_of else []
        when += [f"as known on {self.now:%-d %b %Y %H:%M} UTC"] if self.known_at else []
        return ", ".join([pair, *(when or [f"as of {self.now:%-d %b %Y}"])])


def standing_cells(page: Page, names: Names) -> list[tuple[str, ...]]:
    """One row a term that stands, in the columns of STANDING."""
    return [
        (
            heading(each.key, names),
            f"{_figure(now)}, {status(now.status)}",
            _applied(each),
            day(now.effective) if now.effective else f"{now.since:%-d %b %Y}",
            day(now.until) if now.until else "",
            str(now.trust),
            str(now.reports),
            _notes(now, names),
        )
        for each in page.terms
        if (now := each.standing) is not None
    ]


def position_cells(page: Page, names: Names) -> list[tuple[str, ...]]:
    """One row an open position, in the columns of POSITIONS."""
    return [
        (
            heading(each.key, names),
            f"{_figure(one)} {status(one.status)}",
            f"{one.since:%-d %b %Y}",
            str(one.trust),
            str(one.reports),
            _notes(one, names),
        )
        for each in page.terms
        for one in each.open_positions
    ]


def _notes(told: Version | Position, names: Names) -> str:
    """What the reports say beside the figure: `unless a deal is signed; Section 232`."""
    rows = beside(said_beside(told), names)
    return "; ".join(f"{name.lower()}: {text}" if name in LABELLED else text for name, text in rows)


def coming_cells(comings: Sequence[Coming], names: Names) -> list[tuple[str, ...]]:
    """One row a date, in the columns of COMING."""
    return [
        (
            day(each.day.isoformat()),
            heading(each.term.key, names),
            f"{_figure(each.version)}, {status(each.version.status)}, {each.what}",
        )
        for each in comings
    ]


def _sections(page: Page) -> Iterator[tuple[str, tuple[str, ...], list[tuple[str, ...]]]]:
    names = vocabulary("en")
    yield "What stands", STANDING, standing_cells(page, names)
    yield "Positions", POSITIONS, position_cells(page, names)
    yield "What comes", COMING, coming_cells(page.comings, names)


def show_page(page: Page) -> None:
    """The page as tables for a terminal."""
    out = console()
    out.print(Text(f"{page.deal}  {page.title}", "bold"))
    for name, columns, rows in _sections(page):
        if rows:
            out.print()
            out.print(_table(name, columns, rows))
    out.print()
    out.print(Text(_count(page), "dim"))


def _table(name: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    table = Table(title=name, title_justify="left", title_style="", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    filled = [place for place in range(len(columns)) if any(row[place] for row in rows)]
    for place in filled:
        table.add_column(columns[place], header_style="dim", overflow="fold")
    for row in rows:
        table.add_row(*(Text(row[place]) for place in filled))
    return table


def page_markdown(page: Page) -> str:
    """The page as Markdown: a heading, a table a section, the number of reports."""
    lines = [f"## {escaped(page.title)}", ""]
    for name, columns, rows in _sections(page):
        if not rows:
            continue
        filled = [place for place in range(len(columns)) if any(row[place] for row in rows)]
        lines += [f"### {name}", "", _row([columns[place] for place in filled])]
        lines.append(_row(["---:" if columns[place] == "Reports" else "---" for place in filled], plain=True))
        lines += [_row([row[place] for place in filled]) for row in rows]
        lines.append("")
    return "\n".join([*lines, f"{_count(page)}", ""])


def _row(cells: Sequence[str], *, plain: bool = False) -> str:
    return "| " + " | ".join(cells if plain else [escaped(cell) for cell in cells]) + " |"


def page_data(page: Page) -> dict[str, Any]:
    """The page for programs."""
    return {
        "deal": page.deal,
        "title": page.title,
        "as_of": page.as_of,
        "known_at": page.known_at,
        "terms": [term_data(each) | {"evidence": reports(each)} for each in page.terms],
        "due": [
            {"date": each.day.isoformat(), "term": str(each.term.key), "what": each.what, "value": each.version.value}
            for each in page.comings
        ],
    }


def reports(each: Term) -> int:
    """How many reports the term rests on."""
    told: list[Version | Position] = [*each.versions, *each.positions]
    return sum(one.reports for one in told) + each.left_out


def _count(page: Page) -> str:
    number, terms = sum(map(reports, page.terms)), len(page.terms)
    return f"{terms} term{'s' if terms != 1 else ''}, {number} report{'s' if number != 1 else ''}"


def show_due(comings: Sequence[Coming], names: Names, today: date) -> None:
    """What comes, the next first, with the days that are left."""
    rows = [
        (cells[0], f"in {(each.day - today).days} days" if each.day > today else "today", *cells[1:])
        for each, cells in zip(comings, coming_cells(comings, names), strict=True)
    ]
    console().print(_table("", ("Day", "", "Term", "What comes"), rows))


def show_differences(found: Sequence[Difference]) -> None:
    """One line a term for what stands, and one for what is applied where that moved too."""
    out = console()
    names = vocabulary("en")
    for each in found:
        out.print(Text.assemble((str(each.key), "bold"), f"  {heading(each.key, names)}"))
        for name, (was, now) in (("stands", each.stands), ("applied", each.applies)):
            if _words(was) != _words(now):
                out.print(Text(f"  {name}: {_words(was)} → {_words(now)}"))
        before, after = (_stances(state) for state in (each.before, each.after))
        for word, some in (("no longer open", before - after), ("open now", after - before)):
            for stance in sorted(some):
                out.print(Text(f"  {word}: {stance}"))


def difference_data(each: Difference) -> dict[str, Any]:
    """The term before and after, for programs; null where it was not there."""
    states = (each.before, each.after)
    before, after = (None if state is None else term_data(state) for state in states)
    return {"term": str(each.key), "deal": each.key.deal, "from": before, "to": after}


def _stances(state: Term | None) -> set[str]:
    return set() if state is None else {f"{_figure(one)} {status(one.status)}" for one in state.open_positions}


def _words(version: Version | None) -> str:
    if version is None:
        return "nothing"
    dates = [f"from {day(version.effective)}"] if version.effective else []
    dates += [f"until {day(version.until)}"] if version.until else []
    return ", ".join([_figure(version), status(version.status), *dates, f"{version.trust}"])


def _applied(each: Term) -> str:
    now, applied = each.standing, each.applied
    if now is None or applied is None or applied.value == now.value:
        return ""
    return amount(applied.value, applied.unit)


def _figure(told: Version | Position) -> str:
    return figure(told.value, told.unit, told.qualifier, told.high)
