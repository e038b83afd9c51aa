"""What stands now, for the first message of a subscription: whoever begins to listen knows where things are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from alerts import outbox
from alerts.matching import decide
from alerts.types import Alert
from config.settings import Config, Subscription, Watchlist
from config.vocabulary import vocabulary
from config.words import Kind
from monitor.announce.alert import TIERS, TOPICS
from monitor.announce.wording import Names, day, figure, status, term
from monitor.ledger.terms import Term, Version
from monitor.store.ledger import shown_terms

#: Terms that one message names; the rest is counted.
SHOWN = 40


def greet(connection: Connection, config: Config, name: str, now: datetime) -> str | None:
    """Queue the first message of a subscription; the delivery's id, None where there is no such subscription."""
    one = next((one for one in config.subscriptions if one.name == name), None)
    watchlist = next((list_ for list_ in config.watchlists if one and list_.name == one.watchlist), None)
    if one is None or watchlist is None:
        return None
    alert = standing(shown_terms(connection), watchlist, one, now)
    return outbox.put(connection, alert, name, f'begins the watchlist "{watchlist.name}"', now)


def standing(terms: Iterable[Term], watchlist: Watchlist, subscription: Subscription, now: datetime) -> Alert:
    """The alert, class `standing`: a fact for each term that the watchlist takes, and how far it has come."""
    names = vocabulary("en")
    found = [(each, version) for each in terms if (version := each.standing) is not None]
    wanted = [
        (each, version)
        for each, version in found
        if decide(_as_alert(each, version, names), watchlist, subscription).send
    ]
    facts = [(term(each.key, names), _told(version)) for each, version in wanted[:SHOWN]]
    if len(wanted) > SHOWN:
        facts.append(("And", f"{len(wanted) - SHOWN} more: pactwatch terms"))
    what = f"{len(wanted)} terms stand" if len(wanted) != 1 else "1 term stands"
    return Alert(
        id=f"standing:{subscription.name}:{now.isoformat()}"[:200],
        labels={"class": "standing", "count": len(wanted)},
        title=f"{watchlist.name}: what stands now ({what})",
        at=now,
        facts=tuple(facts) or (("Nothing", "no term that this watchlist takes is known yet"),),
    )


def _told(version: Version) -> str:
    now = figure(version.value, version.unit, version.qualifier, version.high)
    since = f", from {day(version.effective)}" if version.effective else ""
    until = f", until {day(version.until)}" if version.until else ""
    return f"{now}, {status(version.status)}{since}{until} ({version.trust})"


def _as_alert(each: Term, version: Version, names: Names) -> Alert:
    """What stands, with the labels of a change, so that the watchlist decides of it as it does of changes."""
    key = each.key
    kind = Kind(key.kind)
    labels: dict[str, str | float | None] = {
        "class": "term",
        "kind": str(kind),
        "topic": str(TOPICS[kind]) if kind in TOPICS else None,
        "party": key.party,
        "counterparty": key.counterparty,
        "deal": key.deal,
        "scope": key.scope,
        "actor": key.actor,
        "status": str(version.status),
        "trust": str(version.trust),
        "tier": TIERS.get(version.trust),
    }
    return Alert(
        id=str(key),
        labels={name: value for name, value in labels.items() if value is not None},
        title=term(key, names),
        at=version.since,
    )
