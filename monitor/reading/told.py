"""What the reading of an article carries on from one figure to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from monitor.reading.analysis import Analysis


class Settled(NamedTuple):
    """What one claim of a figure settles for the figures behind it."""

    kind: str
    party: str
    counterparty: str
    actor: str | None
    status: str
    effective: str | None


@dataclass(frozen=True, slots=True)
class Told:
    """What the reading has settled of the figures before."""

    #: Of the last claim.
    kind: str | None = None
    party: str | None = None
    counterparty: str | None = None
    actor: str | None = None
    status: str | None = None
    effective: str | None = None
    #: Every (kind, party, counterparty) so far.
    pairs: frozenset[tuple[str, str, str]] = frozenset()
    #: Which figure the last claim is of; -1 where nothing was told yet.
    index: int = -1

    def sentence(self, a: Analysis) -> int | None:
        """In which sentence of its article the last claim was told; None where nothing was told yet."""
        return None if self.index < 0 else a.doc.sentence_of[a.doc.at(a.quantities[self.index].start)]

    def after(self, index: int, claims: Sequence[Settled]) -> Told:
        """What a reader carries on from the claims of a figure to the next."""
        first = claims[0]
        pairs = self.pairs | {(first.kind, c.party, c.counterparty) for c in claims}
        return Told(*first, pairs=pairs, index=index)
