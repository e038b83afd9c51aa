"""The encoder: every decision about a figure, from the words in their order and the article as a whole.

It is told nothing but the tokens and what the recognisers see there, and learns by itself what to look at (decision
19). Data without code: arrays and names.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from config.words import WORLD, Topic
from monitor.reading import layers
from monitor.reading.analysis import Analysis
from monitor.reading.layers import READING
from monitor.reading.page import Array, Numbers, Page, Vocabulary, numbers, pages

#: The name under which the vocabulary and the labels are kept beside the weights.
NAMES = "names"
#: Tables of which an article needs a small part: they stay as they are kept, in 16 bits, and what is needed is widened.
WIDE = ("word",)
Scores = dict[str, float]
#: A party and its counterparty.
Pair = tuple[str, str]


@dataclass(frozen=True)
class Encoder:
    """A trained encoder. Immutable; safe to share between threads."""

    vocabulary: Vocabulary
    kinds: tuple[str, ...]
    statuses: tuple[str, ...]
    weights: Mapping[str, Array]

    def look(self, a: Analysis) -> Look:
        """The article, encoded; what is asked of it is reckoned when it is asked."""
        return Look([View(self, part) for part in pages(a)])

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
            kept = {name: found[name] for name in found.files if name != NAMES}
        weights = {name: values if name in WIDE else values.astype(np.float32) for name, values in kept.items()}
        return cls(names["vocabulary"], tuple(names["kinds"]), tuple(names["statuses"]), weights)


@dataclass(frozen=True, slots=True)
class Term:
    """What a figure of a known kind tells."""

    #: The likeliest sides, the best first, with their shares among all pairs of the article's codes.
    pairs: dict[Pair, float]
    #: The log odds of each scope as one of those that it is about.
    scopes: Scores
    #: The shares of how far it has come.
    statuses: Scores
    #: The shares of the figures that it may replace, by index, and of its replacing none.
    older: dict[int | None, float]

    @property
    def status(self) -> str:
        """How far it has come most likely."""
        return max(self.statuses, key=self.statuses.__getitem__)


@dataclass(frozen=True)
class Look:
    """What the encoder makes of one article."""

    views: list[View]

    @cached_property
    def kinds(self) -> dict[int, Scores]:
        """By figure the log odds of what it is, up to a constant."""
        return {index: scores for view in self.views for index, scores in view.kinds().items()}

    def terms(self, kinds: Mapping[int, str]) -> dict[int, Term]:
        """What some figures tell that are of those kinds; the kinds must be the encoder's."""
        found = (view.terms({i: kinds[i] for i in view.page.figures if i in kinds}) for view in self.views)
        return {index: term for terms in found for index, term in terms.items()}

    @cached_property
    def topics(self) -> Scores:
        """How likely each topic is one of the article's, by its beginning."""
        return self.views[0].topics() if self.views else {}

    @cached_property
    def countries(self) -> Scores:
        """How likely each code is one of the article's countries, by its beginning; only codes that it knows."""
        return self.views[0].countries() if self.views else {}


#: Pairs of sides whose shares are told.
LIKELIEST = 6


@dataclass(frozen=True)
class View:
    """What the encoder makes of one part of an article."""

    encoder: Encoder
    page: Page

    @cached_property
    def _numbers(self) -> Numbers:
        return numbers([self.page], self.encoder.vocabulary)

    @cached_property
    def _seen(self) -> layers.Seen:
        return layers.seen(self.encoder.weights, self._numbers, READING)

    @cached_property
    def _whole(self) -> Array:
        found: Array = layers.whole(self.encoder.weights, self._seen, self._numbers, READING)
        return found

    def kinds(self) -> dict[int, Scores]:
        """By figure the log odds of what it is."""
        if not self.page.figures:
            return {}
        rows = layers.kinds(self.encoder.weights, self._seen, READING)[0].tolist()
        return {
            i: dict(zip(self.encoder.kinds, row, strict=True)) for i, row in zip(self.page.figures, rows, strict=True)
        }

    def topics(self) -> Scores:
        """How likely each topic is one of the article's."""
        return _likely(Topic, layers.topics(self.encoder.weights, self._whole)[0])

    def countries(self) -> Scores:
        """How likely each code is one of the article's countries."""
        w, nowhere, codes = self.encoder.weights, np.zeros((1, 1), dtype=np.int64), self._numbers.codes
        return _likely(
            self.page.codes, layers.named(w, "country", self._seen, self._whole, nowhere, codes, READING)[0, 0]
        )

    def terms(self, kinds: Mapping[int, str]) -> dict[int, Term]:
        """What some figures tell that are of those kinds."""
        if not kinds:
            return {}
        w, s, n = self.encoder.weights, self._seen, self._numbers
        indices = list(self.page.figures)
        places = np.array([place for place, index in enumerate(indices) if index in kinds])
        of_kind = np.array([[self.encoder.kinds.index(kinds[indices[place]]) for place in places]])
        figures, first = layers.settled(w, s.figures[:, places], of_kind, READING), n.first[:, places]
        party = layers.named(w, "party", s, figures, first, n.codes, READING)[0]
        counterparty = layers.named(w, "counterparty", s, figures, first, n.codes, READING)[0]
        scopes = layers.named(w, "scope", s, figures, first, n.scopes, READING)[0].tolist()
        statuses = layers.shares(layers.statuses(w, figures, READING)[0]).tolist()
        older = layers.shares(layers.older(w, s, figures, places, n, READING)[0]).tolist()
        found = zip(places.tolist(), self._pairs(party, counterparty), scopes, statuses, older, strict=True)
        return {
            indices[place]: Term(
                pairs,
                dict(zip(self.page.scopes, goods, strict=True)),
                dict(zip(self.encoder.statuses, standing, strict=True)),
                dict(zip((None, *indices), replaced, strict=True)),
            )
            for place, pairs, goods, standing, replaced in found
        }

    def _pairs(self, party: Array, counterparty: Array) -> Iterable[dict[Pair, float]]:
        """For each figure the best pairs with their shares."""
        scores = party[:, :, None] + counterparty[:, None, :]
        codes = list(self.page.codes)
        scores[:, range(len(codes)), range(len(codes))] = layers.ABSENT
        scores[:, codes.index(WORLD)] = layers.ABSENT
        shares = layers.shares(scores.reshape((len(scores), -1)))
        best = np.argsort(-shares, axis=1, kind="stable")[:, :LIKELIEST]
        for row, found in zip(best.tolist(), np.take_along_axis(shares, best, 1).tolist(), strict=True):
            pairs = [(codes[place // len(codes)], codes[place % len(codes)]) for place in row]
            yield dict(zip(pairs, found, strict=True))


def _likely(names: Iterable[str], scores: Array) -> Scores:
    """Log odds as probabilities, by name."""
    return dict(zip(names, (1 / (1 + np.exp(-np.clip(scores, -50, 50)))).tolist(), strict=True))
