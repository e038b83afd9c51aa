"""Whether claims are right as often as they say: ten steps of confidence beside the share that is right.

    python -m bench.reliability                 read every annotated article by models that were fitted without it
    python -m bench.reliability --save FILE     and keep what each claim said, one a line
    python -m bench.reliability --from FILE     the tables of an earlier run, at once

The first table is what the models say; the second what `pactwatch` tells, through the mapping in
`monitor/reading/models/en.confidence.json`, here drawn for each fold from the claims of the others. The articles are
those of tests/gold in two halves. Right means found by score.py: kind, sides, scope, firm, value and unit; the status
is not counted. Takes as long as `make train`, some minutes with --encoders DIR where those of an earlier training are.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from config.vocabulary import raw_language, vocabulary
from monitor.reading.analysis import Analyst
from training.calibration import Said, cross_fitted
from training.gold import GOLD, load
from training.judgement import cross_judged, encoders, learnt

STEPS = 10


def read_all(vectors: Path | None, keep: Path | None) -> list[Said]:
    """Every claim of the annotated articles, read by models that have not seen its article; see `encoders`."""
    cases = load(GOLD, Analyst(vocabulary("en"), raw_language("en")))
    everything, encoding = encoders(cases, vectors, keep)
    _, unseen = learnt(cases, encoding, everything)
    return cross_judged(unseen)


def table(said: Sequence[Said]) -> Iterator[str]:
    """A line a step that has claims: how many, what they say on average, how many are right; then the two measures."""
    gap = 0.0
    yield f"{'confidence':12}{'claims':>8}{'said':>8}{'right':>8}"
    for step in range(STEPS):
        part = [each for each in said if min(STEPS - 1, int(each.confidence * STEPS)) == step]
        if part:
            mean = sum(each.confidence for each in part) / len(part)
            right = sum(each.right for each in part) / len(part)
            gap += abs(mean - right) * len(part) / len(said)
            name = f"{step / STEPS:.1f} to {(step + 1) / STEPS:.1f}"
            yield f"{name:12}{len(part):8}{mean:8.3f}{right:8.3f}"
    brier = sum((each.confidence - each.right) ** 2 for each in said) / len(said)
    yield f"mean gap between said and right: {gap:.3f} (0 is perfect); Brier score: {brier:.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--save", type=Path, metavar="FILE")
    parser.add_argument("--from", type=Path, metavar="FILE", dest="kept")
    parser.add_argument("--vectors", type=Path, metavar="FILE")
    parser.add_argument("--encoders", type=Path, metavar="DIR")
    args = parser.parse_args()
    if args.kept:
        said = [Said(**json.loads(line)) for line in args.kept.read_text(encoding="utf-8").splitlines()]
    else:
        said = read_all(args.vectors, args.encoders)
    if args.save:
        args.save.write_text("".join(json.dumps(asdict(each)) + "\n" for each in said), encoding="utf-8")
    right = sum(each.right for each in said)
    print(f"{len(said)} claims of articles that the models have not seen, {right / len(said):.1%} right\n")
    print("what the models say", *table(said), sep="\n")
    print("\nwhat is told", *table(cross_fitted(said)), sep="\n")


if __name__ == "__main__":
    main()
