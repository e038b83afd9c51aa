"""The encoder: a vote on every decision, from the words in their order and the article as a whole.

The small models weigh what `features`, `roles` and their like say of a figure. The encoder is told nothing but the
tokens and what the recognisers see there, and learns by itself what to look at; the two err in different places, so
that together they err less (decision 18). Data without code: arrays and names.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from config.words import WORLD
from monitor.reading import layers
from monitor.reading.analysis import Analysis
from monitor.reading.layers import READING
from monitor.reading.page import Array, Numbers, Page, Vocabulary, numbers, page

#: The name under which the vocabulary and the labels are kept beside the weights.
NAMES = "names"
Scores = dict[str, float]


@dataclass(frozen=True)
class Encoder:
    """A trained encoder. Immutable; safe to share between threads."""

    vocabulary: Vocabulary
    kinds: tuple[str, ...]
    statuses: tuple[str, ...]
    weights: Mapping[str, Array]

    def look(self, a: Analysis) -> Look:
        """The article, encoded; what is asked of it is reckoned when it is asked."""
        return Look(self, page(a))

    def save(self, path: Path) -> None:
        """Writes arrays of 16-bit numbers and the names as JSON; the same encoder gives the same bytes."""
        names = {"vocabulary": self.vocabulary, "kinds": self.kinds, "statuses": self.statuses}
        text = json.dumps(names, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        arrays = {name: values.astype(np.float16) for name, values in self.weights.items()}
        arrays[NAMES] = np.frombuffer(text.encode(), dtype=np.uint8)
        np.savez(path, **arrays)  # type: ignore[arg-type]

    @classmethod
    def load(cls, path: Path) -> Encoder:
        """What `save` wrote."""
        with np.load(path, allow_pickle=False) as found:
            names: dict[str, Any] = json.loads(found[NAMES].tobytes())
            weights = {name: found[name].astype(np.float32) for name in found.files if name != NAMES}
        return cls(names["vocabulary"], tuple(names["kinds"]), tuple(names["statuses"]), weights)


@dataclass(frozen=True)
class _Settled:
    """Every figure of an article as of one kind; rows are figures."""

    party: Array
    counterparty: Array
    #: The likeliest pairs of places in `Page.codes`, the best first, and their shares among all pairs.
    pairs: Array
    shares: Array
    scopes: Array
    statuses: Array


#: Pairs of sides whose shares are told.
LIKELIEST = 2


@dataclass
class Look:
    """What the encoder makes of one article. A figure beyond `page.LONGEST` tokens is not seen: it has no scores."""

    encoder: Encoder
    page: Page
    _by_kind: dict[str, _Settled] = field(default_factory=dict)

    @cached_property
    def _numbers(self) -> Numbers:
        return numbers([self.page], self.encoder.vocabulary)

    @cached_property
    def _seen(self) -> layers.Seen:
        return layers.seen(self.encoder.weights, self._numbers, READING)

    @cached_property
    def _kinds(self) -> Array:
        found: Array = layers.kinds(self.encoder.weights, self._seen, READING)[0]
        return found

    def _row(self, index: int, kind: str) -> int | None:
        """Where a figure stands among those that are seen; None where it, or its kind, is unknown to the encoder."""
        return self._rows.get(index) if kind in self.encoder.kinds else None

    @cached_property
    def _rows(self) -> dict[int, int]:
        return {index: row for row, index in enumerate(self.page.figures)}

    def kinds(self, index: int) -> Scores:
        """Log odds of what a figure is, up to a constant."""
        row = self._rows.get(index)
        return {} if row is None else _named(self.encoder.kinds, self._kinds[row])

    def sides(self, index: int, kind: str) -> tuple[Scores, Scores]:
        """Log odds of each code as the party, and as the counterparty, of a figure of that kind."""
        row = self._row(index, kind)
        if row is None:
            return {}, {}
        found = self._settled(kind)
        return _named(self.page.codes, found.party[row]), _named(self.page.codes, found.counterparty[row])

    def pairs(self, index: int, kind: str) -> dict[tuple[str, str], float]:
        """The likeliest pairs of party and counterparty with their shares among all pairs of the article's codes."""
        row = self._row(index, kind)
        if row is None:
            return {}
        found, codes = self._settled(kind), list(self.page.codes)
        places = [divmod(pair, len(codes)) for pair in found.pairs[row].tolist()]
        return {(codes[p], codes[c]): n for (p, c), n in zip(places, found.shares[row].tolist(), strict=True)}

    def scopes(self, index: int, kind: str) -> Scores:
        """Log odds of each scope as one of those that a figure of that kind is about, against its not being one."""
        row = self._row(index, kind)
        return {} if row is None else _named(self.page.scopes, self._settled(kind).scopes[row])

    def statuses(self, index: int, kind: str) -> Scores:
        """Log odds of how far the term of a figure of that kind has come, up to a constant."""
        row = self._row(index, kind)
        return {} if row is None else _named(self.encoder.statuses, self._settled(kind).statuses[row])

    def _settled(self, kind: str) -> _Settled:
        if kind not in self._by_kind:
            w, seen, n = self.encoder.weights, self._seen, self._numbers
            of_kind = np.full(n.first.shape, self.encoder.kinds.index(kind))
            figures = layers.settled(w, seen, of_kind, READING)
            party = layers.named(w, "party", seen, figures, n.codes, n.coded, READING)[0]
            counterparty = layers.named(w, "counterparty", seen, figures, n.codes, n.coded, READING)[0]
            self._by_kind[kind] = _Settled(
                party,
                counterparty,
                *self._likeliest(party, counterparty),
                layers.named(w, "scope", seen, figures, n.scopes, n.scoped, READING)[0],
                layers.statuses(w, figures, READING)[0],
            )
        return self._by_kind[kind]

    def _likeliest(self, party: Array, counterparty: Array) -> tuple[Array, Array]:
        """For each figure the best pairs, as places in the table of all pairs, and their shares."""
        scores = party[:, :, None] + counterparty[:, None, :]
        codes = list(self.page.codes)
        scores[:, range(len(codes)), range(len(codes))] = layers.ABSENT
        scores[:, codes.index(WORLD)] = layers.ABSENT
        shares = layers.shares(scores.reshape((len(scores), -1)))
        best = np.argsort(-shares, axis=1, kind="stable")[:, :LIKELIEST]
        return best, np.take_along_axis(shares, best, 1)


def _named(names: Any, scores: Array) -> Scores:
    return dict(zip(names, scores.tolist(), strict=True))
