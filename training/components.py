"""How well each decision of the reading is made on articles that the models have not seen.

    python -m training.components sides            accuracy of one decision: sides, scope, actor, previous, effective,
                                                   kind, status, country, topic_tariff
    python -m training.components kind --errors 30 and thirty mistakes, from the half of the articles with odd numbers

Each decision is judged by itself, with everything before it told right. Three folds over the cases in tests/gold/dev.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from config.vocabulary import raw_language, vocabulary
from monitor.reading import attributes, features, kinds, roles, sides
from monitor.reading.analysis import Analyst
from training import instances
from training.gold import GOLD, Case, load

FOLDS = 3
Mistake = tuple[Case, int, str]


def best(scores: Sequence[float]) -> int:
    return max(range(len(scores)), key=scores.__getitem__)


def judge_sides(train: Sequence[Case], test: Sequence[Case]) -> tuple[int, int, list[Mistake]]:
    model = instances.fit_pairs("sides", list(instances.sides(train)))
    right = total = 0
    wrong: list[Mistake] = []
    for case in test:
        for index, group, told in instances.walk(case):
            kind = group[0]["kind"]
            by_role = roles.side_features(case.analysis, index, kind, told)
            places = {code: model.places(f) for code, f in by_role.items()}
            options = list(sides.side_options(case.analysis, index, kind, told, group[0]["actor"]))
            scores = [model.score(places[x][0], places[y][1], f) for x, y, f in options]
            party, counterparty, _ = options[best(scores)]
            wanted = {(g["party"], g["counterparty"]) for g in group}
            total += 1
            right += (party, counterparty) in wanted
            if (party, counterparty) not in wanted:
                wrong.append(
                    (
                        case,
                        index,
                        f"{kind} got {party}>{counterparty}, wanted {wanted}, told {told.party}>{told.counterparty}",
                    )
                )
    return right, total, wrong


def judge_choice(name: str, train: Sequence[Case], test: Sequence[Case]) -> tuple[int, int, list[Mistake]]:
    make: Callable[..., Any] = instances.scopes if name == "scope" else lambda cases: instances.options(name, cases)
    model = instances.fit_rank(name, list(make(train)))
    right = total = 0
    wrong: list[Mistake] = []
    for case in test:
        chosen = iter(make([case]))
        for index, group, told in instances.walk(case):
            kind = group[0]["kind"]
            if (name == "scope" and kind == "profit_share") or (
                name == "actor" and kind not in ("investment", "purchase", "duration", "annual_cap")
            ):
                continue
            if name == "scope":
                found = attributes.scope_options(case.analysis, index, kind, told)
                values: list[Any] = [scopes for scopes, _ in found]
            elif name == "actor":
                values = [o.value for o in attributes.actor_options(case.analysis, index, kind, told)]
            elif name == "previous":
                leads = {i: 1.0 if i in case.older else 0.0 for i in range(len(case.analysis.quantities))}
                values = [o.value for o in attributes.previous_options(case.analysis, index, leads)]
            else:
                values = [
                    o.value for o in attributes.effective_options(case.analysis, index, kind, group[0]["status"], told)
                ]
            if len(values) < 2:
                continue
            choice = next(chosen, None)
            if choice is None or len(choice.candidates) != len(values):
                continue
            k = best([model.score(found) for found in choice.candidates])
            total += 1
            right += k in choice.right
            if k not in choice.right:
                field = name if name != "scope" else "scope"
                wrong.append((case, index, f"{kind} got {values[k]}, wanted {sorted({str(g[field]) for g in group})}"))
    return right, total, wrong


def judge_label(name: str, train: Sequence[Case], test: Sequence[Case]) -> tuple[int, int, list[Mistake]]:
    model = instances.fit_labels(name, list(make_labelled(name, train)))
    right = total = 0
    wrong: list[Mistake] = []
    for case in test:
        places = (
            [i for i, _ in instances.labelled(case)]
            if name == "kind"
            else [i for i, _, _ in instances.walk(case)]
            if name == "status"
            else []
        )
        for k, thing in enumerate(make_labelled(name, [case])):
            index = places[k] if places else 0
            if name == "kind":
                shares = kinds.possible(case.analysis.quantities[index], model, thing.features)
                guess = max(shares, key=lambda kind: shares[kind])
            else:
                guess = model.labels[best(model.probabilities(thing.features))]
            total += 1
            right += guess == thing.label
            if guess != thing.label:
                wrong.append((case, index, f"got {guess}, wanted {thing.label}"))
    return right, total, wrong


def make_labelled(name: str, cases: Sequence[Case]) -> Any:
    if name == "kind":
        return instances.kinds(cases)
    if name == "status":
        return instances.statuses(cases)
    if name == "country":
        return instances.country_labels(cases)
    return instances.topic_labels(name.removeprefix("topic_"), cases)


def judge(name: str, train: Sequence[Case], test: Sequence[Case]) -> tuple[int, int, list[Mistake]]:
    if name == "sides":
        return judge_sides(train, test)
    if name in ("scope", "actor", "previous", "effective"):
        return judge_choice(name, train, test)
    return judge_label(name, train, test)


def shown(case: Case, index: int, what: str) -> str:
    """A mistake with its sentence, the figure marked."""
    a = case.analysis
    if not a.quantities:
        return f"{case.article.id} {what} | {case.article.title}"
    q = a.quantities[index]
    begin, end = a.doc.span(a.doc.sentence_of[features.span(a, q)[0]])
    before, after = a.doc.body[max(begin, q.start - 200) : q.start], a.doc.body[q.end : min(end, q.end + 120)]
    marked = f"{before}>>>{a.doc.body[q.start : q.end]}<<<{after}"
    return f"{case.article.id} {what}\n    # {case.article.title[:90]}\n    {marked}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name")
    parser.add_argument("--errors", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    cases = load(GOLD, Analyst(vocabulary("en"), raw_language("en")))
    dev = [case for case in cases if case.article.id.startswith("d")]
    right = total = seen_right = seen_total = 0
    wrong: list[Mistake] = []
    for fold in range(FOLDS):
        test = dev[fold::FOLDS]
        held = {case.article.id for case in test}
        train = [case for case in cases if case.article.id not in held]
        r, t, w = judge(args.name, train, test)
        right, total, wrong = right + r, total + t, wrong + w
        if fold == 0:
            seen_right, seen_total, _ = judge(args.name, train, [c for c in train if c in dev])
    print(f"{args.name}: {right / total:.4f} of {total} on unseen articles, {seen_right / seen_total:.4f} on seen ones")
    odd = [m for m in wrong if int(m[0].article.id[1:]) % 2]
    random.Random(args.seed).shuffle(odd)
    for case, index, what in odd[: args.errors]:
        print(shown(case, index, what))
    if args.errors:
        print(Counter(what.split(", told")[0] for _, _, what in odd).most_common(25), file=sys.stderr)


if __name__ == "__main__":
    main()
