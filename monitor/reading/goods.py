"""On which goods a figure is: every list of scopes with its probability."""

from __future__ import annotations

from collections.abc import Collection

from monitor.reading import attributes, features, mixture
from monitor.reading.analysis import Analysis
from monitor.reading.encoder import Look
from monitor.reading.mixture import Pooled
from monitor.reading.models import Models, softmax
from monitor.reading.roles import Told
from monitor.reading.scope_choice import ALL, Scopes


def weighed(a: Analysis, index: int, kind: str, told: Told, models: Models, look: Look | None = None) -> Pooled[Scopes]:
    """The lists of scopes that a figure can be about with their probabilities, by the small model and the encoder."""
    if kind == "profit_share":
        phases = profit_scopes(a, index)
        return mixture.scopes(_shares(models, "profit_scope", {(name,): found for name, found in phases.items()}), {})
    seen = look.scopes(index, kind) if look else {}
    sure = mixture.sure_scopes({name: seen[name] for name in _in_order(a, index, seen)})
    if sure:
        return sure
    return mixture.scopes(_shares(models, "scope", dict(attributes.scope_options(a, index, kind, told))), seen)


def _shares(models: Models, name: str, options: dict[Scopes, list[str]]) -> dict[Scopes, float]:
    """How likely a small model holds each list."""
    model = models.ranks[name]
    return dict(zip(options, softmax([model.score(found) for found in options.values()]), strict=True))


def _in_order(a: Analysis, index: int, names: Collection[str]) -> list[str]:
    """Scopes as a list of them is written: all first, then those of the figure's sentence, then the others."""
    begin, end = a.doc.sentences[a.doc.sentence_of[features.span(a, a.quantities[index])[0]]]
    here = [m.scope for m in a.scopes if begin <= a.doc.at(m.start) < end]
    return list(dict.fromkeys(name for name in (*ALL, *here, *names) if name in names))


def profit_scopes(a: Analysis, index: int) -> dict[str, list[str]]:
    """The three phases that a share of profits can hold for, with the cues of each."""
    first, last = features.span(a, a.quantities[index])
    begin, end = a.doc.sentences[a.doc.sentence_of[first]]
    left = {n for k in range(begin, first) for n in a.classes[k]} & {"recovery", "after"}
    right = {n for k in range(last, end) for n in a.classes[k]} & {"recovery", "after"}
    words = {f"w:{a.shapes[k]}" for k in range(max(begin, first - 6), min(end, last + 8))}
    document = {n for n in a.document_classes if n in ("recovery", "after")}
    before = (a.quantities[i] for i in a.figures_in[a.doc.sentence_of[first]] if i < index)
    nth = sum(1 for q in before if q.family in ("percent", "share", "fraction"))
    value = f"v:{int(a.quantities[index].value)}"
    base = [
        *(f"l:{n}" for n in left),
        *(f"r:{n}" for n in right),
        *(f"d:{n}" for n in document),
        f"n{min(nth, 3)}",
        value,
        *words,
    ]
    return {name: [f"{name}|{f}" for f in ["1", *base]] for name in ("until_recovery", "after_recovery", "all")}
