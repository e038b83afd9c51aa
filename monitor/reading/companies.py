"""Firms and funds in a text: the well-known by name, others by the form of their name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from config.vocabulary import Company, Vocabulary
from monitor.reading import context, jurisdictions
from monitor.reading.context import Contexts
from monitor.reading.jurisdictions import Mention
from monitor.reading.scan import Entry, Hit, Scan
from monitor.reading.spans import Spans

LAYER = "company"
FORM = "company form"

#: The last word before a form ("Acme" of "Acme Corp"), with what joins it to the form.
_WORD_BEFORE = re.compile(r"([A-Z0-9][\w.'&]*|&)[ ]\Z")
#: How many words a name may have before its form.
_MOST_WORDS = 4


class CompanyMention(NamedTuple):
    """`text[start:end]` names a firm. `name` is its usual name, or the words themselves where it is not known."""

    start: int
    end: int
    name: str
    #: The code of its home, or None where that is not known.
    country: str | None
    known: bool = True
    possessive: bool = False
    #: The scope of what it mostly makes, buys or builds, or None where that is many things or not known.
    scope: str | None = None


@dataclass(frozen=True, slots=True)
class _Alias:
    company: Company
    phrase: str = field(compare=False)
    weak: bool


def entries(vocabulary: Vocabulary) -> Iterator[Entry]:
    """Everything the scanner must look for so that `companies` can tell the firms of a text."""
    for company in vocabulary.companies:
        for alias in company.aliases:
            yield Entry(alias.text, LAYER, _Alias(company, alias.text, alias.weak), exact=True)
    yield from (Entry(phrase.text, LAYER, None) for phrase in vocabulary.no_company)
    yield from (Entry(phrase.text, FORM, True, exact=True) for phrase in vocabulary.company_forms)
    yield from context.entries(LAYER, vocabulary.company_contexts)


def companies(scan: Scan, vocabulary: Vocabulary, people: Spans[Mention] | None = None) -> tuple[CompanyMention, ...]:
    """Every firm named, left to right, none overlapping. A weak alias counts only beside a strong one of its firm.

    A name that is only a part of somebody's ("Doug Ford") is left out.
    """
    rules = Contexts(LAYER, vocabulary.company_contexts, scan)
    hits = [(hit, hit.payload) for hit in scan.hits(LAYER) if isinstance(hit.payload, _Alias)]
    hits = [(hit, alias) for hit, alias in hits if (rule := rules.rule(alias.phrase)) is None or rules.meant(rule, hit)]
    if people:
        hits = [(hit, alias) for hit, alias in hits if not people.holding(hit.start, hit.end)]
    strong = {alias.company.name for _, alias in hits if not alias.weak}
    known = [_known(hit, alias.company) for hit, alias in hits if not alias.weak or alias.company.name in strong]
    return tuple(sorted(known + _unknown(scan, vocabulary, Spans(known)), key=lambda m: m.start))


def _known(hit: Hit, firm: Company) -> CompanyMention:
    return CompanyMention(hit.start, hit.end, firm.name, firm.country, possessive=hit.possessive, scope=firm.scope)


def _unknown(scan: Scan, vocabulary: Vocabulary, known: Spans[CompanyMention]) -> list[CompanyMention]:
    """Firms that only the form of their name shows, the longest where two forms end one name ("Acme Steel Corp")."""
    forms = scan.hits(FORM)
    if not forms:
        return []
    places = Spans(scan.hits(jurisdictions.LAYER))
    found: dict[int, CompanyMention] = {}
    end = 0
    for form in forms:
        firm = _by_form(form, scan, vocabulary, places)
        if firm is None or known.meet(firm.start, firm.end):
            continue
        if firm.start >= end or firm.start in found:
            found[firm.start] = firm
            end = firm.end
    return list(found.values())


def _by_form(form: Hit, scan: Scan, vocabulary: Vocabulary, places: Spans[Hit]) -> CompanyMention | None:
    """The firm whose name ends in a form such as "Corp": the capitalised words before it, without "The", "Korean"."""
    words: list[tuple[int, int]] = []
    start = form.start
    while len(words) < _MOST_WORDS:
        match = _WORD_BEFORE.search(scan.folded, max(0, start - 40), start)
        if match is None or scan.text[match.end() - 1] == "\n" or _ends_sentence(match[1]):
            break
        start = match.start()
        words.insert(0, (start, match.end(1)))
    while words and _cannot_begin(words[0], scan, vocabulary, places):
        words.pop(0)
    if not words:
        return None
    begin = words[0][0]
    codes = [code for hit in places.between(begin, form.start) for code in jurisdictions.codes_named(hit)]
    country = codes[0] if codes else None
    return CompanyMention(begin, form.end, scan.text[begin : form.end], country, False, form.possessive)


def _ends_sentence(word: str) -> bool:
    """A full stop behind a longer word ends a sentence; behind a short one it is an abbreviation ("J.", "St.")."""
    return word.endswith(".") and "." not in word[:-1] and len(word) > 3


def _cannot_begin(word: tuple[int, int], scan: Scan, vocabulary: Vocabulary, places: Spans[Hit]) -> bool:
    """Whether a word stands before a name and not in it: "The", "President", "Korean", "Korea's"."""
    text = scan.folded[word[0] : word[1]]
    if text == "&" or text.removesuffix("'s") in vocabulary.company_stops:
        return True
    place = places.holding(word[0], word[0] + 1)
    return place is not None and (place.possessive or not jurisdictions.codes_named(place))
