"""The sides that one list tells together: "15% for the EU, Japan and Korea"."""

from __future__ import annotations

from monitor.reading.analysis import Analysis, Place

#: Percent of the proceeds that either side gets where they are shared equally.
EQUAL = 50


def expanded(a: Analysis, index: int, kind: str, party: str, counterparty: str) -> list[tuple[str, str]]:
    """The pair of a figure with those that one list tells together with it: "15% for the EU, Japan and Korea".

    An equal split of profits is told of both sides at once.
    """
    if kind == "profit_share" and a.quantities[index].value == EQUAL:
        return [(party, counterparty), (counterparty, party)]
    others = _coordinated(a, index, counterparty)
    if others and party not in others:
        return [(party, counterparty), *((party, code) for code in others)]
    others = () if counterparty in _coordinated(a, index, party) else _coordinated(a, index, party)
    return [(party, counterparty), *((code, counterparty) for code in others)]


def _coordinated(a: Analysis, index: int, code: str) -> tuple[str, ...]:
    """Other codes told in one list with the mention of `code` nearest to the figure."""
    first, last = a.doc.reach(a.quantities[index])

    def gap(p: Place) -> int:
        return min(abs(p.list_first - last), abs(first - p.list_last))

    here = [p for p in a.places_in[a.doc.sentence_of[first]] if p.code == code and p.kind != "group"]
    return tuple(member for member in min(here, key=gap).members if member != code) if here else ()
