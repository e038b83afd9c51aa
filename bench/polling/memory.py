"""What ten thousand feeds cost in memory: ten rounds by the real daemon, one feed in ten changing each round."""

from __future__ import annotations

import json
import tempfile
from typing import Any

from bench.polling.hostile import complete, settled
from bench.polling.process import Process, Server

ROUNDS = 10


def memory(feeds: int, rounds: int = ROUNDS) -> dict[str, Any]:
    """Megabytes of the daemon: before the first poll, after it, and after the rounds; bytes a feed that it grew."""
    server = Server(feeds)
    with tempfile.TemporaryDirectory() as folder:
        daemon = Process("bench.polling.daemon", folder, feeds, server.port)
        start = float(json.loads(daemon.line())["rss"])
        complete(daemon, feeds, 1_800)
        settled(daemon)
        first, seen = daemon.tell("figures")["rss"], list[float]()
        for _ in range(rounds):
            server.command("advance?every=10")
            daemon.tell("due")
            complete(daemon, feeds, 600)
            settled(daemon)
            seen.append(daemon.tell("figures")["rss"])
        daemon.close()
    server.close()
    return {"start": start, "first": first, "rounds": seen, "a feed": (seen[-1] - first) * 1e6 / feeds}


if __name__ == "__main__":
    print(memory(10_000))
