"""Who is on which side of a figure: every pair of party and counterparty with its probability."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from config.words import WORLD
from monitor.reading import couples, mixture, roles
from monitor.reading.analysis import Analysis
from monitor.reading.encoder import Look
from monitor.reading.mixture import Pooled
from monitor.reading.models import Models, softmax
from monitor.reading.roles import Told

#: A party and its counterparty.
Pair = tuple[str, str]
#: How many codes are weighed in pairs, out of those that look most like either side.
MOST_SIDES = 4


def weighed(
    a: Analysis, index: int, kind: str, told: Told, actor: str | None, models: Models, look: Look | None = None
) -> Pooled[Pair]:
    """The pairs that a figure can be about with their probabilities: by a look at it, at what was told before, and by
    what the encoder makes of it."""
    seen = look.pairs(index, kind) if look else {}
    sure = mixture.sure(seen)
    if sure:
        return sure
    model = models.pairs["sides"]
    by_role = roles.side_features(a, index, kind, told)
    places = {code: model.places(f) for code, f in by_role.items()}
    likely = likeliest({code: model.alone(first) for code, (first, _) in places.items()})
    likely |= likeliest({code: model.alone(second) for code, (_, second) in places.items()})
    likely |= {code for pair in seen for code in pair}
    options = list(side_options(a, index, kind, told, actor, likely))
    shares = softmax([model.score(places[p][0], places[c][1], f) for p, c, f in options])
    party, counterparty = look.sides(index, kind) if look else ({}, {})
    return mixture.sides({(p, c): n for (p, c, _), n in zip(options, shares, strict=True)}, party, counterparty)


def likeliest(scores: Mapping[str, float]) -> set[str]:
    """The few codes that a side can still be: the others are so far behind that no pair brings them back."""
    return set(sorted(scores, key=scores.__getitem__)[-MOST_SIDES:])


def side_options(
    a: Analysis, index: int, kind: str, told: Told, actor: str | None, likely: Collection[str] | None = None
) -> Iterator[tuple[str, str, list[str]]]:
    """Every ordered pair of candidate codes, or of the likely ones among them, with the features of the pair."""
    frame = couples.Frame.of(a, index, kind, told)
    codes = roles.candidates(a, index, told)
    others = [*codes, WORLD]
    if likely is not None:
        codes, others = [c for c in codes if c in likely], [c for c in others if c in likely]
    homes = {c.country for c in a.companies if actor and c.name == actor}
    for party in codes:
        for counterparty in others:
            if party == counterparty:
                continue
            pair = frame.features(party, counterparty)
            if actor:
                pair.append(f"home{party in homes}{bool(homes)}")
            yield party, counterparty, pair
