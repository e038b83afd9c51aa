"""The nouns of the program, as plain frozen data. Every other room speaks in these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from config.words import Kind, Qualifier, Status, Topic, Trust


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A publisher. Two reports count as independent only if their sources' names differ."""

    name: str
    #: 1 official primary source, 2 wire or established newspaper, 3 blog, aggregator, trade site.
    tier: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """An item as the pure rooms see it: what was published, by whom, when, and when it reached us."""

    id: str
    source: Source
    #: Aware; its offset is the publisher's and decides which day "today" is.
    published: datetime
    #: Aware; when the article reached us.
    observed: datetime
    title: str
    text: str
    #: BCP 47.
    language: str = "en"
    link: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What one article says of one term. The scored fields are those of the evaluation guidelines.

    `value` is in base units of `unit`: percent, an ISO 4217 code, years, units, tonnes, or percentage_points
    (then `value` is None and `delta` holds the signed difference). `effective` and `until` are ISO dates or
    their prefixes (`2025-11`, `2025`).
    """

    kind: Kind
    #: Codes: ISO 3166-1 alpha-2, EU, a bloc, or WORLD.
    party: str
    counterparty: str
    #: The firm or fund whose commitment it is, or None where it is the state's.
    actor: str | None
    scope: str
    value: float | None
    unit: str
    qualifier: Qualifier
    status: Status
    #: Verbatim from the title or the text.
    quote: str
    high: float | None = None
    previous: float | None = None
    effective: str | None = None
    delta: float | None = None
    until: str | None = None
    #: Verbatim: "unless a deal is signed by Friday".
    condition: str | None = None
    #: cash, equity, loan, guarantee; several are joined: "equity, loan".
    instrument: str | None = None
    #: "Section 232", "IEEPA", "EO 14257".
    legal_basis: str | None = None
    #: add_on, all_in, floor, replacement.
    rate_type: str | None = None
    #: Scopes, codes of jurisdictions, or other goods in words: ("aircraft", "CA", "goods in transit").
    exemptions: tuple[str, ...] = ()
    #: Where the quote stands in `title + "\n" + text`.
    start: int = 0
    end: int = 0
    #: 0 to 1.
    confidence: float = 1.0

    @property
    def beside(self) -> dict[str, str]:
        """What is said of the term beside its figure and its dates, by field; exemptions are joined by commas."""
        said = {
            "condition": self.condition,
            "legal_basis": self.legal_basis,
            "rate_type": self.rate_type,
            "instrument": self.instrument,
            "exemptions": ", ".join(self.exemptions),
        }
        return {name: text for name, text in said.items() if text}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """All that was read out of one article."""

    topics: tuple[Topic, ...] = ()
    #: Codes, most prominent first; never WORLD.
    countries: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()


#: Which units measure the same thing: a term's figures are compared within one family only.
UNIT_FAMILIES = {
    "percent": "percent",
    "percentage_points": "percent",
    "years": "years",
    "units": "units",
    "tonnes": "tonnes",
}


def unit_family(unit: str) -> str:
    """The family of a unit: percent, years, units, tonnes, or money for every ISO 4217 code."""
    return UNIT_FAMILIES.get(unit, "money")


@dataclass(frozen=True, slots=True, kw_only=True)
class TermKey:
    """What the ledger holds one standing value of."""

    kind: Kind
    party: str
    counterparty: str
    scope: str
    #: percent, money, years, units, tonnes.
    family: str
    actor: str | None = None

    def __hash__(self) -> int:
        """Without the kind: an enum's hash is not kept as a string's is, and terms are looked up very often."""
        return hash((self.party, self.counterparty, self.scope, self.family, self.actor))

    def __str__(self) -> str:
        """`tariff:US:KR:autos`, with `:actor` behind it where a firm is meant."""
        head = f"{self.kind}:{self.party}:{self.counterparty}:{self.scope}"
        return f"{head}:{self.actor}" if self.actor else head

    @property
    def deal(self) -> str:
        """The unordered pair, its codes in alphabetical order but the US first: `US-KR`, `US-WORLD`."""
        first, second = sorted((self.party, self.counterparty), key=lambda code: (code == "WORLD", code != "US", code))
        return f"{first}-{second}"


class ChangeClass(StrEnum):
    """What moved. Only `term` and `position` are changes of substance; the others are events about them."""

    TERM = "term"
    POSITION = "position"
    #: A change that was reported before is now confirmed by a second independent or an official source.
    CONFIRMED = "confirmed"
    CONTESTED = "contested"
    #: The effective date moved.
    DATE = "date"
    #: Something becomes due soon.
    REMINDER = "reminder"
    CORRECTED = "corrected"
    RETRACTED = "retracted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One entry of the ledger's journal: what a term was, what it is, and the report that moved it."""

    cls: ChangeClass
    key: TermKey
    #: The standing value before, or None.
    before: float | None
    #: The value now (or the position's value).
    after: float | None
    unit: str
    status: Status
    trust: Trust
    #: The article's `observed`, or midnight UTC of the date by which the change came.
    at: datetime
    #: The article that moved it; None where a date did.
    article: str | None
    status_before: Status | None = None
    qualifier: Qualifier = Qualifier.EXACT
    high: float | None = None
    effective: str | None = None
    until: str | None = None
    #: What is applied now, where that differs from `after`.
    applied: float | None = None
    quote: str = ""
    source: str = ""
    link: str | None = None
    confidence: float = 1.0
    #: Why it is a change, in plain words: "new value 15, was 25", "second independent source".
    reason: str = ""
    #: What only one class has, such as both values of a contested term; of a term or position what its report says
    #: beside the figure, see `Claim.beside`.
    details: Mapping[str, str] | None = None
