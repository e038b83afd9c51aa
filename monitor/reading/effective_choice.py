"""From when a figure holds: the dates near it, and their features."""

from __future__ import annotations

from monitor.reading.analysis import Analysis
from monitor.reading.features import span
from monitor.reading.nearby import BACK, Option, where


def effective_options(a: Analysis, index: int, kind: str, status: str) -> list[Option]:
    """No date (None), and each date near: from when the claim holds. A date with two readings gives two options."""
    first, last = span(a, a.quantities[index])
    own = a.doc.sentence_of[first]
    published = a.published.isoformat()
    options = [Option(None, [f"none:{kind}", f"none:{status}", f"none:{kind}{status}"])]
    for mention in a.dates:
        start, stop = a.doc.at(mention.start), a.doc.at(mention.end - 1) + 1
        sentence = a.doc.sentence_of[start]
        if sentence != 0 and not own - BACK <= sentence <= own + 1:
            continue
        place = where(a, first, last, start, stop)
        before = a.shapes[start - 1] if start else ""
        before2 = a.shapes[start - 2] if start > 1 else ""
        nearby = {n for k in range(max(0, start - 5), min(len(a.classes), stop + 3)) for n in a.classes[k]}
        for name, iso in dict.fromkeys((("past", mention.past), ("future", mention.future))):
            if name == "future" and mention.past == mention.future:
                continue
            ahead = "after" if iso > published else "same" if iso == published else "before"
            both = "one" if mention.past == mention.future else name
            features = [
                f"st:{status}",
                f"{both}",
                f"{mention.form}:{both}",
                f"{ahead}:{status}",
                f"b:{before}",
                f"b:{before}:{both}",
                f"k:{kind}",
            ]
            features += [f"b2:{before2} {before}", f"b:{before}:{status}", f"{mention.form}:{status}"]
            features += [f"c:{n}:{both}" for n in nearby if n in DATING]
            features += place
            options.append(Option(iso, features))
    return options


DATING = frozenset(("ordered", "in_effect", "ended", "suspended", "past", "future", "agreed", "impose", "threatened"))
