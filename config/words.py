"""The closed vocabularies of the field: kinds of term, their topics, statuses and qualifiers."""

from enum import StrEnum


class Topic(StrEnum):
    """What an article is about, where it is about a term between jurisdictions."""

    TARIFF = "tariff"
    INVESTMENT = "investment"
    PURCHASE = "purchase"


class Kind(StrEnum):
    """What sort of term a claim states."""

    TARIFF = "tariff"
    INVESTMENT = "investment"
    PURCHASE = "purchase"
    PROFIT_SHARE = "profit_share"
    ANNUAL_CAP = "annual_cap"
    DURATION = "duration"
    PROVISION = "provision"


class Status(StrEnum):
    """How far a term has come, in the words of the source that reports it."""

    IN_EFFECT = "in_effect"
    AGREED = "agreed"
    ORDERED = "ordered"
    PROPOSED = "proposed"
    DEMANDED = "demanded"
    THREATENED = "threatened"
    SUSPENDED = "suspended"
    ENDED = "ended"
    REJECTED = "rejected"
    SPECULATED = "speculated"


#: Statuses that make or move the standing version of a term.
SETTLED = frozenset({Status.AGREED, Status.ORDERED, Status.IN_EFFECT, Status.SUSPENDED, Status.ENDED})
#: Statuses that are one side's position about a term and leave what stands alone.
POSITIONS = frozenset({Status.PROPOSED, Status.DEMANDED, Status.THREATENED, Status.REJECTED})


class Qualifier(StrEnum):
    """How exactly the figure is meant."""

    EXACT = "exact"
    AT_MOST = "at_most"
    AT_LEAST = "at_least"
    ABOUT = "about"
    RANGE = "range"


class Trust(StrEnum):
    """How well a change is attested: one tier 3 source, one tier 2 source, a tier 1 source or two independent ones."""

    UNCONFIRMED = "unconfirmed"
    REPORTED = "reported"
    CONFIRMED = "confirmed"
    CONTESTED = "contested"


#: The code for "all or most countries" as a counterparty.
WORLD = "WORLD"
