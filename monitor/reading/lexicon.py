"""The words of one language, compiled: what `config/defaults/language/<code>.yaml` says, ready to be matched."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from monitor.reading.scan import Entry
from monitor.reading.text import TOKEN, Words

ALTERNATIVES = re.compile(r"\(([^()]*)\)")
T = TypeVar("T")


def forms(phrase: str) -> list[str]:
    """Every form that a phrase with bracketed alternatives stands for: "impos(e|es)" → impose, imposes."""
    match = ALTERNATIVES.search(phrase)
    if match is None:
        return [phrase]
    head, tail = phrase[: match.start()], phrase[match.end() :]
    return [form for choice in match.group(1).split("|") for form in forms(head + choice + tail)]


def written_out(phrases: Iterable[object]) -> Iterator[str]:
    """Every form of every phrase, in order."""
    for phrase in phrases:
        yield from forms(str(phrase))


def entries(phrases: Iterable[object], layer: str, payload: object) -> Iterator[Entry]:
    """Every form of every phrase, to be looked for in a layer; see `Entry` for a payload of None."""
    return (Entry(form, layer, payload) for form in written_out(phrases))


def alternation(phrases: Iterable[str]) -> str:
    """A regular expression of any of the phrases, the longest first, spaces matching hyphens and line breaks."""
    words = set(written_out(phrases))
    return "|".join(re.escape(word).replace(r"\ ", r"[\s-]+") for word in sorted(words, key=lambda w: (-len(w), w)))


def bounded(phrases: Iterable[str]) -> re.Pattern[str]:
    """A compiled alternation that starts and ends at the edges of words."""
    return re.compile(rf"(?<!\w)(?:{alternation(phrases)})(?!\w)", re.IGNORECASE)


def split(phrase: str) -> tuple[str, ...]:
    """A phrase as the words that it has in a document, compounds taken apart."""
    return tuple(part for token in TOKEN.findall(phrase.lower()) for part in token.split("-") if part)


class Phrases(Generic[T]):
    """Phrases as sequences of words, each with what it stands for; the longest wins. One look-up a word of the text."""

    def __init__(self, entries: Iterable[tuple[str, T]]) -> None:
        self._heads: dict[str, list[tuple[tuple[str, ...], T]]] = {}
        self._tails: dict[str, list[tuple[tuple[str, ...], T]]] = {}
        for phrase, meaning in entries:
            for form in forms(str(phrase)):
                words = split(form)
                self._heads.setdefault(words[0], []).append((words, meaning))
                self._tails.setdefault(words[-1], []).append((words, meaning))
        for found in (*self._heads.values(), *self._tails.values()):
            found.sort(key=lambda entry: -len(entry[0]))

    def find(self, words: Words) -> Iterator[tuple[int, int, T]]:
        """(first word, one past the last, meaning) of every phrase in a text, left to right, none overlapping."""
        limit = 0
        norms = words.norms
        for index, norm in enumerate(norms):
            if norm in self._heads and index >= limit:
                found = self.beginning(norms, index)
                if found is not None:
                    limit = index + found[0]
                    yield index, limit, found[1]

    def beginning(self, norms: Sequence[str], index: int) -> tuple[int, T] | None:
        """The longest phrase that begins at a word: how many words it has, and its meaning."""
        for phrase, meaning in self._heads.get(norms[index], ()) if index < len(norms) else ():
            size = len(phrase)
            if size == 1 or tuple(norms[index : index + size]) == phrase:
                return size, meaning
        return None

    def ending(self, norms: Sequence[str], stop: int) -> tuple[int, T] | None:
        """The longest phrase whose last word is the one before `stop`: how many words it has, and its meaning."""
        for phrase, meaning in self._tails.get(norms[stop - 1], ()) if stop > 0 else ():
            size = len(phrase)
            if size == 1 or (stop >= size and tuple(norms[stop - size : stop]) == phrase):
                return size, meaning
        return None


@dataclass(frozen=True)
class Lexicon:
    """Everything the quantity recognisers need of a language, compiled once."""

    raw: Mapping[str, Any]
    abbreviations: frozenset[str]
    numbers: Mapping[str, float]
    fractions: Mapping[str, float]
    scales: Mapping[str, float]
    #: Words that a number can begin with, and words that multiply what stands before them.
    number_heads: frozenset[str]
    multipliers: Mapping[str, float]
    articles: frozenset[str]
    points_mark: str
    currency_symbols: Mapping[str, str]
    currency_words: Mapping[str, str]
    #: Currencies that are told in small sums too: "20 dollars", not "5 won per kilowatt-hour".
    small_sums: frozenset[str]
    tonne_factors: Mapping[str, float]
    year_factors: Mapping[str, float]
    #: Patterns that are matched at one place: the number itself, and what can stand around it.
    number: re.Pattern[str]
    percent: re.Pattern[str]
    points: re.Pattern[str]
    scale: re.Pattern[str]
    symbol_before: re.Pattern[str]
    currency_after: re.Pattern[str]
    tonnes: re.Pattern[str]
    years: re.Pattern[str]
    ratio: re.Pattern[str]
    yearly: re.Pattern[str]
    #: What joins two figures: ends of a range, members of a list.
    range_gap: re.Pattern[str]
    list_gap: re.Pattern[str]
    refers: re.Pattern[str]
    pieces: frozenset[str]
    #: A type that is counted by its name, a few words behind the number: " F-35s", " of the 737 MAX".
    types: re.Pattern[str]
    piece_stops: frozenset[str]
    bare: Mapping[str, frozenset[str]]
    months: frozenset[str]
    month_verbs: frozenset[str]
    ranges: Mapping[str, frozenset[str]]
    ellipsis: Mapping[str, frozenset[str]]
    #: Phrases that stand for a figure, with its family and value.
    worded: Phrases[tuple[str, float]]
    #: Words about them: what they need beside them to mean what they say.
    beside: Mapping[str, frozenset[str]]
    equal_shares: Phrases[float]
    qualifiers: Phrases[str]
    qualifiers_behind: Phrases[str]
    precision: Mapping[str, frozenset[str]]


def lexicon(raw: Mapping[str, Any]) -> Lexicon:
    """A language file compiled to a lexicon."""
    numbers = _floats(raw["numbers"])
    fractions = _floats(raw["fractions"])
    scales = _floats(raw["scales"])
    words = {str(k).lower(): str(v) for k, v in raw["currencies"]["words"].items()}
    symbols = {str(k): str(v) for k, v in raw["currencies"]["symbols"].items()}
    number_words = raw["number_words"]
    units = raw["units"]
    qualifiers = raw["qualifiers"]
    multipliers = {word: numbers[word] for word in number_words["multipliers"]}
    return Lexicon(
        raw=raw,
        abbreviations=frozenset(raw["abbreviations"]),
        numbers=numbers,
        fractions=fractions,
        scales=scales,
        number_heads=_heads(numbers, fractions, number_words),
        multipliers=multipliers,
        articles=frozenset(number_words["articles"]),
        points_mark=str(number_words["point"]),
        currency_symbols={k.lower(): v for k, v in symbols.items()},
        currency_words=words,
        small_sums=frozenset(raw["currencies"]["small_sums"]),
        tonne_factors=_floats(units["tonnes"]),
        year_factors=_floats(units["years"]),
        number=_number(numbers, fractions, number_words, _counted_by_article(scales, units["years"]), raw["percent"]),
        percent=_unit(raw["percent"]),
        points=_unit(raw["points"]),
        scale=_unit(scales),
        symbol_before=re.compile(rf"(?<![^\W\d_])({alternation(symbols)})\s?$", re.IGNORECASE),
        currency_after=_unit(words),
        tonnes=_unit(units["tonnes"]),
        years=re.compile(_unit(units["years"]).pattern + r"(?!-old)", re.IGNORECASE),
        ratio=_ratio(numbers, raw["shares"]["ratio"], raw["percent"]),
        yearly=bounded(raw["yearly"]),
        range_gap=re.compile(rf"\s*(?:{alternation(raw['ranges']['joins'])})\s*", re.IGNORECASE),
        list_gap=re.compile(rf"\s*(?:{alternation(raw['ranges']['lists'])})\s*", re.IGNORECASE),
        refers=re.compile(rf"\s+(?:{alternation(raw['refers'])})\b", re.IGNORECASE),
        pieces=frozenset(str(word).lower() for word in units["units"]),
        types=_types(raw["types"], raw["type_variants"]),
        piece_stops=frozenset(raw["piece_stops"]),
        bare=_sets(raw["bare"]),
        months=frozenset(map(str, raw["months"])),
        month_verbs=frozenset(map(str, raw["month_verbs"])),
        ranges=_sets(raw["ranges"]),
        ellipsis=_sets(raw["ellipsis"]),
        worded=Phrases(_worded(raw)),
        beside=_sets(raw["beside"]),
        equal_shares=Phrases((phrase, 50.0) for phrase in raw["shares"]["equal"]),
        qualifiers=Phrases((p, name) for name in ("at_most", "at_least", "about") for p in qualifiers[name]),
        qualifiers_behind=Phrases((p, name) for name, found in raw["qualifiers_behind"].items() for p in found),
        precision=_sets(raw["precision"]),
    )


def _floats(table: Mapping[Any, Any]) -> dict[str, float]:
    return {str(key): float(value) for key, value in table.items()}


def _sets(table: Mapping[str, Iterable[str]]) -> dict[str, frozenset[str]]:
    return {name: frozenset(written_out(words)) for name, words in table.items()}


def _unit(phrases: Iterable[str]) -> re.Pattern[str]:
    """A unit right behind its number: "%", "-percent", " per cent"."""
    return re.compile(rf"[\s-]?({alternation(phrases)})(?!\w)", re.IGNORECASE)


def _types(types: Iterable[object], variants: Iterable[str]) -> re.Pattern[str]:
    """A type's name with its variant and its plural, at most two words behind a number."""
    names = alternation(str(name) for name in types)
    return re.compile(
        rf"(?:\s[^\W\d_]+){{0,2}}\s(?:{names})(?:-\d+)?(?:{alternation(variants)})?s?(?!\w)", re.IGNORECASE
    )


def _worded(raw: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, float]]]:
    for family in ("zero", "zero_gap", "zero_free", "removal", "removal_go"):
        for phrase in raw[family]:
            yield phrase, (family, 0.0)
    for factor, phrases in raw["multiples"].items():
        for phrase in phrases:
            yield phrase, ("multiple", float(factor))


def _heads(numbers: Mapping[str, float], fractions: Mapping[str, float], words: Mapping[str, Any]) -> frozenset[str]:
    """Every word that a number told in words can begin with."""
    phrases = (*numbers, *fractions, *words["articles"], *words["full"], *words["multipliers"])
    return frozenset(split(str(phrase))[0] for phrase in phrases)


def _counted_by_article(scales: Mapping[str, float], years: Mapping[str, float]) -> list[str]:
    """Words that an article counts: "a billion", "a decade". "A year" counts nothing: it is a rate."""
    return [word for word in scales if len(word) > 5] + [word for word, factor in years.items() if factor > 1]


def _ratio(numbers: Mapping[str, float], joins: Iterable[str], percent: Iterable[str]) -> re.Pattern[str]:
    """Two numbers as a split: "50-50", "nine to one"."""
    number = rf"(\d{{1,2}}|{alternation(numbers)})"
    behind = rf"(?!\w|\s?(?:{alternation(percent)}))"
    return re.compile(rf"(?<![\w.-]){number}\s?(?:{alternation(joins)})\s?{number}{behind}", re.IGNORECASE)


def _number(
    numbers: Mapping[str, float],
    fractions: Mapping[str, float],
    words: Mapping[str, Any],
    units: Iterable[str],
    percent: Iterable[str],
) -> re.Pattern[str]:
    """Digits with separators, or a number in words: "twenty-five", "two and a half", "half a", "a quarter"."""
    small = alternation(n for n, v in numbers.items() if v < 20 and n not in words["multipliers"])
    tens = alternation(n for n, v in numbers.items() if 20 <= v < 100)
    large = alternation(words["multipliers"])
    part, hyphened = alternation(fractions), alternation(f for f in fractions if "-" in f)
    article, full, half = (alternation(words[name]) for name in ("articles", "full", "halves"))
    join, point, unit = alternation(words["joins"]), re.escape(words["point"]), alternation(units)
    below = rf"(?:(?:{tens})[\s-](?:{small})|{tens}|{small})"
    return re.compile(
        rf"""(?P<digits>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d{{1,2}}(?:,\d\d)+,\d{{3}}|\d+(?:\.\d+)?)
        |(?<!\w)(?P<hyphened>{hyphened})(?!\w)
        |(?<!\w)(?P<article>{article})(?=[\s-](?:{unit})(?!\w))
        |(?<!\w)(?P<words>(?:{below}(?:[\s-](?:{large})(?:[\s-](?:{join})[\s-]{below}(?![\s-](?:{large})))?)?
            |(?:{article}|{full})[\s-](?:{large})|(?:{large})(?=[\s-](?:{alternation(percent)})(?!\w)))(?:[\s-](?:{half})|\s{point}(?:\s(?:{small}))+)?)(?!\w)
        |(?<!\w)(?P<part>(?:(?:{article})[\s-])?(?:{part})(?:[\s-](?:{article}))?)(?!\w)""",
        re.IGNORECASE | re.VERBOSE,
    )
