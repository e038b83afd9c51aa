"""Networks: what packed integers add up to is what the weights say, and what training learns holds when written."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.reading.models import Labels, Rank
from monitor.reading.network import Network
from training import network
from training.network import Plan
from training.optimise import Choice, Labelled

WEIGHT = st.floats(-6, 6)
ROW = st.lists(WEIGHT, min_size=5, max_size=5)


def plainly(
    table: dict[str, list[float]], bias: list[float], out: list[list[float]], features: set[str]
) -> list[float]:
    """The outputs of a network of two outputs and three hidden units, reckoned with floats."""
    total = [sum(table[f][k] for f in features if f in table) for k in range(5)]
    hidden = [max(0.0, total[2 + k] + bias[k]) for k in range(3)]
    return [total[k] + sum(h * out[i][k] for i, h in enumerate(hidden)) for k in range(2)]


@given(
    st.dictionaries(st.sampled_from("abcdefgh"), ROW, min_size=1),
    st.lists(WEIGHT, min_size=3, max_size=3),
    st.lists(st.lists(st.floats(-2, 2), min_size=2, max_size=2), min_size=3, max_size=3),
    st.sets(st.sampled_from("abcdefghxyz")),
)
def test_packed_integers_add_up_to_what_the_weights_say(
    table: dict[str, list[float]], bias: list[float], out: list[list[float]], features: set[str]
) -> None:
    packed = Network.of([table], 2, bias, out)
    again = Network.from_json(json.loads(json.dumps(packed.to_json())))
    step = 1 / packed.scale
    kept = {name: [round(w / step) * step for w in row] for name, row in table.items()}
    expected = plainly(kept, [round(b / step) * step for b in bias], out, features)
    for one in (packed, again):
        assert one.outputs(one.summed(0, features)) == pytest.approx(expected, abs=0.02)


@given(st.lists(st.sampled_from([6.0, -6.0, 0.1]), min_size=5, max_size=5), st.integers(0, 600))
def test_no_thing_has_so_many_features_that_a_lane_runs_over(row: list[float], count: int) -> None:
    names = [f"f{n}" for n in range(600)]
    packed = Network.of([dict.fromkeys(names, row)], 2, row[2:], [[0.5, -0.5]] * 3)
    weights = [round(w * packed.scale) / packed.scale for w in row]
    expected = plainly(dict.fromkeys(names, weights), weights[2:], [[0.5, -0.5]] * 3, set(names[: min(count, 250)]))
    assert packed.outputs(packed.summed(0, names[:count])) == pytest.approx(expected, abs=0.1)


def test_a_feature_counts_once_and_unknown_ones_not_at_all() -> None:
    model = Labels.linear(("no", "yes"), {"tariff": (0.0, 1.0)})
    assert model.probabilities(["tariff", "tariff", "goal"]) == model.probabilities(["tariff"])
    assert model.probabilities([]) == [0.5, 0.5]


def test_a_hidden_layer_learns_what_no_single_word_tells() -> None:
    """Either word alone means one thing, both or none the other: no sum of weights can tell."""
    kinds = [(["a"], "odd"), (["b"], "odd"), (["a", "b"], "even"), (["1"], "even")]
    things = [Labelled([*found, "1"], label, f"g{n}") for n in range(40) for found, label in kinds]
    model = network.labels(things, Plan(hidden=12, epochs=60, batch=16, drop_features=0.0, drop_hidden=0.0, rate=2e-2))
    for found, label in kinds:
        shares = dict(zip(model.labels, model.probabilities([*found, "1"]), strict=True))
        assert max(shares, key=lambda name: shares[name]) == label


def test_the_same_lessons_give_the_same_weights() -> None:
    choices = [Choice([["near"], ["far"]], {0}, f"g{n}") for n in range(12)]
    plan = Plan(hidden=4, epochs=4, batch=4)
    first, second = (network.rank(choices, plan) for _ in range(2))
    assert json.dumps(first.network.to_json()) == json.dumps(second.network.to_json())
    assert first.score(["near"]) > first.score(["far"])


def test_a_rank_without_a_hidden_layer_is_the_sum_of_its_weights() -> None:
    assert Rank.linear({"a": 1.5, "b": -0.5}).score(["a", "b", "c"]) == pytest.approx(1.0, abs=1e-3)
