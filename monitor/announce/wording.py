"""Figures, dates and terms in a desk's words: `15%`, `$350bn`, `1 Nov 2025`, `US tariff on Korean cars`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Protocol

from config.words import WORLD, Kind, Qualifier, Status
from monitor.types import TermKey

SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹"}
SCALES = ((1e12, "tn"), (1e9, "bn"), (1e6, "m"))
QUALIFIERS = {Qualifier.AT_MOST: "up to ", Qualifier.AT_LEAST: "at least ", Qualifier.ABOUT: "about "}
#: Names that take an article: "investment in the US".
THE = frozenset({"US", "EU", "UK", "UAE", "GCC", "Netherlands", "Philippines", "Czech Republic", "Bahamas", "Maldives"})
#: Scopes whose word stands before the country: "other Korean goods".
FIRST = {"other": "other", "transshipment": "transshipped"}
RECOVERY = {"until_recovery": "until recovery", "after_recovery": "after recovery"}


#: What is said beside a figure: how each is called, in this order.
BESIDE = {
    "condition": "Condition",
    "legal_basis": "Legal basis",
    "rate_type": "Rate type",
    "instrument": "Form",
    "exemptions": "Exempt",
}
RATE_TYPES = {
    "add_on": "on top of other duties",
    "all_in": "all in",
    "floor": "a floor",
    "replacement": "in place of another rate",
}


class Names(Protocol):
    """How codes are called; `config.vocabulary.Vocabulary` is one."""

    def name(self, code: str) -> str: ...
    def adjective(self, code: str) -> str: ...
    def scope_name(self, code: str) -> str: ...


class Codes:
    """Codes as they are, for where no vocabulary is at hand."""

    def name(self, code: str) -> str:
        return code

    adjective = scope_name = name


def amount(value: float | None, unit: str) -> str:
    """One figure: `15%`, `$350bn`, `KRW 1.5tn`, `100 units`, `10 years`; `no figure` for None."""
    if value is None:
        return "no figure"
    if unit == "percent":
        return f"{number(value)}%"
    if unit == "percentage_points":
        return f"{value:+g} points"
    if unit in ("years", "units", "tonnes"):
        noun = unit.removesuffix("s") if value == 1 else unit
        return f"{scaled(value) if unit == 'tonnes' else number(value)} {noun}"
    symbol = SYMBOLS.get(unit)
    return f"{symbol}{scaled(value)}" if symbol else f"{unit} {scaled(value)}"


def figure(value: float | None, unit: str, qualifier: Qualifier = Qualifier.EXACT, high: float | None = None) -> str:
    """A figure as exactly as it was meant: `up to 15%`, `10%–15%`."""
    if qualifier is Qualifier.RANGE and high is not None:
        return f"{amount(value, unit)}–{amount(high, unit)}"
    return f"{QUALIFIERS.get(qualifier, '')}{amount(value, unit)}"


def number(value: float) -> str:
    """Digits with separators, without a tail of zeros: `1,200`, `12.5`."""
    return f"{round(value, 3):,.3f}".rstrip("0").rstrip(".")


def scaled(value: float) -> str:
    """A large number with its scale: `350bn`, `1.5tn`, `950,000`."""
    for size, word in SCALES:
        if round(abs(value) / size, 3) >= 1:
            return f"{number(value / size)}{word}"
    return number(value)


def day(stated: str) -> str:
    """An ISO date or its prefix for people: `1 Nov 2025`, `Nov 2025`, `2025`; as it is where it is neither."""
    try:
        if len(stated) == 10:
            whole = date.fromisoformat(stated)
            return f"{whole.day} {whole:%b %Y}"
        if len(stated) == 7:
            return f"{date.fromisoformat(stated + '-01'):%b %Y}"
    except ValueError:
        pass
    return stated


def status(word: Status) -> str:
    """A status in a sentence: `in effect`."""
    return word.replace("_", " ")


def term(key: TermKey, names: Names) -> str:
    """What the term is about: `US tariff on Korean cars`, `Japanese investment in the US`."""
    who = key.actor or names.adjective(key.party)
    there, of_there = the(names.name(key.counterparty)), names.adjective(key.counterparty)
    world, general = key.counterparty == WORLD, key.scope == "all"
    goods = "goods" if general else names.scope_name(key.scope)
    its_goods = f"{goods} from {there}" if world else f"{of_there} {goods}"
    if key.scope in FIRST:
        its_goods = f"{FIRST[key.scope]} {f'goods from {there}' if world else f'{of_there} goods'}"
    match key.kind:
        case Kind.TARIFF:
            return f"{who} tariff on {its_goods}"
        case Kind.INVESTMENT:
            return f"{who} investment in {there if general or world or key.scope in FIRST else f'{of_there} {goods}'}"
        case Kind.PURCHASE:
            return f"{who} purchases of {its_goods}"
        case Kind.PROFIT_SHARE:
            return f"{who} profit share with {there}{', ' + RECOVERY[key.scope] if key.scope in RECOVERY else ''}"
        case Kind.ANNUAL_CAP:
            return f"{who} yearly cap on payments to {there}{_for(general, goods)}"
        case Kind.DURATION:
            return f"Length of the {who} commitment to {there}{_for(general, goods)}"
        case _:
            return f"{who} provision for {there}{_for(general, goods)}"


def heading(key: TermKey, names: Names) -> str:
    """What the term is about, to begin a line: `Japanese investment in the US`."""
    about = term(key, names)
    return about[:1].upper() + about[1:]


def beside(said: Mapping[str, str], names: Names) -> list[tuple[str, str]]:
    """What a report says of a term beside its figure, for people: `("Legal basis", "Section 232")`."""
    return [(BESIDE[name], _beside(name, said[name], names)) for name in BESIDE if name in said]


def _beside(name: str, text: str, names: Names) -> str:
    if name == "rate_type":
        return RATE_TYPES.get(text, text)
    if name == "exemptions":
        called = [names.name(code) if code.isupper() else names.scope_name(code) for code in text.split(", ")]
        return ", ".join(called)
    return text


def the(name: str) -> str:
    """A name as it stands in a sentence: `the US`, `Japan`."""
    return f"the {name}" if name in THE else name


def _for(general: bool, goods: str) -> str:
    return "" if general else f" for {goods}"
