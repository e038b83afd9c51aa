"""Bad configurations beside the problems that they must give: `x.yaml` (or the folder `x`) and `x.txt`."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.load import ConfigError, load

GOLDEN = Path(__file__).parent / "golden"
CASES = sorted(path.stem for path in GOLDEN.glob("*.txt"))
ENV = {"HOOK_SECRET": "whsec_" + "QUJD" * 8, "MAIL_PASSWORD": "letmein"}


def source(name: str) -> Path:
    folder = GOLDEN / name
    return folder if folder.is_dir() else folder.with_suffix(".yaml")


@pytest.mark.parametrize("name", CASES)
def test_every_problem_with_file_and_line(name: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(source(name), ENV)
    lines = [str(problem) for problem in caught.value.problems]
    lines += [f"warning: {problem}" for problem in caught.value.warnings]
    found = [line.replace(f"{GOLDEN}/", "") for line in lines]
    assert found == (GOLDEN / name).with_suffix(".txt").read_text(encoding="utf-8").splitlines()


def test_each_bad_file_has_its_problems_beside_it() -> None:
    inputs = {path.stem for path in GOLDEN.iterdir() if path.is_dir() or path.suffix == ".yaml"}
    assert inputs == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_no_secret_is_told(name: str) -> None:
    told = (GOLDEN / name).with_suffix(".txt").read_text(encoding="utf-8")
    for secret in ("letmein", "12345", "not base64!", ENV["HOOK_SECRET"]):
        assert secret not in told
