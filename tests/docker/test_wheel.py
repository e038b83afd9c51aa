"""The wheel that the image installs: the three packages with all their data, and nothing else."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

PACKAGES = ("monitor", "alerts", "config")


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built as the image does it: no isolation, no dependencies, so nothing is asked of anyone."""
    folder = tmp_path_factory.mktemp("wheel")
    options = ["--quiet", "--no-deps", "--no-build-isolation", "-w", str(folder)]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, str(root)], check=True, capture_output=True)
    return next(folder.glob("pactwatch-*.whl"))


def test_it_holds_the_packages_whole_and_nothing_else(root: Path, wheel: Path) -> None:
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    command = ["git", "ls-files", "--", *PACKAGES]
    tracked = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout.split()
    assert {name for name in tracked if (root / name).exists()} <= inside
    assert {name.split("/")[0] for name in inside} == set(PACKAGES)


def test_it_works_away_from_the_checkout(wheel: Path, tmp_path: Path) -> None:
    """Data files are found where the wheel puts them: the shipped words and feeds load, and so does the command."""
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    script = (
        "from pathlib import Path; import config, config.load, config.vocabulary;"
        "assert Path(config.__file__).is_relative_to(Path('site').resolve()), config.__file__;"
        "config.vocabulary.vocabulary('en');"
        "Path('pactwatch.yaml').write_text('settings: {contact: a@example.org}');"
        "assert config.load.load(Path('.')).config.feeds;"
        "from monitor.cli.root import cli; cli(['--help'])"
    )
    # -S leaves out the editable install; the dependencies are put behind the wheel's own files.
    site = next(path for path in sys.path if path.endswith("site-packages"))
    run = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path[:0] = ['site', {site!r}]; {script}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert "pactwatch init" in run.stdout
