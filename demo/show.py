"""What the demo shows: plain lines anywhere, colours and a line with the date where there is a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from email.message import EmailMessage

from rich.console import Console
from rich.rule import Rule
from rich.status import Status
from rich.table import Table
from rich.text import Text

from config.vocabulary import vocabulary
from demo.follow import ChangeMade, ItemRead
from monitor.announce.alert import title
from monitor.announce.wording import day, figure, status, term
from monitor.types import Claim, TermKey, unit_family

#: Characters of the column on the left.
MARGIN = 13
#: Characters of a line where there is no terminal to say so.
PLAIN_WIDTH = 150
COLOURS = {"reads": "cyan", "CHANGE": "bold yellow", "event": "yellow", "delivered": "green"}


def console() -> Console:
    """Standard output; NO_COLOR is honoured, and a pipe gets plain lines that do not wrap at 80."""
    made = Console(highlight=False, soft_wrap=False)
    return made if made.is_terminal else Console(highlight=False, width=PLAIN_WIDTH)


class Screen:
    """Prints what happens as it happens."""

    def __init__(self, out: Console, feeds: int, articles: int) -> None:
        self._out = out
        self._names = vocabulary("en")
        self._status = Status("", console=out, spinner="dots") if out.is_terminal else None
        self._counts = dict.fromkeys(("items", "claims", "changes", "mails", "webhooks"), 0)
        #: Mailbox or kind of webhook → how many came since they were last shown.
        self._mails: Counter[str] = Counter()
        self._webhooks: Counter[str] = Counter()
        self._opening(feeds, articles)
        if self._status:
            self._status.start()

    def close(self) -> None:
        """Takes the status line away."""
        if self._status:
            self._status.stop()

    def today(self, now: datetime) -> None:
        """The demo's date, at the foot of a terminal."""
        if self._status:
            counts = "   ".join(f"{number} {what}" for what, number in self._counts.items())
            self._status.update(f"[bold]{now.day} {now:%b %Y}[/]   {counts}")

    def news(self, look: Callable[[], Sequence[ItemRead | ChangeMade]]) -> None:
        """Items with what was read in them, changes, and below them what was delivered before that look was taken.

        The look comes second, so that a delivery is never shown above the change that it tells of.
        """
        mails, webhooks = self._mails, self._webhooks
        self._mails, self._webhooks = Counter(), Counter()
        for one in look():
            if isinstance(one, ItemRead):
                self._item(one)
            else:
                self._change(one)
        self._delivered(mails, webhooks)

    def mail(self, message: EmailMessage) -> None:
        """A mail that the sink has received."""
        self._counts["mails"] += 1
        self._mails[str(message["To"])] += 1

    def webhook(self, body: dict[str, object]) -> None:
        """A webhook that the receiver has taken, its signature verified."""
        self._counts["webhooks"] += 1
        self._webhooks[str(body["type"])] += 1

    def _delivered(self, mails: Counter[str], webhooks: Counter[str]) -> None:
        parts = [f"{number} {'mail' if number == 1 else 'mails'} to {box}" for box, number in mails.items()]
        parts += [
            f"{number} {'webhook' if number == 1 else 'webhooks'} {kind}, signature verified"
            for kind, number in webhooks.items()
        ]
        if parts:
            self._line("delivered", Text(" · ".join(parts), style="green"))

    def _opening(self, feeds: int, articles: int) -> None:
        self._out.print(Rule("pactwatch demo", style="dim"))
        self._out.print(
            f"The daemon polls {feeds} feeds of a server on this machine, from April 2025 to March 2026.\n"
            f"{articles} articles, written for this demo after the deals of the United States with Korea, Japan and\n"
            "the EU, appear on their days. Alerts go to a mail server and a webhook receiver that run here too.\n"
        )

    def _item(self, item: ItemRead) -> None:
        self._counts["items"] += 1
        line = Text.assemble((item.source, "bold"), "  ", (item.title, "" if item.topics else "dim"))
        if item.topics:
            line.append(f"  [{', '.join(item.topics)}: {' '.join(item.countries)}]", style="blue")
        else:
            line.append("  [not ours]", style="dim")
        if item.baseline:
            line.append("  (baseline)", style="dim")
        if item.late:
            line.append("  (late)", style="dim")
        self._line(f"{item.published.day} {item.published:%b %Y}", line)
        if item.error:
            self._line("error", Text(item.error, style="red"))
        for claim in item.claims:
            self._counts["claims"] += 1
            self._line("reads", self._claim(claim))

    def _claim(self, claim: Claim) -> Text:
        key = TermKey(
            kind=claim.kind,
            party=claim.party,
            counterparty=claim.counterparty,
            scope=claim.scope,
            family=unit_family(claim.unit),
            actor=claim.actor,
        )
        said = figure(claim.delta if claim.value is None else claim.value, claim.unit, claim.qualifier, claim.high)
        when = f" from {day(claim.effective)}" if claim.effective else ""
        quote = " ".join(claim.quote.split())
        return Text.assemble(
            f"{term(key, self._names)}: ",
            (said, "bold"),
            f" {status(claim.status)}{when}",
            (f"  “{quote}”", "italic dim"),
        )

    def _change(self, made: ChangeMade) -> None:
        self._counts["changes"] += 1
        substance = made.change.cls in ("term", "position")
        line = Text(title(made.change, self._names), style="bold yellow" if substance else "yellow")
        if made.change.article is None:
            line.append("  (by its date)", style="dim")
        if made.baseline:
            line.append("  (baseline: nobody is told)", style="dim")
        self._line("CHANGE" if substance else "event", line)

    def _line(self, label: str, text: Text) -> None:
        head = Text(label.rjust(MARGIN - 2) + "  ", style=COLOURS.get(label, "bold magenta"))
        self._out.print(head + text, no_wrap=True, overflow="ellipsis", crop=True)


def summary(out: Console, rows: Sequence[tuple[str, str]], problems: Sequence[str], seconds: float) -> None:
    """The table at the end, and whether all of it fits together."""
    table = Table(title=f"After {seconds:.0f} seconds", title_justify="left", show_header=False, min_width=60)
    table.add_column(style="bold")
    table.add_column()
    for name, value in rows:
        table.add_row(name, value)
    out.print()
    out.print(table)
    for problem in problems:
        out.print(Text.assemble(("Wrong: ", "bold red"), problem))
    if not problems:
        out.print("[bold green]All of it fits together.[/]\n")
