"""The table of the bench: in each round all contenders in turn over one server, medians of three rounds."""

from __future__ import annotations

import sys
import time
from importlib.metadata import version
from statistics import median
from typing import Any, Final, NamedTuple

from bench.polling.process import Process, Server

ROUNDS: Final = 3


class Row(NamedTuple):
    """One line of the table."""

    name: str
    #: Whether the server closes each connection; None: each round is a first poll.
    close: bool | None
    #: One feed in so many has a new entry; 0 none.
    every: int
    #: The least that we must be, as a multiple of reader's best, and as a part of the bare loop.
    times: float
    of_bare: float = 0


ROWS: Final = (
    Row("unchanged (304), fresh connections", True, 0, 5, 0.6),
    Row("unchanged (304), keep-alive", False, 0, 15),
    Row("10 % changed", False, 10, 7),
    Row("all changed, one new entry each", False, 1, 8),
    Row("first poll", None, 0, 2),
)
Rounds = dict[str, list[dict[str, Any]]]


def measure(row: Row, feeds: int, who: dict[str, Process], server: Server) -> Rounds:
    """The figures of each contender in each round."""
    found: Rounds = {name: [] for name in who}
    server.command(f"mode?close={int(bool(row.close))}")
    if row.close is False:
        for process in who.values():  # Connections are opened before the rounds that keep them.
            poll(process)
    for _ in range(ROUNDS):
        if row.every:
            server.command(f"advance?every={row.every}")
        for name, process in who.items():
            if row.close is None:
                process.tell("reset")
            server.command("mode")
            figures = poll(process)
            if (served := server.command("mode")) != feeds:
                raise SystemExit(f"{name}: {served} of {feeds} feeds were asked in the row {row.name!r}")
            found[name].append(figures)
    return found


def poll(process: Process) -> dict[str, Any]:
    """One round of one contender."""
    if "ours" in process.args:
        process.tell("due")
        time.sleep(1.1)  # the pause that is kept between two requests to one host
    return process.tell("poll")


def table(feeds: int) -> int:
    """Prints the rows; how many fall short."""
    server = Server(feeds)
    names = {"ours": ("ours",), "bare": ("bare",), "reader, 1 worker": ("reader", 1), "reader, 10": ("reader", 10)}
    who = {
        name: Process("bench.polling.contenders", kind, feeds, server.port, *workers)
        for name, (kind, *workers) in names.items()
    }
    for process in who.values():
        process.tell("reset")
        poll(process)
    print(f"{feeds} feeds of 20 entries under {feeds} names on one loopback server; medians of {ROUNDS} rounds.")
    print(f"Peer: lemon24/reader {version('reader')}, the better of 1 and 10 workers. Feeds a second:\n")
    print(f"{'':36}{'ours':>7}{'reader':>8}{'workers':>8}{'ratio':>8}{'at least':>10}{'bare':>8}{'of bare':>9}")
    short = sum(line(row, feeds, measure(row, feeds, who, server)) for row in ROWS)
    for part in (*who.values(), server):
        part.close()
    return short


def line(row: Row, feeds: int, found: Rounds) -> bool:
    """Prints one row; whether it falls short."""
    speed = {name: feeds / median(figures["wall"] for figures in rounds) for name, rounds in found.items()}
    effort = {name: feeds / median(figures["cpu"] for figures in rounds) for name, rounds in found.items()}
    best = max(("reader, 1 worker", "reader, 10"), key=lambda name: speed[name])
    ratio, part = speed["ours"] / speed[best], speed["ours"] / speed["bare"]
    short = bool(ratio < row.times or part < row.of_bare)
    print(
        f"{row.name:36}{speed['ours']:7.0f}{speed[best]:8.0f}{best.split()[1]:>8}{ratio:7.1f}×{row.times:9g}×"
        f"{speed['bare']:8.0f}{part:8.0%}{'   FALLS SHORT' if short else ''}\n"
        f"{'   by processor time':36}{effort['ours']:7.0f}{effort[best]:8.0f}{'':8}"
        f"{effort['ours'] / effort[best]:7.1f}×{'':10}{effort['bare']:8.0f}{effort['ours'] / effort['bare']:8.0%}",
        flush=True,
    )
    return short


if __name__ == "__main__":
    sys.exit(table(int(sys.argv[1])) > 0)
