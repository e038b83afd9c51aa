"""All measures of polling, each beside its limit.

python -m bench.polling [FEEDS] [table|latency|memory|slow|kill …]
"""

from __future__ import annotations

import os
import sys

from bench.polling.hostile import slow_drip
from bench.polling.kill import kill
from bench.polling.latency import latency
from bench.polling.memory import memory
from bench.polling.table import table

PARTS = ("table", "latency", "slow", "memory", "kill")
#: Times that the daemon is killed, unless PACTWATCH_KILLS says otherwise.
KILLS = int(os.environ.get("PACTWATCH_KILLS", "200"))


def report(name: str, said: str, fine: bool) -> bool:
    """Prints a measure; whether it falls short."""
    print(f"{name:36}{said}{'' if fine else '   FALLS SHORT'}", flush=True)
    return not fine


def run(part: str, feeds: int) -> int:
    """Runs one part; how many of its measures fall short."""
    if part == "table":
        return table(feeds)
    if part == "latency":
        found = latency()
        said = f"p50 {found['p50']:.1f} ms, p90 {found['p90']:.1f} ms (at most 5); stored at {found['p50 stored']:.1f}"
        return report("last byte → stored and read, idle", said, found["p50"] <= 5)
    if part == "slow":
        slow = slow_drip(feeds)
        said = f"{slow['without']:.2f} s without, {slow['with']:.2f} s with 50 in 1,000 that drip (at most 10 % more)"
        return report("others done", said, slow["with"] <= 1.1 * slow["without"])
    if part == "kill":
        died = kill(KILLS)
        said = f"{died['killed']} times: {died['stored']} of {died['expected']} items, {died['twice']} twice"
        return report("kill -9", said, died["stored"] == died["expected"] and not died["twice"] + died["lost keys"])
    used = memory(10 * feeds)
    said = f"{used['rounds'][-1]:.0f} MB (at most 120), {used['a feed']:.0f} bytes a feed in ten rounds (at most 2,000)"
    return report(f"{10 * feeds} feeds, ten rounds", said, used["rounds"][-1] <= 120 and used["a feed"] <= 2_000)


def main(arguments: list[str]) -> int:
    feeds = int(arguments[0]) if arguments and arguments[0].isdigit() else 1_000
    wanted = [part for part in PARTS if part in arguments] or PARTS
    return sum(run(part, feeds) for part in wanted)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) > 0)
