"""How an examination looks: what was recognised, what became of each figure, and the claims with their quotes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from config.vocabulary import vocabulary
from config.words import Kind
from monitor.announce.wording import amount, beside, day, figure, number, status
from monitor.cli.console import console
from monitor.reading.decision import Decision
from monitor.reading.quantities import Quantity
from monitor.reading.reader import Examination
from monitor.types import Article, Claim

#: Characters of the text that are shown on either side of a figure.
BEFORE, AFTER = 20, 8
#: Families of figures that no unit belongs to until they are taken for something.
UNITLESS = ("bare", "share", "fraction")
#: The columns of the figures; only the last may be broken over lines.
COLUMNS: dict[str, dict[str, Any]] = {
    "Figure": {"no_wrap": True},
    "Reads as": {"no_wrap": True},
    "Sure": {"no_wrap": True, "justify": "right"},
    "Taken as": {"overflow": "fold"},
}


def show(article: Article, seen: Examination) -> None:
    """The examination for a person, in the order of the rooms."""
    out = console()
    body = f"{article.title}\n{article.text}"
    out.print(Text(article.title, "bold"))
    source = f"{article.source.name}, tier {article.source.tier}, {article.published:%Y-%m-%d}"
    out.print(Text(source, "dim"))
    if seen.unread:
        out.print(Text(f"very long: the last {seen.unread:,} characters were not read", "yellow"))
    out.print()
    out.print(_recognised(body, seen))
    _show_figures(out, body, seen.decisions)
    _show_claims(out, seen.reading.claims)


def _recognised(body: str, seen: Examination) -> Table:
    """One row a recogniser: each thing once, with the words that named it and how often."""
    a = seen.analysis
    rows = {
        "jurisdictions": _grouped((m.code, body[m.start : m.end]) for m in a.mentions),
        "scopes": _grouped((m.scope, body[m.start : m.end]) for m in a.scopes),
        "companies": _grouped((f"{c.name} ({c.country or '?'})", body[c.start : c.end]) for c in a.companies),
        "dates": _grouped((_span(d.past, d.future), body[d.start : d.end]) for d in a.dates),
        "cue words": Text(", ".join(f"{name} {count}" for name, count in sorted(a.document_classes.items()))),
        "topics": Text(" ".join(seen.reading.topics), "bold"),
        "countries": Text(" ".join(seen.reading.countries), "bold"),
    }
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, found in rows.items():
        table.add_row(name, found if found.plain else Text("none", "dim"))
    return table


def _grouped(found: Iterable[tuple[str, str]]) -> Text:
    """`KR: Korea 3, Seoul; US: Washington`."""
    words: dict[str, Counter[str]] = {}
    for name, word in found:
        words.setdefault(name, Counter())[" ".join(word.split())] += 1
    out = Text()
    for name, counts in words.items():
        told = ", ".join(word if count == 1 else f"{word} {count}" for word, count in counts.items())
        out.append("; " if out.plain else "").append(name, "bold").append(f": {told}")
    return out


def _span(past: str, future: str) -> str:
    return past if past == future else f"{past} or {future}"


def _show_figures(out: Console, body: str, decisions: Iterable[Decision]) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for name, settings in COLUMNS.items():
        table.add_column(name, **settings)
    for d in decisions:
        taken = Text(d.kind.replace("_", " "), "bold") if d.claims else Text(f"not taken: {d.reason}", "dim")
        table.add_row(_in_its_words(body, d.quantity), _meaning(d), f"{d.probability:.0%}", taken)
    out.print()
    if table.row_count:
        out.print(table)
    else:
        out.print("no figure in it, so there is nothing to take for a term")


def _in_its_words(body: str, q: Quantity) -> Text:
    """The figure with the whole words around it, from its own line and sentence."""
    line = slice(body.rfind("\n", 0, q.start) + 1, len(body) if (end := body.find("\n", q.end)) < 0 else end)
    before, after = body[line.start : q.start], body[q.end : line.stop]
    if len(before) > BEFORE:
        before = before[-BEFORE:].partition(" ")[2]
    if len(after) > AFTER:
        after = after[:AFTER].rpartition(" ")[0]
    return Text.assemble((before.rsplit(". ", 1)[-1], "dim"), (body[q.start : q.end], "bold"), (after, "dim"))


def _meaning(d: Decision) -> str:
    q = d.quantity
    if q.family == "multiple":
        return f"× {number(q.value)}"
    if q.family == "points":
        return amount(q.value, "percentage_points")
    if not q.unit or (q.family in UNITLESS and not d.claims):
        return number(q.value)
    return figure(q.value, q.unit, q.qualifier, q.high)


def _show_claims(out: Console, claims: Iterable[Claim]) -> None:
    out.print()
    none = True
    for claim in claims:
        none = False
        out.print(headline(claim))
        out.print(Padding(Text(f"“{' '.join(claim.quote.split())}”"), (0, 0, 0, 4), expand=False))
        for name, text in beside(claim.beside, vocabulary("en")):
            out.print(Padding(Text.assemble((f"{name.lower()}: ", "dim"), text), (0, 0, 0, 4), expand=False))
    if none:
        out.print("no claim: no figure of this article was taken for a term")


def headline(claim: Claim) -> Text:
    """A claim in one line: its key, figure, status, older figure and dates, and how sure the reader is."""
    key = f"{claim.kind}:{claim.party}:{claim.counterparty}:{claim.scope}" + (f":{claim.actor}" if claim.actor else "")
    value = "" if claim.kind is Kind.PROVISION else figure(claim.value, claim.unit, claim.qualifier, claim.high)
    if claim.value is None and claim.delta is not None:
        value = amount(claim.delta, claim.unit)
    out = Text.assemble((key, "bold"), f"  {value}  " if value else "  ", f"{status(claim.status)}")
    if claim.previous is not None:
        out.append(f", was {amount(claim.previous, claim.unit)}")
    if claim.effective:
        out.append(f", from {day(claim.effective)}")
    if claim.until:
        out.append(f", until {day(claim.until)}")
    return out.append(f"  (sure: {claim.confidence:.0%})", "dim")
