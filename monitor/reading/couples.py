"""The sides that one list tells together: "15% for the EU, Japan and Korea"; and rates that both sides charge."""

from __future__ import annotations

from config.words import WORLD, Kind
from monitor.reading.analysis import Analysis, Place

#: Percent of the proceeds that either side gets where they are shared equally.
EQUAL = 50
#: Tokens between a rate and the words that tell it of both directions: "zero on both sides".
MUTUAL_REACH = 8


def expanded(a: Analysis, index: int, kind: str, party: str, counterparty: str) -> list[tuple[str, str]]:
    """The pair of a figure with those that one list tells together with it: "15% for the EU, Japan and Korea".

    An equal split of profits is told of both sides at once, and so is a tariff "on both sides".
    """
    alike = kind == Kind.PROFIT_SHARE and a.quantities[index].value == EQUAL
    if alike or (kind == Kind.TARIFF and counterparty != WORLD and _is_mutual(a, index)):
        return [(party, counterparty), (counterparty, party)]
    others = _coordinated(a, index, counterparty)
    if others and party not in others:
        return [(party, counterparty), *((party, code) for code in others)]
    others = () if counterparty in _coordinated(a, index, party) else _coordinated(a, index, party)
    return [(party, counterparty), *((code, counterparty) for code in others)]


def _is_mutual(a: Analysis, index: int) -> bool:
    """Whether words beside a rate, in its sentence, tell it of both directions."""
    first, last = a.doc.reach(a.quantities[index])
    begin, end = a.doc.sentences[a.doc.sentence_of[first]]
    near = range(max(begin, first - MUTUAL_REACH), min(end, last + MUTUAL_REACH))
    return any("mutual" in a.classes[k] for k in near)


def _coordinated(a: Analysis, index: int, code: str) -> tuple[str, ...]:
    """Other codes told in one list with the mention of `code` nearest to the figure.

    Where a sentence names no place, the list is sought in the one before: "HONDURAS, PANAMA, PERU. 10% each."
    Where as many figures stand in a row as the list has members, each has its own: "Laos and Syria, 40 and 41%".
    """
    first, last = a.doc.reach(a.quantities[index])

    def gap(p: Place) -> int:
        return min(abs(p.list_first - last), abs(first - p.list_last))

    sentence = a.doc.sentence_of[first]
    places = a.places_in[sentence] or (a.places_in[sentence - 1] if sentence else [])
    here = [p for p in places if p.code == code and p.kind != "group"]
    members = min(here, key=gap).members if here else ()
    return tuple(member for member in members if member != code) if len(members) != len(_row(a, index)) else ()


#: Tokens between two figures that stand in a row: "40 and 41".
ROW_GAP = 2


def _row(a: Analysis, index: int) -> list[int]:
    """The figures of one unit that stand in a row with one, that one among them."""
    unit = a.quantities[index].unit
    near = a.figures_in[a.doc.sentence_of[a.doc.reach(a.quantities[index])[0]]]
    out: list[int] = []
    for other in (i for i in near if a.quantities[i].unit == unit):
        if out and a.doc.reach(a.quantities[other])[0] - a.doc.reach(a.quantities[out[-1]])[1] > ROW_GAP:
            if index in out:
                break
            out = []
        out.append(other)
    return out
