"""Who does it to whom: features of each jurisdiction as the party and as the counterparty of a figure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from config.words import WORLD
from monitor.reading import trade
from monitor.reading.analysis import Analysis, Place
from monitor.reading.clauses import Governor, governor
from monitor.reading.everyone import world_features
from monitor.reading.features import span
from monitor.reading.trade import ABSENT, evidence

#: Candidates beyond this many are not weighed; the article's most mentioned come first.
MOST_CANDIDATES = 10
#: A place stands at most this many tokens from its figure for each word between to be told.
SOON = 14
#: A place stands at most this many tokens from its figure to be told with words of its own.
REACH = 40


class Settled(NamedTuple):
    """What one claim of a figure settles for the figures behind it."""

    kind: str
    party: str
    counterparty: str
    scope: str
    actor: str | None
    value: float | None
    status: str
    effective: str | None


@dataclass(frozen=True, slots=True)
class Told:
    """What the reading has settled of the figures before: the last claim's sides, by kind group."""

    party: str | None = None
    counterparty: str | None = None
    scopes: tuple[str, ...] = ()
    status: str | None = None
    actor: str | None = None
    kind: str | None = None
    #: Every (kind, party, counterparty) so far.
    pairs: frozenset[tuple[str, str, str]] = frozenset()
    #: Every (kind, value, scopes) so far.
    goods: frozenset[tuple[str, float, tuple[str, ...]]] = frozenset()
    #: From when the last claim holds.
    effective: str | None = None
    #: Which figure of the article it was; -1 where nothing was told yet.
    index: int = -1

    def after(self, index: int, claims: Sequence[Settled]) -> Told:
        """What a reader carries on from the claims of a figure to the next."""
        first = claims[0]
        scopes = tuple(dict.fromkeys(c.scope for c in claims))
        return Told(
            party=first.party,
            counterparty=first.counterparty,
            scopes=scopes,
            status=first.status,
            actor=first.actor,
            kind=first.kind,
            pairs=self.pairs | {(first.kind, c.party, c.counterparty) for c in claims},
            goods=self.goods | {(first.kind, first.value or 0.0, scopes)},
            effective=first.effective,
            index=index,
        )


def candidates(a: Analysis, index: int, told: Told) -> list[str]:
    """The codes that a figure can be about, most salient first; those of its own and the last sentence always."""
    sentence = a.doc.sentence_of[span(a, a.quantities[index])[0]]
    near = [p.code for p in a.places_in[sentence]]
    before = [p.code for p in a.places_in[sentence - 1]] if sentence > 1 else []
    carried = [code for code in (told.party, told.counterparty) if code and code != WORLD]
    chosen = dict.fromkeys([*near, *carried, *before, *a.derived(_salient)[:6], *a.home, "US"])
    return list(chosen)[:MOST_CANDIDATES]


def _salient(a: Analysis) -> list[str]:
    """The codes of the article, most mentioned first; the title counts twice, a mere hint less."""
    counts: dict[str, float] = {}
    for place in a.places:
        weight = (0.4 if place.weak else 1.0) * (2.0 if place.first < a.doc.sentences[0][1] else 1.0)
        counts[place.code] = counts.get(place.code, 0.0) + weight
    return sorted(counts, key=lambda code: -counts[code])


def _counts(a: Analysis) -> Counter[str]:
    """How often each code is mentioned."""
    return Counter(place.code for place in a.places)


def _paragraph_so_far(a: Analysis) -> list[tuple[Place | None, frozenset[str]]]:
    """For each sentence the first place that its paragraph has named before it, and the codes of all of them."""
    out: list[tuple[Place | None, frozenset[str]]] = []
    head: Place | None = None
    codes: frozenset[str] = frozenset()
    for sentence, places in enumerate(a.places_in):
        if a.doc.paragraphs[sentence] == sentence:
            head, codes = None, frozenset()
        out.append((head, codes))
        if places:
            head, codes = head or places[0], codes | {place.code for place in places}
    return out


def side_features(a: Analysis, index: int, kind: str, told: Told) -> Mapping[str, list[str]]:
    """For each candidate code, and WORLD, the features of its part in the figure; the caller prefixes the role."""
    first, last = span(a, a.quantities[index])
    sentence = a.doc.sentence_of[first]
    begin, end = a.doc.sentences[sentence]
    group = GROUPS.get(kind, "m")
    codes = candidates(a, index, told)
    cast = trade.votes(a)
    most = [max((votes[side] for votes in cast.values()), default=0) for side in (0, 1)]
    counts = a.derived(_counts)
    here = a.places_in[sentence]
    others = [
        span(a, a.quantities[i])
        for i in a.figures_in[sentence]
        if i != index and a.quantities[i].family not in ("multiple", "removal", "years")
    ]
    letters = evidence(a, first, last, begin, end)
    g = governor(a, first, last, begin, end)
    order = list(dict.fromkeys(p.code for p in here))
    out: dict[str, list[str]] = {}
    for rank, code in enumerate(codes):
        features = [f"code:{code}", f"rank{min(rank, 4)}", f"count{min(counts.get(code, 0), 4)}"]
        if code == "US":
            features.append(f"US{'nosent' if not any(p.code == code for p in here) else ''}")
        letter = letters.get(code, ABSENT)
        features += [f"E{letter}"] + [f"E{letter}|{other}" for other in sorted(set(letters.values()))]
        levies, bears = cast.get(code, (0, 0))
        features += [f"dP{min(levies, 3)}", f"dC{min(bears, 3)}", f"d{min(levies, 2)}{min(bears, 2)}"]
        features.append("dPmost" if levies and levies == most[0] else "dP-")
        features.append("dCmost" if bears and bears == most[1] else "dC-")
        if code in a.home:
            features.append("home")
        features += _ruled(g, order, letter, next((p for p in here if p.code == code), None))
        features += _mentioned(a, [p for p in here if p.code == code], here, first, last, begin, end, others)
        features += _elsewhere(a, code, sentence, told)
        out[code] = [f"{group}{feature}" for feature in features]
    features = world_features(a, first, last, sentence, letters, counts)
    if told.counterparty == WORLD:
        features += ["lastC", f"lastC:{told.kind}"]
    elif told.party:
        features.append("notlast")
    features += sorted({f"everC:{known}" for known, _, counterparty in told.pairs if counterparty == WORLD})
    if "everyone" in a.title_classes:
        features.append("Teveryone")
    out[WORLD] = [f"{group}{feature}" for feature in features]
    return out


GROUPS = {"tariff": "t", "profit_share": "p"}


def _ruled(g: Governor, order: list[str], letter: str, place: Place | None) -> Iterator[str]:
    """The verb that rules the figure, with what the words make of a code and where the sentence first names it."""
    voice = f"{g.name}{g.passive:d}"
    yield from (f"g:{voice}{g.behind:d}|{letter}", f"g:{g.auxiliaries}|{g.name}|{letter}")
    if place is not None:
        nth = min(order.index(place.code), 3)
        yield from (f"nth{nth}of{min(len(order), 4)}", f"nth{nth}|{voice}", f"g:{voice}|{place.kind}")


def _mentioned(
    a: Analysis,
    places: list[Place],
    here: list[Place],
    first: int,
    last: int,
    begin: int,
    end: int,
    others: list[tuple[int, int]],
) -> list[str]:
    """Features of the nearest mention of a code to either side of the figure in its sentence."""
    out = [] if places else ["nosent"]
    g = governor(a, first, last, begin, end)
    before_verb = [p for p in here if g.at >= 0 and p.last <= g.at]
    if before_verb and places:
        if before_verb[-1] in places:
            out.append(f"vlast:{g.name}{g.passive:d}")
        if before_verb[0] in places:
            out.append(f"vfirst:{g.name}{g.passive:d}")
    left = [p for p in places if p.last <= first]
    right = [p for p in places if p.first >= last]
    for side, found in (("L", left[-1:]), ("R", right[:1])):
        for p in found:
            gap = first - p.last if side == "L" else p.first - last
            between = range(p.last, first) if side == "L" else range(last, p.first)
            near = "0" if gap <= 1 else "1" if gap <= 3 else "2" if gap <= 6 else "3" if gap <= 12 else "4"
            blocked = any(s in between for s, _ in others)
            closer = sum(1 for o in here if o.code not in p.members and o.first in between)
            stop = any(a.doc.tokens[k].norm in (";", ":", "(", ")", "-", "—") for k in between)
            comma = any(a.doc.tokens[k].norm == "," for k in between)
            before = a.shapes[p.first - 1] if p.first > begin else "<edge>"
            after = a.shapes[p.last] if p.last < end else "<edge>"
            if p.possessive or after in ("'s", "'"):
                after = "'s"
            classes = a.classes[p.last] if p.last < end else ()
            out += [
                f"{side}near{near}{'b' if blocked else ''}",
                f"{side}k:{p.kind}",
                f"{side}b:{before}",
                f"{side}a:{after}",
            ]
            out += [f"{side}closer{min(closer, 2)}", f"{side}ba:{before} {after}", f"{side}s{stop:d}c{comma:d}"]
            out += [f"{side}ac:{name}" for name in classes]
            if p.possessive:
                out.append(f"{side}poss")
            if len(p.members) > 1:
                listed_before = a.shapes[p.list_first - 1] if p.list_first > begin else "<edge>"
                listed_after = a.shapes[p.list_last] if p.list_last < end else "<edge>"
                out += [f"{side}lb:{listed_before}", f"{side}la:{listed_after}", f"{side}list{min(len(p.members), 3)}"]
                out += [f"{side}lac:{name}" for name in (a.classes[p.list_last] if p.list_last < end else ())]
            if gap <= REACH:
                path = [name for k in between for name in a.classes[k] if name in PATH]
                path = [name for k, name in enumerate(path) if k == 0 or path[k - 1] != name]
                out += [f"{side}v:{name}" for name in set(path)]
                out += [
                    f"{side}v1:{path[0] if path else ''}",
                    f"{side}vn:{path[-1] if path else ''}",
                    f"{side}path:{'>'.join(path[:4])}",
                ]
                if gap <= SOON:
                    out += [f"{side}w:{a.shapes[k]}" for k in between]
                if gap <= 3:
                    out.append(f"{side}gap:{' '.join(a.shapes[k] for k in between)}")
            if p.first == begin or not any(o.first < p.first for o in here):
                out.append(f"{side}lead")
            out += [
                f"{side}bv:{name}"
                for k in range(max(begin, p.first - 4), p.first)
                for name in a.classes[k]
                if name in VERBS
            ]
            out += [
                f"{side}av:{name}"
                for k in range(p.last, min(end, p.last + 4))
                for name in a.classes[k]
                if name in VERBS
            ]
    if any(len(p.members) > 1 for p in left[-1:] + right[:1]):
        out.append("listed")
    if len(places) > 1:
        out.append("sent2")
    return out


#: Cue classes that tell who acts.
VERBS = frozenset(
    (
        "impose",
        "bear",
        "cut",
        "raise",
        "invest",
        "buy",
        "agreed",
        "demanded",
        "offered",
        "goods",
        "from_word",
        "to_word",
        "tariff",
        "rejected",
        "threatened",
        "profit",
    )
)


#: Classes that make up the path between a jurisdiction and a figure.
PATH = frozenset(
    (
        "impose",
        "bear",
        "cut",
        "raise",
        "invest",
        "buy",
        "agreed",
        "demanded",
        "goods",
        "from_word",
        "to_word",
        "on_word",
        "by_word",
        "tariff",
        "rejected",
        "threatened",
        "profit",
        "all_goods",
        "world",
    )
)


def _elsewhere(a: Analysis, code: str, sentence: int, told: Told) -> list[str]:
    """Features of a code from outside the sentence: the title, the sentence before, the claim before."""
    out = []
    title = [p for p in a.places_in[0] if p.code == code]
    if title:
        p = title[0]
        nth = len({o.code for o in a.places_in[0] if o.first < p.first})
        after = a.shapes[p.last] if p.last < a.doc.sentences[0][1] else "<edge>"
        before = a.shapes[p.first - 1] if p.first else "<edge>"
        out += [
            "T",
            f"T{min(nth, 2)}",
            f"Tr:{trade.roles_in(a, 0).get(code, '-')}",
            f"Tb:{before}",
            f"Ta:{after}",
            f"Tk:{p.kind}",
        ]
        out += [f"Tac:{name}" for name in (a.classes[p.last] if p.last < a.doc.sentences[0][1] else ())]
    else:
        out.append("noT")
    if sentence > 1:
        earlier = a.places_in[sentence - 1]
        own = [p for p in earlier if p.code == code]
        if own:
            out += ["S-1", f"S-1k:{own[-1].kind}"]
            if own[0] == earlier[0]:
                out.append("S-1lead")
        out.append(f"S-1r:{trade.roles_in(a, sentence - 1).get(code, '-')}")
    opening = a.doc.paragraphs[sentence]
    if opening > 0:
        begin = a.doc.sentences[opening][0]
        head, named = a.derived(_paragraph_so_far)[sentence]
        if code in named:
            out.append("para")
        if head is not None and head.code == code:
            out += ["paralead", f"paralead{min(sentence - opening, 3)}"]
            if head.first == begin and (
                head.list_last == a.doc.sentences[opening][1] - 1
                or a.doc.tokens[head.list_last].norm in (":", ".", "-", "(")
            ):
                out += ["heading", f"heading:{head.kind}"]
        elif head is not None and code in head.members:
            out.append("paralead")
    if told.party == code:
        out += ["lastP", f"lastP:{told.kind}"]
    if told.counterparty == code:
        out += ["lastC", f"lastC:{told.kind}"]
    for kind, party, counterparty in told.pairs:
        out += [f"everP:{kind}"] if party == code else [f"everC:{kind}"] if counterparty == code else []
    return out
