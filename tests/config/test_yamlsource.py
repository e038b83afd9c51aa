from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from config import yamlsource
from config.yamlsource import parse, read

NAME = Path("x.yaml")
#: Without control characters and Unicode's own line breaks, which JSON leaves as they are and YAML folds.
TEXT = st.text(st.characters(exclude_categories=["C", "Z"]) | st.just(" "), max_size=12)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.floats(-1e9, 1e9) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


@given(PLAIN)
def test_json_is_read_as_what_it_says(value: object) -> None:
    root, found = parse(json.dumps(value, ensure_ascii=False), NAME)
    assert root is not None
    assert (root.plain(), found) == (value, [])


@given(PLAIN)
def test_what_another_writer_leaves_without_quotes_is_read_back(value: object) -> None:
    """A YAML 1.1 writer quotes more words than these rules need, but for one sort: 1e3 is a number since 1.2."""
    text = yaml.safe_dump(value, allow_unicode=True)
    assume(not re.search(r"\d[eE][-+]?\d", text))
    root, found = parse(text, NAME)
    assert (root.plain() if root else None, found) == (value, [])


@given(st.text(max_size=80) | st.text("ab:-[]{}&*!|>'\"#,? \n\t%@`<", max_size=60))
def test_any_text_is_a_tree_or_a_problem(text: str) -> None:
    root, found = parse(text, NAME)
    if root is None and not found:
        assert all(not line.strip() or line.strip()[0] in "#-.%" for line in text.splitlines() if line.strip("\ufeff"))
    assert all(problem.file == NAME and problem.message for problem in found)


def test_lines_are_those_of_keys_and_dashes() -> None:
    root, _ = parse("a:\n  b:\n    - x\n    - c: |\n        long\n        text\n", NAME)
    assert root is not None
    assert [root.at(path).line for path in (("a",), ("a", "b"), ("a", "b", 1), ("a", "b", 1, "c"))] == [1, 2, 4, 4]
    assert root.at(("a", "nothing", 3)).line == 1
    assert root.at(("a", "b", 9)).line == 2


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_deep_nesting_ends_in_a_problem(opening: str) -> None:
    _, found = parse(opening * 3000, NAME)
    assert len(found) == 1


def test_a_few_lines_that_stand_for_billions_end_soon() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    started = time.perf_counter()
    root, found = parse("\n".join(lines), NAME)
    assert root is None
    assert [problem.message for problem in found] == ["stands for too many values, aliases (*name) followed"]
    assert time.perf_counter() - started < 20


def test_a_file_that_is_too_large_is_not_read_into_memory(tmp_path: Path) -> None:
    path = tmp_path / "huge.yaml"
    with path.open("wb") as stream:
        stream.truncate(50_000_000_000)
    root, found = read(path)
    assert root is None
    assert [problem.message for problem in found] == [f"has more than {yamlsource.MAX_BYTES:,} bytes"]


def test_a_byte_order_mark_and_windows_line_ends_are_no_problem(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\nb:\r\n  - two\r\n")
    root, found = read(path)
    assert root is not None
    assert (root.plain(), found) == ({"a": 1, "b": ["two"]}, [])
    assert root.at(("b", 0)).line == 3


def test_an_empty_file_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("# nothing yet\n", encoding="utf-8")
    assert read(path) == (None, [])
