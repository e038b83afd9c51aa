"""How terms, their history and changes look: tables for people, plain data for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from config.vocabulary import vocabulary
from config.words import Status, Trust
from monitor.announce import alert, change_id
from monitor.announce.alert import data
from monitor.announce.wording import amount, beside, day, figure, heading
from monitor.cli.console import console
from monitor.cli.loading import counted
from monitor.ledger.terms import Evidence, Position, Term, Version
from monitor.store.ledger import Entry

STYLES = {
    Status.IN_EFFECT: "green",
    Status.AGREED: "cyan",
    Status.ORDERED: "cyan",
    Status.SUSPENDED: "yellow",
    Status.ENDED: "dim",
    Status.THREATENED: "red",
    Status.DEMANDED: "red",
    Trust.UNCONFIRMED: "yellow",
    Trust.CONTESTED: "bold red",
    Trust.CONFIRMED: "green",
}


def show_terms(terms: Sequence[Term]) -> None:
    """One table a deal: what stands, below it what is applied where that differs, and the open positions about it."""
    out = console()
    names = vocabulary("en")
    for deal, group in groupby(sorted(terms, key=lambda each: each.key.deal), key=lambda each: each.key.deal):
        first, second = deal.split("-")
        title = f"{deal}  {names.name(first)} and {names.name(second)}"
        table = Table(
            title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0)
        )
        for column in ("Term", "Stands", "From", "Trust"):
            table.add_column(column, header_style="dim", overflow="fold", no_wrap=column in ("From", "Trust"))
        for each in group:
            table.add_row(*_term_cells(each))
        out.print(table)
        out.print()


def _term_cells(each: Term) -> Iterator[Text]:
    now, applied = each.standing, each.applied
    told = [] if now is None else [Text.assemble((_figure(now), "bold"), " ", _word(now.status))]
    if now and applied and applied.value != now.value:
        told.append(Text(f"{amount(applied.value, applied.unit)} applied now"))
    told += [Text.assemble(_figure(one), " ", _word(one.status)) for one in each.open_positions]
    yield Text(str(each.key), "bold")
    yield Text("\n").join(told)
    yield Text("" if now is None else now.effective or _date(now.since))
    yield Text("") if now is None else _word(now.trust)


def show_history(terms: Sequence[Term]) -> None:
    """Every version and position in the order of publication, with the sentence that proves it."""
    out = console()
    names = vocabulary("en")
    for each in terms:
        out.print(Text.assemble((str(each.key), "bold"), f"  {heading(each.key, names)}"))
        all_told: list[Version | Position] = [*each.versions, *each.positions]
        for told in sorted(all_told, key=lambda one: one.since):
            _show_told(out, each, told)
        if each.others:
            out.print(Text(f"and {counted(len(each.others), 'report')} that moved nothing", "dim"))
        out.print()


def _show_told(out: Console, each: Term, told: Version | Position) -> None:
    line = Text.assemble((_date(told.since), "dim"), "  ", (_figure(told), "bold"), " ", _word(told.status))
    if told.effective:
        line.append(f", from {day(told.effective)}")
    if isinstance(told, Version) and told.until:
        line.append(f", until {day(told.until)}")
    line.append("  ").append_text(_word(told.trust))
    if told is each.standing:
        line.append("  ← stands", "bold")
    elif isinstance(told, Position) and told.closed:
        line.append(f"  answered {_date(told.closed)}", "dim")
    if isinstance(told, Version) and told.by_date:
        line.append("  by its date", "dim")
    out.print(line)
    for proof in told.evidence[:3]:
        out.print(Padding(_proof(proof), (0, 0, 0, 12), expand=False))
    for name, text in beside(said_beside(told), vocabulary("en")):
        out.print(Padding(Text.assemble((f"{name.lower()}: ", "dim"), text), (0, 0, 0, 12), expand=False))
    if told.reports > 3:
        out.print(Padding(Text(f"and {told.reports - 3} more reports", "dim"), (0, 0, 0, 12), expand=False))


def said_beside(told: Version | Position) -> dict[str, str]:
    """What the reports say beside the figure: of each thing the first that says it."""
    found: dict[str, str] = {}
    for proof in told.evidence:
        found = {**proof.claim.beside, **found}
    return found


def _proof(proof: Evidence) -> Text:
    text = Text.assemble(
        f"“{' '.join(proof.quote.split())}”  ",
        (f"{proof.publisher}, {_date(proof.published)}, item {proof.article}", "dim"),
    )
    return text.append(f"  {proof.link}", "dim") if proof.link else text


def show_changes(entries: Iterable[Entry]) -> None:
    """One line a change, as its alert is titled, and below it the quote and its source."""
    names = vocabulary("en")
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for entry in entries:
        change = entry.change
        mark = ("  baseline", "dim") if entry.baseline else ""
        table.add_row(f"{change.at:%Y-%m-%d %H:%M}", Text.assemble(alert(change, names).title, mark))
        if change.quote:
            table.add_row("", Text.assemble(f"“{' '.join(change.quote.split())}”  ", (change.source, "dim")))
    console().print(table)


def term_data(each: Term) -> dict[str, Any]:
    """A term with what stands, what is applied and the open positions; figures in base units, times in ISO 8601."""
    key = each.key
    return {
        "term": str(key),
        "deal": key.deal,
        "kind": str(key.kind),
        "party": key.party,
        "counterparty": key.counterparty,
        "actor": key.actor,
        "scope": key.scope,
        "standing": None if each.standing is None else _told_data(each.standing),
        "applied": None if each.applied is None else _told_data(each.applied),
        "positions": [_told_data(position) for position in each.open_positions],
    }


def history_data(each: Term, entries: Iterable[Entry]) -> dict[str, Any]:
    """A term with all its versions and positions, each with its evidence, and its part of the journal."""
    return {
        **term_data(each),
        "versions": [_told_data(version, proofs=True) for version in each.versions],
        "positions": [_told_data(position, proofs=True) for position in each.positions],
        "changes": [change_data(entry) for entry in entries if entry.change.key == each.key],
    }


def change_data(entry: Entry) -> dict[str, Any]:
    """A change as alerts carry it, with its number, its title, when it was recorded and whether it told nobody."""
    return {
        "seq": entry.seq,
        "id": change_id(entry.change),
        "title": alert(entry.change).title,
        **data(entry.change),
        "recorded": entry.recorded_at.isoformat(),
        "baseline": entry.baseline,
    }


def _told_data(told: Version | Position, *, proofs: bool = False) -> dict[str, Any]:
    found: dict[str, Any] = {
        "value": told.value,
        "high": told.high,
        "unit": told.unit,
        "qualifier": str(told.qualifier),
        "status": str(told.status),
        "trust": str(told.trust),
        "since": told.since.isoformat(),
        "recorded": told.recorded.isoformat(),
        "effective": told.effective,
        "reports": told.reports,
    }
    found |= said_beside(told)
    if isinstance(told, Version):
        found |= {"until": told.until, "by_date": told.by_date}
    else:
        found["closed"] = None if told.closed is None else told.closed.isoformat()
    if proofs:
        found["evidence"] = [
            {
                "quote": proof.quote,
                "source": proof.publisher,
                "tier": proof.tier,
                "published": proof.published.isoformat(),
                "link": proof.link,
                "item": proof.article,
            }
            for proof in told.evidence
        ]
    return found


def _figure(told: Version | Position) -> str:
    return figure(told.value, told.unit, told.qualifier, told.high)


def _word(word: Status | Trust) -> Text:
    return Text(word.replace("_", " "), STYLES.get(word, ""))


def _date(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"
