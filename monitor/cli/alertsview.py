"""How `pactwatch alerts` shows alerts: tables for people, plain data for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from rich.console import Console
from rich.table import Table
from rich.text import Text

from alerts.history import Entry, Told
from alerts.types import Answer
from config.settings import Settings, Subscription
from monitor.cli.console import console

STYLES = {"sent": "green", "dead": "bold red", "skipped": "dim"} | dict.fromkeys(
    ("queued", "leased", "grouped", "held"), "yellow"
)
WORDS = {"queued": "waiting", "leased": "under way", "grouped": "in a group", "held": "for a digest"}


def as_data(entry: Entry) -> dict[str, Any]:
    """An alert with its deliveries in types that JSON has; times in ISO 8601 UTC, `attempts` only where asked why."""
    alert = entry.alert
    return {
        "id": alert.id,
        "title": alert.title,
        "at": alert.at.isoformat(),
        "recorded": entry.created_at.isoformat(),
        "labels": dict(alert.labels),
        "deliveries": [_told_data(told) for told in entry.told],
    }


def _told_data(told: Told) -> dict[str, Any]:
    return {
        "id": told.id,
        "subscription": told.subscription,
        "state": told.state,
        "reason": told.reason,
        "tries": told.attempts,
        "next_attempt": _iso(told.next_attempt_at if told.state == "queued" else None),
        "settled": _iso(told.settled_at),
        "last_answer": told.last_answer,
        "attempts": [
            {"number": one.number, "at": _iso(one.at), "ok": one.ok, "permanent": one.permanent}
            | {"answer": one.answer, "seconds": one.seconds}
            for one in told.log
        ],
    }


def show_list(entries: Iterable[Entry]) -> None:
    """Two lines an alert: when, id and title, then what became of it for each subscription that was told."""
    out = Console(highlight=False, soft_wrap=True)
    for entry in entries:
        alert = entry.alert
        out.print(Text.assemble((_minute(alert.at), "dim"), "  ", (short(alert.id), "cyan"), "  ", alert.title))
        told = [one for one in entry.told if one.state != "skipped"]
        parts = [Text.assemble((f"{one.subscription} ", ""), _state(one)) for one in told]
        skipped = len(entry.told) - len(told)
        parts += [Text(f"{skipped} not told", style="dim")] if skipped or not told else []
        out.print(Text("    ").append_text(Text(", ").join(parts)))


def show_why(entry: Entry, subscriptions: Iterable[Subscription]) -> None:
    """One alert: its labels, and for each subscription the decision and every attempt."""
    out = console()
    alert = entry.alert
    out.print(Text(alert.title, style="bold"))
    labels = " ".join(f"{name}={value}" for name, value in alert.labels.items())
    out.print(Text(f"{alert.id}  {_minute(alert.at)} UTC\n{labels}\n", style="dim"))
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("subscription", "", "why"):
        table.add_column(heading, overflow="fold", header_style="dim")
    configured = {one.name: one for one in subscriptions}
    for told in entry.told:
        table.add_row(told.subscription, _state(told), Text("\n").join(_because(told, configured)))
    for name in configured.keys() - {told.subscription for told in entry.told}:
        table.add_row(name, Text("not told", style="dim"), "subscribed after the alert was written")
    out.print(table)


def show_trial(subscription: Subscription, settings: Settings, answer: Answer, seconds: float) -> None:
    """Where a test went and what came back."""
    out = Console(highlight=False, soft_wrap=True)
    if subscription.channel == "mail":
        via = f" by {settings.mail.host}:{settings.mail.port} ({settings.mail.security})" if settings.mail.host else ""
        where = f"mail to {subscription.to}{via}"
    else:
        # Only the host: path and query may hold a token.
        where = f"{subscription.channel} to {urlsplit(subscription.to).hostname}"
    verdict = ("taken", "green") if answer.ok else ("not taken", "bold red")
    out.print(Text.assemble(f"{where}: ", verdict, f" after {seconds:.2f} s"))
    out.print(Text(f"the answer: {answer.detail or 'none'}"))


def short(id: str) -> str:
    """Enough of an id to name it on the command line."""
    return id[:13]


def _because(told: Told, configured: dict[str, Subscription]) -> Iterator[Text]:
    yield Text(told.reason)
    if told.state == "queued" and told.next_attempt_at is not None:
        subscription = configured.get(told.subscription)
        held = subscription is not None and subscription.paused
        when = f"due {_minute(told.next_attempt_at)} UTC"
        yield Text("held while the subscription is paused" if held else when, style="yellow")
    if told.state == "dead":
        yield Text(f"once that is mended: pactwatch alerts retry {told.id}", style="yellow")
    for one in told.log:
        style = "green" if one.ok else "red"
        final = " (refused for good)" if one.permanent else ""
        yield Text.assemble((f"{_minute(one.at)}  ", "dim"), (f"{one.number}. {one.answer}{final}", style))


def _state(told: Told) -> Text:
    word = WORDS.get(told.state, told.state)
    tries = f" after {told.attempts} tries" if told.attempts > 1 else ""
    return Text("not told" if told.state == "skipped" else f"{word}{tries}", style=STYLES[told.state])


def _minute(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M}"


def _iso(when: datetime | None) -> str | None:
    return when.isoformat() if when else None
