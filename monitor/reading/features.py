"""What the models are told of a figure: its own form, the words around it, and the classes those words are in."""

from __future__ import annotations

import math
from collections.abc import Iterator

from monitor.reading.analysis import Analysis
from monitor.reading.clauses import governor
from monitor.reading.quantities import Quantity

#: Words of so many letters are the small change of the language.
SHORT = 2
#: Tokens to either side whose words are told.
NEAR = 4
#: Tokens to either side whose classes are told.
WIDE = 9
#: Tokens that close a clause.
BREAKS = frozenset({".", ";", ":", "(", ")", "-", "—", "\n", "!", "?"})


def span(a: Analysis, q: Quantity) -> tuple[int, int]:
    """The tokens of a figure: first, one past the last."""
    return a.doc.reach(q)


def size(q: Quantity) -> str:
    """How large a figure is, coarsely: rates by band, sums and counts by power of ten."""
    if q.family == "money":
        return f"e{int(math.log10(q.value)) if q.value > 0 else 0}"
    if q.family in ("units", "tonnes"):
        return f"u{int(math.log10(q.value)) if q.value > 0 else 0}"
    for limit in (0, 1, 2, 5, 9.99, 10, 14.99, 15, 20, 25, 30, 50, 100, 200):
        if q.value <= limit:
            return f"<{limit}"
    return ">200"


def around(a: Analysis, index: int) -> list[str]:
    """Features of the figure with that index and of what surrounds it, for the models of kind and of status."""
    q = a.quantities[index]
    first, last = span(a, q)
    sentence = a.doc.sentence_of[first]
    begin, end = a.doc.sentences[sentence]
    out = ["1", f"f:{q.family}", f"fs:{q.family}{size(q)}", f"q:{q.qualifier}", f"y:{q.yearly}"]
    out.append("in:title" if sentence == 0 else f"in:{min(sentence, 3)}")
    if q.family in ("zero", "removal", "multiple"):
        out.append("w:" + a.doc.body[q.start : q.end].lower())
    out += _words(a, first, last, begin, end)
    out += _classes(a, first, last, begin, end)
    group = FAMILY_GROUPS.get(q.family, "r")
    out += [f"ct:{name}" for name in a.title_classes]
    out += [f"{group}ct:{name}" for name in a.title_classes]
    out += _owned(a, index, first, last, begin, end, group)
    out += _again(a, index, sentence, group)
    out += _topical(a, sentence, first, last, begin, end, group)
    out += _neighbours(a, index, begin, end)
    g = governor(a, first, last, begin, end)
    out += [f"gv:{g.name}", f"gw:{g.word}", f"gx:{g.auxiliaries}", f"gx:{g.auxiliaries}|{g.name}"]
    out.append(f"gp:{g.name}{g.passive:d}{g.behind:d}")
    out += [f"gxw:{word}" for word in g.auxiliaries.split()] + [f"{group}gv:{g.name}{g.behind:d}"]
    out += [f"{group}{word}" for word in sentence_words(a, sentence)]
    return out


def sentence_words(a: Analysis, sentence: int) -> list[str]:
    """The words of a sentence, each once, as features; the shortest tell nothing by themselves."""
    return a.derived(_words_by_sentence)[sentence]


def _words_by_sentence(a: Analysis) -> list[list[str]]:
    return [
        [f"s:{shape}" for shape in dict.fromkeys(a.shapes[first:last]) if len(shape) > SHORT]
        for first, last in a.doc.sentences
    ]


#: Families that are told apart where the same word means something else beside them.
FAMILY_GROUPS = {"money": "m", "years": "y", "units": "c", "tonnes": "c", "zero": "z", "removal": "v", "bare": "b"}
#: Classes of what a sentence is about.
CONTENT = frozenset(
    (
        *("tariff", "rate", "dumping", "invest", "buy", "profit", "cap", "quota", "goods", "economy", "market"),
        *("trade_volume", "cost", "share_of", "domestic", "reserve"),
        *("fine", "poll", "tax_other", "lending", "ownership", "capacity", "funds", "budget", "revenue", "trade_flow"),
        *("estimate", "growth", "content", "price", "profits", "home", "rates", "utility"),
    )
)


def _topical(a: Analysis, sentence: int, first: int, last: int, begin: int, end: int, group: str) -> list[str]:
    """What the sentence, and the one before, are about, and which such word stands nearest to either side."""
    out = []
    here = a.sentence_classes(sentence) & CONTENT
    before = a.sentence_classes(sentence - 1) & CONTENT if sentence > 1 else frozenset()
    out += [f"{group}cs:{name}" for name in here]
    out += [f"{group}cp:{name}" for name in before]
    if "tariff" not in here:
        out.append(f"{group}notariff{'tariff' in before:d}{'tariff' in a.title_classes:d}")
    for side, places in (("L", range(first - 1, begin - 1, -1)), ("R", range(last, end))):
        near = next(
            ((k, [n for n in a.classes[k] if n in CONTENT]) for k in places if CONTENT & set(a.classes[k])), None
        )
        if near is None:
            out.append(f"{group}near{side}:-")
            continue
        gap = abs(near[0] - (first if side == "L" else last))
        out += [f"{group}near{side}:{name}" for name in near[1]]
        out += [f"{group}near{side}:{name}{'a' if gap <= 3 else 'b' if gap <= 8 else 'c'}" for name in near[1]]
    codes = {p.code for p in a.places_in[sentence]}
    out.append(f"{group}places{min(len(codes), 3)}")
    out.append(f"{group}scopes{min(a.derived(_scopes_in)[sentence], 3)}")
    return out


def _scopes_in(a: Analysis) -> list[int]:
    """How many scopes each sentence names."""
    return [len(found) for found in a.by_sentence(a.scopes, lambda mention: a.doc.at(mention.start))]


#: Classes that tell what a figure is where no other figure and no mark stands between.
OWNED = CONTENT | frozenset(
    (
        *(
            "pair",
            "cut",
            "raise",
            "impose",
            "bear",
            "agreed",
            "period",
            "recovery",
            "after",
            "yearly",
            "past",
            "future",
        ),
        *("from_word", "to_word", "on_word", "all_goods", "same"),
    )
)
#: Tokens to either side in which a word can still own the figure.
REACH = 60
#: Shapes that a list of figures is made of, beside small words.
NOUNS = frozenset(("<place>", "<scope>", "<figure>", "<firm>"))
BRACKETS = frozenset("()")
#: Figures before and after within which the same value, or the head of a list, is looked for.
FIGURES = 30


def others(a: Analysis, index: int) -> Iterator[int]:
    """The first tokens of the other figures of the sentence."""
    sentence = a.doc.sentence_of[a.doc.at(a.quantities[index].start)]
    before = range(index - 1, max(-1, index - FIGURES), -1)
    behind = range(index + 1, min(len(a.quantities), index + FIGURES))
    for places in (before, behind):
        for i in places:
            at = a.doc.at(a.quantities[i].start)
            if a.doc.sentence_of[at] != sentence:
                break
            if a.quantities[i].family not in ("years", "multiple"):
                yield at


def run_head(a: Analysis, index: int) -> int:
    """The first figure of the list that a figure stands in: "46 per cent for Vietnam, 32 for Taiwan, 25 for Korea"."""
    small = a.joins | a.grammar.prepositions | a.grammar.determiners | BRACKETS
    head = index
    while head > max(0, index - FIGURES):
        stop, start = span(a, a.quantities[head - 1])[1], span(a, a.quantities[head])[0]
        if start - stop > 7 or a.doc.sentence_of[start] != a.doc.sentence_of[stop - 1]:
            break
        if not all(a.shapes[k] in NOUNS or a.doc.tokens[k].norm in small for k in range(stop, start)):
            break
        head -= 1
    return head


def same_value(a: Analysis, index: int) -> list[int]:
    """Other figures of the same value, a bare number being a rate."""
    q = a.quantities[index]
    return [
        i
        for i in range(max(0, index - FIGURES), min(len(a.quantities), index + FIGURES))
        if i != index
        and a.quantities[i].value == q.value > 0
        and (a.quantities[i].family == q.family or {a.quantities[i].family, q.family} == {"percent", "bare"})
    ]


def _owned(a: Analysis, index: int, first: int, last: int, begin: int, end: int, group: str) -> Iterator[str]:
    """The nearest telling word of each class to either side, and what parts it from the figure."""
    figures = frozenset(others(a, index))
    ways = (("L", range(first - 1, max(begin, first - REACH) - 1, -1)), ("R", range(last, min(end, last + REACH))))
    for side, places in ways:
        crossed = parted = 0
        seen: set[str] = set()
        for k in places:
            norm = a.doc.tokens[k].norm
            parted = max(parted, 1 if norm == "," else 2 if norm in BREAKS else 0)
            crossed = max(crossed, k in figures)
            for name in a.classes[k]:
                if name in OWNED and name not in seen:
                    seen.add(name)
                    yield f"{group}x{side}{crossed:d}b{parted}:{name}"


def _again(a: Analysis, index: int, sentence: int, group: str) -> list[str]:
    """Whether the same figure is told elsewhere, and beside what words."""
    out: set[str] = set()
    for i in same_value(a, index):
        first, last = span(a, a.quantities[i])
        own = a.doc.sentence_of[first]
        begin, end = a.doc.sentences[own]
        if own == sentence:
            out.add("twice")
            continue
        out |= {f"{group}same", f"{group}same:{own == 0}"}
        near = range(max(begin, first - 6), min(end, last + 6))
        out |= {f"{group}sc:{name}" for k in near for name in a.classes[k] if name in CONTENT}
    return sorted(out or {f"{group}once"})


def _words(a: Analysis, first: int, last: int, begin: int, end: int) -> list[str]:
    """The words beside the figure: by position close by, by side farther off."""
    shapes = a.shapes
    out = []
    for k in range(1, NEAR + 1):
        left = shapes[first - k] if first - k >= begin else "<edge>"
        right = shapes[last + k - 1] if last + k - 1 < end else "<edge>"
        out += [f"l{k}:{left}", f"r{k}:{right}"] if k <= 2 else []
        out += [f"l:{left}", f"r:{right}"]
    out.append(f"l21:{shapes[first - 2] if first - 2 >= begin else ''} {shapes[first - 1] if first > begin else ''}")
    out.append(f"r12:{shapes[last] if last < end else ''} {shapes[last + 1] if last + 1 < end else ''}")
    out += [f"L:{shapes[k]}" for k in range(max(begin, first - WIDE), max(begin, first - NEAR))]
    out += [f"R:{shapes[k]}" for k in range(min(end, last + NEAR), min(end, last + WIDE))]
    return out


def _classes(a: Analysis, first: int, last: int, begin: int, end: int) -> list[str]:
    """The cue classes beside the figure: the nearest of each to either side with its distance, and all of the clause
    and of the sentence."""
    out = []
    seen_left: set[str] = set()
    seen_right: set[str] = set()
    clause = True
    for k in range(first - 1, begin - 1, -1):
        clause = clause and a.doc.tokens[k].norm not in BREAKS
        for name in a.classes[k]:
            if name not in seen_left:
                seen_left.add(name)
                near = "n" if first - k <= 4 else "w" if first - k <= WIDE else "f"
                out.append(f"cl{near}:{name}")
                if clause:
                    out.append(f"clc:{name}")
    clause = True
    for k in range(last, end):
        clause = clause and a.doc.tokens[k].norm not in BREAKS
        for name in a.classes[k]:
            if name not in seen_right:
                seen_right.add(name)
                near = "n" if k - last < 4 else "w" if k - last < WIDE else "f"
                out.append(f"cr{near}:{name}")
                if clause:
                    out.append(f"crc:{name}")
    out += [f"cs:{name}" for name in seen_left | seen_right]
    return out


def _neighbours(a: Analysis, index: int, begin: int, end: int) -> list[str]:
    """The figures before and after in the sentence: their family, and the words between where there are few."""
    out = []
    for step, name in ((-1, "p"), (1, "n")):
        other_index = index + step
        if not 0 <= other_index < len(a.quantities):
            continue
        other = a.quantities[other_index]
        first, last = span(a, other)
        if not begin <= first < end:
            continue
        here_first, here_last = span(a, a.quantities[index])
        between = a.shapes[last:here_first] if step < 0 else a.shapes[here_last:first]
        out.append(f"{name}f:{other.family}")
        if len(between) <= 5:
            out.append(f"{name}g:{' '.join(between)}")
        own = a.quantities[index].value
        out.append(f"{name}o:{'<' if other.value < own else '>' if other.value > own else '='}")
    return out
