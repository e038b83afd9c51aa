"""Whether an alert goes to a subscription, and why. Pure: labels in, a decision with its reason out.

Labels that are read: deal, party, counterparty, topic, kind, scope, class (strings); tier, confidence, move (numbers).
A label that an alert does not carry cannot be asked for: a watchlist that names scopes takes no alert without one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from alerts.types import Alert, Decision
from config.settings import Subscription, Watchlist

#: Classes that take back what was told. Whoever the change went to must hear of it, however small or doubtful.
TAKEN_BACK = frozenset({"corrected", "retracted"})


def decide(alert: Alert, watchlist: Watchlist, subscription: Subscription) -> Decision:
    """The decision of one subscription on one alert; its reason is the first thing that speaks against it."""
    against = next(_against(alert, watchlist, subscription), None)
    if against is not None:
        return Decision(send=False, reason=against)
    return Decision(send=True, reason=f'matches the watchlist "{watchlist.name}"{_because(alert)}')


def _against(alert: Alert, watchlist: Watchlist, subscription: Subscription) -> Iterator[str]:
    yield from _subject(alert, watchlist)
    yield from _words(alert, watchlist)
    if not subscription.positions and alert.labels.get("class") == "position":
        yield "a position (proposal, demand, threat or refusal), and the subscription wants none"
    if alert.labels.get("class") not in TAKEN_BACK:
        yield from _weight(alert, watchlist)


def _subject(alert: Alert, watchlist: Watchlist) -> Iterator[str]:
    """What it is about."""
    if watchlist.countries and not any(_concerns(alert, country) for country in watchlist.countries):
        yield f"about {_about(alert)}, not {_any_of(watchlist.countries)}"
    for label, wanted in (("topic", watchlist.topics), ("kind", watchlist.kinds), ("scope", watchlist.scopes)):
        found = alert.labels.get(label)
        if wanted and found not in wanted:
            has = f"{label} {found}" if found is not None else f"no {label}"
            yield f"{has}, not {_any_of(wanted)}"


def _concerns(alert: Alert, country: str) -> bool:
    """A code concerns both sides of a deal; a pair `US-KR` only that deal, in either order."""
    sides = {str(alert.labels[name]) for name in ("party", "counterparty") if name in alert.labels}
    pair = country.split("-")
    if len(pair) == 1:
        return country in sides
    return set(pair) == set(str(alert.labels.get("deal", "")).split("-"))


def _about(alert: Alert) -> str:
    sides = [str(alert.labels[name]) for name in ("party", "counterparty") if name in alert.labels]
    return str(alert.labels.get("deal") or " and ".join(sides) or "no country")


def _words(alert: Alert, watchlist: Watchlist) -> Iterator[str]:
    if not watchlist.words and not watchlist.without:
        return
    text = "\n".join((alert.title, *(quote.text for quote in alert.quotes)))
    if watchlist.words and not any(_says(text, word) for word in watchlist.words):
        yield f"says none of the words {_any_of(watchlist.words)}"
    for word in watchlist.without:
        if _says(text, word):
            yield f'says "{word}", which the watchlist excludes'


#: Latin, Greek and Cyrillic letters, and digits: where these are, words are written apart.
_LETTER = "[0-9A-Za-z\u00c0-\u058f]"


def _says(text: str, word: str) -> bool:
    """Whole words, whatever their case. Scripts without spaces, or with particles glued on, as they stand."""
    before = f"(?<!{_LETTER})" if re.match(_LETTER, word) else ""
    after = f"(?!{_LETTER})" if re.search(f"{_LETTER}$", word) else ""
    return re.search(before + re.escape(word) + after, text, re.IGNORECASE) is not None


def _weight(alert: Alert, watchlist: Watchlist) -> Iterator[str]:
    """How well it is attested and how far it moved. A step of status has no `move` and always counts."""
    tier = _number(alert, "tier")
    if tier is not None and tier > watchlist.tier:
        yield f"its source is of tier {tier:g}, and the watchlist takes none worse than {watchlist.tier}"
    confidence = _number(alert, "confidence")
    if confidence is not None and confidence < watchlist.confidence:
        yield f"confidence {confidence:.2f} is below {watchlist.confidence:.2f}"
    move = _number(alert, "move")
    if move is not None and abs(move) < watchlist.threshold:
        yield f"moved by {abs(move):g}, below the threshold of {watchlist.threshold:g}"


def _number(alert: Alert, label: str) -> float | None:
    value = alert.labels.get(label)
    return value if isinstance(value, int | float) else None


def _because(alert: Alert) -> str:
    words = [str(alert.labels[name]) for name in ("deal", "kind", "scope", "status") if name in alert.labels]
    return f": {', '.join(words)}" if words else ""


def _any_of(words: Sequence[object]) -> str:
    shown = [str(word) for word in words[:6]]
    if len(words) > 6:
        return f"{', '.join(shown)} or {len(words) - 6} more"
    return " or ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))
