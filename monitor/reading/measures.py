"""Numbers and what they measure: "15%", "$350bn", "25 million tonnes", "103 Boeing aircraft", a bare "25"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from monitor.reading.lexicon import Lexicon
from monitor.reading.quantity import Quantity
from monitor.reading.text import Document, Token

#: A bare number is taken for a rate only up to this height.
HIGHEST_BARE_RATE = 500
#: Numbers in words below this are counts of things, not rates, unless they follow a word of paying.
LOWEST_BARE_WORD = 10
#: A sum without a currency counts from this height on: "350 billion".
LEAST_SUM = 1e6
#: A sum told by its currency's name counts from this height on.
LEAST_NAMED_SUM = 1000
#: How far behind its number a counted noun may stand, in words: "103 next-generation Boeing wide-body jets".
PIECE_REACH = 5
#: Marks that make a number part of a code, a date or a time.
CODE_BEFORE = re.compile(r"[^\W\d_]\Z|[#§/.:-]\(?\Z")
CODE_AFTER = re.compile(r"[:/]\d|-\d|\.\d|[^\W\d_]|\s?°|\)\s")
RANGE_END = re.compile(r"-\d+(?:\.\d+)?\s?(?:%|[^\W\d_])")
ORDINALS_AND_UNITS = re.compile(r"\s?(?:st|nd|rd|th|a\.?m|p\.?m|am|pm|km|kg|gw|mw|nm)\b", re.IGNORECASE)


def measured(doc: Document, lex: Lexicon) -> list[Quantity]:
    """The quantities whose head is a number, in order; ranges not yet joined."""
    found = []
    end = 0
    for match in numbers(doc, lex):
        q = _measure(doc, match, lex) if match.start() >= end else None
        if q is not None:
            found.append(q)
            end = q.end
    return found


def numbers(doc: Document, lex: Lexicon) -> Iterator[re.Match[str]]:
    """Every number of a document. The pattern is tried only where a token can begin one: most words cannot."""
    limit = 0
    for token in doc.tokens:
        for start in _starts(token, lex):
            while limit <= start < token.end:
                match = lex.number.match(doc.body, start)
                if match is None:
                    break
                yield match
                limit = start = match.end()


def _starts(token: Token, lex: Lexicon) -> Iterator[int]:
    """Where in a token a number can begin: at its start, or behind a hyphen."""
    norm = token.norm
    if norm[0].isdigit() or norm in lex.number_heads:
        yield token.start
    elif "-" in norm:
        start = token.start
        for part in norm.split("-"):
            if part in lex.number_heads:
                yield start
            start += len(part) + 1


def shares(doc: Document, lex: Lexicon) -> list[Quantity]:
    """A split told without a per cent sign: "divided equally", "50-50", "nine to one". Both sides get a figure."""
    words = doc.words
    out = []
    for first, last, value in lex.equal_shares.find(words):
        out.append(Quantity(words.starts[first], words.ends[last - 1], "share", value, "percent"))
    for token in doc.tokens:
        short = token.norm[0].isdigit() and token.end - token.start <= 2
        if (short or token.norm.split("-")[0] in lex.numbers) and (match := lex.ratio.match(doc.body, token.start)):
            out += _ratio(match, lex)
    return out


def _ratio(match: re.Match[str], lex: Lexicon) -> list[Quantity]:
    first, second = (float(g) if g.isdigit() else lex.numbers.get(g.lower(), 0.0) for g in match.groups())
    if not first or not second or first + second not in (10, 100) or first < second:
        return []
    scale = 100 / (first + second)
    middle = match.start() + len(match.group(1))
    out = [Quantity(match.start(), middle, "share", first * scale, "percent")]
    if first != second:
        out.append(Quantity(middle + 1, match.end(), "share", second * scale, "percent"))
    return out


def _measure(doc: Document, match: re.Match[str], lex: Lexicon) -> Quantity | None:
    """The quantity that a number is the head of, or None where the number measures nothing of ours."""
    body, start, end = doc.body, match.start(), match.end()
    value = _value(match, lex)
    symbol = lex.symbol_before.search(body, max(0, start - 6), start)
    factor, end = _scaled(body, end, symbol is not None, lex)
    scaled = factor is not None
    value *= factor or 1.0
    worded = lex.currency_after.match(body, end)
    if symbol:
        unit = lex.currency_symbols[symbol.group(1).lower()]
        return Quantity(symbol.start(1), worded.end() if worded else end, "money", value, unit)
    if worded:
        name = _plain(worded.group(1))
        if not (scaled or value >= LEAST_NAMED_SUM or name in lex.small_sums):
            return None  # "5 won per kilowatt-hour" is money, but never a term of ours
        return Quantity(start, worded.end(), "money", value, lex.currency_words[name])
    if not scaled and (rate := _rate_or_time(body, start, end, value, lex)):
        return rate
    if tonnes := lex.tonnes.match(body, end):
        value *= lex.tonne_factors[_plain(tonnes.group(1))]
        return Quantity(start, tonnes.end(), "tonnes", value, "tonnes")
    is_part = match.group("part") is not None or match.group("hyphened") is not None
    if not is_part and (last := _counted(doc, start, end, lex)):
        return Quantity(start, last, "units", value, "units")
    if scaled:
        return Quantity(start, end, "money", value, "") if value >= LEAST_SUM else None
    if match.group("article"):
        return None
    if is_part:
        return Quantity(start, end, "fraction", round(value * 100, 4), "percent")
    return _bare(doc, match, value, lex)


def _scaled(body: str, end: int, symbol: bool, lex: Lexicon) -> tuple[float | None, int]:
    """The factor of a scale word behind a number, or None, and where the number then ends.

    One letter is a scale only in money ("$25b"); "5m tonnes" is one, "5m" may be metres.
    """
    scale = lex.scale.match(body, end)
    if scale is None:
        return None, end
    word = _plain(scale.group(1))
    if len(word) == 1 and not symbol and not (word == "m" and lex.tonnes.match(body, scale.end())):
        return None, end
    return lex.scales[word], scale.end()


def _rate_or_time(body: str, start: int, end: int, value: float, lex: Lexicon) -> Quantity | None:
    """A number with a word for points, per cent or years behind it."""
    if unit := lex.points.match(body, end):
        return Quantity(start, unit.end(), "points", value, "percentage_points")
    if unit := lex.percent.match(body, end):
        return Quantity(start, unit.end(), "percent", value, "percent")
    if unit := lex.years.match(body, end):
        return Quantity(start, unit.end(), "years", value * lex.year_factors[_plain(unit.group(1))], "years")
    return None


def _value(match: re.Match[str], lex: Lexicon) -> float:
    """What a number says: digits, or words added up and multiplied."""
    if digits := match.group("digits"):
        return float(digits.replace(",", ""))
    if match.group("article"):
        return 1.0
    if hyphened := match.group("hyphened"):
        return lex.fractions[re.sub(r"\s+", "-", hyphened.lower())]
    total, decimal = 0.0, 0.0
    for word in _plain(match.group()).split():
        if word == lex.points_mark:
            decimal = 0.1
        elif decimal:
            total, decimal = total + decimal * lex.numbers[word], decimal / 10
        elif word in lex.multipliers:
            total = (total or 1) * lex.multipliers[word]
        else:
            total += lex.numbers.get(word) or lex.fractions.get(word) or 0.0
    return round(total, 6)


def _plain(text: str) -> str:
    return re.sub(r"[\s-]+", " ", text.lower())


def _counted(doc: Document, start: int, end: int, lex: Lexicon) -> int | None:
    """The end of a noun of things that are bought by the piece, a few words behind the number."""
    if CODE_BEFORE.search(doc.body, max(0, start - 2), start):
        return None
    if named := lex.types.match(doc.body, end):
        return named.end()
    words = doc.words
    first = words.at(end)
    for index in range(first, min(first + PIECE_REACH, len(words.norms))):
        norm = words.norms[index]
        if norm in lex.pieces and not norm.isdigit():
            return words.ends[index]
        if norm in lex.piece_stops or not norm[0].isalnum():
            return None
    return None


def _bare(doc: Document, match: re.Match[str], value: float, lex: Lexicon) -> Quantity | None:
    """A number without a unit that could be a rate whose "percent" was left out."""
    body, (start, end) = doc.body, match.span()
    if value > HIGHEST_BARE_RATE or (match.group("digits") and "," in match.group()):
        return None
    behind = body[end : end + 12]
    if CODE_BEFORE.search(body, max(0, start - 2), start) or ORDINALS_AND_UNITS.match(behind):
        return None
    if CODE_AFTER.match(behind) and not RANGE_END.match(behind):
        return None
    norms = doc.words.norms
    first, past = doc.words.at(start), doc.words.at(end)
    before = norms[first - 1] if first else ""
    after = norms[past] if past < len(norms) else ""
    if before in lex.bare["behind"] or _counts(after, lex) or _of_date(doc, first, past, lex):
        return None
    small = not match.group("digits") and value < LOWEST_BARE_WORD
    if small and (value < 1 or before not in lex.bare["small_behind"]):
        return None
    return Quantity(start, end, "bare", value, "percent")


def _counts(after: str, lex: Lexicon) -> bool:
    """Whether the word behind a number is what it counts: "27 states"."""
    bare = lex.bare
    if after in bare["before"]:
        return True
    return len(after) > 3 and after.endswith(tuple(bare["plural_endings"])) and after not in bare["no_plurals"]


def _of_date(doc: Document, first: int, past: int, lex: Lexicon) -> bool:
    """Whether the name of a month stands beside a number: "Nov. 14", "14 November"."""
    norms = doc.words.norms
    before = first - 2 if first > 1 and norms[first - 1] == "." else first - 1
    return any(_is_month(doc, index, lex) for index in (before, past) if 0 <= index < len(norms))


def _is_month(doc: Document, index: int, lex: Lexicon) -> bool:
    """Whether a word names a month; one that is also a verb must have its capital."""
    norm = doc.words.norms[index]
    return norm in lex.months and (norm not in lex.month_verbs or doc.body[doc.words.starts[index]].isupper())
