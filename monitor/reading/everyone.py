"""Whether a figure holds for goods of every origin: features of WORLD as the other side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from monitor.reading import trade
from monitor.reading.analysis import Analysis
from monitor.reading.clauses import governor
from monitor.reading.features import sentence_words

#: Tokens to either side of a figure in which "all countries" or "all goods" is about it.
NEAR = 12
#: Tokens to either side whose words and classes are told.
BESIDE = 6
#: The country whose measures most news is about: it tells nothing that it is named.
USUAL = "US"


def world_features(
    a: Analysis, first: int, last: int, sentence: int, letters: Mapping[str, str], counts: Counter[str]
) -> list[str]:
    """What speaks for "all countries" and against it, of the figure between two tokens.

    `letters`: what the sentence makes of each code it names, see `trade`; `counts`: how often the article names each.
    """
    begin, end = a.doc.sentences[sentence]
    here = {p.code for p in a.places_in[sentence]}
    out = [f"named{min(len(here), 3)}", f"codes{min(len(counts), 3)}"]
    for side, places in (("L", range(max(begin, first - NEAR), first)), ("R", range(last, min(end, last + NEAR)))):
        if any("world" in a.classes[k] for k in places):
            out.append(f"{side}world")
        if any("all_goods" in a.classes[k] for k in places):
            out.append(f"{side}all")
    if "world" in a.title_classes:
        out.append("Tworld")
    titled = {p.code for p in a.places_in[0]}
    out += [f"titled{min(len(titled - {USUAL}), 2)}", f"foreign{min(len(here - {USUAL}), 2)}"]
    out += _told(a, sentence, here, letters)
    out += _beside(a, first, last, begin, end)
    g = governor(a, first, last, begin, end)
    out += [f"gv:{g.name}{g.passive:d}{g.behind:d}", f"gw:{g.word}"]
    return out + [f"cs:{name}" for name in a.sentence_classes(sentence)] + sentence_words(a, sentence)


def _told(a: Analysis, sentence: int, here: set[str], letters: Mapping[str, str]) -> Iterator[str]:
    """What the sentence, the one before and the article make of the places that they name."""
    roles = "".join(sorted(set(letters.values())))
    yield f"roles:{roles}"
    yield f"home{not here.isdisjoint(a.home):d}{bool(here.difference(a.home)):d}"
    bears = [bears for _, bears in trade.votes(a).values()]
    yield f"bear{min(sum(bears), 4)}"
    yield f"bearmost{min(max(bears, default=0), 3)}"
    if sentence > 1:
        before = {p.code for p in a.places_in[sentence - 1]}
        roles = "".join(sorted(set(trade.roles_in(a, sentence - 1).values())))
        yield f"before{min(len(before), 2)}:{roles}"
        if not here:
            yield f"none:before{min(len(before), 2)}:{roles}"
        if "world" in a.sentence_classes(sentence - 1):
            yield "Bworld"
    yield f"worlds{min(sum('world' in a.sentence_classes(k) for k in range(len(a.doc.sentences))), 3)}"


def _beside(a: Analysis, first: int, last: int, begin: int, end: int) -> Iterator[str]:
    """The words and classes close by, to either side."""
    for side, places in (("L", range(first - 1, first - 1 - BESIDE, -1)), ("R", range(last, last + BESIDE))):
        seen: set[str] = set()
        for gap, k in enumerate(places):
            if not begin <= k < end:
                yield f"{side}edge{gap}"
                break
            if gap < 3:
                yield f"{side}{gap}:{a.shapes[k]}"
            yield f"{side}:{a.shapes[k]}"
            for name in a.classes[k]:
                if name not in seen:
                    seen.add(name)
                    yield f"{side}c:{name}"
