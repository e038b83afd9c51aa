"""What can be wrong with a configuration, in words for its owner."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong, or worth a warning, and what to do about it."""

    #: The file it stands in; None where it comes from the environment or from the whole.
    file: Path | None
    #: From 1; None where no single line is to blame.
    line: int | None
    message: str
    #: What to do, or an empty string.
    hint: str = ""

    @property
    def place(self) -> str:
        """`pactwatch.yaml:12`, as editors and terminals understand it; empty where there is no file."""
        if self.file is None:
            return ""
        return str(self.file) if self.line is None else f"{self.file}:{self.line}"

    def __str__(self) -> str:
        text = f"{self.place}: {self.message}" if self.place else self.message
        return f"{text} ({self.hint})" if self.hint else text


class ConfigError(Exception):
    """The configuration cannot be used. `problems` holds everything that was found, in the order of the files."""

    def __init__(self, problems: Iterable[Problem], warnings: Iterable[Problem] = ()) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        self.warnings: tuple[Problem, ...] = tuple(warnings)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def did_you_mean(word: str, known: Iterable[str], cutoff: float = 0.7) -> str:
    """`did you mean "interval"?`, or an empty string where nothing known is close to the word."""
    by_folded = {name.casefold(): name for name in known}
    close = get_close_matches(word.casefold(), by_folded, n=1, cutoff=cutoff)
    return f'did you mean "{by_folded[close[0]]}"?' if close else ""
