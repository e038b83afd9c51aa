"""Which figures a publisher took out."""

from __future__ import annotations

from typing import Any

import pytest

from config.words import Kind, Qualifier, Status
from monitor.pipeline.silent import gone
from monitor.types import Claim


def claim(quote: str, value: float | None = 25, **fields: Any) -> Claim:
    given: dict[str, Any] = {
        "kind": Kind.TARIFF, "party": "US", "counterparty": "KR", "actor": None, "scope": "autos", "value": value,
        "unit": "percent", "qualifier": Qualifier.EXACT, "status": Status.AGREED, "quote": quote,
    }  # fmt: skip
    return Claim(**given | fields)


@pytest.mark.parametrize(
    ("quote", "value", "text", "figure"),
    [
        ("a 25 percent duty", 25, "A duty was agreed.", "25 percent"),
        ("a 25 percent duty", 25, "a  25 PERCENT\nduty", None),  # the quote still stands
        ("a 25 percent duty", 25, "duties of 25% on cars", None),  # worded anew
        ("a 25 percent duty", 25, "duties of 25.0 per cent", None),
        ("a 25 percent duty", 25, "duties of 125 percent and 2.5", "25 percent"),
        ("a 25 percent duty", 25, "duties of 20 percent", "25 percent"),
        ("$350 billion over 10 years", 350e9, "over 10 years", "$350 billion"),
        ("1,000,000 tonnes", 1e6, "1000000 tonnes of rice", None),
        ("15% to 20%", 15, "up to 20%", "15%"),
        ("the tariff is abolished", 0, "nothing of the kind", "the tariff is abolished"),
        ("the tariff is abolished", 0, "It says the tariff is abolished.", None),
    ],
)
def test_a_figure_is_gone_when_its_number_is(quote: str, value: float, text: str, figure: str | None) -> None:
    found = gone([(7, claim(quote, value))], [], text)
    assert [(one.claim_id, one.figure, one.quote) for one in found] == ([(7, figure, quote)] if figure else [])


def test_what_the_new_text_claims_anew_is_not_gone() -> None:
    before = claim("the rate was doubled", 50)
    now = claim("twice the old rate", 50)
    assert gone([(1, before)], [now], "twice the old rate") == []
    assert len(gone([(1, before)], [claim("x", 40)], "x")) == 1
