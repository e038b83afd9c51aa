"""The command line. One file per group of commands; a command's module is imported only when it is run."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper

from monitor.cli.root import cli

#: The encoder's matrices are small: a second core would wait for the first, and the daemon has other work for it.
ONE_CORE = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def main() -> None:
    """The `pactwatch` command.

    Exit codes: 0 well, 1 found something or did a part, 2 usage or config, 3 the daemon does not run.
    """
    for name in ONE_CORE:
        os.environ.setdefault(name, "1")  # before numpy is imported
    for stream in (sys.stdout, sys.stderr):
        # UTF-8 whatever the locale is: the contracts of `extract` and `--json` say so, and quotes hold every letter.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    sys.exit(cli())
