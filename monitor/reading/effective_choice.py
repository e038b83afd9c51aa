"""From when a figure holds: the dates near it, and their features."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.reading.analysis import Analysis
from monitor.reading.dates import DateMention
from monitor.reading.nearby import Option, around, where
from monitor.reading.told import Told

#: Days by which it is told how long ago the last reading of a date was: each of a week, then by months.
WEEK, MONTH = 7, 30
#: Classes that tell how far a measure has come, where they stand beside a date.
DATING = frozenset(("ordered", "in_effect", "ended", "suspended", "past", "future", "agreed", "impose", "threatened"))


def effective_options(a: Analysis, index: int, kind: str, status: str, told: Told) -> list[Option]:
    """No date (None), and each date near: from when the claim holds. A date with two readings gives two options.

    The date told of the last claim is an option too, wherever it stands.
    """
    first, last = a.doc.reach(a.quantities[index])
    own = a.doc.sentence_of[first]
    here = len(a.dates_in[own])
    none = [f"none:{kind}", f"none:{status}", f"none:{kind}{status}", f"nonehere{min(here, 2)}"]
    none += [f"nonetold{told.effective is not None:d}{told.status == status:d}h{min(here, 1)}"]
    if told.kind is None:
        none.append("nonefirst")
    options: dict[str | None, list[str]] = {None: none}
    for mention in (m for sentence in around(own, len(a.doc.sentences)) for m in a.dates_in[sentence]):
        place = where(a, first, last, *a.doc.reach(mention))
        for name, iso in dict.fromkeys((("past", mention.past), ("future", mention.future))):
            if name == "past" or mention.past != mention.future:
                found = [*_dated(a, mention, name, iso, kind, status), *place]
                options[iso] = options.get(iso, []) + found
    if told.effective is not None:
        same = told.kind == kind and told.status == status
        carried = ["told", f"told:{status}", f"told{same:d}h{min(here, 1)}", f"told{same:d}k:{kind}"]
        pairs = {pair for pair in told.pairs if pair[0] == kind}
        carried.append(f"told{same:d}pairs{min(len(pairs), 2)}")
        options.setdefault(told.effective, ["toldonly"]).extend(carried)
    return [Option(iso, found) for iso, found in options.items()]


def _dated(a: Analysis, mention: DateMention, name: str, iso: str, kind: str, status: str) -> Iterator[str]:
    """What a date says of itself: its form and reading, the word before it, the cues around it, ahead or behind."""
    start, stop = a.doc.reach(mention)
    before = a.shapes[start - 1] if start else ""
    before2 = a.shapes[start - 2] if start > 1 else ""
    nearby = {n for k in range(max(0, start - 5), min(len(a.classes), stop + 3)) for n in a.classes[k]}
    published = a.published.isoformat()
    ahead = "after" if iso > published else "same" if iso == published else "before"
    both = "one" if mention.past == mention.future else name
    yield from (both, f"{mention.form}:{both}", f"{ahead}:{status}", f"k:{kind}")
    yield from (f"b:{before}", f"b:{before}:{both}", f"b2:{before2} {before}", f"b:{before}:{status}")
    yield f"{mention.form}:{status}"
    if both == name:
        since = mention.since(a.published)
        yield f"since{since if since < WEEK else WEEK + since // MONTH}:{name}"
    yield from (f"c:{n}:{both}" for n in nearby if n in DATING)
