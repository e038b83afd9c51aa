"""How far a term has come: what the encoder leaves open, in the light of the clause, the dates and what was told."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.reading.analysis import Analysis
from monitor.reading.kinds import fine, step
from monitor.reading.models import Models
from monitor.reading.overview import Overview
from monitor.reading.page import BUSY, lies
from monitor.reading.sides import SURE
from monitor.reading.told import Told

#: Cue classes that tell how far a term has come, or in which direction it moves.
STEPS = frozenset(
    (
        *("agreed", "ordered", "in_effect", "threatened", "demanded", "proposed", "rejected", "suspended", "ended"),
        *("speculated", "past", "future", "modal", "negation", "pair", "impose", "cut", "raise", "bear", "invest"),
        *("buy", "cost", "same"),
    )
)
#: Tokens before and behind a figure whose classes are told, and whose words are.
NEAR, CLOSE = (8, 6), (6, 4)


def weighed(a: Analysis, index: int, kind: str, told: Told, seen: Overview, models: Models) -> dict[str, float]:
    """How likely each status of a figure's term is."""
    statuses = seen.terms[index].statuses
    if max(statuses.values()) >= SURE:
        return statuses
    model = models.labels["status"]
    found = model.probabilities(status_features(a, index, kind, told, seen))
    return dict(zip(model.labels, found, strict=True))


def status_features(a: Analysis, index: int, kind: str, told: Told, seen: Overview) -> list[str]:
    """What the encoder makes of a figure's status, and what may speak against it."""
    term = seen.terms[index]
    top, group = term.status, "t" if kind == "tariff" else "m"
    first, last = a.doc.reach(a.quantities[index])
    sentence = a.doc.sentence_of[first]
    out = ["1", *(f"e:{name}{fine(share)}" for name, share in term.statuses.items())]
    out += [f"top:{top}", f"top:{top}|{step(term.statuses[top])}", f"k:{kind}", f"{kind}|{top}", f"tier{a.tier}|{top}"]
    quarter = f"{a.published.year}q{(a.published.month - 1) // 3}"
    written = quarter if a.published.year >= BUSY else str(a.published.year)
    out += [f"pub{group}:{written}", f"pub{group}:{written}|{top}"]
    out += [f"told:{told.status}", f"told:{told.status}|{top}|{_apart(a, sentence, told)}"]
    count = len(seen.terms)
    out += [f"all:{name}{min(4 * often // count, 3)}" for name, often in seen.statuses.items()]
    out.append(f"n{min(count, 5)}")
    out += [f"{name}|{top}" for name in a.sentence_classes(sentence) & STEPS]
    for name, classes in (("s", a.sentence_classes(sentence)), ("t", a.title_classes), ("d", a.document_classes)):
        out += [f"{name}:{each}" for each in classes if each in STEPS]
    near = range(max(0, first - NEAR[0]), min(len(a.classes), last + NEAR[1]))
    out += [f"near:{name}" for k in near for name in a.classes[k] if name in STEPS]
    out += [f"w:{a.shapes[k]}" for k in range(max(0, first - CLOSE[0]), min(len(a.shapes), last + CLOSE[1]))]
    return [*out, *_dates(a, sentence, top)]


def _apart(a: Analysis, sentence: int, told: Told) -> str:
    """Whether what was told last was told in the same sentence."""
    last = told.sentence(a)
    return "-" if last is None else "here" if last == sentence else "before"


def _dates(a: Analysis, sentence: int, top: str) -> Iterator[str]:
    """Where the dates of the sentence lie."""
    published = a.published.isoformat()
    where = {lies(mention.past, mention.future, published) for mention in a.dates_in[sentence]} or {"none"}
    for each in sorted(where):
        yield from (f"date:{each}", f"date:{each}|{top}")
