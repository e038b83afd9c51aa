"""How far a term has come: what a careful reader weighs to tell a threat from a deal, a law, a pause and an end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from monitor.reading.analysis import Analysis
from monitor.reading.clauses import Governor, governor
from monitor.reading.features import others, run_head, same_value, sentence_words, size, span
from monitor.reading.roles import Told

#: Cue classes that tell how far a term has come, or in which direction it moves.
STEPS = frozenset(
    (
        *("agreed", "ordered", "in_effect", "threatened", "demanded", "proposed", "rejected", "suspended", "ended"),
        *(
            "speculated",
            "past",
            "future",
            "modal",
            "negation",
            "pair",
            "impose",
            "cut",
            "raise",
            "bear",
            "invest",
            "buy",
        ),
        *("cost", "same"),
    )
)
#: Those of them that a verb over an infinitive can be in: "threatened to raise".
STANDS = frozenset(
    ("agreed", "ordered", "threatened", "demanded", "proposed", "rejected", "suspended", "ended", "speculated", "modal")
)
#: How far before an infinitive the verb stands that it hangs on, in tokens.
RULED = 8
#: Marks that part clauses; a comma parts them less.
BREAKS = frozenset((";", ":", "(", ")", "—", "\n", "!", "?"))
#: Tokens to either side of a figure in which a cue can still be about it.
REACH = 60
#: A cue is denied where a negation stands in so many tokens before it.
DENIED = 3
#: Tokens to either side of a figure told again elsewhere whose cues count for this one too.
AGAIN = 8


def status_features(a: Analysis, index: int, kind: str, told: Told) -> list[str]:
    """Features of a figure's status: its clause's verb and cues, the list it stands in, the dates, what was told."""
    q = a.quantities[index]
    first, last = span(a, q)
    sentence = a.doc.sentence_of[first]
    begin, end = a.doc.sentences[sentence]
    group = "t" if kind == "tariff" else "m"
    figures = frozenset(others(a, index))
    out = ["1", f"kind:{kind}", f"tier:{a.tier}", f"f:{q.family}", f"fs:{q.family}{size(q)}", f"q:{q.qualifier}"]
    out.append("in:title" if sentence == 0 else f"in:{min(sentence, 3)}")
    if q.family in ("zero", "removal", "multiple"):
        out.append("w:" + a.doc.body[q.start : q.end].lower())
    out += _beside(a, first, last, begin, end)
    sides = [*_cues(a, first, last, begin, end, figures)]
    out += sides + [f"{group}{cue}" for cue in sides if cue[2] == ":"]
    out += _verb(a, first, last, begin, end)
    head = run_head(a, index)
    if head != index:
        out += [f"h{feature}" for feature in _head(a, head, begin, end)]
    out += [f"cs:{name}" for name in a.sentence_classes(sentence)]
    out += [f"{prefix}ct:{name}" for prefix in ("", group) for name in a.title_classes]
    out += _again(a, index, sentence)
    out += _neighbours(a, index, begin, end)
    out += _carried(a, index, head, group, told)
    out += _dates(a, first, last, begin, end, figures)
    out += _around(a, sentence)
    out += _written(a, group, governor(a, first, last, begin, end))
    return out + sentence_words(a, sentence)


def _beside(a: Analysis, first: int, last: int, begin: int, end: int) -> Iterator[str]:
    """The words beside the figure."""
    for k in range(1, 5):
        left = a.shapes[first - k] if first - k >= begin else "<edge>"
        right = a.shapes[last + k - 1] if last + k - 1 < end else "<edge>"
        yield from (f"l:{left}", f"r:{right}")
        if k <= 2:
            yield from (f"l{k}:{left}", f"r{k}:{right}")


def _cues(a: Analysis, first: int, last: int, begin: int, end: int, figures: frozenset[int]) -> Iterator[str]:
    """The nearest cue of each class to either side: beyond another figure or a mark it belongs to something else."""
    ways = (("L", range(first - 1, max(begin, first - REACH) - 1, -1)), ("R", range(last, min(end, last + REACH))))
    for side, places in ways:
        crossed = parted = 0
        seen: set[str] = set()
        for k in places:
            norm = a.doc.tokens[k].norm
            parted = 2 if norm in BREAKS else max(parted, norm == ",")
            crossed = max(crossed, k in figures)
            for name in a.classes[k]:
                if name in STEPS and name not in seen:
                    seen.add(name)
                    yield from (f"c{side}:{name}", f"c{side}x{crossed:d}b{parted:d}:{name}")
                    if any("negation" in a.classes[j] for j in range(max(begin, k - DENIED), k)):
                        yield f"neg{side}:{name}"


def _verb(a: Analysis, first: int, last: int, begin: int, end: int) -> list[str]:
    """The verb that governs the figure, its ending, voice and auxiliaries, and the nearest auxiliary of the clause."""
    g: Governor = governor(a, first, last, begin, end)
    ending = g.word[-2:]
    out = [f"gv:{g.name}", f"gx:{g.auxiliaries}|{g.name}", f"gp:{g.name}{g.passive:d}{g.behind:d}"]
    out += [f"gs:{g.name}{ending}", f"gsx:{ending}{g.auxiliaries}"]
    out += [f"gxw:{word}" for word in g.auxiliaries.split()]
    ways = (("L", range(first - 1, max(begin, first - REACH) - 1, -1)), ("R", range(last, min(end, last + REACH))))
    for side, places in ways:
        word = _auxiliary(a, places)
        out += [f"ax{side}:{word}"] if word else []
    return out + list(_above(a, g, begin))


def _above(a: Analysis, g: Governor, begin: int) -> Iterator[str]:
    """The verb that an infinitive hangs on: "threatened on Saturday to raise", "agreed to cut"."""
    if a.grammar.infinitives.isdisjoint(g.auxiliaries.split()[:1]):
        return
    for k in range(g.at - 1, max(begin, g.at - RULED) - 1, -1):
        if a.doc.tokens[k].norm in BREAKS:
            return
        names = [name for name in a.classes[k] if name in STANDS]
        if names:
            yield from (f"over:{name}" for name in names)
            yield from (f"over:{name}|{g.name}" for name in names)
            yield f"over:{a.shapes[k]}"
            return


def _auxiliary(a: Analysis, places: Iterable[int]) -> str | None:
    for k in places:
        norm = a.doc.tokens[k].norm
        if norm in BREAKS:
            return None
        if norm in a.grammar.auxiliaries:
            return norm
    return None


def _head(a: Analysis, head: int, begin: int, end: int) -> list[str]:
    """What stands before the first figure of the list: it holds for all of them."""
    first, last = span(a, a.quantities[head])
    out = ["run"]
    out += [cue for cue in _cues(a, first, last, begin, end, frozenset()) if cue.startswith("cL")]
    out += _verb(a, first, last, begin, end)
    return out + [f"l:{a.shapes[k]}" for k in range(max(begin, first - 3), first)]


def _again(a: Analysis, index: int, sentence: int) -> list[str]:
    """Whether the same figure is told elsewhere, and how."""
    same = same_value(a, index)
    out = {f"same:{min(2, len(same))}{any(i < index for i in same):d}"}
    for i in same[:4]:
        first, last = span(a, a.quantities[i])
        own = a.doc.sentence_of[first]
        if own != sentence:
            begin, end = a.doc.sentences[own]
            g = governor(a, first, last, begin, end)
            out |= {f"sgv:{g.name}", f"sgx:{g.auxiliaries}"}
            near = range(max(begin, first - AGAIN), min(end, last + AGAIN))
            out |= {f"sc:{name}" for k in near for name in a.classes[k] if name in STEPS}
    return sorted(out)


def _neighbours(a: Analysis, index: int, begin: int, end: int) -> Iterator[str]:
    """The figures before and after in the sentence: their form, which is larger, the few words between."""
    q = a.quantities[index]
    first, last = span(a, q)
    for step, name in ((-1, "p"), (1, "n")):
        if not 0 <= index + step < len(a.quantities):
            continue
        other = a.quantities[index + step]
        start, stop = span(a, other)
        if begin <= start < end:
            gap = a.shapes[stop:first] if step < 0 else a.shapes[last:start]
            order = "<" if other.value < q.value else ">" if other.value > q.value else "="
            yield from (f"{name}f:{other.family}", f"{name}o:{order}")
            if len(gap) <= 3:
                yield f"{name}g:{' '.join(gap)}"


def _carried(a: Analysis, index: int, head: int, group: str, told: Told) -> list[str]:
    """The status told last, by how near it was told: in the same list, sentence, paragraph."""
    if told.status is None or told.index < 0:
        return ["told:None"]
    sentence, before = (a.doc.sentence_of[span(a, a.quantities[i])[0]] for i in (index, told.index))
    near = (
        "title"
        if before == 0 != sentence
        else "run"
        if run_head(a, told.index) == head
        else "sent"
        if before == sentence
        else "par"
        if a.doc.paragraphs[before] == a.doc.paragraphs[sentence]
        else "near"
        if sentence - before <= 1
        else "far"
    )
    kinds = f"{group}{'t' if told.kind == 'tariff' else 'm'}"
    return [f"told:{told.status}", f"told{near}:{told.status}", f"toldk{kinds}:{told.status}", f"toldr:{near}{group}"]


def _dates(a: Analysis, first: int, last: int, begin: int, end: int, figures: frozenset[int]) -> Iterator[str]:
    """The dates of the sentence: ahead or behind, the word before each, and whether another figure stands between."""
    published = a.published.isoformat()
    found = False
    for mention in a.dates_in[a.doc.sentence_of[first]]:
        start, stop = a.doc.reach(mention)
        found = True
        before = a.shapes[start - 1] if start > begin else "<edge>"
        lies = when(mention.past, mention.future, published)
        side = "L" if start < first else "R"
        between = any(k in figures for k in range(min(stop, last), max(start, first)))
        yield from (f"date:{lies}", f"date:{lies}:{before}")
        yield from (f"date{side}{between:d}:{lies}", f"date{side}{between:d}:{lies}:{before}")
        if start == begin:
            yield f"datelead:{lies}"
    if not found:
        yield "date:none"


def _around(a: Analysis, sentence: int) -> Iterator[str]:
    """The cues of the article, of the sentence after and, from the text's second sentence on, of the one before.

    Where the sentence has no date: the last one of the two sentences before, and the first of the paragraph's opening.
    """
    for name, other in (("bc", sentence - 1), ("nc", sentence + 1)):
        if sentence > (name == "bc") and other < len(a.doc.sentences):
            yield from (f"{name}:{cue}" for cue in a.sentence_classes(other) if cue in STEPS)
    yield from (f"dc:{cue}" for cue in a.document_classes if cue in STEPS)
    if a.dates_in[sentence]:
        return
    published = a.published.isoformat()
    for back in (1, 2):
        if sentence - back > 0 and a.dates_in[sentence - back]:
            mention = a.dates_in[sentence - back][-1]
            yield f"bdate{back}:{when(mention.past, mention.future, published)}"
            break
    opening = a.doc.paragraphs[sentence]
    if 0 < opening < sentence and a.dates_in[opening]:
        mention = a.dates_in[opening][0]
        yield f"pdate:{when(mention.past, mention.future, published)}"


#: From this year on measures came and went by the month, and what an article calls "the 25%" hangs on when it appeared.
BUSY = 2025


def _written(a: Analysis, group: str, g: Governor) -> Iterator[str]:
    """When the article appeared: a rate that is told in passing stood then, or had been struck down."""
    day, part = a.published, half(a.published)
    yield from (f"pub:{group}{part}", f"pub:{part}|{g.name}|{g.auxiliaries}")
    if day.year >= BUSY:
        yield f"pub:{group}{day.year}q{(day.month - 1) // 3}"


def half(day: date) -> str:
    """The half of the year in which an article appeared; of quieter years the year."""
    return f"{day.year}h{(day.month - 1) // 6}" if day.year >= BUSY else str(day.year)


def when(past: str, future: str, published: str) -> str:
    """Where a date lies: `open` where it has two readings; days behind of another year are `old`."""
    if past != future:
        return "open"
    if past >= published:
        return "day" if past == published else "ahead"
    return "behind" if past[:4] == published[:4] else "old"
