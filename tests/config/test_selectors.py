"""Label selectors: what they take, what they refuse."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import selectors

LABELS: Mapping[str, str | float] = {"deal": "US-KR", "status": "agreed", "move": -10.0, "tier": 2}


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("deal=US-KR", True),
        ('deal = "US-KR"', True),
        ("deal=US", False),
        ("deal!=US-KR", False),
        ("scope!=autos", True),
        ("scope=", False),
        ("deal=~US-.*", True),
        ("deal=~US", False),
        ("deal!~.*KR", False),
        ("scope!~auto.*", True),
        ("move<=-10", True),
        ("move>-10", False),
        ("tier=2", True),
        ("tier=2.0", True),
        ("tier=two", False),
        ("confidence>=0", False),
        ("deal>3", False),
    ],
)
def test_what_fits(text: str, fits: bool) -> None:
    assert selectors.parse(text).fits(LABELS) is fits


@pytest.mark.parametrize("text", ["", "deal", "=US", "DEAL=US", "move>much", "deal=~(", "deal=" + "x" * 300])
def test_what_is_no_selector(text: str) -> None:
    with pytest.raises(ValueError, match=r"selector|number|expression"):
        selectors.parse(text)


@given(st.sampled_from(["=", "!=", ">", ">=", "<", "<="]), st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_numbers_compare_as_numbers(operator: str, limit: float, found: float) -> None:
    truth = {
        "=": found == limit,
        "!=": found != limit,
        ">": found > limit,
        ">=": found >= limit,
        "<": found < limit,
        "<=": found <= limit,
    }
    assert selectors.parse(f"move{operator}{limit!r}").fits({"move": found}) is truth[operator]
