"""The words of one language, compiled: what `config/defaults/language/<code>.yaml` says, ready to be matched."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from monitor.reading.text import Document

ALTERNATIVES = re.compile(r"\(([^()]*)\)")


def forms(phrase: str) -> list[str]:
    """Every form that a phrase with bracketed alternatives stands for: "impos(e|es)" → impose, imposes."""
    match = ALTERNATIVES.search(phrase)
    if match is None:
        return [phrase]
    head, tail = phrase[: match.start()], phrase[match.end() :]
    return [form for choice in match.group(1).split("|") for form in forms(head + choice + tail)]


def alternation(phrases: Iterable[str]) -> str:
    """A regular expression of any of the phrases, the longest first, spaces matching hyphens and line breaks."""
    words = {form for phrase in phrases for form in forms(str(phrase))}
    return "|".join(re.escape(word).replace(r"\ ", r"[\s-]+") for word in sorted(words, key=lambda w: (-len(w), w)))


def bounded(phrases: Iterable[str]) -> re.Pattern[str]:
    """A compiled alternation that starts and ends at the edges of words."""
    return re.compile(rf"(?<!\w)(?:{alternation(phrases)})(?!\w)", re.IGNORECASE)


class Trie:
    """Phrases as sequences of tokens, matched against a document's tokens, longest first; each names its classes."""

    def __init__(self, classes: Mapping[str, Iterable[str]]) -> None:
        self._heads: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for name, phrases in classes.items():
            for phrase in phrases:
                for form in forms(str(phrase)):
                    words = (
                        tuple(form.lower().replace("-", " - ").split())
                        if " - " in form
                        else tuple(form.lower().split())
                    )
                    if words:
                        self._heads.setdefault(words[0], []).append((words, name))
        for entries in self._heads.values():
            entries.sort(key=lambda entry: (-len(entry[0]), entry[1]))

    def scan(self, doc: Document) -> list[tuple[int, int, str]]:
        """(first token, one past the last token, class) of every phrase that stands in the document, in order."""
        found = []
        tokens = doc.tokens
        for index, token in enumerate(tokens):
            for words, name in self._heads.get(token.norm, ()):
                if len(words) == 1:
                    found.append((index, index + 1, name))
                elif index + len(words) <= len(tokens) and all(
                    tokens[index + k].norm == word for k, word in enumerate(words)
                ):
                    found.append((index, index + len(words), name))
        return found


@dataclass(frozen=True)
class Lexicon:
    """Everything the quantity and date recognisers need of a language, compiled once."""

    raw: Mapping[str, Any]
    abbreviations: frozenset[str]
    numbers: Mapping[str, float]
    fractions: Mapping[str, float]
    scales: Mapping[str, float]
    currency_symbols: Mapping[str, str]
    currency_words: Mapping[str, str]
    number: re.Pattern[str]
    percent: re.Pattern[str]
    points: re.Pattern[str]
    scale: re.Pattern[str]
    symbol_before: re.Pattern[str]
    currency_after: re.Pattern[str]
    tonnes: re.Pattern[str]
    years: re.Pattern[str]
    pieces: re.Pattern[str]
    zero: re.Pattern[str]
    removal: re.Pattern[str]
    multiples: tuple[tuple[float, re.Pattern[str]], ...]
    yearly: re.Pattern[str]
    equal_shares: re.Pattern[str]
    ratio: re.Pattern[str]
    qualifiers_before: Mapping[str, re.Pattern[str]]
    qualifiers_after: Mapping[str, re.Pattern[str]]


def lexicon(raw: Mapping[str, Any]) -> Lexicon:
    """A language file compiled to a lexicon."""
    numbers = {str(k): float(v) for k, v in raw["numbers"].items()}
    fractions = {str(k): float(v) for k, v in raw["fractions"].items()}
    scales = {str(k): float(v) for k, v in raw["scales"].items()}
    symbols = {str(k): str(v) for k, v in raw["currencies"]["symbols"].items()}
    words = {str(k): str(v) for k, v in raw["currencies"]["words"].items()}
    before = {name: rf"(?:{alternation(phrases)})" for name, phrases in raw["qualifiers"].items()}
    return Lexicon(
        raw=raw,
        abbreviations=frozenset(raw["abbreviations"]),
        numbers=numbers,
        fractions=fractions,
        scales=scales,
        currency_symbols={k.lower(): v for k, v in symbols.items()},
        currency_words={k.lower(): v for k, v in words.items()},
        number=_number(numbers, fractions, [s for s in scales if len(s) > 5] + ["decade"]),
        percent=re.compile(rf"[\s-]?(?:{alternation(raw['percent'])})(?!\w)", re.IGNORECASE),
        points=re.compile(rf"[\s-]?(?:{alternation(raw['points'])})(?!\w)", re.IGNORECASE),
        scale=re.compile(rf"[\s-]?({alternation(scales)})(?!\w)", re.IGNORECASE),
        symbol_before=re.compile(rf"(?<![^\W\d_])({alternation(symbols)})\s?$", re.IGNORECASE),
        currency_after=re.compile(rf"[\s-]?({alternation(words)})(?!\w)", re.IGNORECASE),
        tonnes=re.compile(rf"[\s-]?({alternation(raw['units']['tonnes'])})(?!\w)", re.IGNORECASE),
        years=re.compile(rf"[\s-]?({alternation(raw['units']['years'])})(?!\w)(?!-old)", re.IGNORECASE),
        pieces=re.compile(rf"(?:{alternation(raw['units']['units'])})", re.IGNORECASE),
        zero=bounded(raw["zero"]),
        removal=bounded(raw["removal"]),
        multiples=tuple((float(k), bounded(v)) for k, v in raw["multiples"].items()),
        yearly=bounded(raw["yearly"]),
        equal_shares=bounded(raw["shares"]["equal"]),
        ratio=_ratio(numbers, raw["shares"]["ratio"]),
        qualifiers_before={
            n: re.compile(rf"(?<!\w){p}(?:\s+(?:the|a|an|of|at|to|by))?\s*$", re.I) for n, p in before.items()
        },
        qualifiers_after={n: re.compile(rf"^[\s,]*{p}(?!\w)", re.I) for n, p in before.items()},
    )


def _ratio(numbers: Mapping[str, float], joins: Iterable[str]) -> re.Pattern[str]:
    """Two numbers as a split: "50-50", "nine to one"."""
    number = rf"(\d{{1,2}}|{alternation(numbers)})"
    return re.compile(
        rf"(?<![\w.-]){number}\s?(?:{alternation(joins)})\s?{number}(?![\w%]|\s?(?:per|pc))", re.IGNORECASE
    )


def _number(numbers: Mapping[str, float], fractions: Mapping[str, float], units: Iterable[str]) -> re.Pattern[str]:
    """Digits with separators, or a number in words: "twenty-five", "two and a half", "half a", "a quarter"."""
    small = alternation(n for n, v in numbers.items() if v < 20)
    tens = alternation(n for n, v in numbers.items() if 20 <= v < 100)
    large = alternation(n for n, v in numbers.items() if v >= 12 and n in ("hundred", "dozen"))
    part = alternation(fractions)
    hyphened = alternation(f for f in fractions if "-" in f)
    unit = alternation(units)
    return re.compile(
        rf"""(?P<digits>\d{{1,3}}(?:,\d{{2,3}})+(?:\.\d+)?|\d+(?:\.\d+)?)
        |(?<!\w)(?P<hyphened>{hyphened})(?!\w)
        |(?<!\w)(?P<article>an?)(?=[\s-](?:{unit})(?!\w))
        |(?<!\w)(?P<words>(?:(?:{tens})[\s-](?:{small})|{tens}|{small})(?:[\s-]{large})?(?:[\s-]and[\s-]a[\s-]half)?|(?:an?|the\sfull)[\s-]{large})(?!\w)
        |(?<!\w)(?P<part>(?:an?[\s-])?(?:{part})(?:[\s-]an?)?)(?!\w)""",
        re.IGNORECASE | re.VERBOSE,
    )
