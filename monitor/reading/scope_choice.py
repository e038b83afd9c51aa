"""On which goods a figure is: the lists of scopes it can be about, and their features."""

from __future__ import annotations

from monitor.reading.analysis import Analysis, Chunk
from monitor.reading.features import span
from monitor.reading.nearby import BACK, where
from monitor.reading.roles import GROUPS, Told


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
        features = [
            kept or "named",
            f"{kept}list{min(len(scopes), 3)}",
            f"{kept}n{min(named, 3)}",
            f"{kept}t{min(len(titled), 2)}",
        ]
        if kept:
            features += [
                f"{kept}cl:{n}" for k in range(max(begin, first - 8), first) for n in a.classes[k] if n in ALL_CUES
            ]
            features += [
                f"{kept}cr:{n}" for k in range(last, min(end, last + 8)) for n in a.classes[k] if n in ALL_CUES
            ]
            features += [
                f"{kept}l1:{a.shapes[first - 1] if first > begin else ''}",
                f"{kept}r1:{a.shapes[last] if last < end else ''}",
            ]
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
            place = where(a, first, last, chunk.start, chunk.stop)
            closer = sum(
                1
                for c in near
                if c.scopes != scopes and (chunk.stop <= c.start < first or last <= c.start < chunk.start)
            )
            side = "L" if chunk.stop <= first else "R"
            features += [f"{kept}{f}" for f in place] if rank == 0 else [f"{kept}2{f}" for f in place[:2]]
            features += [
                f"{kept}w{chunk.weak:d}",
                f"{kept}{side}closer{min(closer, 3)}",
                f"{kept}m{min(len(chunk.scopes), 3)}",
            ]
            others = sum(1 for c in near if c.scopes != scopes)
            features.append(f"{kept}{side}others{min(others, 2)}")
        if not nearest and places:
            away = a.doc.sentence_of[places[-1].start]
            features += [
                f"{kept}out{away - own if away else 'T'}",
                f"{kept}out{away - own if away else 'T'}n{min(named, 2)}",
            ]
        features.append(f"{kept}count{min(sum(c.scopes == scopes for c in a.chunks), 3)}")
        out.append((scopes, [f"{group}{f}" for f in features]))
    return out


ALL_CUES = frozenset(("all_goods", "world", "goods", "same", "quota", "dumping", "invest", "rate"))
