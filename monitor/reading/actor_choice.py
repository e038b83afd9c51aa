"""Whose commitment a figure is: the state's, or a firm's that is named near it."""

from __future__ import annotations

from monitor.reading.analysis import Analysis
from monitor.reading.features import span
from monitor.reading.nearby import BACK, Option, where
from monitor.reading.roles import Told


def actor_options(a: Analysis, index: int, kind: str, told: Told) -> list[Option]:
    """The state itself (None) and each firm that is mentioned near: whose commitment the figure is."""
    first, last = span(a, a.quantities[index])
    own = a.doc.sentence_of[first]
    begin, end = a.doc.sentences[own]
    firms: dict[str, list[tuple[int, int, bool]]] = {}
    for c in a.companies:
        start = a.doc.at(c.start)
        if a.doc.sentence_of[start] == 0 or own - BACK <= a.doc.sentence_of[start] <= own:
            firms.setdefault(c.name, []).append((start, a.doc.at(c.end - 1) + 1, c.country is not None))
    if told.actor:
        firms.setdefault(told.actor, [])
    here = sum(1 for spans in firms.values() for s in spans if begin <= s[0] < end)
    states = sum(1 for p in a.places if begin <= p.first < end and p.kind != "firm")
    none = [
        f"none:{kind}",
        f"none{min(here, 2)}",
        f"none{min(here, 2)}s{min(states, 2)}",
        f"none:T{any(s[0] < a.doc.sentences[0][1] for f in firms.values() for s in f):d}",
    ]
    none += [f"nonecl:{n}" for k in range(max(begin, first - 10), first) for n in a.classes[k]]
    if told.actor is None and told.kind is not None:
        none.append("nonelast")
    options = [Option(None, none)]
    for name, spans in firms.items():
        features = [f"firm:{kind}"]
        inside = [s for s in spans if begin <= s[0] < end]
        for start, stop, known in sorted(inside, key=lambda s: abs(s[0] - first))[:1]:
            features += where(a, first, last, start, stop)
            features.append(f"known{known:d}")
            features += [f"av:{n}" for k in range(stop, min(end, stop + 4)) for n in a.classes[k]]
            if not any(o[0] < start for f in firms.values() for o in f if begin <= o[0] < end):
                features.append("lead")
            closer = sum(1 for other, o in firms.items() if other != name for s in o if stop <= s[0] < first)
            features.append(f"closer{min(closer, 2)}")
        if not inside:
            features.append("out")
            if spans:
                away = a.doc.sentence_of[spans[-1][0]]
                features.append(f"out{away - own if away else 'T'}h{min(here, 1)}")
        if told.actor == name:
            features += ["last", f"lasth{min(here, 2)}", f"last{kind == 'duration'}"]
        if any(s[0] < a.doc.sentences[0][1] for s in spans):
            features.append("T")
        features.append(f"only{min(len(firms), 3)}")
        options.append(Option(name, features))
    return options
