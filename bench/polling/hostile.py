"""What slow feeds cost the others: fifty that drip among a thousand, by the real daemon with its usual settings."""

from __future__ import annotations

import tempfile
import time
from statistics import median
from typing import Any

from bench.polling.process import Process, Server

DRIPPING = 50
#: Seconds for which a dripping feed drips: nearly as long as a request may take.
DRIP = 25


def slow_drip(feeds: int, rounds: int = 3) -> dict[str, float]:
    """Seconds until all feeds that do not drip were polled and stored, without and with those that do."""
    server = Server(feeds)
    dripping = feeds * DRIPPING // 1_000
    found: dict[str, list[float]] = {"without": [], "with": []}
    with tempfile.TemporaryDirectory() as folder:
        daemon = Process("bench.polling.daemon", folder, feeds, server.port)
        daemon.line()
        complete(daemon, feeds)
        settled(daemon)
        for _ in range(rounds):
            for name, slow in (("without", 0), ("with", dripping)):
                server.command(f"mode?slow={slow}&drip={DRIP}")
                server.command("advance?every=1")
                time.sleep(1.1)
                daemon.tell("due")
                ends = complete(daemon, feeds)
                settled(daemon)
                others = [end for feed, end in ends.items() if int(feed[1:]) % 20 or int(feed[1:]) >= feeds]
                found[name].append(max(others))
        daemon.close()
    server.close()
    return {name: median(seconds) for name, seconds in found.items()}


def complete(daemon: Process, feeds: int, patience: float = 300) -> dict[str, Any]:
    """The seconds at which each feed of the round was done, once all are."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        if daemon.tell("figures")["round"] >= feeds:
            return daemon.tell("ends")
        time.sleep(0.2)
    raise SystemExit("a round of polls comes to no end")


def settled(daemon: Process) -> None:
    """Waits until all items are read."""
    while daemon.tell("figures")["unread"]:
        time.sleep(0.5)


if __name__ == "__main__":
    print(slow_drip(1_000))
