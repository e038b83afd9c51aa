"""The doorway of relations: what a text says of a claim beside its figure. Pure; precision before completeness.

Each relation is read by a room of its own, from the words of `config/defaults/relations.yaml`: the law behind a term
(`bases`), how a rate adds up and what a sum consists of (`makeup`), what a rate spares (`exemptions`), when a term ends
(`periods`), what it hangs on (`conditions`). A room gives a figure nothing where the text leaves it open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from monitor.reading.analysis import Analysis
from monitor.reading.bases import Bases
from monitor.reading.conditions import Conditions
from monitor.reading.decision import Decision
from monitor.reading.exemptions import Exemptions
from monitor.reading.makeup import Instruments, RateTypes
from monitor.reading.periods import Periods
from monitor.reading.scan import Scanner
from monitor.reading.stated import Page
from monitor.types import Claim

#: The fields of a claim that are read here.
FIELDS = ("until", "condition", "instrument", "legal_basis", "rate_type", "exemptions")


@dataclass(frozen=True)
class Relations:
    """Reads the relations of one language. Immutable; safe to share between threads."""

    scanner: Scanner
    breaks: frozenset[str]
    rooms: Mapping[str, Any]

    @classmethod
    def of(cls, raw: Mapping[str, Any], numbers: Mapping[str, float]) -> Relations:
        """From the relations of a language (`relations.yaml`), and its numbers in words."""
        entries = [
            *Bases.entries(raw["legal_basis"]),
            *RateTypes.entries(raw["rate_type"]),
            *Instruments.entries(raw["instrument"]),
            *Exemptions.entries(raw["exemptions"]),
            *Periods.entries(raw["until"]),
            *Conditions.entries(raw["condition"]),
        ]
        rooms = {
            "until": Periods.of(raw["until"], numbers),
            "condition": Conditions.of(raw["condition"]),
            "instrument": Instruments.of(raw["instrument"]),
            "legal_basis": Bases.of(raw["legal_basis"]),
            "rate_type": RateTypes(frozenset(map(str, raw["rate_type"]["joins"]))),
            "exemptions": Exemptions.of(raw["exemptions"]),
        }
        return cls(Scanner(entries), frozenset(map(str, raw["breaks"])), rooms)

    def told(self, a: Analysis, decisions: Sequence[Decision]) -> tuple[Decision, ...]:
        """The decisions with what the text says of their claims."""
        claims = {index: decision.claims for index, decision in enumerate(decisions) if decision.claims}
        if not claims:
            return tuple(decisions)
        page = Page.of(a, self.scanner.scan(a.doc.body), claims, self.breaks)
        found = {name: room.read(page) for name, room in self.rooms.items()}
        out = []
        for index, decision in enumerate(decisions):
            said = {name: values[index] for name, values in found.items() if index in values}
            own = tuple(replace(claim, **said) for claim in decision.claims) if said else decision.claims
            out.append(replace(decision, claims=own) if said else decision)
        return tuple(out)


def shared(claims: Sequence[Claim]) -> list[Claim]:
    """The claims, each with what another statement of the same term, figure and status says of it."""
    said: dict[tuple[object, ...], dict[str, Any]] = {}
    for claim in claims:
        known = said.setdefault(_statement(claim), {})
        for name in FIELDS:
            if getattr(claim, name):
                known.setdefault(name, getattr(claim, name))
    return [replace(claim, **known) if (known := said[_statement(claim)]) else claim for claim in claims]


def _statement(claim: Claim) -> tuple[object, ...]:
    key = (claim.kind, claim.party, claim.counterparty, claim.actor, claim.scope)
    return (*key, claim.value, claim.delta, claim.unit, claim.status)
