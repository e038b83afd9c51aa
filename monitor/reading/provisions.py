"""Terms without a figure: markets opened, digital rules, visas, standards, currency swaps, export controls.

Read by the shape of a sentence: somebody who acts, what is said of it ("agreed to", "wants … to"), a verb, and a topic
behind it, in this order and close together. Precision before completeness: what is told in any other way is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from config.words import WORLD, Kind, Qualifier, Status
from monitor.reading.analysis import Analysis, Place
from monitor.reading.lexicon import entries
from monitor.reading.scan import Scanner
from monitor.reading.stated import BRACKETS, MARKS, Row, Scanned, Words
from monitor.types import Claim, Reading

TOPIC, ACTION, ACT, SEEK, BETWEEN, BEFORE, NOT = "topic", "action", "act", "seek", "between", "before", "not"
GOODS_FIRST, GOODS_LAST = "goods first", "goods last"
#: Tokens from the one who acts to the verb, and from the verb to the topic.
TO_VERB, TO_TOPIC = 12, 10
#: The same where somebody asks for the topic itself: "asks for a new visa category".
SOUGHT = 4
#: Tokens of a name, or of a phrase, at most; and of a sentence to either side in which the other side is looked for.
LONGEST_NAME, SENTENCE = 8, 60
#: Tokens of a quote behind its topic.
TAIL = 10
#: The topic of a market whose goods are not told, and scopes that are no goods.
MARKET, NO_GOODS = "market_access", frozenset(("all", "other", "transshipment"))
#: What nothing is said of but "will": agreed where the article tells of an agreement so often, else a plan.
DEALS = 2
#: Provisions are not weighed one by one. Of the 21 that were read out of the 1,900 annotated articles, 20 were right by
#: eye; so few prove no more than this.
CONFIDENCE = 0.8


@dataclass(frozen=True)
class Provisions:
    """Reads provisions of one language. Immutable; safe to share between threads."""

    scanner: Scanner
    nouns: frozenset[str]
    to: frozenset[str]
    resting: frozenset[str]
    #: Words behind which nothing is the verb's object.
    parts: frozenset[str]
    reach: int

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> Provisions:
        """From the provisions of a language (`provisions.yaml`)."""
        layers: dict[str, Mapping[str, Sequence[str]]] = {
            TOPIC: raw["topics"],
            ACTION: {"action": raw["actions"]},
            ACT: {"act": raw["acts"]},
            SEEK: {"seek": raw["seeks"]},
            BETWEEN: raw["statuses"]["between"],
            BEFORE: raw["statuses"]["before"],
            NOT: {"not": raw["not"]},
            GOODS_FIRST: {MARKET: raw["access"]["behind_goods"]},
            GOODS_LAST: {MARKET: raw["access"]["before_goods"]},
        }
        looked_for = [
            entry
            for layer, meanings in layers.items()
            for meaning, phrases in meanings.items()
            for entry in entries(phrases, layer, meaning)
        ]
        words = {name: frozenset(map(str, raw[name])) for name in ("nouns", "to", "resting", "parts")}
        return cls(scanner=Scanner(looked_for), reach=int(raw["access"]["reach"]), **words)

    def read(self, a: Analysis, reading: Reading) -> tuple[Claim, ...]:
        """The provisions of an article with a topic of trade, in the order of the text, each term once."""
        if not reading.topics or len({place.code for place in a.places}) < 2:
            return ()
        page = _Page(a, self.scanner.scan(a.doc.body), reading)
        found: dict[tuple[str, str, str], Claim] = {}
        barred = {a.doc.sentence_of[words.first] for words in page.words(NOT)}
        for topic in sorted(self._topics(page), key=lambda span: span.first):
            if a.doc.sentence_of[topic.first] not in barred:
                claim = self._claim(page, topic)
                if claim is not None:
                    found.setdefault((claim.party, claim.counterparty, claim.scope), claim)
        return tuple(found.values())

    def _topics(self, page: _Page) -> Iterator[Words]:
        """Topics by their own words, and markets by their goods where no topic is told in the same words."""
        named = page.words(TOPIC)
        yield from named
        taken = {k for words in named for k in range(words.first, words.last)}
        yield from (market for market in self._markets(page) if taken.isdisjoint(range(market.first, market.last)))

    def _markets(self, page: _Page) -> Iterator[Words]:
        """Markets, import bans and the like, with the goods that are told beside them."""
        told = (s for s in page.a.scopes if not s.weak and s.scope not in NO_GOODS)
        goods = Row(Words(*page.a.doc.reach(s), s.scope) for s in told)
        for market in page.words(GOODS_FIRST):
            for g in goods.between(market.first - self.reach - LONGEST_NAME, market.first):
                # "rice market" is a word for the goods as well
                beside = -2 <= market.first - g.last <= self.reach
                if beside and page.joined(g.last, market.first):
                    yield Words(g.first, max(g.last, market.last), g.meaning)
        for market in page.words(GOODS_LAST):
            for g in goods.between(market.last, market.last + self.reach + 1):
                if page.joined(market.last, g.first):
                    yield Words(market.first, g.last, g.meaning)

    def _claim(self, page: _Page, topic: Words) -> Claim | None:
        """The claim that a topic stands in: verb, the one who acts, what is said of it, whom it concerns."""
        for action, finite in page.verbs_before(topic.first, self.parts):
            agent, status = self._agent(page, action, finite)
            if agent is None or status is None:
                continue
            party, counterparty = agent.code, page.partner(agent)
            if counterparty is None:
                return None
            if action.meaning == SEEK:
                party, counterparty, status = counterparty, party, Status.DEMANDED
            if status in (Status.AGREED, Status.IN_EFFECT, Status.ORDERED):
                resting = page.a.doc.norms[action.first] in self.resting
                status = Status.SUSPENDED if resting and finite else status
            start, end = page.quote(agent.first, topic.last)
            return Claim(
                kind=Kind.PROVISION,
                party=party,
                counterparty=counterparty,
                actor=None,
                scope=topic.meaning,
                value=None,
                unit="",
                qualifier=Qualifier.EXACT,
                status=status,
                quote=page.a.doc.body[start:end],
                start=start,
                end=end,
                confidence=CONFIDENCE,
            )
        return None

    def _agent(self, page: _Page, action: Words, finite: bool) -> tuple[Place | None, Status | None]:
        """Who acts, and how far it has come; (None, None) where the words between leave it open."""
        begin, _ = page.a.doc.sentences[page.a.doc.sentence_of[action.first]]
        window = max(begin, action.first - TO_VERB - LONGEST_NAME)
        near = [p for p in page.places.between(window, action.first) if p.last <= action.first <= p.last + TO_VERB]
        if not near:
            return None, None
        agent = near[-1]
        between = page.a.doc.norms[agent.last : action.first]
        if finite:
            plain = agent.kind != "adjective" and set(between) <= page.a.grammar.adverbs | {"'", "s", "'s"}
            return (agent, Status.IN_EFFECT) if plain else (None, None)
        said = [w for w in page.row(BETWEEN).between(agent.last, action.first) if w.last <= action.first]
        if said and said[-1].last == action.first:
            lead = page.a.doc.norms[agent.last : said[-1].first]
            small = self.nouns | page.a.grammar.adverbs | page.a.grammar.auxiliaries
            if len(said) == 1 and set(lead) <= small:
                return agent, page.status(said[0].meaning)
            return None, None
        behind = page.row(BEFORE).between(max(begin, agent.first - LONGEST_NAME), agent.first)
        asked = [w for w in behind if w.last <= agent.first <= w.last + 1]
        if asked and set(between) <= self.to | self.nouns and (set(between) & self.to or len(between) <= 1):
            return agent, Status(asked[-1].meaning)
        return None, None


@dataclass(frozen=True)
class _Page(Scanned):
    """One article with the words of provisions in it."""

    reading: Reading

    @cached_property
    def places(self) -> Row[Place]:
        """The jurisdictions of the article, to be looked up by place."""
        return Row(self.a.places)

    @cached_property
    def pairs(self) -> Mapping[str, frozenset[str]]:
        """For each jurisdiction those that the article's claims pair it with."""
        out: dict[str, set[str]] = {}
        for claim in self.reading.claims:
            out.setdefault(claim.party, set()).add(claim.counterparty)
            out.setdefault(claim.counterparty, set()).add(claim.party)
        return {code: frozenset(others - {WORLD}) for code, others in out.items()}

    def joined(self, first: int, last: int) -> bool:
        """Whether a stretch holds nothing but what joins goods and says whose they are."""
        small = self.a.joins | self.a.grammar.prepositions | self.a.grammar.determiners
        return all(
            self.a.shapes[k] in ("<scope>", "<place>") or self.a.doc.norms[k] in small for k in range(first, last)
        )

    def verbs_before(self, token: int, parts: frozenset[str]) -> Iterator[tuple[Words, bool]]:
        """The verbs that a topic can be the object of, the nearest first, and whether each is finite."""
        begin, _ = self.a.doc.sentences[self.a.doc.sentence_of[token]]
        window = max(begin, token - TO_TOPIC - LONGEST_NAME)
        verbs = [(w, layer != ACTION) for layer in (ACTION, ACT, SEEK) for w in self.row(layer).between(window, token)]
        near = [(w, finite) for w, finite in verbs if 0 <= token - w.last <= TO_TOPIC]
        for word, finite in sorted(near, key=lambda pair: -pair[0].first):
            between = self.a.doc.norms[word.last : token]
            closed = MARKS | BRACKETS | parts | (self.a.grammar.auxiliaries - {"to"})
            if closed.isdisjoint(between) and not (word.meaning == SEEK and len(between) > SOUGHT):
                yield word, finite

    def status(self, said: str) -> Status:
        """What the words between say; `open` is a plain "will"."""
        if said != "open":
            return Status(said)
        return Status.AGREED if self.a.document_classes.get("agreed", 0) >= DEALS else Status.PROPOSED

    def partner(self, agent: Place) -> str | None:
        """The other side: the only other one of the sentence, or the one that the article's claims pair it with, or
        the only other country of the article."""
        first, last = self.a.doc.sentences[self.a.doc.sentence_of[agent.first]]
        known = set(self.reading.countries)
        if agent.code not in known:
            return None
        near = self.places.between(max(first, agent.first - SENTENCE), min(last, agent.first + SENTENCE))
        here = {p.code for p in near if p.code in known} - {agent.code}
        for found in (here, self.pairs.get(agent.code, frozenset()), known - {agent.code}):
            if len(found) == 1:
                return next(iter(found))
        return None

    def quote(self, first: int, last: int) -> tuple[int, int]:
        """Offsets from the one who acts to the end of the clause behind the topic."""
        tokens = self.a.doc.tokens
        _, end = self.a.doc.sentences[self.a.doc.sentence_of[first]]
        stop = last
        while stop < end and stop - last < TAIL and tokens[stop].norm not in MARKS | {",", "."}:
            stop += 1
        return tokens[first].start, tokens[stop - 1].end
