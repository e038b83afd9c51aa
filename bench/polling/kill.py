"""kill -9 while changing feeds are polled, again and again: no item may be lost or stored twice, or hidden by a 304."""

from __future__ import annotations

import random
import sqlite3
import tempfile
import time
from pathlib import Path

from bench.polling.hostile import complete
from bench.polling.process import Process, Server
from bench.polling.world import ENTRIES

FEEDS = 40


def kill(times: int, seed: int = 7) -> dict[str, int]:
    """How many items there should be, how many are there, and how many are there twice.

    Each feed has one more entry a round. A round ends with the death of the daemon at any moment of it; the document
    shows twenty entries, so that one that a 304 hid for twenty rounds would be lost for good.
    """
    server, rng = Server(FEEDS), random.Random(seed)
    rounds = 0
    with tempfile.TemporaryDirectory() as folder:
        finish(folder, server)
        for number in range(times):
            daemon = Process("bench.polling.daemon", folder, FEEDS, server.port)
            daemon.line()
            server.command("advance?every=2")
            rounds += 1
            daemon.tell("due")
            time.sleep(rng.uniform(0, 0.6))
            daemon.kill()
            if number % 10 == 9:
                # The list is twenty entries long: what is asked in time must be there.
                finish(folder, server)
        finish(folder, server)
        found = count(Path(folder) / "pactwatch.db")
    expected = FEEDS * ENTRIES + sum(len(range(turn % 2, FEEDS, 2)) for turn in range(1, rounds + 1))
    server.close()
    return {"killed": times, "expected": expected, **found}


def finish(folder: str, server: Server) -> None:
    """A round that is left to end."""
    daemon = Process("bench.polling.daemon", folder, FEEDS, server.port)
    daemon.line()
    time.sleep(1.1)
    daemon.tell("due")
    complete(daemon, FEEDS)
    while daemon.tell("figures")["unread"]:
        time.sleep(0.1)
    daemon.close()


def count(database: Path) -> dict[str, int]:
    """Items, those with a guid that another has too, and keys without an item."""
    with sqlite3.connect(database) as connection:
        stored = connection.execute("SELECT count(*) FROM items").fetchone()[0]
        different = connection.execute("SELECT count(DISTINCT guid) FROM items").fetchone()[0]
        keyless = connection.execute(
            "SELECT count(*) FROM items WHERE id NOT IN (SELECT item_id FROM item_keys)"
        ).fetchone()[0]
    return {"stored": stored, "lost keys": keyless, "twice": stored - different}


if __name__ == "__main__":
    print(kill(200))
