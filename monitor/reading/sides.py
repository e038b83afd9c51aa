"""Who is on which side of a figure: the pairs that the encoder leaves open, in the light of what was told before."""

from __future__ import annotations

from collections.abc import Iterator

from config.words import WORLD
from monitor.reading.analysis import Analysis
from monitor.reading.encoder import Pair
from monitor.reading.kinds import fine, step
from monitor.reading.models import Models, softmax
from monitor.reading.overview import Overview
from monitor.reading.told import Told

#: From this share on the encoder is believed without another look.
SURE = 0.97
#: A pair is open as long as it is not less likely than this part of the likeliest.
OPEN = 0.01
#: Classes of words that turn the direction of what was told, or keep to it.
TURNING = frozenset(
    (
        *("turn", "we", "they", "goods", "bear", "impose", "source", "destination", "from_word", "to_word", "same"),
        *("invest", "buy", "agreed", "threatened", "all_goods"),
    )
)
#: From so many sentences on, what was told last is far.
FAR = 3
#: What tells the kinds of terms apart whose sides are told differently.
GROUPS = {"tariff": "t", "profit_share": "p"}


def weighed(a: Analysis, index: int, kind: str, told: Told, seen: Overview, models: Models) -> dict[Pair, float]:
    """The pairs that a figure can be about with their probabilities, the likeliest first."""
    pairs = seen.terms[index].pairs
    if max(pairs.values()) >= SURE:
        return pairs
    found = options(a, index, kind, told, seen)
    shares = softmax([models.ranks["sides"].score(features) for features in found.values()])
    return dict(sorted(zip(found, shares, strict=True), key=lambda pair: -pair[1]))


def options(a: Analysis, index: int, kind: str, told: Told, seen: Overview) -> dict[Pair, list[str]]:
    """The pairs that are open for a figure of that kind, each with its features."""
    pairs = seen.terms[index].pairs
    shares = list(pairs.values())
    lead = step(shares[0] - shares[1]) if len(shares) > 1 else len(shares)
    sentence = a.doc.sentence_of[a.doc.reach(a.quantities[index])[0]]
    order: dict[str, int] = {}
    for place in a.places_in[sentence]:
        order.setdefault(place.code, place.first)
    before = {place.code for place in a.places_in[sentence - 1]} if sentence > 1 else set()
    titled = {place.code for place in a.places_in[0]}
    cues = a.sentence_classes(sentence) & TURNING
    last = told.sentence(a)
    apart = FAR if last is None else min(sentence - last, FAR)
    ever = {(party, counterparty) for _, party, counterparty in told.pairs}
    group = GROUPS.get(kind, "m")
    out = {}
    for rank, (pair, share) in enumerate(pairs.items()):
        if share < OPEN * shares[0]:
            continue
        party, counterparty = pair
        known, named = _before(told, party) + _before(told, counterparty), _named(order, party, counterparty)
        back = (counterparty, party)
        features = [f"e{fine(share)}", f"r{rank}", f"r{rank}l{lead}"]
        tells = ["1", f"k{known}", f"k{known}{told.kind == kind}", f"k{known}s{apart}", f"k{known}|r{rank}"]
        tells += [f"k{known}l{lead}|r{rank}", *(f"{cue}|{known}" for cue in cues)]
        tells += [f"ever{pair in ever}", f"back{back in ever}", f"ever{pair in ever}{back in ever}r{rank}"]
        tells += [f"o{named}", f"o{named}|r{rank}", f"n{min(len(order), 4)}o{named}", *(f"o{named}|{c}" for c in cues)]
        tells += [f"T{party in titled:d}{counterparty in titled:d}", f"b{party in before:d}{counterparty in before:d}"]
        tells += [f"h{party in a.home:d}{counterparty in a.home:d}", f"w{counterparty == WORLD}"]
        tells.append("US" if party == "US" else "toUS" if counterparty == "US" else "notUS")
        tells += [f"all{fine(seen.share(pair))}", f"allback{fine(seen.share(back))}", *_counted(seen, pair)]
        out[pair] = [*features, *(group + each for each in tells)]
    return out


def _before(told: Told, code: str) -> str:
    """Whether a code was the party, the counterparty or neither of what was told last."""
    return "P" if told.party == code else "C" if told.counterparty == code else "-" if told.party else "0"


def _named(order: dict[str, int], party: str, counterparty: str) -> str:
    """Which of the two the sentence names, and which first."""
    first, second = order.get(party), order.get(counterparty)
    if first is not None and second is not None:
        return "both<" if first < second else "both>"
    return "neither" if first is second else "onlyP" if second is None else "onlyC"


def _counted(seen: Overview, pair: Pair) -> Iterator[str]:
    for part, code in zip("PC", pair, strict=True):
        yield f"c{part}{fine(seen.countries[code]) if code in seen.countries else '-'}"
