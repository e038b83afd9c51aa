"""Train the reading's models from the annotated articles, or say how well they do on articles they have not seen.

python -m training                 write monitor/reading/models/en.json, and beside it en.encoder.npz, and
                                   en.confidence.json: what the confidence of such models is worth
python -m training --unseen DIR    write one prediction file a gold file into DIR, each article read by models that
                                   were trained on the other half
Training the encoders takes two hours on two cores; with --encoders DIR they are kept in DIR, and taken from it
where they are there already. --vectors FILE names the file of word vectors that `make train` brings by npm.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from config.vocabulary import raw_language, vocabulary
from monitor.cli.jsonl import line
from monitor.reading.analysis import Analyst
from monitor.reading.models import MODELS
from monitor.reading.reader import Reader
from training.calibration import calibrated
from training.decisions import accuracy, told
from training.gold import GOLD, load
from training.judgement import beside, cross_judged, encoders, halves, learnt


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--unseen", type=Path, metavar="DIR")
    parser.add_argument("--encoders", type=Path, metavar="DIR")
    parser.add_argument("--vectors", type=Path, metavar="FILE")
    parser.add_argument("--language", default="en")
    args = parser.parse_args()
    analyst = Analyst(vocabulary(args.language), raw_language(args.language))
    cases = load(GOLD, analyst)
    claims = sum(len(case.gold["claims"]) for case in cases)
    laid = sum(len(group) for case in cases for group in case.groups.values())
    print(f"{len(cases)} articles, {claims} claims, {laid} laid on a figure", file=sys.stderr)
    everything, encoding = encoders(cases, args.vectors, args.encoders)
    if args.unseen is None:
        lessons, unseen = learnt(cases, encoding, everything)
        trained = beside(lessons, unseen, everything)
        MODELS.mkdir(exist_ok=True)
        path = MODELS / f"{args.language}.encoder.npz"
        everything.save(path)
        print(f"wrote {path.name}: {path.stat().st_size / 1e6:.1f} MB", file=sys.stderr)
        path = MODELS / f"{args.language}.json"
        path.write_text(
            json.dumps(trained.to_json(), sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n",
            encoding="utf-8",
        )
        print(f"wrote {path.name}: {path.stat().st_size / 1e6:.1f} MB", file=sys.stderr)
        said = cross_judged(unseen)
        path = MODELS / f"{args.language}.confidence.json"
        path.write_text(json.dumps({"knots": calibrated(said).to_json()}) + "\n", encoding="utf-8")
        print(f"wrote {path.name}: {len(said)} claims of articles that were not seen", file=sys.stderr)
        return
    answers: dict[str, str] = {}
    for held, trained in halves(cases, encoding):
        reader = Reader(analyst, trained)
        for case in held:
            answers[case.article.id] = line(case.article.id.rpartition("/")[2], reader.read(case.article))
    dev = [case for case in cases if "/" not in case.article.id and case.article.id.startswith("d")]
    print(*told(accuracy(dev, encoding)), sep="\n")
    args.unseen.mkdir(parents=True, exist_ok=True)
    streams = {case.article.id.rpartition("/")[0] for case in cases}
    for stream in streams:
        lines = [answers[c.article.id] for c in cases if c.article.id.rpartition("/")[0] == stream]
        (args.unseen / f"{stream or 'dev'}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
