"""Two thousand feeds that change, polled for ten minutes by the real daemon; its memory and its lag as a picture.

    python -m bench.polling.soak SECONDS [FEEDS]

The lag of a round is the time from the moment that all feeds are due to the moment that the last is stored and read.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from bench.polling.hostile import complete, settled
from bench.polling.process import Process, Server

PICTURE = Path(__file__).parent.parent.parent / "docs" / "polling-soak.png"


def soak(seconds: float, feeds: int) -> list[tuple[float, float, float]]:
    """(seconds since the start, megabytes, lag in seconds) of each round."""
    server = Server(feeds)
    rounds: list[tuple[float, float, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        daemon = Process("bench.polling.daemon", folder, feeds, server.port)
        daemon.line()
        complete(daemon, feeds, 900)
        settled(daemon)
        began = time.monotonic()
        while time.monotonic() < began + seconds:
            server.command("advance?every=10")
            time.sleep(1.1)
            at = time.monotonic()
            daemon.tell("due")
            complete(daemon, feeds)
            while (figures := daemon.tell("figures"))["unread"]:
                time.sleep(0.1)
            rounds.append((at - began, figures["rss"], time.monotonic() - at))
        daemon.close()
    server.close()
    return rounds


def plot(rounds: list[tuple[float, float, float]], feeds: int, picture: Path) -> None:
    """Memory and lag over time, one above the other."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, (memory, lag) = pyplot.subplots(2, 1, sharex=True, figsize=(8, 5), layout="constrained")
    minutes = [at / 60 for at, _, _ in rounds]
    memory.plot(minutes, [megabytes for _, megabytes, _ in rounds])
    memory.set(ylabel="memory, MB", ylim=(0, None), title=f"{feeds:,} feeds, one in ten changing each round")
    lag.plot(minutes, [seconds for _, _, seconds in rounds])
    lag.set(ylabel="due → stored and read, s", ylim=(0, None), xlabel="minutes")
    for axes in (memory, lag):
        axes.grid(alpha=0.3)
    figure.savefig(picture, dpi=110)


def main(seconds: float, feeds: int = 2_000) -> None:
    rounds = soak(seconds, feeds)
    plot(rounds, feeds, PICTURE)
    memory, lags = [one[1] for one in rounds], sorted(one[2] for one in rounds)
    print(f"{len(rounds)} rounds of {feeds} feeds in {seconds:.0f} s; memory {memory[0]:.0f} → {memory[-1]:.0f} MB")
    print(f"lag of a round: median {lags[len(lags) // 2]:.1f} s, worst {lags[-1]:.1f} s. {PICTURE}")


if __name__ == "__main__":
    main(float(sys.argv[1]), *map(int, sys.argv[2:]))
