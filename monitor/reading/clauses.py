"""The verb that governs a figure, its voice and its auxiliaries: shallow grammar."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.reading.analysis import Analysis

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
    known = a.derived(_governors)
    if (first, last) not in known:
        known[first, last] = _governor(a, first, last, begin, end)
    return known[first, last]


def _governors(_: Analysis) -> dict[tuple[int, int], Governor]:
    """The governors found so far, by the tokens of their figure: several models ask for the same."""
    return {}


def _governor(a: Analysis, first: int, last: int, begin: int, end: int) -> Governor:
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
    if a.doc.tokens[k].norm in a.grammar.auxiliaries and _helps(a, k):
        return None  # "was imposed": the verb is the second
    return next((name for name in VERBAL if name in classes), None)


def _helps(a: Analysis, k: int) -> bool:
    """Whether an auxiliary stands before a verb, perhaps with adverbs between: "was later imposed"."""
    for j in range(k + 1, min(len(a.doc.tokens), k + 4)):
        norm = a.doc.tokens[j].norm
        if norm not in a.grammar.adverbs and norm not in a.grammar.auxiliaries:
            return not a.shapes[j].startswith("<") and any(name in a.classes[j] for name in VERBAL)
    return False


def _described(a: Analysis, k: int, name: str, begin: int, behind: bool) -> Governor:
    auxiliaries = []
    for j in range(k - 1, max(begin, k - 5) - 1, -1):
        norm = a.doc.tokens[j].norm
        if norm in a.grammar.auxiliaries:
            auxiliaries.append(norm)
        elif norm not in a.grammar.adverbs:
            break
    auxiliaries.reverse()
    word = a.doc.tokens[k].norm
    passive = bool(auxiliaries) and auxiliaries[-1] in a.grammar.passives
    passive = passive and not word.endswith(a.grammar.active_endings)
    return Governor(k, name, a.doc.tokens[k].norm, " ".join(auxiliaries), passive, behind)
