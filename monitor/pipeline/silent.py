"""Which figures a publisher took out of an article that we had quoted; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from monitor.store.edits import Gone
from monitor.types import Claim

#: A number as texts write it, with what it counts behind it.
_FIGURE = re.compile(
    r"[$€£¥₩]?\d[\d.,]*(?:\s?(?:%|percentage points?|per\s?cent|points?|(?:bn|billion|million|trillion|tn|years?)\b))*",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d[\d.,]*")


def gone(before: Iterable[tuple[int, Claim]], now: Sequence[Claim], text: str) -> list[Gone]:
    """The figures of earlier claims that a new text has no more.

    A figure is still there if the new reading claims it of the same term, if its quote still stands, or if its number
    stands anywhere in the text: reworded is not taken out. A claim without a number in its quote goes by the quote.
    """
    here, plain = _numbers(text), _plain(text)
    said = {_said(claim) for claim in now}
    found = []
    for number, claim in before:
        if _said(claim) in said or _plain(claim.quote) in plain:
            continue
        figure = _figure(claim)
        if figure and _numbers(figure) & here:
            continue
        found.append(Gone(number, figure or claim.quote, claim.quote))
    return found


def _said(claim: Claim) -> tuple[object, ...]:
    return claim.kind, claim.party, claim.counterparty, claim.actor, claim.scope, claim.value, claim.high, claim.unit


def _figure(claim: Claim) -> str:
    """The figure in the quote that is the claim's value; the first one where none is written as such."""
    figures = [match.group().strip() for match in _FIGURE.finditer(claim.quote)]
    worth = {f"{value:.12g}" for value in (claim.value, claim.high) if value is not None}
    exact = (one for one in figures if _numbers(one) & worth)
    return next(exact, figures[0] if figures else "")


def _numbers(text: str) -> set[str]:
    """The numbers of a text in one spelling: `1,000.50` is `1000.5`."""
    return {_spelled(match.group()) for match in _NUMBER.finditer(text)}


def _spelled(number: str) -> str:
    plain = number.strip(".,").replace(",", "")
    try:
        return f"{float(plain):.12g}"
    except ValueError:  # 1.2.3 is no number
        return plain


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
