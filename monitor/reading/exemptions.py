"""What a rate spares: "on all goods except energy", "energy and potash are exempt"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from config.codes import JURISDICTIONS
from config.words import WORLD, Kind
from monitor.reading.lexicon import entries
from monitor.reading.scan import Entry
from monitor.reading.scopes import ScopeMention
from monitor.reading.stated import LONGEST_LIST, Page, Stated, Words, tokens
from monitor.types import Claim

BEFORE, BEHIND, GOODS = "spared behind", "spared before", "spared goods"
#: Tokens between a rate and the word that spares.
REACH = 24
#: Scopes that can have exceptions, whatever the goods; others only a part of theirs.
WIDE = frozenset(("all", "other", "industrial_goods", "agriculture"))


@dataclass(frozen=True)
class Exemptions:
    """Finds what is spared. Built once from the words of a language."""

    joins: frozenset[str]

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> Exemptions:
        """From `exemptions` of a language's relations."""
        return cls(frozenset(part for phrase in tokens(raw["joins"]) for part in phrase))

    @staticmethod
    def entries(raw: Mapping[str, Any]) -> Iterator[Entry]:
        """The phrases to scan for; what only looks like one takes up its place."""
        for layer, name in ((BEFORE, "before"), (BEHIND, "behind")):
            yield from entries(raw[name], layer, name)
            yield from entries(raw["not"], layer, None)
        for name, phrases in raw["goods"].items():
            yield from entries(phrases, GOODS, name)

    def read(self, page: Page) -> dict[int, tuple[str, ...]]:
        """What each rate spares, by the figure's index: scopes, codes of countries (of a rate for all), other goods."""
        out: dict[int, tuple[str, ...]] = {}
        before, behind = page.words(BEFORE), page.words(BEHIND)
        if not (before or behind):
            return out
        things = self._things(page)
        starts, stops = {thing.first: thing for thing in things}, {thing.last - 1: thing for thing in things}
        for words in before:
            owner = page.left(words.first, REACH)
            self._keep(page, owner, _list(page, starts, words, 1, self.joins), out)
        for words in behind:
            first, _ = page.sentence(words.first)
            spared = _list(page, stops, words, -1, self.joins)
            owner = page.left(spared[0].first, REACH) if spared else None
            if owner is None and spared and spared[0].first - first <= 2:
                owner = self._told_before(page, page.a.doc.sentence_of[first])
            self._keep(page, owner, spared, out)
        return out

    def _things(self, page: Page) -> list[Words]:
        """Goods and countries where they stand, in order."""
        goods: Sequence[ScopeMention] = page.a.scopes
        found = [Words(*page.a.doc.reach(s), s.scope) for s in goods if not s.weak and s.scope != "all"]
        found += [Words(p.first, p.last, p.code) for p in page.a.places if p.kind in ("name", "bloc")]
        named = page.words(GOODS)
        taken = {k for words in named for k in range(words.first, words.last)}
        found = [words for words in found if taken.isdisjoint(range(words.first, words.last))]
        return sorted([*found, *named], key=lambda words: words.first)

    def _told_before(self, page: Page, sentence: int) -> Stated | None:
        """The one rate of the sentence before, where this one has no figure: "Energy is exempt."."""
        doc = page.a.doc
        if page.in_sentence(sentence) or not sentence or doc.paragraphs[sentence] != doc.paragraphs[sentence - 1]:
            return None
        told = [f for f in page.in_sentence(sentence - 1) if f.claim.kind is Kind.TARIFF]
        return told[0] if len(told) == 1 else None

    def _keep(self, page: Page, owner: Stated | None, spared: Sequence[Words], out: dict[int, tuple[str, ...]]) -> None:
        if owner is None or owner.claim.kind is not Kind.TARIFF or not owner.claim.value:
            return
        names = [w.meaning for w in spared if all(_can_spare(page, claim, w.meaning) for claim in owner.claims)]
        if names and len(names) == len(spared):
            out[owner.index] = tuple(dict.fromkeys((*out.get(owner.index, ()), *names)))


def _list(page: Page, things: Mapping[int, Words], words: Words, step: int, joins: frozenset[str]) -> list[Words]:
    """The goods and countries told together behind (step 1) or before (step -1) some words, in order.

    `things` are given by the token at which each is met.
    """
    norms, (begin, end) = page.a.doc.norms, page.sentence(words.first)
    found: list[Words] = []
    k = words.last if step > 0 else words.first - 1
    while begin <= k < end and len(found) < LONGEST_LIST:
        thing = things.get(k)
        if thing:
            found.append(thing)
            k = thing.last if step > 0 else thing.first - 1
        elif norms[k] in joins:
            k += step
        else:
            break
    return found if step > 0 else found[::-1]


def _can_spare(page: Page, claim: Claim, name: str) -> bool:
    """Whether a rate can spare this: other goods than its own, within them; countries only of a rate for all."""
    if name in JURISDICTIONS:
        return claim.counterparty == WORLD and name != claim.party
    return name != claim.scope and (claim.scope in WIDE or page.a.wholes.get(name) == claim.scope)
