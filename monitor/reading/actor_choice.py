"""Whose commitment a figure is: the state's, or a firm's that is named near it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from monitor.reading.analysis import Analysis
from monitor.reading.nearby import BACK, Option, where
from monitor.reading.told import Told


@dataclass(frozen=True)
class _Firm:
    """Where a firm is mentioned (tokens from and to), and its home."""

    spans: list[tuple[int, int, bool]]
    homes: set[str]


def actor_options(a: Analysis, index: int, kind: str, told: Told) -> list[Option]:
    """The state itself (None) and each firm that is mentioned near: whose commitment the figure is."""
    first, _ = a.doc.reach(a.quantities[index])
    own = a.doc.sentence_of[first]
    begin, end = a.doc.sentences[own]
    firms: dict[str, _Firm] = {}
    for c in (c for s in (0, *range(max(1, own - BACK), own + 1)) for c in a.companies_in[s]):
        firm = firms.setdefault(c.name, _Firm([], set()))
        firm.spans.append((*a.doc.reach(c), c.country is not None))
        firm.homes.update([c.country] if c.country else [])
    if told.actor:
        firms.setdefault(told.actor, _Firm([], set()))
    options = [Option(None, _state(a, firms, index, kind, told))]
    for name, firm in firms.items():
        features = [f"firm:{kind}", *_firm(a, firms, name, index)]
        home = "P" if told.party in firm.homes else "C" if told.counterparty in firm.homes else "-"
        features += [f"home{home if firm.homes else ''}:{kind}", f"home{home if firm.homes else ''}"]
        if told.actor == name:
            here = sum(1 for f in firms.values() for s in f.spans if begin <= s[0] < end)
            features += ["last", f"lasth{min(here, 2)}", f"last{kind == 'duration'}", f"last{kind == told.kind}"]
        options.append(Option(name, features))
    return options


def _state(a: Analysis, firms: Mapping[str, _Firm], index: int, kind: str, told: Told) -> list[str]:
    """What speaks for the state itself."""
    first, _ = a.doc.reach(a.quantities[index])
    begin, end = a.doc.sentences[a.doc.sentence_of[first]]
    spans = [s for firm in firms.values() for s in firm.spans]
    here = sum(begin <= s[0] < end for s in spans)
    states = sum(1 for p in a.places_in[a.doc.sentence_of[first]] if p.kind != "firm")
    titled = any(s[0] < a.doc.sentences[0][1] for s in spans)
    out = [f"none:{kind}", f"none{min(here, 2)}", f"none{min(here, 2)}s{min(states, 2)}", f"none:T{titled:d}"]
    out += [f"nonecl:{n}" for k in range(max(begin, first - 10), first) for n in a.classes[k]]
    if told.actor is None and told.kind is not None:
        out.append("nonelast")
    return out


def _firm(a: Analysis, firms: Mapping[str, _Firm], name: str, index: int) -> Iterator[str]:
    """Where a firm stands from the figure, and what stands between."""
    first, last = a.doc.reach(a.quantities[index])
    own = a.doc.sentence_of[first]
    begin, end = a.doc.sentences[own]
    spans = firms[name].spans
    here = [(other, s) for other, firm in firms.items() for s in firm.spans if begin <= s[0] < end]
    inside = [s for other, s in here if other == name]
    for start, stop, known in sorted(inside, key=lambda s: abs(s[0] - first))[:1]:
        yield from where(a, first, last, start, stop)
        yield f"known{known:d}"
        if not any(s[0] < start for _, s in here):
            yield "lead"
        closer = sum(other != name and stop <= s[0] < first for other, s in here)
        yield f"closer{min(closer, 2)}"
    if not inside:
        yield "out"
        if spans:
            away = a.doc.sentence_of[spans[-1][0]]
            yield f"out{away - own if away else 'T'}h{min(len(here), 1)}"
    if any(s[0] < a.doc.sentences[0][1] for s in spans):
        yield "T"
    yield f"only{min(len(firms), 3)}"
