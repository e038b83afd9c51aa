"""What else a claim says: on which goods, whose firm, what it replaces, from when. Candidates and their features."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.reading.analysis import Analysis, Chunk
from monitor.reading.features import span
from monitor.reading.quantities import Quantity
from monitor.reading.roles import GROUPS, Told

#: Sentences before the figure's from which a scope, a firm or an older rate may be taken.
BACK = 2


def between(a: Analysis, left: int, right: int) -> str:
    """The words between two tokens, for a short gap; else how far it is."""
    return " ".join(a.shapes[left:right]) if right - left <= 4 else f"<{min((right - left) // 5, 5)}>"


def _where(a: Analysis, first: int, last: int, start: int, stop: int) -> list[str]:
    """Features of where a span of tokens stands from the figure: side, distance, what lies between."""
    sentence, own = a.doc.sentence_of[start], a.doc.sentence_of[first]
    if sentence != own:
        return [f"S{max(sentence - own, -3) if sentence else 'T'}"]
    left = stop <= first
    gap = range(stop, first) if left else range(last, start)
    side = "L" if left else "R"
    blocked = sum(1 for q in a.quantities if a.doc.at(q.start) in gap and q.family not in ("years", "multiple"))
    near = 0 if len(gap) <= 1 else 1 if len(gap) <= 3 else 2 if len(gap) <= 6 else 3 if len(gap) <= 12 else 4
    marks = "".join(sorted({a.doc.tokens[k].norm for k in gap if a.doc.tokens[k].norm in ",;:-("}))
    out = [f"{side}{near}", f"{side}block{min(blocked, 2)}", f"{side}{near}m{marks}", f"{side}{near}b{min(blocked, 1)}"]
    if not blocked and not marks and len(gap) <= 8:
        leads = a.shapes[gap[0]] if gap else "<next>"
        trails = a.shapes[gap[-1]] if gap else "<next>"
        out += [f"{side}joined", f"{side}joined:{leads}", f"{side}joins:{trails}"]
        out += [f"{side}joinedc:{n}" for k in gap for n in a.classes[k] if n in JOINING]
    if len(gap) <= 4:
        out.append(f"{side}gap:{' '.join(a.shapes[k] for k in gap)}")
    before = a.shapes[start - 1] if start else ""
    after = a.shapes[stop] if stop < len(a.shapes) else ""
    out += [f"{side}b:{before}", f"{side}a:{after}"]
    return out


#: Classes that tell how a word between a figure and a noun ties them.
JOINING = frozenset(
    ("tariff", "rate", "goods", "invest", "buy", "from_word", "to_word", "on_word", "bear", "impose", "quota", "profit")
)


def scope_options(a: Analysis, index: int, kind: str, told: Told) -> list[tuple[tuple[str, ...], list[str]]]:
    """What the figure can be about, each list of scopes with its features; `all` and `other` are always among them."""
    first, last = span(a, a.quantities[index])
    own = a.doc.sentence_of[first]
    begin, end = a.doc.sentences[own]
    group = GROUPS.get(kind, "m")
    spans: dict[tuple[str, ...], list[Chunk]] = {("all",): [], ("other",): []}
    named = 0
    near = []
    for chunk in a.chunks:
        sentence = a.doc.sentence_of[chunk.start]
        if sentence == 0 or own - BACK <= sentence <= own + 1:
            several = group == "m" and len(chunk.scopes) > 1
            spans.setdefault(("all",) if several else chunk.scopes, []).append(chunk)
            if sentence == own and chunk.scopes != ("all",):
                named += 1
                near.append(chunk)
    if told.scopes:
        spans.setdefault(told.scopes, [])
    for company in a.companies:
        if company.scope and a.doc.sentence_of[a.doc.at(company.start)] in (0, own, own - 1):
            spans.setdefault((company.scope,), [])
    titled = {c.scopes for c in a.chunks if c.start < a.doc.sentences[0][1] and c.scopes != ("all",)}
    trades = {c.scope for c in a.companies if c.scope and told.actor in (None, c.name)}
    out = []
    for scopes, places in spans.items():
        kept = "a:" if scopes == ("all",) else "o:" if scopes == ("other",) else ""
        features = [kept or "named", f"{kept}list{min(len(scopes), 3)}", f"{kept}n{min(named, 3)}", f"{kept}t{min(len(titled), 2)}"]
        if kept:
            features += [f"{kept}cl:{n}" for k in range(max(begin, first - 8), first) for n in a.classes[k] if n in ALL_CUES]
            features += [f"{kept}cr:{n}" for k in range(last, min(end, last + 8)) for n in a.classes[k] if n in ALL_CUES]
            features += [f"{kept}l1:{a.shapes[first - 1] if first > begin else ''}", f"{kept}r1:{a.shapes[last] if last < end else ''}"]
            features.append(f"{kept}f:{a.quantities[index].family}")
            features.append(f"{kept}{kind}")
        if told.scopes == scopes:
            features += [f"{kept}last", f"{kept}last{told.kind == kind}", f"{kept}lastn{min(named, 2)}"]
        if scopes in titled:
            features += [f"{kept}T", f"{kept}Tn{min(named, 2)}"]
        if len(scopes) == 1 and scopes[0] in trades:
            features += [f"{kept}trade", f"{kept}trade:{kind}", f"{kept}traden{min(named, 2)}"]
        inside = [c for c in places if begin <= c.start < end]
        nearest = sorted(inside, key=lambda c: min(abs(c.start - last), abs(first - c.stop)))[:2]
        for rank, chunk in enumerate(nearest):
            where = _where(a, first, last, chunk.start, chunk.stop)
            closer = sum(1 for c in near if c.scopes != scopes and (chunk.stop <= c.start < first or last <= c.start < chunk.start))
            side = "L" if chunk.stop <= first else "R"
            features += [f"{kept}{f}" for f in where] if rank == 0 else [f"{kept}2{f}" for f in where[:2]]
            features += [f"{kept}w{chunk.weak:d}", f"{kept}{side}closer{min(closer, 3)}", f"{kept}m{min(len(chunk.scopes), 3)}"]
            others = sum(1 for c in near if c.scopes != scopes)
            features.append(f"{kept}{side}others{min(others, 2)}")
        if not nearest and places:
            away = a.doc.sentence_of[places[-1].start]
            features += [f"{kept}out{away - own if away else 'T'}", f"{kept}out{away - own if away else 'T'}n{min(named, 2)}"]
        features.append(f"{kept}count{min(sum(c.scopes == scopes for c in a.chunks), 3)}")
        out.append((scopes, [f"{group}{f}" for f in features]))
    return out


ALL_CUES = frozenset(("all_goods", "world", "goods", "same", "quota", "dumping", "invest", "rate"))


@dataclass(frozen=True, slots=True)
class Option:
    """One candidate of a choice: what it stands for and its features."""

    value: str | float | None
    features: list[str]


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
            features += _where(a, first, last, start, stop)
            features.append(f"known{known:d}")
            features += [f"av:{n}" for k in range(stop, min(end, stop + 4)) for n in a.classes[k]]
            if not any(o[0] < start for f in firms.values() for o in f if begin <= o[0] < end):
                features.append("lead")
            closer = sum(1 for other, o in firms.items() if other != name for s in o if stop <= s[0] < first)
            features.append(f"closer{min(closer, 2)}")
        if not inside:
            features.append("out")
            if spans:
                features.append(
                    f"out{a.doc.sentence_of[spans[-1][0]] - own if a.doc.sentence_of[spans[-1][0]] else 'T'}h{min(here, 1)}"
                )
        if told.actor == name:
            features += ["last", f"lasth{min(here, 2)}", f"last{kind == 'duration'}"]
        if any(s[0] < a.doc.sentences[0][1] for s in spans):
            features.append("T")
        features.append(f"only{min(len(firms), 3)}")
        options.append(Option(name, features))
    return options


def previous_options(a: Analysis, index: int, leads: dict[int, float]) -> list[Option]:
    """No older figure (None), and each figure near that this one may replace. `leads`: how likely each is one."""
    q = a.quantities[index]
    first, last = span(a, q)
    own = a.doc.sentence_of[first]
    options = [
        Option(None, ["none", f"nonef:{q.family}"] + [f"nonec:{n}" for n in a.sentence_classes(own) if n in PAIRING])
    ]
    for other_index in range(max(0, index - 4), min(len(a.quantities), index + 5)):
        other = a.quantities[other_index]
        if other_index == index or not comparable(q, other) or (other.value == q.value and q.family != "zero"):
            continue
        start, stop = span(a, other)
        if a.doc.sentence_of[start] not in (own - 1, own, own + 1):
            continue
        step = other_index - index
        features = [f"step{step}", f"f:{q.family}>{other.family}", f"lead{int(leads.get(other_index, 0.0) * 4)}"]
        features += _where(a, first, last, start, stop)
        gap = between(a, stop, first) if stop <= first else between(a, last, start)
        features += [f"g{'<' if step < 0 else '>'}:{gap}", f"{'down' if other.value > q.value else 'up'}"]
        span_range = range(min(stop, last), max(start, first))
        features += [f"c{'<' if step < 0 else '>'}:{n}" for k in span_range for n in a.classes[k] if n in PAIRING]
        before = a.shapes[start - 1] if start else ""
        features += [f"b{'<' if step < 0 else '>'}:{before}", f"own:{a.shapes[first - 1] if first else ''}|{before}"]
        options.append(Option(other.value, features))
    return options


PAIRING = frozenset(("pair", "cut", "raise", "past", "in_effect", "ended", "same", "future"))


def comparable(q: Quantity, other: Quantity) -> bool:
    """Whether one figure can replace the other: of one family, a bare number and zero being rates."""
    rates = ("percent", "bare", "zero", "removal", "multiple", "fraction")
    if q.family in rates:
        return other.family in ("percent", "bare", "zero")
    return q.family == other.family and q.unit == other.unit


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
        where = _where(a, first, last, start, stop)
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
            features += where
            options.append(Option(iso, features))
    return options


DATING = frozenset(("ordered", "in_effect", "ended", "suspended", "past", "future", "agreed", "impose", "threatened"))
