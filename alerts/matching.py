"""Whether an alert goes to a subscription, and why. Pure: labels in, a decision with its reason out.

Labels that are read: deal, party, counterparty, topic, kind, scope, class, trust (strings); tier, confidence, move
(numbers); of a story countries and topic, each several with spaces between; and those that selectors name.
A label that an alert does not carry cannot be asked for: a watchlist that names scopes takes no alert without one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from alerts.types import Alert, Decision
from config import selectors
from config.settings import Subscription, Watchlist
from config.words import Trust

#: Classes that take back what was told. Whoever the change went to must hear of it, however small or doubtful.
TAKEN_BACK = frozenset({"corrected", "retracted"})
#: From the least trust to the most. What is contested has no place: it is told to all, whatever they were told before.
TRUST = (Trust.UNCONFIRMED, Trust.REPORTED, Trust.CONFIRMED)
#: The class of a story that moved nothing: it goes to those who ask for stories.
ITEM = "item"


def decide(alert: Alert, watchlist: Watchlist, subscription: Subscription) -> Decision:
    """The decision of one subscription on one alert; its reason is the first thing that speaks against it."""
    against = next(_against(alert, watchlist, subscription), None)
    if against is not None:
        return Decision(send=False, reason=against)
    return Decision(send=True, reason=f'matches the watchlist "{watchlist.name}"{_because(alert)}')


def _against(alert: Alert, watchlist: Watchlist, subscription: Subscription) -> Iterator[str]:
    cls = alert.labels.get("class")
    if cls == ITEM and not subscription.items:
        yield "a story without a change, and the subscription takes changes only"
    yield from _subject(alert, watchlist)
    yield from _words(alert, watchlist)
    yield from _selectors(alert, watchlist)
    if not subscription.positions and cls == "position":
        yield "a position (proposal, demand, threat or refusal), and the subscription wants none"
    if not subscription.steps and _is_step(alert):
        yield "a step that moves no value, and the subscription wants none"
    if cls not in TAKEN_BACK:
        yield from _weight(alert, watchlist)


def _is_step(alert: Alert) -> bool:
    """A term that came further, or a date that moved, while the value stayed. A first value is no step."""
    if alert.labels.get("class") == "date":
        return True
    told = alert.data
    came_from = told.get("status_from") not in (None, told.get("status"))
    return alert.labels.get("class") == "term" and "move" not in alert.labels and came_from


def _selectors(alert: Alert, watchlist: Watchlist) -> Iterator[str]:
    for text in watchlist.labels:
        selector = selectors.parse(text)
        if not selector.fits(alert.labels):
            found = alert.labels.get(selector.label)
            has = f"{selector.label} is {found}" if found is not None else f"it has no {selector.label}"
            yield f"{has}, and the watchlist asks for {text}"


def _subject(alert: Alert, watchlist: Watchlist) -> Iterator[str]:
    """What it is about. A story has countries and topics, and neither kind nor scope."""
    if watchlist.countries and not any(_concerns(alert, country) for country in watchlist.countries):
        yield f"about {_about(alert)}, not {_any_of(watchlist.countries)}"
    asked = (("topic", watchlist.topics), ("kind", watchlist.kinds), ("scope", watchlist.scopes))
    for label, wanted in asked[:1] if alert.labels.get("class") == ITEM else asked:
        found = _all_of(alert, label)
        if wanted and not found & set(wanted):
            has = f"{label} {', '.join(sorted(found))}" if found else f"no {label}"
            yield f"{has}, not {_any_of(wanted)}"


def _all_of(alert: Alert, label: str) -> set[str]:
    """The values of a label; of a story's topics all, with spaces between them."""
    found = alert.labels.get(label)
    return set() if found is None else set(str(found).split())


def _concerns(alert: Alert, country: str) -> bool:
    """A code concerns both sides of a deal; a pair `US-KR` only that deal, in either order."""
    sides = {str(alert.labels[name]) for name in ("party", "counterparty") if name in alert.labels}
    sides |= _all_of(alert, "countries")
    pair = country.split("-")
    if len(pair) == 1:
        return country in sides
    if alert.labels.get("class") == ITEM:
        return set(pair) <= sides
    return set(pair) == set(str(alert.labels.get("deal", "")).split("-"))


def _about(alert: Alert) -> str:
    sides = [str(alert.labels[name]) for name in ("party", "counterparty") if name in alert.labels]
    return str(alert.labels.get("deal") or " and ".join(sides) or alert.labels.get("countries") or "no country")


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
    trust = alert.labels.get("trust")
    if trust in TRUST and TRUST.index(Trust(str(trust))) < TRUST.index(watchlist.trust):
        yield f"{trust}, and the watchlist takes nothing below {watchlist.trust}"
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
