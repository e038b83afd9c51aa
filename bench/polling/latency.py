"""From the last byte of an answer with one new entry among twenty to the item stored and read, by an idle daemon."""

from __future__ import annotations

import tempfile
import time
from statistics import median, quantiles

from bench.polling.process import Process, Server

SAMPLES = 60


def latency(samples: int = SAMPLES) -> dict[str, float]:
    """p50 and p90 in milliseconds, and how much of p50 goes by until it is stored."""
    server = Server(1)
    found: list[float] = []
    to_store: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        daemon = Process("bench.polling.daemon", folder, 1, server.port)
        daemon.line()
        wait(daemon, 20)
        for number in range(samples):
            server.command("advance")
            time.sleep(1.05)  # the pause between two requests to a host
            daemon.tell("due")
            stored, read = wait(daemon, 21 + number)
            sent = server.command("last")
            to_store.append((stored - sent) / 1e6)
            found.append((read - sent) / 1e6)
        daemon.close()
    server.close()
    return {"p50": median(found), "p90": quantiles(found, n=10)[-1], "p50 stored": median(to_store)}


def wait(daemon: Process, items: int) -> tuple[int, int]:
    """When the last of so many items was stored and when read, on the monotonic clock in nanoseconds."""
    for _ in range(3_000):
        told = daemon.tell("last")
        if told["count"] >= items:
            return int(told["stored"]), int(told["read"])
        time.sleep(0.01)
    raise SystemExit("the daemon reads nothing")


if __name__ == "__main__":
    print(latency())
