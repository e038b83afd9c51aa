"""Every figure of a document: rates, sums of money, counts, tonnes, years, and the words that stand for a figure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from config.words import Qualifier
from monitor.reading.lexicon import Lexicon
from monitor.reading.text import Document

#: A bare number is taken for a rate only up to this height.
HIGHEST_BARE_RATE = 500
RANGE_GAP = re.compile(r"^\s*(?:-|to|and|or|through)\s*$", re.IGNORECASE)
CHANGE_BEFORE = re.compile(r"\bfrom\s*$", re.IGNORECASE)
BETWEEN_BEFORE = re.compile(r"\bbetween\s*$", re.IGNORECASE)
#: Numbers that are part of something else: a date, a code, an order, a version, a time.
NOT_BARE_BEFORE = re.compile(
    r"(?:[#§/.:-]\(?|\b(?:section|article|order|no\.?|chapter|line|page|group|covid|day|hs|eo|form|title|flight|boeing|airbus|phase|train|paragraph|annex)\s*\(?)$",
    re.IGNORECASE,
)
NOT_BARE_AFTER = re.compile(
    r"^(?:[:/]\d|-\d|\s?(?:st|nd|rd|th|a\.?m|p\.?m|am|pm|km|kg|gw|mw|nm|°)\b|\.\d|[a-z]|\)\s)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """One figure: where it stands, what it measures, how it was written."""

    start: int
    end: int
    #: percent, points, money, tonnes, years, units, bare, fraction, share, zero, removal, multiple.
    family: str
    #: In base units; for `multiple` the factor; for `zero` and `removal` 0.
    value: float
    #: percent, percentage_points, an ISO 4217 code, tonnes, years, units.
    unit: str
    high: float | None = None
    qualifier: Qualifier = Qualifier.EXACT
    #: The sum is per year.
    yearly: bool = False


def quantities(doc: Document, lex: Lexicon) -> list[Quantity]:
    """All figures of a document in the order of the text, ranges joined, none overlapping another."""
    found = [q for m in lex.number.finditer(doc.body) if (q := _measure(doc, m, lex)) is not None]
    found = _join_ranges(doc.body, _lend_units(doc.body, found))
    words = _words(doc, lex)
    words += _shares(doc, lex)
    found = [q for q in found if not any(w.start < q.end and q.start < w.end for w in words)] + words
    found.sort(key=lambda q: (q.start, q.end))
    return [_qualified(doc.body, q, lex) for q in _derived(doc.body, found)]


def _measure(doc: Document, match: re.Match[str], lex: Lexicon) -> Quantity | None:
    """The quantity that a number is the head of, or None where the number measures nothing of ours."""
    body, start, end = doc.body, match.start(), match.end()
    value = _value(match, lex)
    is_part = match.group("part") is not None or match.group("hyphened") is not None
    symbol = lex.symbol_before.search(body, max(0, start - 6), start)
    scale = lex.scale.match(body, end)
    if scale and len(scale.group(1)) == 1 and (symbol is None and scale.group(1) != "m"):
        scale = None  # "5m tonnes" is a scale, "25 b" is not
    if scale and not (scale.group(1) == "m" and symbol is None and not lex.tonnes.match(body, scale.end())):
        value *= lex.scales[re.sub(r"[\s-]+", " ", scale.group(1).lower())]
        end = scale.end()
    else:
        scale = None
    if symbol:
        worded = lex.currency_after.match(body, end)
        unit = lex.currency_symbols[symbol.group(1).lower()]
        return Quantity(symbol.start(1), worded.end() if worded else end, "money", value, unit)
    if word := lex.currency_after.match(body, end):
        if not (scale or value >= 1000 or word.group(1).lower() in ("dollars", "euros")):
            return None  # "5 won per kilowatt-hour" is money, but never a term of ours
        return Quantity(start, word.end(), "money", value, lex.currency_words[_plain(word.group(1))])
    if not scale:
        if unit_match := lex.points.match(body, end):
            return Quantity(start, unit_match.end(), "points", value, "percentage_points")
        if unit_match := lex.percent.match(body, end):
            return Quantity(start, unit_match.end(), "percent", value, "percent")
        if unit_match := lex.years.match(body, end):
            factor = lex.raw["units"]["years"][_plain(unit_match.group(1))]
            return Quantity(start, unit_match.end(), "years", value * factor, "years")
    if unit_match := lex.tonnes.match(body, end):
        factor = lex.raw["units"]["tonnes"][_plain(unit_match.group(1))]
        return Quantity(start, unit_match.end(), "tonnes", value * factor, "tonnes")
    if not is_part and (last := _counted(doc, end, lex)):
        return Quantity(start, last, "units", value, "units")
    if scale:
        return Quantity(start, end, "money", value, "") if value >= 1e6 else None
    if match.group("article"):
        return None
    if is_part:
        return Quantity(start, end, "fraction", round(value * 100, 4), "percent")
    return _bare(body, start, end, value, match)


def _value(match: re.Match[str], lex: Lexicon) -> float:
    if digits := match.group("digits"):
        return float(digits.replace(",", ""))
    if match.group("article"):
        return 1.0
    if hyphened_word := match.group("hyphened"):
        return lex.fractions[re.sub(r"\s+", "-", hyphened_word.lower())]
    words = re.sub(r"[\s-]+", " ", match.group().lower()).split()
    total = 0.0
    for word in words:
        if word in lex.numbers:
            total = (
                (total or 1) * 100
                if word == "hundred"
                else (total or 1) * 12
                if word == "dozen"
                else total + lex.numbers[word]
            )
        elif word in lex.fractions:
            total += lex.fractions[word]
    hyphened = re.sub(r"^an? | an?$", "", " ".join(words)).replace(" ", "-")
    return lex.fractions.get(hyphened, total)


def _plain(text: str) -> str:
    return re.sub(r"[\s-]+", " ", text.lower())


def _counted(doc: Document, end: int, lex: Lexicon) -> int | None:
    """The end of a noun of things that are bought by the piece, at most four words behind the number."""
    match = re.compile(r"(?:[\s-]+[\w.'-]+){0,4}").match(doc.body, end)
    for word in re.finditer(r"[\w']+", match.group() if match else ""):
        if lex.pieces.fullmatch(word.group()) and not word.group().isdigit():
            return end + word.end()
        if word.group().lower() in ("of", "and", "to", "for", "in", "on", "by", "from", "with", "at", "or", "per"):
            return None
    return None


def _bare(body: str, start: int, end: int, value: float, match: re.Match[str]) -> Quantity | None:
    """A number without a unit that could be a rate whose "percent" was left out."""
    if value > HIGHEST_BARE_RATE or (match.group("digits") and "," in match.group()):
        return None
    if match.group("words") and value < 2:
        return None
    range_follows = re.match(r"-\d+(?:\.\d+)?\s?(?:%|p)", body[end : end + 8])
    if NOT_BARE_BEFORE.search(body, max(0, start - 12), start) or (
        NOT_BARE_AFTER.match(body[end : end + 6]) and not range_follows
    ):
        return None
    return Quantity(start, end, "bare", value, "percent")


def _lend_units(body: str, found: list[Quantity]) -> list[Quantity]:
    """A bare number just before a range's or list's measured one takes its unit: "25 to 30 percent", "$15-20 billion"."""
    out = list(found)
    for index in range(len(out) - 2, -1, -1):
        here, following = out[index], out[index + 1]
        gap = body[here.end : following.start]
        if here.family == "bare" and following.family in ("percent", "years", "tonnes") and RANGE_GAP.match(gap):
            out[index] = replace(here, family=following.family, unit=following.unit, value=here.value)
        if here.family == "bare" and following.family in ("money", "tonnes") and RANGE_GAP.match(gap):
            factor = _factor(following.value, body[following.start : following.end])
            out[index] = replace(here, family=following.family, unit=following.unit, value=here.value * factor)
        if (
            here.family == "money"
            and following.family == "money"
            and RANGE_GAP.match(gap)
            and here.value < 10_000 < following.value
        ):
            out[index] = replace(
                here, value=here.value * _factor(following.value, body[following.start : following.end])
            )
    return out


def _factor(value: float, text: str) -> float:
    """By how much a figure's scale word multiplied its digits."""
    digits = re.search(r"\d[\d,]*(?:\.\d+)?", text)
    return value / (float(digits.group().replace(",", "")) or 1) if digits else 1.0


def _join_ranges(body: str, found: list[Quantity]) -> list[Quantity]:
    """Two figures that are the ends of one range become one; "from 25 to 15" stays two, a change."""
    out: list[Quantity] = []
    for q in found:
        last = out[-1] if out else None
        if (
            last
            and last.high is None
            and last.family == q.family != "bare"
            and last.unit == q.unit
            and last.value < q.value
        ):
            gap = RANGE_GAP.match(body[last.end : q.start])
            between = BETWEEN_BEFORE.search(body, max(0, last.start - 12), last.start)
            changed = CHANGE_BEFORE.search(body, max(0, last.start - 12), last.start)
            joined = gap and (between or (not changed and "and" not in gap.group() and "or" not in gap.group()))
            if joined:
                out[-1] = replace(last, end=q.end, high=q.value, qualifier=Qualifier.RANGE)
                continue
        out.append(q)
    return out


def _words(doc: Document, lex: Lexicon) -> list[Quantity]:
    """Figures told in words alone: zero, a removal, a multiple."""
    taken: list[Quantity] = []
    for family, pattern, value in (
        ("zero", lex.zero, 0.0),
        ("removal", lex.removal, 0.0),
        *(("multiple", pattern, factor) for factor, pattern in lex.multiples),
    ):
        for match in pattern.finditer(doc.body):
            if not any(q.start < match.end() and match.start() < q.end for q in taken):
                taken.append(Quantity(match.start(), match.end(), family, value, "percent"))
    return [q for q in taken if not (q.family == "multiple" and _is_fraction(doc.body, q))]


def _shares(doc: Document, lex: Lexicon) -> list[Quantity]:
    """A split told without a per cent sign: "divided equally", "50-50", "nine to one". Both sides get a figure."""
    out = []
    for match in lex.equal_shares.finditer(doc.body):
        out += [Quantity(match.start(), match.end(), "share", 50.0, "percent")]
    for match in lex.ratio.finditer(doc.body):
        first, second = (lex.numbers.get(g.lower()) if not g.isdigit() else float(g) for g in match.groups())
        if not first or not second or first + second not in (10, 100) or first < second:
            continue
        scale = 100 / (first + second)
        middle = match.start() + len(match.group(1))
        out.append(Quantity(match.start(), middle, "share", first * scale, "percent"))
        if first != second:
            out.append(Quantity(middle + 1, match.end(), "share", second * scale, "percent"))
    return out


def _derived(body: str, found: list[Quantity]) -> list[Quantity]:
    """Fractions and multiples of a figure told before: "50%, half of it for the oil", "15 percent ... and twice that"."""
    out: list[Quantity] = []
    for q in found:
        base = next((p for p in reversed(out[-3:]) if p.family == "percent" and q.start - p.end < 90), None)
        refers = re.match(r"\s+(?:of\s+)?(?:it|that|this|them|which|as much|the rate)\b", body[q.end : q.end + 14])
        if base and refers and q.family in ("fraction", "multiple"):
            factor = q.value / 100 if q.family == "fraction" else q.value
            out.append(replace(q, family="percent", value=round(base.value * factor, 4)))
        else:
            out.append(q)
    return out


def _is_fraction(body: str, q: Quantity) -> bool:
    """ "Half of the profits" is a share and no factor: the number recogniser has it."""
    return body[q.start : q.end].lower() in ("half", "one-half")


def _qualified(body: str, q: Quantity, lex: Lexicon) -> Quantity:
    """The figure with the words around it that say how exactly it is meant, and whether it is per year."""
    if q.family in ("money", "tonnes", "units") and lex.yearly.search(
        body, max(0, q.start - 24), min(len(body), q.end + 42)
    ):
        window = body[max(0, q.start - 24) : q.start] + "|" + re.split(r"[.;,]\s", body[q.end : q.end + 42])[0]
        q = replace(q, yearly=bool(lex.yearly.search(window)))
    if q.qualifier is Qualifier.RANGE:
        return q
    before, after = body[max(0, q.start - 28) : q.start], body[q.end : q.end + 20]
    for name in ("at_most", "at_least", "about"):
        if lex.qualifiers_before[name].search(before):
            return replace(q, qualifier=Qualifier(name))
    for name in ("at_most", "at_least", "about"):
        match = lex.qualifiers_after[name].match(after)
        if match and match.group().strip(" ,").lower() in AFTER[name]:
            return replace(q, qualifier=Qualifier(name))
    return q


#: Qualifying words that can stand behind their figure.
AFTER = {
    "at_most": {"or less", "or lower", "at most", "at the most", "maximum", "max"},
    "at_least": {"or more", "or higher", "and more", "or above"},
    "about": {"or so", "or thereabouts"},
}
