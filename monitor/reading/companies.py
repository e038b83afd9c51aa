"""Firms and funds in a text: the well-known by name, others by the form of their name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from config.vocabulary import Company, Vocabulary
from monitor.reading import jurisdictions
from monitor.reading.scan import Entry, Hit, Scan

LAYER = "company"
FORM = "company form"

#: The last word before a form ("Acme" of "Acme Corp"), with what joins it to the form.
_WORD_BEFORE = re.compile(r"([A-Z0-9][\w.'&]*|&)[ ]\Z")
#: How many words a name may have before its form.
_MOST_WORDS = 4


@dataclass(frozen=True, slots=True)
class CompanyMention:
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
    weak: bool


def entries(vocabulary: Vocabulary) -> Iterator[Entry]:
    """Everything the scanner must look for so that `companies` can tell the firms of a text."""
    for company in vocabulary.companies:
        for alias in company.aliases:
            yield Entry(alias.text, LAYER, _Alias(company, alias.weak), exact=True)
    yield from (Entry(phrase.text, LAYER, None) for phrase in vocabulary.no_company)
    yield from (Entry(phrase.text, FORM, True, exact=True) for phrase in vocabulary.company_forms)


def companies(scan: Scan, vocabulary: Vocabulary) -> tuple[CompanyMention, ...]:
    """Every firm named, left to right, none overlapping. A weak alias counts only beside a strong one of its firm."""
    hits = [(hit, hit.payload) for hit in scan.hits(LAYER) if isinstance(hit.payload, _Alias)]
    strong = {alias.company.name for _, alias in hits if not alias.weak}
    known = [_known(hit, alias.company) for hit, alias in hits if not alias.weak or alias.company.name in strong]
    formed = (_by_form(hit, scan, vocabulary) for hit in scan.hits(FORM))
    free = [m for m in formed if m and not any(m.start < k.end and k.start < m.end for k in known)]
    return tuple(sorted(known + free, key=lambda m: m.start))


def _known(hit: Hit, firm: Company) -> CompanyMention:
    return CompanyMention(hit.start, hit.end, firm.name, firm.country, possessive=hit.possessive, scope=firm.scope)


def _by_form(form: Hit, scan: Scan, vocabulary: Vocabulary) -> CompanyMention | None:
    """The firm whose name ends in a form such as "Corp": the capitalised words before it, without "The", "Korean"."""
    words: list[tuple[int, int]] = []
    start = form.start
    while len(words) < _MOST_WORDS:
        match = _WORD_BEFORE.search(scan.folded, max(0, start - 40), start)
        if match is None or scan.text[match.end() - 1] == "\n" or _ends_sentence(match[1]):
            break
        start = match.start()
        words.insert(0, (start, match.end(1)))
    while words and _cannot_begin(words[0], scan, vocabulary):
        words.pop(0)
    if not words:
        return None
    begin = words[0][0]
    country = next(
        (
            code
            for hit in scan.hits(jurisdictions.LAYER)
            if begin <= hit.start < form.start
            for code in jurisdictions.codes_named(hit)
        ),
        None,
    )
    return CompanyMention(begin, form.end, scan.text[begin : form.end], country, False, form.possessive)


def _ends_sentence(word: str) -> bool:
    """A full stop behind a longer word ends a sentence; behind a short one it is an abbreviation ("J.", "St.")."""
    return word.endswith(".") and "." not in word[:-1] and len(word) > 3


def _cannot_begin(word: tuple[int, int], scan: Scan, vocabulary: Vocabulary) -> bool:
    if scan.folded[word[0] : word[1]].removesuffix("'s") in vocabulary.company_stops | {"&"}:
        return True
    return any(
        hit.start <= word[0] < hit.end and (hit.possessive or not jurisdictions.codes_named(hit))
        for hit in scan.hits(jurisdictions.LAYER)
    )
