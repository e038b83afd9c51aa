"""What a figure can be, and how likely that makes it a term."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.reading import kinds
from monitor.reading.quantity import Quantity


def quantity(family: str) -> Quantity:
    return Quantity(start=0, end=3, family=family, value=15.0, unit="percent")


@pytest.mark.parametrize(("probability", "expected"), [(0.0, 0), (0.5, 5), (1.0, 9)])
def test_probabilities_are_told_in_steps(probability: float, expected: int) -> None:
    assert kinds.step(probability) == expected


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_ladder_never_falls(one: float, two: float) -> None:
    low, high = sorted((one, two))
    assert 0 <= kinds.fine(low) <= kinds.fine(high) <= 17


SCORES = st.dictionaries(st.sampled_from(["none", "previous", "tariff", "investment", "duration"]), st.floats(-30, 30))


@given(st.sampled_from(sorted(kinds.POSSIBLE)), SCORES)
def test_a_figure_can_only_be_what_its_family_allows(family: str, scores: dict[str, float]) -> None:
    shares = kinds.possible(quantity(family), scores)
    assert set(shares) <= set(kinds.POSSIBLE[family])
    assert sum(shares.values()) == pytest.approx(1.0)
    assert kinds.taken(shares) == pytest.approx(sum(p for kind, p in shares.items() if kind not in kinds.NO_TERM))


def test_a_figure_of_which_nothing_is_known_is_no_term() -> None:
    assert kinds.taken(kinds.possible(quantity("percent"), {})) == 0.0
