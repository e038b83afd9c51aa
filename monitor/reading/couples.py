"""The sides that one list tells together: "15% for the EU, Japan and Korea"; and rates that both sides charge."""

from __future__ import annotations

from config.words import WORLD, Kind
from monitor.reading.analysis import Analysis, Place
from monitor.reading.nearby import outwards

#: Percent of the proceeds that either side gets where they are shared equally.
EQUAL = 50
#: Tokens between a rate and the words that tell it of both directions: "zero on both sides".
MUTUAL_REACH = 8
#: Tokens between two figures that stand in a row: "40 and 41".
ROW_GAP = 2
#: Marks behind which something else begins.
STOPS = frozenset((";", ":"))


def expanded(a: Analysis, index: int, kind: str, party: str, counterparty: str) -> list[tuple[str, str]]:
    """The pair of a figure with those that one list tells together with it: "15% for the EU, Japan and Korea".

    An equal split of profits is told of both sides at once, and so is a tariff "on both sides".
    """
    alike = kind == Kind.PROFIT_SHARE and a.quantities[index].value == EQUAL
    pairs = [(party, counterparty)]
    if not alike:
        beside = _coordinated(a, index, counterparty)
        if beside and party not in beside:
            pairs += [(party, code) for code in beside]
        elif counterparty not in (before := _coordinated(a, index, party)):
            pairs += [(code, counterparty) for code in before]
    if alike or (kind == Kind.TARIFF and WORLD not in (party, counterparty) and _is_mutual(a, index)):
        pairs += [(other, one) for one, other in pairs]
    return pairs


def _is_mutual(a: Analysis, index: int) -> bool:
    """Whether words beside a rate, in its sentence, tell it of both directions."""
    first, last = a.doc.reach(a.quantities[index])
    for places in (range(first, last), *outwards(a, index, MUTUAL_REACH, MUTUAL_REACH)):
        for k in places:
            if a.doc.tokens[k].norm in STOPS:
                break
            if "mutual" in a.classes[k]:
                return True
    return False


def _coordinated(a: Analysis, index: int, code: str) -> tuple[str, ...]:
    """Other codes told in one list with the mention of `code` nearest to the figure.

    Where a sentence names no place, the list is sought in the one before: "HONDURAS, PANAMA, PERU. 10% each."
    Where as many figures stand in a row as the list has members, they share none: "Laos and Syria, 40 and 41%".
    """
    first, last = a.doc.reach(a.quantities[index])

    def gap(p: Place) -> int:
        return min(abs(p.list_first - last), abs(first - p.list_last))

    sentence = a.doc.sentence_of[first]
    places = a.places_in[sentence] or (a.places_in[sentence - 1] if sentence else [])
    here = [p for p in places if p.code == code and p.kind != "group"]
    members = min(here, key=gap).members if here else ()
    if len(members) < 2 or len(members) == len(_row(a, index)):
        return ()
    return tuple(member for member in members if member != code)


def _row(a: Analysis, index: int) -> list[int]:
    """The figures of one unit that stand in a row with one, joined by "and" or a mark; that one among them."""
    unit = a.quantities[index].unit
    near = a.figures_in[a.doc.sentence_of[a.doc.reach(a.quantities[index])[0]]]
    out: list[int] = []
    for other in (i for i in near if a.quantities[i].unit == unit):
        if out and not _joined(a, out[-1], other):
            if index in out:
                break
            out = []
        out.append(other)
    return out


def _joined(a: Analysis, one: int, other: int) -> bool:
    """Whether nothing but what joins a list stands between two figures."""
    between = range(a.doc.reach(a.quantities[one])[1], a.doc.reach(a.quantities[other])[0])
    return len(between) <= ROW_GAP and {a.doc.tokens[k].norm for k in between} <= a.joins
