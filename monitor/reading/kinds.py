"""What each figure is: a first look at each by itself, a second once the whole article was seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.reading.analysis import Analysis
from monitor.reading.classify import topic_features
from monitor.reading.features import FAMILY_GROUPS, around, run_head, same_value
from monitor.reading.models import Labels, Models
from monitor.reading.quantities import Quantity

#: The label of points that are a rate of their own, "the 24 points in abeyance"; otherwise they tell a change.
SURCHARGE = "surcharge"
#: Which kinds a figure of a family can be.
POSSIBLE = {
    "percent": ("none", "previous", "tariff", "profit_share"),
    "bare": ("none", "previous", "tariff", "profit_share"),
    "fraction": ("none", "previous", "tariff", "profit_share"),
    "share": ("none", "profit_share"),
    "points": ("none", "tariff", SURCHARGE),
    "zero": ("none", "previous", "tariff"),
    "removal": ("none", "tariff"),
    "multiple": ("none", "tariff"),
    "money": ("none", "previous", "investment", "purchase", "annual_cap"),
    "years": ("none", "duration"),
    "units": ("none", "previous", "purchase"),
    "tonnes": ("none", "previous", "purchase"),
}
#: The model of the second look.
MODEL = "kind_again"
#: Models that tell, from the article as a whole, whether it has a tariff, or a sum of money, that is a term.
GATES = {"gate_tariff": "t", "gate_money": "m"}
#: Labels that are no claim.
NO_TERM = ("none", "previous")
#: Probabilities are told by the step that they reach.
STEPS = (0.03, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.97)


@dataclass(frozen=True)
class Sketch:
    """What a first look made of an article: each figure's kinds with their probabilities, and what it is about."""

    kinds: tuple[Mapping[str, float], ...]
    gates: Mapping[str, float]


def possible(q: Quantity, model: Labels, context: list[str]) -> dict[str, float]:
    """The model's probabilities of the kinds that a figure of its family can be; they sum to 1."""
    scored = dict(zip(model.labels, model.probabilities(context), strict=True))
    shares = {kind: scored.get(kind, 0.0) for kind in POSSIBLE[q.family]}
    total = sum(shares.values()) or 1.0
    return {kind: p / total for kind, p in shares.items()}


def first_look(a: Analysis, models: Models) -> Sketch:
    """Each figure by itself, and the article as a whole."""
    model = models.labels["kind"]
    shares = tuple(possible(q, model, around(a, index)) for index, q in enumerate(a.quantities))
    about = topic_features(a, []) if shares else []
    gates = {}
    for name, letter in GATES.items():
        gate = models.labels.get(name)
        if gate is None:
            continue
        gates[letter] = dict(zip(gate.labels, gate.probabilities(about), strict=True)).get("yes", 0.0)
    return Sketch(shares, gates)


def second_look(a: Analysis, models: Models, sketch: Sketch) -> tuple[Mapping[str, float], ...]:
    """For each figure the probabilities of its kinds, in the light of the others; without a model, the first look's."""
    model = models.labels.get(MODEL)
    if model is None:
        return sketch.kinds
    found = second_features(a, sketch)
    return tuple(possible(q, model, features) for q, features in zip(a.quantities, found, strict=True))


def step(probability: float, ladder: Sequence[float] = STEPS) -> int:
    """The number of steps that a probability reaches."""
    return sum(probability >= limit for limit in ladder)


def taken(shares: Mapping[str, float]) -> float:
    """How likely a figure is a term."""
    return 1.0 - sum(shares.get(name, 0.0) for name in NO_TERM)


def second_features(a: Analysis, sketch: Sketch) -> list[list[str]]:
    """For each figure what the first look made of it and of the figures around it."""
    terms = [taken(shares) for shares in sketch.kinds]
    heads = [run_head(a, index) for index in range(len(terms))]
    sentences = [a.doc.sentence_of[a.doc.at(q.start)] for q in a.quantities]
    total = sum(terms)
    out = []
    for index, q in enumerate(a.quantities):
        group = FAMILY_GROUPS.get(q.family, "r")
        found = ["1", f"f:{q.family}"]
        found += [f"own:{kind}{step(share)}" for kind, share in sketch.kinds[index].items()]
        found += [f"g:{group}{name}{step(share)}" for name, share in sketch.gates.items()]
        if len(terms) > 1:
            rest = total - terms[index]
            found += [f"rest:{group}{min(5, int(rest * 1.5))}", f"share:{group}{step(rest / (len(terms) - 1))}"]
        else:
            found.append(f"alone:{group}")
        found += _around(sketch, terms, heads, sentences, index)
        same = [terms[i] for i in same_value(a, index)]
        if same:
            found.append(f"same:{group}{step(max(same))}")
        out.append(found)
    return out


def _around(
    sketch: Sketch, terms: Sequence[float], heads: Sequence[int], sentences: Sequence[int], index: int
) -> list[str]:
    """The figures before and after: how they stand to this one, and what the first look made of them."""
    out = []
    for name, other in (("p", index - 1), ("n", index + 1)):
        if not 0 <= other < len(terms):
            continue
        near = "run" if heads[other] == heads[index] else "sent" if sentences[other] == sentences[index] else "far"
        shares = sketch.kinds[other]
        kind = max(shares, key=lambda k: shares[k])
        out += [f"{name}:{near}{kind}", f"{name}:{near}{step(terms[other])}"]
    return out
