"""Where the configuration is, and which files belong to it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import platformdirs

from config.problems import ConfigError, Problem
from config.references import CONFIG_VARIABLE

MAIN = "pactwatch.yaml"
SUFFIXES = (".yaml", ".yml")
APP = "pactwatch"


def find(path: Path | None, env: Mapping[str, str]) -> Path:
    """The folder or file to read: the one given, else $PACTWATCH_CONFIG, ./pactwatch.yaml, the user's config folder.

    A folder stands for its pactwatch.yaml and the YAML files beside it. Raises ConfigError where there is nothing.
    """
    if path is not None:
        return existing(path, "--config")
    if env.get(CONFIG_VARIABLE):
        return existing(Path(env[CONFIG_VARIABLE]).expanduser(), CONFIG_VARIABLE)
    usual = [Path.cwd(), platformdirs.user_config_path(APP)]
    for folder in usual:
        if (folder / MAIN).is_file():
            return folder.absolute()
    looked = " and ".join(str(folder / MAIN) for folder in usual)
    message = f"no configuration found; looked for {looked}"
    raise ConfigError([Problem(file=None, line=None, message=message, hint="pactwatch init DIR writes one")])


def existing(path: Path, said_by: str) -> Path:
    path = path.absolute()
    if path.is_dir() and not (path / MAIN).is_file():
        problem = Problem(
            file=path, line=None, message=f"{said_by} has no {MAIN}", hint=f"pactwatch init {path} writes one"
        )
    elif not path.exists():
        problem = Problem(
            file=path, line=None, message=f"{said_by} does not exist", hint=f"pactwatch init {path} writes one"
        )
    else:
        return path
    raise ConfigError([problem])


def files_of(source: Path) -> list[Path]:
    """A file alone; of a folder pactwatch.yaml first, then the other YAML files by name, hidden ones left out."""
    if not source.is_dir():
        return [source]
    others = sorted(
        path
        for path in source.iterdir()
        if path.suffix in SUFFIXES and path.name != MAIN and not path.name.startswith(".") and path.is_file()
    )
    return [source / MAIN, *others]
