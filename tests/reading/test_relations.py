"""What a text says of a claim beside its figure: golden sentences, and what must hold for any text."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from time import process_time
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from config.vocabulary import raw_language, raw_words, vocabulary
from config.words import Kind, Qualifier, Status
from monitor.reading.analysis import Analysis, Analyst
from monitor.reading.decision import Decision
from monitor.reading.reader import Reader
from monitor.reading.relations import FIELDS, Relations, shared
from monitor.types import Article, Claim, Source

ANALYST = Analyst(vocabulary("en"), raw_language("en"))
RELATIONS = Relations.of(raw_words("relations", "en"), raw_language("en")["numbers"])
DAY = datetime(2025, 11, 14, 9, tzinfo=UTC)
GOLDEN = yaml.safe_load((Path(__file__).parent / "golden" / "relations.yaml").read_text(encoding="utf-8"))


def article(text: str) -> Article:
    wire = Source(name="Wire", tier=2)
    return Article(id="a", source=wire, published=DAY, observed=DAY, title="News of the day", text=text)


def decisions(a: Analysis, claims: dict[str, str]) -> tuple[Decision, ...]:
    """A decision a figure; those that are named have the claim that the words describe."""
    named = {a.doc.body.index(words, a.doc.title_end): (words, said) for words, said in claims.items()}
    out = []
    for q in a.quantities:
        start = next((at for at in named if at <= q.start and q.end <= at + len(named[at][0])), None)
        made = (claim(named.pop(start)[1], q.value, q.unit or "percent"),) if start is not None else ()
        out.append(Decision(q, str(made[0].kind) if made else "none", 1.0, "given", made))
    assert not named, f"no figure was seen in {named}"
    return tuple(out)


def claim(said: str, value: float, unit: str) -> Claim:
    words, _, previous = said.partition(" was ")
    kind, party, counterparty, scope, status, *effective = words.split()
    return Claim(
        kind=Kind(kind),
        party=party,
        counterparty=counterparty,
        actor=None,
        scope=scope,
        value=value,
        unit=unit,
        qualifier=Qualifier.EXACT,
        previous=float(previous) if previous else None,
        status=Status(status),
        effective=effective[0] if effective else None,
        quote="…",
    )


def said_of(text: str, claims: dict[str, str]) -> list[dict[str, Any]]:
    """For each claim, in the order of the text, the relations that were read."""
    a = ANALYST.analyse(article(text))
    told = [c for d in RELATIONS.told(a, decisions(a, claims)) for c in d.claims]
    return [{name: getattr(c, name) for name in FIELDS if getattr(c, name)} for c in told]


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case["text"][:60])
def test_golden(case: dict[str, Any]) -> None:
    names = sorted(case["claims"], key=case["text"].index)
    expected = [dict(case["expect"].get(name, {})) for name in names]
    for each in expected:
        if "exemptions" in each:
            each["exemptions"] = tuple(each["exemptions"])
    assert said_of(case["text"], case["claims"]) == expected


def test_a_condition_is_verbatim() -> None:
    for case in GOLDEN:
        for said in said_of(case["text"], case["claims"]):
            assert said.get("condition", "") in case["text"]


def test_what_is_said_once_holds_for_the_same_statement_elsewhere() -> None:
    first = claim("tariff US CN all suspended", 24, "percent")
    again = Claim(**{**{f: getattr(first, f) for f in first.__dataclass_fields__}, "until": "2026-11-10"})
    other = claim("tariff US CN all threatened", 24, "percent")
    assert [c.until for c in shared([first, again, other])] == ["2026-11-10", "2026-11-10", None]


WORDS = [
    *("25%", "$350 billion", "10 percent", "Section 232", "under", "if", "unless", "until", "1 December", "in cash"),
    *("the", "US", "Korea", "will", "charge", "cars", ",", "and", "except", "steel", "exempt", "is", ".", ";", '"'),
    *("additional", "on top of", "in exchange for", "for", "90", "days", "loans", "of", "EO", "14257", "(", ")", "\n"),
]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=60))
def test_any_order_of_words_is_read_without_harm(words: list[str]) -> None:
    """Every claim keeps its figure and key; what is added is verbatim, or one of few words."""
    text = " ".join(words)
    a = ANALYST.analyse(article(text))
    made = tuple(
        Decision(q, "tariff", 1.0, "given", (claim("tariff US KR all in_effect", q.value, "percent"),))
        for q in a.quantities
    )
    for before, after in zip(made, RELATIONS.told(a, made), strict=True):
        (was,), (now,) = before.claims, after.claims
        assert (now.value, now.party, now.status, now.scope) == (was.value, was.party, was.status, was.scope)
        assert now.condition is None or now.condition in " ".join(a.doc.body.split())
        assert now.rate_type in (None, "add_on", "all_in", "floor", "replacement")
        assert now.until is None or now.until >= "2025"


def test_the_reader_fills_the_claims() -> None:
    text = (
        "President Trump said the United States will impose a 25% tariff on South Korean cars unless a deal is signed."
    )
    seen = Reader.of("en").read(article(text))
    assert [(c.value, c.condition) for c in seen.claims] == [(25.0, "unless a deal is signed")]


@pytest.mark.parametrize(
    "words", ["25% if ", "10% until 1 December and ", "unless Korea, ", "Section 232 25% ", "except steel "]
)
def test_no_words_take_for_ever(words: str) -> None:
    """Thousands of figures in one sentence are done within a limit that only what blows up can miss."""
    a = ANALYST.analyse(article("The US " + words * 2_000))
    made = tuple(
        Decision(q, "tariff", 1.0, "given", (claim("tariff US KR all in_effect", q.value, "percent"),))
        for q in a.quantities
    )
    start = process_time()
    RELATIONS.told(a, made)
    assert process_time() - start < 20
