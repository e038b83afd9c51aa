"""Standard output for people."""

from __future__ import annotations

import os
import sys

from rich.console import Console

#: Columns where standard output is a file or a pipe: what is looked for with grep should stand on one line.
PIPED = 160


def console() -> Console:
    """A console as wide as the terminal; as COLUMNS says, or 160 columns, where there is no terminal."""
    piped = not sys.stdout.isatty() and not os.environ.get("COLUMNS")
    return Console(highlight=False, width=PIPED if piped else None)
