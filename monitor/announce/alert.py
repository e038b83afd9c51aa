"""From a change to its alert. Pure but for the shipped vocabulary, which is read once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid5

from alerts.types import Alert, Quote, Step
from config.vocabulary import vocabulary
from config.words import POSITIONS, Kind, Status, Topic, Trust
from monitor.announce.wording import BESIDE, Names, amount, beside, day, figure, heading, status, term
from monitor.ledger.terms import Version
from monitor.types import Change, ChangeClass

NAMESPACE = UUID("6d0a4c3e-0c38-5b8e-9a53-6f0c6ad0f3a1")

TOPICS = {
    Kind.TARIFF: Topic.TARIFF,
    Kind.INVESTMENT: Topic.INVESTMENT,
    Kind.PROFIT_SHARE: Topic.INVESTMENT,
    Kind.ANNUAL_CAP: Topic.INVESTMENT,
    Kind.DURATION: Topic.INVESTMENT,
    Kind.PURCHASE: Topic.PURCHASE,
}
#: The tier that a trust amounts to: a watchlist for official news hears of a rumour once it is confirmed. What is
#: contested has none, so that nobody is left with the one value of which they heard.
TIERS = {Trust.CONFIRMED: 1, Trust.REPORTED: 2, Trust.UNCONFIRMED: 3}
#: How the title of an event about a change begins.
LEADS = {
    ChangeClass.CONFIRMED: "Confirmed",
    ChangeClass.CONTESTED: "Contested",
    ChangeClass.DATE: "New date",
    ChangeClass.REMINDER: "Due soon",
    ChangeClass.CORRECTED: "Corrected",
    ChangeClass.RETRACTED: "Retracted",
}


def alert(
    change: Change,
    names: Names | None = None,
    published: datetime | None = None,
    versions: Sequence[Version] = (),
) -> Alert:
    """The alert about a change; `published` is when its article was, `names` the shipped English names if not given,
    `versions` those of its term.

    Labels: kind, topic, party, counterparty, deal, scope, actor, status, class, trust, confidence, tier and move. Move
    is in points for rates and in percent of the old figure for all else; a step of status has none.
    Data is the change for programs, see `data`.
    """
    names = names or vocabulary("en")
    quote = Quote(text=change.quote, source=change.source, link=change.link, published=published)
    return Alert(
        id=change_id(change),
        labels=labels(change),
        title=title(change, names),
        at=change.at,
        facts=facts(change, names),
        quotes=(quote,) if change.quote else (),
        thread=change.key.deal,
        data=data(change),
        steps=steps(change, versions),
    )


def steps(change: Change, versions: Sequence[Version]) -> tuple[Step, ...]:
    """How the term stood when the change came and before, the oldest first; what is of another unit is left out."""
    known = [one for one in versions if one.unit == change.unit and one.recorded <= change.at]
    return tuple(
        Step(
            day=one.since.date(),
            value=one.value,
            label=_stood(one),
            applied=one.status is Status.IN_EFFECT,
        )
        for one in known
    )


def _stood(version: Version) -> str:
    """`25%`, and where it does not hold any more `25% suspended`."""
    now = figure(version.value, version.unit, version.qualifier, version.high)
    return f"{now} {status(version.status)}" if version.status in (Status.SUSPENDED, Status.ENDED) else now


def change_id(change: Change) -> str:
    """The same for the same change always, whatever its row, and another for any other."""
    said = (
        *(change.cls, change.key, change.key.family, change.before, change.after, change.high, change.unit),
        *(change.status_before, change.status, change.effective, change.until, change.at.astimezone(UTC).isoformat()),
    )
    return str(uuid5(NAMESPACE, "\n".join("" if part is None else str(part) for part in said)))


def labels(change: Change) -> dict[str, str | float]:
    """What subscriptions match by; one that has no value is left out."""
    key = change.key
    found: dict[str, str | float | None] = {
        "kind": str(key.kind),
        "topic": str(TOPICS[key.kind]) if key.kind in TOPICS else None,
        "party": key.party,
        "counterparty": key.counterparty,
        "deal": key.deal,
        "scope": key.scope,
        "actor": key.actor,
        "status": str(change.status),
        "class": str(change.cls),
        "trust": str(change.trust),
        "confidence": change.confidence,
        "tier": TIERS.get(change.trust),
        "move": move(change),
    }
    return {name: value for name, value in found.items() if value is not None}


def move(change: Change) -> float | None:
    """How far the value moved: points for rates, percent of the old figure for all else; None for no move."""
    if change.before is None or change.after is None or change.before == change.after:
        return None
    step = change.after - change.before
    if change.key.family == "percent":
        return round(step, 6)
    return round(100 * step / abs(change.before), 6) if change.before else None


def title(change: Change, names: Names) -> str:
    """One line: `US tariff on Korean cars: 25% → 15%, agreed, effective 1 Nov 2025 (reported)`."""
    lead = LEADS.get(change.cls)
    head = f"{lead}: {heading(change.key, names)}" if lead else term(change.key, names)
    parts = [_what(change), *_when(change)]
    tail = f" ({change.trust})" if change.cls in (ChangeClass.TERM, ChangeClass.POSITION) else ""
    return f"{head}: {', '.join(parts)}{tail}"


def facts(change: Change, names: Names) -> tuple[tuple[str, str], ...]:
    """What a reader wants to see at a glance, in this order; rows without a value are left out."""
    now = figure(change.after, change.unit, change.qualifier, change.high)
    was = None if change.before is None else amount(change.before, change.unit)
    position = change.status in POSITIONS
    both = change.status_before and change.status_before != change.status and not position
    stated = f"{status(change.status_before)} → {status(change.status)}" if both and change.status_before else None
    rows = (
        ("Stands" if position else "Was", was if position or change.before != change.after else None),
        (status(change.status).capitalize() if position else "Now", now),
        ("Status", stated or status(change.status)),
        ("Applied now", None if change.applied is None else amount(change.applied, change.unit)),
        ("Effective", change.effective and day(change.effective)),
        ("Until", change.until and day(change.until)),
        *beside(change.details or {}, names),
        ("Source", change.source),
        ("Trust", str(change.trust)),
        *_details(change),
        ("Why", change.reason.replace("_", " ")),
    )
    return tuple((name, value) for name, value in rows if value)


def data(change: Change) -> dict[str, object]:
    """The change for programs: JSON-serialisable, times in ISO 8601 UTC, figures in base units."""
    key = change.key
    return {
        "class": str(change.cls),
        "term": str(key),
        "deal": key.deal,
        "key": {
            "kind": str(key.kind),
            "party": key.party,
            "counterparty": key.counterparty,
            "actor": key.actor,
            "scope": key.scope,
        },
        "from": change.before,
        "to": change.after,
        "high": change.high,
        "unit": change.unit,
        "qualifier": str(change.qualifier),
        "status_from": None if change.status_before is None else str(change.status_before),
        "status": str(change.status),
        "trust": str(change.trust),
        "confidence": change.confidence,
        "effective": change.effective,
        "until": change.until,
        "applied": change.applied,
        "at": change.at.astimezone(UTC).isoformat(),
        "source": change.source,
        "link": change.link,
        "quote": change.quote,
        "reason": change.reason,
        "details": dict(change.details or {}),
    }


def _what(change: Change) -> str:
    """`25% → 15%, agreed`; `15%, agreed → in effect`; `25% threatened, 15% stands`."""
    now = figure(change.after, change.unit, change.qualifier, change.high)
    before = None if change.before is None else amount(change.before, change.unit)
    if change.cls is ChangeClass.CONTESTED:
        return " or ".join((now, *(value for name, value in _details(change) if name == "Contested by a report of")))
    if change.status in POSITIONS:
        stands = f", {before} stands" if before and change.cls is ChangeClass.POSITION else ""
        return f"{now} {status(change.status)}{stands}"
    if change.status in (Status.ENDED, Status.SUSPENDED):
        return f"{now} {status(change.status)}"
    if before and change.before != change.after:
        return f"{before} → {now}, {status(change.status)}"
    if change.status_before and change.status_before != change.status:
        return f"{now}, {status(change.status_before)} → {status(change.status)}"
    return f"{now}, {status(change.status)}"


def _when(change: Change) -> list[str]:
    told = change.details or {}
    if change.cls is ChangeClass.REMINDER and "date" in told:
        return [f"{told.get('what', 'due')} {day(told['date'])}"]
    found = []
    if change.effective:
        word = "since" if change.status is Status.IN_EFFECT else "effective"
        before = f" (was {day(told['from'])})" if change.cls is ChangeClass.DATE and told.get("from") else ""
        found.append(f"{word} {day(change.effective)}{before}")
    if change.until:
        found.append(f"until {day(change.until)}")
    if change.applied is not None:
        found.append(f"{amount(change.applied, change.unit)} applied now")
    return found


def _details(change: Change) -> list[tuple[str, str]]:
    """What only this class of event has, for people. The keys are those that the ledger's rules write."""
    told = change.details or {}
    match change.cls:
        case ChangeClass.CONTESTED:
            rows = [("Contested by a report of", _amount_of(told.get("contested", ""), change.unit))]
            return [*rows, ("Reported by", told.get("by", ""))]
        case ChangeClass.DATE:
            return [("Date before", day(told.get("from", "")))]
        case ChangeClass.REMINDER:
            return [(told.get("what", "due").capitalize(), day(told.get("date", "")))]
        case _:
            rest = {name: value for name, value in told.items() if name not in BESIDE}
            return [(name.replace("_", " ").capitalize(), value) for name, value in rest.items()]


def _amount_of(text: str, unit: str) -> str:
    try:
        return amount(float(text), unit)
    except ValueError:
        return text
