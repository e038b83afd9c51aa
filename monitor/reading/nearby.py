"""Candidates of a choice, and where one stands from the figure that the choice is about."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.reading.analysis import Analysis

#: Sentences before the figure's from which a scope, a firm or an older rate may be taken.
BACK = 2


@dataclass(frozen=True, slots=True)
class Option:
    """One candidate of a choice: what it stands for and its features."""

    value: str | float | None
    features: list[str]


def around(sentence: int, sentences: int) -> list[int]:
    """The title and the sentences near one, in order: those from which a scope, a firm or a date may be taken."""
    near = range(max(1, sentence - BACK), min(sentences, sentence + 2))
    return [0, *near]


def outwards(a: Analysis, index: int, before: int, behind: int) -> tuple[range, range]:
    """The tokens of a figure's sentence before it and behind it, so many at most, the nearest first."""
    first, last = a.doc.reach(a.quantities[index])
    begin, end = a.doc.sentences[a.doc.sentence_of[first]]
    return range(first - 1, max(begin, first - before) - 1, -1), range(last, min(end, last + behind))


def between(a: Analysis, left: int, right: int) -> str:
    """The words between two tokens, for a short gap; else how far it is."""
    return " ".join(a.shapes[left:right]) if right - left <= 4 else f"<{min((right - left) // 5, 5)}>"


def where(a: Analysis, first: int, last: int, start: int, stop: int) -> list[str]:
    """Features of where a span of tokens stands from the figure: side, distance, what lies between."""
    sentence, own = a.doc.sentence_of[start], a.doc.sentence_of[first]
    if sentence != own:
        return [f"S{max(sentence - own, -3) if sentence else 'T'}"]
    left = stop <= first
    gap = range(stop, first) if left else range(last, start)
    side = "L" if left else "R"
    quantities = a.quantities
    blocked = sum(
        1
        for i in a.figures_in[own]
        if a.doc.at(quantities[i].start) in gap and quantities[i].family not in ("years", "multiple")
    )
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
