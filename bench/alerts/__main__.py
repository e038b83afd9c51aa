"""All measures of alerts, each beside its limit.

    python -m bench.alerts [throughput|latency|neighbours|kills …]

`PACTWATCH_KILLS` says how often the process is killed, `PACTWATCH_DELIVERIES` how many deliveries are timed.
"""

from __future__ import annotations

import os
import sys

from bench.alerts.kills import kills
from bench.alerts.latency import latency
from bench.alerts.neighbours import neighbours
from bench.alerts.throughput import throughput

PARTS = ("throughput", "latency", "neighbours", "kills")
KILLS = int(os.environ.get("PACTWATCH_KILLS", "20"))
DELIVERIES = int(os.environ.get("PACTWATCH_DELIVERIES", "10000"))


def measure(part: str) -> tuple[str, str, str, bool]:
    """What is measured, what was found, its limit, and whether it is kept."""
    if part == "throughput":
        found = throughput(DELIVERIES)
        name = f"{DELIVERIES:,} webhooks to one receiver"
        return name, f"{found['rate']:,.0f}/s", "≥ 1,000/s", found["rate"] >= 1_000 and found["arrived"] >= DELIVERIES
    if part == "latency":
        took = latency()
        said = f"p50 {took['p50']:.1f} ms, p99 {took['p99']:.1f}, most {took['most']:.1f}, first {took['first']:.1f}"
        said += f", {took['lost']:.0f} lost" if took["lost"] else ""
        fine = took["p50"] <= 10 and took["p99"] <= 30 and not took["lost"]
        return "change written → webhook received, idle", said, "p50 ≤ 10 ms, p99 ≤ 30 ms", fine
    if part == "neighbours":
        p99 = neighbours()
        said = f"p99 {p99['without']:.0f} ms alone, {p99['with']:.0f} ms beside them"
        return "48 receivers beside a dead and a slow one", said, "≤ 20 % more", p99["with"] <= 1.2 * p99["without"]
    died = kills(KILLS)
    said = (
        f"{died['lost']} of {died['expected']:,} lost; {died['copies']} copies, of {died['twice']}, under the same id"
    )
    fine = died["killed"] == KILLS and died["written"] == died["expected"] and not died["lost"] + died["strange"]
    return f"kill -9, {died['killed']} times", said, "0 lost", fine


def main(arguments: list[str]) -> int:
    """Prints a line for each part; how many fall short."""
    short = 0
    for part in [part for part in PARTS if part in arguments] or PARTS:
        name, said, limit, fine = measure(part)
        print(f"{name:42}  {said:58}  {limit}{'' if fine else '   FALLS SHORT'}", flush=True)
        short += not fine
    return short


if __name__ == "__main__":
    load = os.getloadavg()[0]
    print(f"{os.cpu_count()} cores, load {load:.1f} at the start")
    sys.exit(main(sys.argv[1:]) > 0)
