"""Work on all cores: results in order, and an error of one is not lost."""

from __future__ import annotations

import os

import pytest

from training.parallel import each


def test_results_come_in_the_order_of_the_things_and_from_other_processes() -> None:
    here = os.getpid()
    found = each(lambda number: (number * number, os.getpid()), [3, 1, 2])
    assert [square for square, _ in found] == [9, 1, 4]
    assert here not in {process for _, process in found}


def test_an_error_is_raised_here() -> None:
    with pytest.raises(ZeroDivisionError):
        each(lambda number: 1 / number, [1, 0])


def test_one_thing_needs_no_other_process() -> None:
    assert each(lambda _: os.getpid(), ["alone"]) == [os.getpid()]
