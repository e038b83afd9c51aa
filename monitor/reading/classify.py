"""What an article is about: topics, and the countries that are a side of a term discussed in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from config.words import WORLD, Topic
from monitor.reading.analysis import Analysis
from monitor.reading.kinds import fine
from monitor.reading.models import Models
from monitor.types import Claim

#: The topic that a claim of each kind belongs to; a share, a cap and a duration belong to what they are about.
TOPIC_OF = {
    "tariff": Topic.TARIFF,
    "investment": Topic.INVESTMENT,
    "purchase": Topic.PURCHASE,
    "profit_share": Topic.INVESTMENT,
    "annual_cap": Topic.INVESTMENT,
}


def topic_features(a: Analysis, kinds: Sequence[str], seen: Mapping[str, float]) -> list[str]:
    """Features of the article as a whole for the models of topic.

    `kinds`: those of its claims; `seen`: how likely the encoder holds each topic.
    """
    counts = a.document_classes
    out = [
        "1",
        f"places{min(len({p.code for p in a.places}), 4)}",
        f"title_places{min(len({p.code for p in a.places if p.first < a.doc.sentences[0][1]}), 3)}",
    ]
    out += [f"claim:{kind}" for kind in set(kinds)]
    out += [f"seen:{topic}{fine(share)}" for topic, share in seen.items()]
    out.append(f"claims{min(len(kinds), 3)}")
    out += [f"d:{name}{min(count, 3)}" for name, count in counts.items()]
    out += [f"t:{name}" for name in a.title_classes]
    out += [f"scope:{m.scope}" for m in a.scopes]
    out += (
        [f"w:{token.norm}" for token in a.doc.tokens[: a.doc.sentences[min(2, len(a.doc.sentences) - 1)][1]]]
        if a.doc.sentences
        else []
    )
    return sorted(set(out))


def topics(a: Analysis, claims: Sequence[Claim], seen: Mapping[str, float], models: Models) -> tuple[Topic, ...]:
    """The topics of an article, in the order of the enumeration; `seen`: how likely the encoder holds each."""
    found = []
    features = topic_features(a, [claim.kind for claim in claims], seen)
    for topic in Topic:
        model = models.labels[f"topic_{topic}"]
        shares = dict(zip(model.labels, model.probabilities(features), strict=True))
        if shares.get("yes", 0.0) >= 0.5:
            found.append(topic)
    return tuple(found)


def fitting(claims: Sequence[Claim], topics: Sequence[Topic]) -> tuple[Claim, ...]:
    """The claims that belong to a topic of their article: a figure of what it does not discuss is no term."""
    return tuple(c for c in claims if (TOPIC_OF[c.kind] in topics if c.kind in TOPIC_OF else topics))


def country_features(
    a: Analysis, code: str, in_claims: bool, topics: Sequence[str], seen: Mapping[str, float]
) -> list[str]:
    """Features of a code as a side of what the article discusses; `seen`: how likely the encoder holds it for one."""
    places = [p for p in a.places if p.code == code]
    first = places[0].first if places else 10_000
    rank = len({p.code for p in a.places if p.first < first})
    title = [p for p in places if p.first < a.doc.sentences[0][1]]
    out = [
        "1",
        f"claim{in_claims:d}",
        f"n{min(len(places), 4)}",
        f"rank{min(rank, 4)}",
        f"title{bool(title):d}",
        f"topics{len(topics)}",
        f"seen{fine(seen[code]) if code in seen else '-'}",
    ]
    out += [f"k:{p.kind}" for p in places] + [f"weak{all(p.weak for p in places):d}"]
    out += [f"topic:{t}" for t in topics] + [f"codes{min(len({p.code for p in a.places}), 6)}"]
    out.append(f"home{code in a.home:d}")
    for p in places[:6]:
        begin, end = a.doc.sentences[a.doc.sentence_of[p.first]]
        names = a.sentence_classes(a.doc.sentence_of[p.first])
        out += [f"s:{n}" for n in names if n in TELLING]
        out += [
            f"b:{a.shapes[p.first - 1] if p.first > begin else ''}",
            f"a:{a.shapes[p.last] if p.last < end else ''}",
        ]
        out += [
            f"near:{n}"
            for k in range(max(begin, p.first - 4), min(end, p.last + 4))
            for n in a.classes[k]
            if n in TELLING
        ]
        out.append(f"sent{min(a.doc.sentence_of[p.first], 3)}")
    if code == "US":
        out.append("US")
    return sorted({f"{f}" for f in out} | {f"c{in_claims:d}{f}" for f in out})


TELLING = frozenset(
    (
        "tariff",
        "rate",
        "invest",
        "buy",
        "agreed",
        "threatened",
        "demanded",
        "proposed",
        "goods",
        "economy",
        "market",
        "trade_volume",
        "domestic",
        "reserve",
        "impose",
        "bear",
        "cost",
    )
)


def countries(
    a: Analysis, claims: Sequence[Claim], topics: Sequence[Topic], seen: Mapping[str, float], models: Models
) -> tuple[str, ...]:
    """The codes of every side of a term discussed, most mentioned first; none without a topic.

    `seen`: how likely the encoder holds each code for one.
    """
    if not topics:
        return ()
    named = {code for claim in claims for code in (claim.party, claim.counterparty)} - {WORLD}
    counts: dict[str, int] = dict.fromkeys(sorted(named), 0)
    for place in a.places:
        counts[place.code] = counts.get(place.code, 0) + 1
    model = models.labels["country"]
    found = []
    for code in counts:
        shares = dict(
            zip(model.labels, model.probabilities(country_features(a, code, code in named, topics, seen)), strict=True)
        )
        if shares.get("yes", 0.0) >= 0.5:
            found.append(code)
    return tuple(sorted(found, key=lambda code: -counts[code]))
