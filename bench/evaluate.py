"""How well articles are read and changes are found: the commands on the annotated articles, scored by their measure.

python -m bench.evaluate            tests/gold: the cases named dev, those held back, and the three streams
python -m bench.evaluate FOLDER     the *.cases.jsonl of a folder too
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

GOLD = Path(__file__).parent.parent / "tests" / "gold"
STREAMS = ("us-kr", "us-jp", "us-cn")
#: What is marked with * is no measure of how others' articles are read.
SEEN = "* The shipped models have seen these articles in training; `python -m training --unseen DIR` reads them unseen."


def answered(command: list[str], articles: Path, folder: Path) -> Path:
    """The file of what a command prints on a file of articles. RuntimeError where it ends with anything but 0."""
    found = folder / "found.jsonl"
    program = [sys.executable, "-c", "from monitor.cli import main; main()"]
    with articles.open("rb") as given, found.open("wb") as out:
        run = subprocess.run([*program, *command], stdin=given, stdout=out, stderr=subprocess.PIPE, check=False)
    if run.returncode:
        raise RuntimeError(f"pactwatch {' '.join(command)} < {articles}: {run.stderr.decode()}")
    return found


def scored(*words: str | Path) -> str:
    """What the measure prints."""
    command = [sys.executable, str(GOLD / "score.py"), *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def sections(seeds: Path | None, folder: Path) -> Iterator[tuple[str, str]]:
    """(heading, figures) of each measurement, one after the other."""
    dev = GOLD / "dev.cases.jsonl"
    yield f"extract on {dev.name}*", scored("cases", dev, answered(["extract"], dev, folder))
    held = sorted((GOLD / "held").glob("*.cases.jsonl"))
    for path in (*held, *(sorted(seeds.glob("*.cases.jsonl")) if seeds else ())):
        yield f"extract on {path.name}", scored("cases", path, answered(["extract"], path, folder))
    for name in STREAMS:
        articles, changes, claims = (GOLD / f"{name}.{part}.jsonl" for part in ("articles", "changes", "claims"))
        found = answered(["replay"], articles, folder)
        yield f"replay of {name}*", scored("stream", articles, changes, found)
        found = answered(["replay", "--claims", str(claims)], articles, folder)
        yield f"replay of {name} on its given claims: the ledger alone", scored("stream", articles, changes, found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("seeds", nargs="?", type=Path, metavar="FOLDER")
    seeds = parser.parse_args().seeds
    if seeds is not None and not seeds.is_dir():
        parser.error(f"{seeds} is no folder")
    with tempfile.TemporaryDirectory() as folder:
        for heading, figures in sections(seeds, Path(folder)):
            print(f"{heading}\n{figures}", flush=True)
    print(SEEN)


if __name__ == "__main__":
    main()
