"""Loading the configuration for a command, with its problems told as a person or a program reads them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from rich.console import Console

    from config.load import Loaded
    from config.problems import Problem


def load_or_exit(path: Path | None) -> Loaded:
    """The configuration; where it has problems they are told on stderr and the command ends with exit code 2."""
    from config.load import ConfigError, load

    try:
        return load(path)
    except ConfigError as error:
        refuse(error.problems)


def refuse(problems: Sequence[Problem]) -> NoReturn:
    from rich.console import Console

    console = Console(stderr=True, highlight=False, soft_wrap=True)
    tell(console, problems, "red")
    console.print(counted(len(problems), "problem") + " in the configuration; nothing was done", style="bold")
    raise click.exceptions.Exit(2)


def tell(console: Console, problems: Sequence[Problem], style: str) -> None:
    """Each problem on a line that begins with its place, and what to do about it on the next."""
    from rich.text import Text

    for problem in problems:
        place = shown_place(problem)
        console.print(Text.assemble((f"{place}: " if place else "", "bold"), (problem.message, style)))
        if problem.hint:
            console.print(Text(f"    {problem.hint}", style="dim"))


def shown_place(problem: Problem) -> str:
    """`pactwatch.yaml:12`, from the current folder where the file lies in it."""
    if problem.file is None:
        return ""
    file = problem.file
    if file.is_relative_to(Path.cwd()):
        file = file.relative_to(Path.cwd())
    return str(file) if problem.line is None else f"{file}:{problem.line}"


def counted(number: int, noun: str) -> str:
    """`1 problem`, `2 problems`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
