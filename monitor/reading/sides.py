"""Who is on which side of each figure: a first look at one after the other, a second in the light of all of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from config.words import WORLD
from monitor.reading import couples, roles
from monitor.reading.analysis import Analysis
from monitor.reading.features import run_head, same_value, span
from monitor.reading.kinds import step
from monitor.reading.models import Models, softmax
from monitor.reading.roles import GROUPS, Told

#: A party and its counterparty.
Pair = tuple[str, str]
#: How many codes are weighed in pairs, out of those that look most like either side.
MOST_SIDES = 4
#: The model of the second look.
MODEL = "sides_again"
#: A pair less likely than this is not looked at again.
LEAST = 0.003


@dataclass(frozen=True, slots=True)
class Look:
    """What a first look made of a figure that is a term."""

    kind: str
    actor: str | None
    #: Probabilities of the pairs; they sum to 1.
    shares: Mapping[Pair, float]
    #: Whether models took the figure for a term; else only an annotation does.
    taken: bool = True

    @property
    def pair(self) -> Pair:
        """The likeliest pair."""
        return max(self.shares, key=self.shares.__getitem__)


def weighed(a: Analysis, index: int, kind: str, told: Told, actor: str | None, models: Models) -> dict[Pair, float]:
    """The pairs that a figure can be about with their probabilities, by a look at it and at what was told before."""
    model = models.pairs["sides"]
    by_role = roles.side_features(a, index, kind, told)
    places = {code: model.places(f) for code, f in by_role.items()}
    likely = likeliest({code: model.alone(first) for code, (first, _) in places.items()})
    likely |= likeliest({code: model.alone(second) for code, (_, second) in places.items()})
    options = list(side_options(a, index, kind, told, actor, likely))
    shares = softmax([model.score(places[p][0], places[c][1], f) for p, c, f in options])
    return {(p, c): share for (p, c, _), share in zip(options, shares, strict=True)}


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


def settled(a: Analysis, looks: Mapping[int, Look], models: Models) -> dict[int, tuple[Pair, float]]:
    """Each figure's pair and its probability in the light of the others; without a model, by the first look."""
    model = models.ranks.get(MODEL)
    out = {}
    for index, look in looks.items():
        shares: Mapping[Pair, float] = look.shares
        if model is not None:
            found = second_features(a, looks, index)
            shares = dict(zip(found, softmax([model.score(f) for f in found.values()]), strict=True))
        best = max(shares, key=shares.__getitem__)
        out[index] = best, shares[best]
    return out


def second_features(a: Analysis, looks: Mapping[int, Look], index: int) -> dict[Pair, list[str]]:
    """For each pair that a figure can still be about, what the first look made of it here and at the other figures."""
    own = looks[index]
    group = GROUPS.get(own.kind, "m")
    others = _others(a, looks, index)
    ranking = sorted(own.shares, key=lambda pair: -own.shares[pair])
    out = {}
    for rank, pair in enumerate(ranking):
        if rank and own.shares[pair] < LEAST:
            break
        found = [f"own{step(own.shares[pair])}", f"rank{min(rank, 3)}", f"w{pair[1] == WORLD:d}", f"u{'US' in pair:d}"]
        if not others:
            found.append(f"alone{step(own.shares[pair])}")
        for place, look in others:
            share = look.shares.get(pair, 0.0)
            back = look.shares.get((pair[1], pair[0]), 0.0)
            if place[0] != "=":
                sides = f"{look.pair[0] == pair[0]:d}{look.pair[1] == pair[1]:d}"
                found += [f"{place}:{sides}", f"{place}back{step(back)}", f"{place}first{look.pair[0] in pair:d}"]
            found.append(f"{place}{step(share)}")
        found += _overall(pair, [look for _, look in others if look.kind == own.kind], "k")
        found += _overall(pair, [look for _, look in others], "a")
        out[pair] = [f"{group}{name}" for name in found]
    return out


def _overall(pair: Pair, others: list[Look], name: str) -> list[str]:
    """How the other figures together look on a pair, on its reverse, and on either code in its part."""
    if not others:
        return [f"{name}none"]
    count = len(others)
    mean = sum(g.shares.get(pair, 0.0) for g in others) / count
    back = sum(g.shares.get((pair[1], pair[0]), 0.0) for g in others) / count
    most = max(g.shares.get(pair, 0.0) for g in others)
    party = sum(g.pair[0] == pair[0] for g in others) / count
    bears = sum(g.pair[1] == pair[1] for g in others) / count
    turned = sum(g.pair[0] == pair[1] or g.pair[1] == pair[0] for g in others) / count
    figures = {"m": mean, "b": back, "x": most, "p": party, "c": bears, "t": turned}
    return [f"{name}{key}{step(value)}" for key, value in figures.items()] + [f"{name}n{min(count, 4)}m{step(mean)}"]


def _others(a: Analysis, looks: Mapping[int, Look], index: int) -> list[tuple[str, Look]]:
    """The other figures that are terms, each by how it stands to this one: before or after, and how near."""
    taken = sorted(i for i, look in looks.items() if look.taken or i == index)
    if index not in taken:
        return []
    place = taken.index(index)
    sentences = {i: a.doc.sentence_of[span(a, a.quantities[i])[0]] for i in taken}
    head, same = run_head(a, index), set(same_value(a, index))
    paragraph = a.doc.paragraphs[sentences[index]]
    out = []
    for k, i in enumerate(taken):
        if i == index:
            continue
        name = "p" if k == place - 1 else "n" if k == place + 1 else "="
        near = (
            "run"
            if abs(k - place) == 1 and run_head(a, i) == head
            else "sent"
            if sentences[i] == sentences[index]
            else "next"
            if abs(sentences[i] - sentences[index]) == 1
            else "para"
            if a.doc.paragraphs[sentences[i]] == paragraph
            else "title"
            if sentences[i] == 0
            else "far"
        )
        alike = "k" if looks[i].kind == looks[index].kind else "o"
        out.append((f"{name}{near}{alike}{'v' if i in same else ''}", looks[i]))
    return out
