"""The two sides of a figure together: features of a party with a counterparty, and the lists that either stands in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from config.words import WORLD
from monitor.reading import trade
from monitor.reading.analysis import Analysis, Place
from monitor.reading.features import span
from monitor.reading.roles import GROUPS, Told
from monitor.reading.trade import ABSENT, BOUND, LEVIER, ORIGIN, evidence

#: Classes of words that turn the direction of what was told, or keep to it.
TURNING = frozenset(
    ("turn", "we", "they", "goods", "bear", "impose", "source", "destination", "from_word", "to_word", "same")
)
#: From so many sentences on, what was told last is far.
FAR = 3
#: Percent of the proceeds that either side gets where they are shared equally.
EQUAL = 50


@dataclass(frozen=True, slots=True)
class Frame:
    """What a figure's sentence, the title and the claim before say of who is on which side."""

    kind: str
    told: Told
    #: Where each code is first named in the sentence.
    order: Mapping[str, int]
    #: What the sentence makes of each code, and what the title does: see `trade`.
    letters: Mapping[str, str]
    titled: Mapping[str, str]
    votes: Mapping[str, tuple[int, int]]
    #: Classes of the sentence out of `TURNING`.
    cues: frozenset[str]
    #: How many sentences back the last claim was told, at most `FAR`.
    apart: int

    @classmethod
    def of(cls, a: Analysis, index: int, kind: str, told: Told) -> Frame:
        """The frame of a figure of that kind."""
        first, last = span(a, a.quantities[index])
        sentence = a.doc.sentence_of[first]
        begin, end = a.doc.sentences[sentence]
        order: dict[str, int] = {}
        for place in a.places_in[sentence]:
            order.setdefault(place.code, place.first)
        apart = FAR
        if told.index >= 0:
            apart = min(sentence - a.doc.sentence_of[a.doc.at(a.quantities[told.index].start)], FAR)
        letters = evidence(a, first, last, begin, end)
        return cls(
            kind,
            told,
            order,
            letters,
            trade.roles_in(a, 0),
            trade.votes(a),
            a.sentence_classes(sentence) & TURNING,
            apart,
        )

    def features(self, party: str, counterparty: str) -> list[str]:
        """Features of two codes as the sides of the figure."""
        told, every = self.told, "w" if counterparty == WORLD else ""
        x, y = self.letters.get(party, ABSENT), self.letters.get(counterparty, ABSENT)
        known = self._before(party) + self._before(counterparty)
        rest = {letter for code, letter in self.letters.items() if code not in (party, counterparty)}
        unexplained = f"x{not rest.isdisjoint((ORIGIN, BOUND)):d}{LEVIER in rest:d}"
        levies, bears = self.votes.get(party, (0, 0))[0], self.votes.get(counterparty, (0, 0))[1]
        out = [
            f"e{x}{y}{every}",
            f"e{known}{every}",
            f"{unexplained}{every}",
            f"{unexplained}{known}{every}",
            f"T{self.titled.get(party, ABSENT)}{self.titled.get(counterparty, ABSENT)}{every}",
            f"cast{min(levies, 2)}{min(bears, 2)}",
            self._ordered(party, counterparty),
        ]
        if known in ("PC", "CP"):
            out += [f"e{x}{y}{known}", f"x{min(len(rest), 2)}{known}", f"far{self.apart}{known}"]
            out += [f"{known}:{told.kind == self.kind}:{told.kind}", *(f"{cue}|{known}" for cue in self.cues)]
        if (self.kind, party, counterparty) in told.pairs:
            out.append("ever")
        if "US" in (party, counterparty):
            out.append("withUS")
        group = GROUPS.get(self.kind, "m")
        return [f"{group}={feature}" for feature in out]

    def _before(self, code: str) -> str:
        """Whether a code was the party, the counterparty or neither of what was told last."""
        told = self.told
        return "P" if told.party == code else "C" if told.counterparty == code else "-" if told.party else "0"

    def _ordered(self, party: str, counterparty: str) -> str:
        """Which of the two the sentence names, and which first."""
        first, second = self.order.get(party), self.order.get(counterparty)
        if first is not None and second is not None:
            return "both<" if first < second else "both>"
        return "neither" if first is second else "onlyP" if second is None else "onlyC"


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
    first, last = span(a, a.quantities[index])

    def gap(p: Place) -> int:
        return min(abs(p.list_first - last), abs(first - p.list_last))

    here = [p for p in a.places_in[a.doc.sentence_of[first]] if p.code == code and p.kind != "group"]
    return tuple(member for member in min(here, key=gap).members if member != code) if here else ()
