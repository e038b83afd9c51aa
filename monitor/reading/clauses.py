"""The verb that governs a figure, its voice and its auxiliaries, and what stands before and behind it: shallow grammar."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.reading.analysis import Analysis, Place

#: Cue classes whose words are mostly verbs, the most telling first.
VERBAL = (
    "impose",
    "bear",
    "invest",
    "buy",
    "cut",
    "raise",
    "suspended",
    "ended",
    "rejected",
    "demanded",
    "threatened",
    "proposed",
    "ordered",
    "agreed",
)
#: Tokens that a clause does not reach across.
STOPS = frozenset({";", ":", "(", ")", "—", "."})


@dataclass(frozen=True, slots=True)
class Governor:
    """The verb that a figure hangs on; `at` is -1 where none was found."""

    at: int
    name: str
    word: str
    #: The auxiliaries before it, joined: "will be", "has", "could".
    auxiliaries: str
    passive: bool
    #: It stands behind the figure: the figure is (part of) its subject.
    behind: bool


NONE = Governor(-1, "-", "-", "", False, False)


def governor(a: Analysis, first: int, last: int, begin: int, end: int) -> Governor:
    """The nearest verb before the figure in its clause, else the nearest behind it."""
    for k in range(first - 1, begin - 1, -1):
        if a.doc.tokens[k].norm in STOPS and a.doc.tokens[k].norm != ":":
            break
        name = _verb(a, k)
        if name:
            return _described(a, k, name, begin, False)
    for k in range(last, end):
        if a.doc.tokens[k].norm in STOPS:
            break
        name = _verb(a, k)
        if name:
            return _described(a, k, name, begin, True)
    return NONE


def _verb(a: Analysis, k: int) -> str | None:
    classes = a.classes[k]
    if not classes or a.shapes[k].startswith("<"):
        return None
    before = a.doc.tokens[k - 1].norm if k else ""
    if before in a.grammar.determiners:
        return None  # "the order", "a charge": a noun
    return next((name for name in VERBAL if name in classes), None)


def _described(a: Analysis, k: int, name: str, begin: int, behind: bool) -> Governor:
    auxiliaries = []
    for j in range(k - 1, max(begin, k - 5) - 1, -1):
        norm = a.doc.tokens[j].norm
        if norm in a.grammar.auxiliaries:
            auxiliaries.append(norm)
        elif norm not in a.grammar.adverbs:
            break
    auxiliaries.reverse()
    passive = any(norm in a.grammar.passives for norm in auxiliaries[-1:]) and not a.doc.tokens[k].norm.endswith(a.grammar.active_endings)
    return Governor(k, name, a.doc.tokens[k].norm, " ".join(auxiliaries), passive, behind)


def relation(a: Analysis, g: Governor, start: int, stop: int, first: int, begin: int) -> tuple[str, str, str]:
    """How a phrase (tokens start to stop) stands to the verb: place, the preposition before it, what follows it."""
    if g.at < 0:
        place = "<f" if stop <= first else ">f"
    elif stop <= g.at:
        place = "<v" if g.behind is False else "<v>"
    elif stop <= first:
        place = "v<f"
    else:
        place = ">f"
    preposition = "-"
    for k in range(start - 1, max(begin, start - 4) - 1, -1):
        norm = a.doc.tokens[k].norm
        if norm in a.grammar.prepositions:
            preposition = norm
            break
        if norm not in a.grammar.determiners and norm not in a.grammar.adverbs and not a.shapes[k].startswith("<"):
            break
    head = "-"
    if stop < len(a.shapes):
        classes = a.classes[stop]
        if a.shapes[stop] == "<scope>" or "goods" in classes:
            head = "goods"
        elif "tariff" in classes or "rate" in classes:
            head = "tariff"
        elif a.shapes[stop] == "<firm>":
            head = "firm"
        elif a.doc.tokens[stop].norm in ("'s", "'"):
            head = "'s"
    return place, preposition, head


@dataclass(frozen=True, slots=True)
class Trade:
    """Whose goods a figure is about, and into whose market they go or who levies, as far as the clause says it."""

    #: Codes, the nearest first.
    origins: tuple[str, ...]
    leviers: tuple[str, ...]


#: How many tokens a noun may stand from the place it belongs to: "Korean cars", "goods originating in the United States".
NEAR_NOUN = 3


def trade(a: Analysis, first: int, last: int, begin: int, end: int) -> Trade:
    """The origins and the leviers that a figure's clause names, nearest to the figure first.

    A place is an origin where goods are its own ("Korean cars", "imports from Korea", "Korea pays", "Japan's 24%"); it
    levies where a tariff is its own ("US duty"), where it acts on tariffs, or where the goods go ("entering China").
    A place beyond another figure belongs to that one.
    """
    left, right = _clause(a, first, last, begin, end)
    origins: list[tuple[int, str]] = []
    leviers: list[tuple[int, str]] = []
    for p in a.places:
        if not left <= p.first < right or p.kind == "firm" or first <= p.first < last:
            continue
        before = p.list_last <= first
        gap = first - p.list_last if before else p.list_first - last
        beyond = any(a.shapes[k] == "<figure>" for k in (range(p.list_last, first) if before else range(last, p.list_first)))
        role = _approached(a, p, begin) or _beside(a, p, first, last, gap, before) or _trade_role(a, p, begin, end)
        if role and beyond:
            gap += 100
        if role == "origin":
            origins.append((gap, p.code))
        elif role == "levier":
            leviers.append((gap, p.code))
    named = [tuple(dict.fromkeys(code for gap, code in sorted(found) if gap < 100)) for found in (origins, leviers)]
    return Trade(named[0], named[1])


def _clause(a: Analysis, first: int, last: int, begin: int, end: int) -> tuple[int, int]:
    """The tokens around a figure up to the nearest strong mark."""
    left = first
    while left > begin and a.doc.tokens[left - 1].norm not in STOPS:
        left -= 1
    right = last
    while right < end and a.doc.tokens[right].norm not in STOPS:
        right += 1
    return left, right


def _approached(a: Analysis, p: Place, begin: int) -> str | None:
    """The role that the words just before a place give it: "imports from", "entering"; "" where it is only a reason."""
    prior = {name for k in range(max(begin, p.list_first - NEAR_NOUN), p.list_first) for name in a.classes[k]}
    if "reason" in prior:
        return "reason"
    if "destination" in prior and p.kind != "adjective":
        return "levier"
    return "origin" if "source" in prior else None


def _beside(a: Analysis, p: Place, first: int, last: int, gap: int, before: bool) -> str | None:
    """The role of a place right beside the figure: "Japan's 24%", "32% for Taiwan", "on China 34%", "VIETNAM: 20%"."""
    if gap > 2 or p.kind in ("body", "person"):
        return None
    between = [a.doc.tokens[k].norm for k in (range(p.list_last, first) if before else range(last, p.list_first))]
    if before:
        fits = p.possessive or between in ([], [":"], ["'s"], ["at"], ["with"], ["of"], ["("], ["is"], ["-"], ["is", "at"])
        return "origin" if fits and p.kind != "capital" else None
    return "origin" if between[:1] in (["for"], ["on"], ["against"]) and p.kind in ("name", "bloc", "group") else None


def _trade_role(a: Analysis, p: Place, begin: int, end: int) -> str | None:
    """The role that the words around a place give it, wherever the figure stands."""
    stop = p.list_last
    close = {name for k in range(max(begin, p.list_first - 2), p.list_first) for name in a.classes[k]}
    for k in range(stop, min(end, stop + NEAR_NOUN + 1)):
        classes = a.classes[k]
        if "destination" in classes and "goods" not in classes and k > stop:
            break
        if a.shapes[k] == "<scope>" or "goods" in classes:
            return "origin"
        if "tariff" in classes:
            return "levier"
        if "bear" in classes and "impose" not in classes:
            return "origin"
        if "impose" in classes:
            passive = any(a.doc.tokens[j].norm in a.grammar.passives for j in range(stop, k))
            return "origin" if passive else "levier"
        if a.shapes[k] in ("<figure>", "<place>") or a.doc.tokens[k].norm in STOPS or a.doc.tokens[k].norm == ",":
            break
    if "by_word" in close:
        return "levier"
    if "on_word" in close and p.kind in ("name", "bloc", "group", "adjective"):
        return "origin"
    return None
