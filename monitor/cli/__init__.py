"""The command line. One file per group of commands; a command's module is imported only when it is run."""

from __future__ import annotations

import sys
from io import TextIOWrapper

from monitor.cli.root import cli


def main() -> None:
    """The `pactwatch` command.

    Exit codes: 0 well, 1 found something or did a part, 2 usage or config, 3 the daemon does not run.
    """
    for stream in (sys.stdout, sys.stderr):
        # UTF-8 whatever the locale is: the contracts of `extract` and `--json` say so, and quotes hold every letter.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    sys.exit(cli())
