"""The image: the same lock file by the same command as the Makefile, no root, nothing hadolint minds."""

from __future__ import annotations

import fnmatch
import json
import os
import re
import subprocess
import sys
import tomllib
from itertools import takewhile
from pathlib import Path

import pytest

Instructions = list[tuple[str, str]]


def pip_installs(commands: list[str]) -> list[list[str]]:
    """The arguments of each `pip install` among shell commands. `-e` is left out: only people edit in place."""
    found = [re.search(r"pip\)?(?: --\S+)* install (.+)$", command.strip()) for command in commands]
    return [[word for word in match[1].split() if word != "-e"] for match in found if match]


def test_the_image_installs_what_make_setup_installs(root: Path, dockerfile: Instructions) -> None:
    makefile = (root / "Makefile").read_text(encoding="utf-8").replace("$(PIP)", "pip").splitlines()
    start = next(n for n, line in enumerate(makefile) if line.startswith("$(VENV)/.ready:"))
    recipe = [line.lstrip("\t@") for line in takewhile(lambda line: line.startswith("\t"), makefile[start + 1 :])]
    at_home = [args for args in pip_installs(recipe) if "requirements-dev.lock" not in args]
    in_image = pip_installs([part for word, rest in dockerfile if word == "RUN" for part in rest.split("&&")])
    assert at_home == [["--require-hashes", "-r", "requirements.lock"], ["--no-deps", "--no-build-isolation", "."]]
    assert in_image == at_home


def test_hadolint_has_nothing_to_say(root: Path) -> None:
    hadolint = Path(sys.executable).parent / "hadolint"
    result = subprocess.run(
        [hadolint, "--no-color", "--failure-threshold", "style", root / "docker/Dockerfile"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stdout + result.stderr) == (0, "")


def test_two_stages_of_one_slim_python_that_the_project_supports(root: Path, dockerfile: Instructions) -> None:
    bases = [rest.split()[0] for word, rest in dockerfile if word == "FROM"]
    assert len(bases) == 2
    assert len(set(bases)) == 1
    version = re.fullmatch(r"python:(\d\.\d+)-slim", bases[0])
    assert version
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert f"Programming Language :: Python :: {version[1]}" in project["classifiers"]


def test_it_runs_the_daemon_as_nobody_of_note(dockerfile: Instructions) -> None:
    last = dict(dockerfile)
    user, group = last["USER"].split(":")
    assert min(int(user), int(group)) >= 10000
    assert last["STOPSIGNAL"] == "SIGTERM"
    assert json.loads(last["ENTRYPOINT"]) + json.loads(last["CMD"]) == ["pactwatch", "run"]
    assert "pactwatch status" in last["HEALTHCHECK"]
    words = [word for word, _ in dockerfile]
    assert words.index("USER") > max(i for i, word in enumerate(words) if word == "RUN")


@pytest.mark.parametrize(("status", "healthy"), [(0, True), (1, True), (2, True), (3, False), (127, False)])
def test_health_is_that_the_daemon_runs(dockerfile: Instructions, tmp_path: Path, status: int, healthy: bool) -> None:
    """The health check itself, with a program in the place of `pactwatch` that ends as `status` may."""
    fake = tmp_path / "pactwatch"
    fake.write_text(f"#!/bin/sh\nexit {status}\n")
    fake.chmod(0o755)
    check = json.loads(dict(dockerfile)["HEALTHCHECK"].split("CMD", 1)[1])
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    result = subprocess.run(check, env=environment, capture_output=True, check=False)
    # Docker knows 0 and 1; other codes are reserved.
    assert result.returncode == (0 if healthy else 1)


def test_only_the_data_folder_is_written(dockerfile: Instructions) -> None:
    """A read-only root: what is written lies in the volume, and Python writes no caches."""
    environment = dict(re.findall(r"(\w+)=(\S+)", " ".join(rest for word, rest in dockerfile if word == "ENV")))
    volumes = [rest for word, rest in dockerfile if word == "VOLUME"]
    assert volumes == [environment["PACTWATCH_DATA_DIR"]]
    assert environment["PYTHONDONTWRITEBYTECODE"] == "1"


def ignored(path: str, patterns: list[str]) -> bool:
    """What .dockerignore does with a top-level path: the last pattern that fits it decides."""
    verdict = False
    for pattern in patterns:
        if fnmatch.fnmatch(path, pattern.removeprefix("!")):
            verdict = not pattern.startswith("!")
    return verdict


def test_the_context_holds_what_is_copied_and_little_else(root: Path, dockerfile: Instructions) -> None:
    lines = (root / ".dockerignore").read_text(encoding="utf-8").splitlines()
    patterns = [line for line in lines if line and not line.startswith("#")]
    sources = [rest.split()[:-1] for word, rest in dockerfile if word == "COPY" and not rest.startswith("--from")]
    copied = {source for group in sources for source in group}
    assert {source for source in copied if ignored(source, patterns) or not (root / source).exists()} == set()
    assert {line.removeprefix("!") for line in patterns if line.startswith("!")} == copied
    for secret in (".git", ".venv", ".env", "secrets", "docker", "pactwatch.db"):
        assert ignored(secret, patterns), secret


def test_every_package_of_the_wheel_is_copied(root: Path, dockerfile: Instructions) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    needed = {*project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"], *project["project"]["license-files"]}
    needed |= {project["project"]["readme"], "pyproject.toml", "requirements.lock"}
    copied = {source for word, rest in dockerfile if word == "COPY" for source in rest.split()[:-1]}
    assert needed <= copied
