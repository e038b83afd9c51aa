"""`python -m demo`, by `make demo`: a year of news in less than a minute."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from demo.articles import load_articles, load_feeds
from demo.drive import Demo, Outcome, Stuck
from demo.show import Screen, console, summary
from monitor.daemon.lock import FolderTaken
from monitor.store import StoreError

#: How long the year takes, in seconds.
YEAR = 36.0


def main() -> int:
    """Exit codes: 0 all figures fit together, 1 they do not, 130 interrupted."""
    options = arguments()
    out = console()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="pactwatch-demo-"))
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        out.print(f"{folder} is not empty; the demo needs a folder of its own.")
        return 2
    screen = Screen(out, feeds=len(load_feeds()), articles=len(load_articles()))
    try:
        result = asyncio.run(run(folder, screen, 0.0 if options.fast else YEAR, options.keep, out))
    except (Stuck, StoreError, FolderTaken, OSError) as error:
        out.print(f"The demo did not come to its end: {error}\nIts log is {folder}/daemon.log.", markup=False)
        return 1
    except asyncio.CancelledError:
        out.print(f"Interrupted. Its folder is {folder}.")
        return 130
    finally:
        screen.close()
    return 1 if result.problems else 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m demo", description=__doc__, epilog="Example: python -m demo --keep"
    )
    parser.add_argument("--keep", action="store_true", help="leave it running after the year, until Ctrl-C")
    parser.add_argument("--fast", action="store_true", help="as fast as the daemon can")
    parser.add_argument("--folder", type=Path, metavar="DIR", help="an empty folder for config and data")
    return parser.parse_args()


async def run(folder: Path, screen: Screen, seconds: float, keep: bool, out: Console) -> Outcome:
    """The demo in its loop. The first Ctrl-C ends what is kept; before that it cancels the run."""
    over = asyncio.Event()
    task = asyncio.current_task()
    assert task is not None

    def done(result: Outcome) -> None:
        screen.close()
        summary(out, result.rows, result.problems, result.seconds)
        out.print(advice(folder, keep), soft_wrap=True)
        if keep:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, over.set)

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    return await Demo(folder, screen, seconds=seconds).run(done, over if keep else None)


def advice(folder: Path, keep: bool) -> str:
    """What to type next."""
    program = Path(sys.executable).parent / "pactwatch"
    with contextlib.suppress(ValueError):
        program = program.relative_to(Path.cwd())
    pactwatch = f"{program} --config {folder}"
    lines = [
        "Look at what the daemon has kept:"
        if not keep
        else "It runs on; look at it from another terminal, end it by Ctrl-C:",
        f"  {pactwatch} terms US-KR",
        f"  {pactwatch} history tariff:US:KR:autos",
        f"  {pactwatch} changes --since 2026-01-01",
        *([f"  {pactwatch} status"] if keep else []),
        f"Then begin with your own: {program} init ~/pactwatch   (README.md, “Use it”)",
        f"The demo's folder can go when you have seen enough: rm -r {folder}",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
