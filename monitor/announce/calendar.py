"""What comes, as an iCalendar file (RFC 5545) that Outlook, Google and Apple take."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import uuid5

from icalendar import Calendar, Event

from monitor.announce.alert import NAMESPACE
from monitor.announce.wording import Names, figure, heading, status
from monitor.ledger.due import Coming


def calendar(comings: Iterable[Coming], names: Names, now: datetime) -> bytes:
    """One all-day event for each; an event keeps its UID as long as its term, day and meaning stay the same.

    So a file that is taken in again updates what is there. Lines end in CRLF and are folded at 75 octets.
    """
    made = Calendar()
    made.add("prodid", "-//pactwatch//due dates//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", "pactwatch: what comes")
    for coming in comings:
        made.add_component(_event(coming, names, now))
    return bytes(made.to_ical())


def _event(coming: Coming, names: Names, now: datetime) -> Event:
    key, version = coming.term.key, coming.version
    event = Event()
    name = "\n".join((str(key), key.family, coming.what, coming.day.isoformat()))
    event.add("uid", f"{uuid5(NAMESPACE, name)}@pactwatch")
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", coming.day)
    event.add("dtend", coming.day + timedelta(days=1))
    event.add("summary", summary(coming, names))
    event.add("description", _description(coming))
    event.add("categories", [key.deal, str(key.kind)])
    event.add("transp", "TRANSPARENT")
    if version.evidence and version.evidence[0].link:
        event.add("url", version.evidence[0].link)
    return event


def summary(coming: Coming, names: Names) -> str:
    """One line: `US tariff on Korean cars: 15%, agreed, takes effect`."""
    version = coming.version
    told = figure(version.value, version.unit, version.qualifier, version.high)
    return f"{heading(coming.term.key, names)}: {told}, {status(version.status)}, {coming.what}"


def _description(coming: Coming) -> str:
    version = coming.version
    lines = [str(coming.term.key), f"{version.trust}, {version.reports} report{'s' if version.reports != 1 else ''}"]
    lines += [f"“{' '.join(proof.quote.split())}” {proof.publisher}" for proof in version.evidence[:2]]
    if not coming.by_itself:
        lines.append("The day alone changes nothing: what is reported then counts.")
    return "\n".join(lines)
