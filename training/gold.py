"""Annotated articles, and which figure of its article each annotated claim is read from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from monitor.reading import attributes
from monitor.reading.analysis import Analysis, Analyst
from monitor.reading.overview import Overview
from monitor.reading.quantities import Quantity
from monitor.reading.text import fold
from monitor.reading.told import Told
from monitor.types import Article, Source

GOLD = Path(__file__).parent.parent / "tests" / "gold"

#: Families a claim's unit can be read from.
FAMILIES = {
    "percent": ("percent", "zero", "removal", "multiple", "bare", "fraction", "share", "points"),
    "percentage_points": ("points", "percent"),
    "years": ("years",),
    "units": ("units",),
    "tonnes": ("tonnes",),
}


@dataclass(frozen=True)
class Noted:
    """What of an encoder's look the models learn from that go on from it."""

    topics: Mapping[str, float]
    #: Its terms, and its countries.
    seen: Overview
    #: By figure how likely it is replaced by another.
    leads: Mapping[int, float]


@dataclass
class Case:
    """An article, what the recognisers see in it, and the annotated claims by the figure they are read from."""

    article: Article
    gold: dict[str, Any]
    analysis: Analysis
    groups: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    #: Figures that are the older value of a claim.
    older: set[int] = field(default_factory=set)
    #: Figures that repeat a claim's value somewhere else: neither right nor wrong.
    unclear: set[int] = field(default_factory=set)
    #: What an encoder makes of it that has not seen it: what it is about, and its figures.
    noted: Noted | None = None
    #: What would have been told before each figure by it.
    heard: list[Told] = field(default_factory=list)
    #: The kind, party and counterparty of each claim that models tell of it that have not seen it.
    told: list[tuple[str, str, str]] = field(default_factory=list)


def article(row: dict[str, Any]) -> Article:
    """A row of the annotated data as an article."""
    published = datetime.fromisoformat(row["published"])
    observed = datetime.fromisoformat(row.get("observed") or row["published"])
    return Article(
        id=row["id"],
        source=Source(name=row["source"]["name"], tier=row["source"]["tier"]),
        published=published,
        observed=observed,
        title=row["title"],
        text=row["text"],
        language=row.get("language", "en"),
    )


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def load(folder: Path, analyst: Analyst) -> list[Case]:
    """All annotated articles of a folder: the cases, and the streams' articles with their claims."""
    found = [(row, row["gold"]) for path in sorted(folder.glob("*.cases.jsonl")) for row in rows(path)]
    for path in sorted(folder.glob("*.claims.jsonl")):
        stream = path.name.removesuffix(".claims.jsonl")
        articles = {row["id"]: row for row in rows(path.with_name(f"{stream}.articles.jsonl"))}
        for gold in rows(path):
            row = articles[gold["id"]]
            found.append(({**row, "id": f"{stream}/{row['id']}"}, gold))
    return [aligned(article(row), gold, analyst) for row, gold in found]


def aligned(source: Article, gold: dict[str, Any], analyst: Analyst) -> Case:
    """A case with each claim laid on the figure that it is read from, where the recognisers saw it."""
    case = Case(source, gold, analyst.analyse(source))
    for claim in gold["claims"]:
        index = _figure(case.analysis, claim)
        if index is not None:
            case.groups.setdefault(index, []).append(claim)
    for index, claims in case.groups.items():
        case.older |= set(_older(case, index, claims))
    case.older -= set(case.groups)
    for index, q in enumerate(case.analysis.quantities):
        told_in_words = q.family in ("removal", "zero")
        known = index in case.groups or index in case.older
        if not known and not told_in_words and any(_matches(q, claim) for claim in gold["claims"]):
            case.unclear.add(index)
    return case


def _matches(q: Quantity, claim: dict[str, Any]) -> bool:
    families = FAMILIES.get(claim["unit"], ("money",))
    if q.family not in families or q.family == "multiple":
        return False
    value = claim["value"] if claim["value"] is not None else abs(claim["delta"])
    return abs(q.value - value) <= 1e-6 * max(1.0, abs(value)) and (
        q.family != "money" or q.unit in ("", claim["unit"])
    )


def _figure(a: Analysis, claim: dict[str, Any]) -> int | None:
    """The figure in the claim's quote that has its value; one told in words only if there is none in digits."""
    quote = fold(claim["quote"])
    start = a.doc.body.find(quote)
    stop = start + len(quote)
    inside = [i for i, q in enumerate(a.quantities) if start >= 0 and q.start < stop and q.end > start]
    fits = [i for i in inside if _matches(a.quantities[i], claim)]
    ranking = {
        name: place
        for place, name in enumerate(("percent", "money", "zero", "bare", "share", "fraction", "removal", "points"))
    }
    fits.sort(key=lambda i: (ranking.get(a.quantities[i].family, 0), i))
    if fits:
        return fits[0]
    for i in inside:
        q = a.quantities[i]
        older, value = claim["previous"], claim["value"]
        if q.family == "multiple" and older and value and abs(older * q.value - value) < 1e-6 * value:
            return i
    return None


def _older(case: Case, index: int, claims: list[dict[str, Any]]) -> Iterator[int]:
    """The nearest figure that a claim names as the one it replaces."""
    a = case.analysis
    first, _ = a.doc.reach(a.quantities[index])
    own = a.doc.sentence_of[first]
    for claim in claims:
        if claim["previous"] is None:
            continue
        near = [
            i
            for i, q in enumerate(a.quantities)
            if i != index
            and attributes.comparable(a.quantities[index], q)
            and abs(q.value - claim["previous"]) < 1e-6 * max(1.0, q.value)
            and abs(a.doc.sentence_of[a.doc.reach(q)[0]] - own) <= 1
        ]
        if near:
            yield min(near, key=lambda i: abs(i - index))
