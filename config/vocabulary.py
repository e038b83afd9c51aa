"""What the program knows by name: jurisdictions, scopes and companies, read from `config/defaults/`.

The files are written compactly, because they are read at every start. A list of phrases is one string with commas:

    drug(s), medicine(s), pharma, chip(s)~

`(s)` is an optional part, a trailing `~` marks a weak phrase (one that is often something else). A phrase with a
capital letter is matched in its own case, one without in any case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

DEFAULTS = Path(__file__).parent / "defaults"


class VocabularyError(Exception):
    """A vocabulary file is missing or says something that cannot be understood; the message names file and place."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words as they stand in a text. `weak`: often something else, so it counts only beside other evidence."""

    text: str
    weak: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who speaks or acts for a jurisdiction. A weak alias counts only where a strong one is in the text."""

    name: str
    aliases: tuple[Phrase, ...]
    since: date | None = None
    until: date | None = None

    def in_office(self, day: date) -> bool:
        """Whether the person holds the office on that day; an open end counts as holding."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Context:
    """When an ambiguous phrase is meant. A supporting phrase decides for it, else an opposing one against it."""

    phrase: str
    supports: tuple[Phrase, ...] = ()
    opposes: tuple[Phrase, ...] = ()
    #: What holds where neither is in the text.
    default: bool = True
    #: The code that is meant instead where the phrase is not, or None.
    otherwise: str | None = None
    #: How many characters away a deciding phrase may stand; None: anywhere in the text.
    within: int | None = None
    #: The phrase is also a given name: not meant where a capitalised word follows at once.
    given_name: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Jurisdiction:
    """A state or bloc and every word by which a text may mean it."""

    code: str
    #: For display: "South Korea", "US".
    name: str
    #: For display: "Korean", "US".
    adjective: str
    names: tuple[Phrase, ...] = ()
    adjectives: tuple[Phrase, ...] = ()
    #: Seats of government that stand for it: "Seoul".
    capitals: tuple[Phrase, ...] = ()
    #: Ministries, agencies, offices: "MOTIE", "White House".
    bodies: tuple[Phrase, ...] = ()
    #: Regions, states and cities in it.
    places: tuple[Phrase, ...] = ()
    people: tuple[Person, ...] = ()
    #: Codes of a bloc's members; empty for a state.
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a term covers, and the words for it."""

    code: str
    #: For display: "cars", "critical minerals".
    name: str
    words: tuple[Phrase, ...]
    #: The scope that it is a part of: energy for LNG.
    part_of: str | None = None


@dataclass(frozen=True, slots=True)
class Back:
    """A phrase that means a scope named before it: the last of `scopes`, or each of them where `all` is set."""

    phrase: str
    scopes: tuple[str, ...]
    all: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """A firm or fund, its home (None: unknown), the names it goes by, and the scope of its trade (None: many)."""

    name: str
    country: str | None
    aliases: tuple[Phrase, ...]
    scope: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """All that is known by name, for one language."""

    language: str
    jurisdictions: Mapping[str, Jurisdiction]
    scopes: Mapping[str, Scope]
    companies: tuple[Company, ...]
    #: Phrases that stand for several jurisdictions at once: "USMCA" → US, MX, CA.
    groups: tuple[tuple[Phrase, tuple[str, ...]], ...] = ()
    #: Phrases that mean the bloc named last: "the bloc".
    bloc_words: tuple[Phrase, ...] = ()
    #: Phrases that mean a scope named before: "the metal".
    back: tuple[Back, ...] = ()
    #: Phrases that look like a jurisdiction, scope or company and are none: "Latin America".
    no_jurisdiction: tuple[Phrase, ...] = ()
    no_scope: tuple[Phrase, ...] = ()
    no_company: tuple[Phrase, ...] = ()
    #: Last words of a firm's name: "Corp", "Motors"; and words that cannot be part of one.
    company_forms: tuple[Phrase, ...] = ()
    company_stops: frozenset[str] = frozenset()
    jurisdiction_contexts: Mapping[str, Context] = field(default_factory=dict)
    scope_contexts: Mapping[str, Context] = field(default_factory=dict)
    company_contexts: Mapping[str, Context] = field(default_factory=dict)

    def name(self, code: str) -> str:
        """How a jurisdiction is called in a title: "South Korea", "US"; the code itself where it is unknown."""
        known = self.jurisdictions.get(code)
        return known.name if known else ("all countries" if code == "WORLD" else code)

    def adjective(self, code: str) -> str:
        """The word before a noun: "Korean" cars, "US" tariff; the code itself where it is unknown."""
        known = self.jurisdictions.get(code)
        return known.adjective if known else ("global" if code == "WORLD" else code)

    def members(self, code: str) -> tuple[str, ...]:
        """The codes of a bloc's members; empty for a state or an unknown code."""
        known = self.jurisdictions.get(code)
        return known.members if known else ()

    def scope_name(self, code: str) -> str:
        """How a scope is called in a title: "cars", "critical minerals"; the code itself where it is unknown."""
        known = self.scopes.get(code)
        return known.name if known else code


@cache
def vocabulary(language: str = "en") -> Vocabulary:
    """The vocabulary of a language (BCP 47; only its first part counts), read once per process.

    Raises VocabularyError where a file is missing or malformed.
    """
    base = _known(language)
    places = _read(_file("jurisdictions", base))
    goods = _read(_file("scopes", base))
    firms = _read(_file("companies", base))
    return Vocabulary(
        language=base,
        jurisdictions=MappingProxyType({c: _jurisdiction(c, e) for c, e in places["jurisdictions"].items()}),
        scopes=MappingProxyType({c: _scope(c, e) for c, e in goods["scopes"].items()}),
        companies=tuple(_company(line, country) for country, lines in firms["companies"].items() for line in lines),
        groups=tuple((p, tuple(codes.split())) for words, codes in places["groups"].items() for p in phrases(words)),
        bloc_words=phrases(places["bloc_words"]),
        back=tuple(
            Back(phrase.text, tuple(entry["scopes"].split()), entry.get("all", False))
            for words, entry in goods["back"].items()
            for phrase in phrases(words)
        ),
        no_jurisdiction=phrases(places["not"]),
        no_scope=phrases(goods["not"]),
        no_company=phrases(firms["not"]),
        company_forms=phrases(firms["forms"]),
        company_stops=frozenset(p.text for p in phrases(firms["stops"])),
        jurisdiction_contexts=_contexts(places["contexts"]),
        scope_contexts=_contexts(goods["contexts"]),
        company_contexts=_contexts(firms["contexts"]),
    )


@cache
def raw_language(language: str) -> Mapping[str, Any]:
    """The cue file of a language as it stands, read once per process. Raises VocabularyError where there is none."""
    base = _known(language)
    return MappingProxyType(_read(DEFAULTS / "language" / f"{base}.yaml"))


@cache
def raw_words(name: str, language: str) -> Mapping[str, Any]:
    """A further file of a language's words (`relations`, `provisions`) as it stands, read once per process.

    Raises VocabularyError where the language has none.
    """
    return MappingProxyType(_read(_file(name, _known(language))))


def languages() -> tuple[str, ...]:
    """The languages that can be read, in alphabetical order: those that have a cue file."""
    return tuple(sorted(path.stem for path in (DEFAULTS / "language").glob("*.yaml")))


def phrases(line: str | None) -> tuple[Phrase, ...]:
    """A comma-separated line as phrases: `car(s), chip(s)~` gives car, cars, and chip, chips as weak ones.

    >>> [p.text for p in phrases("car(s), U.S.")]
    ['car', 'cars', 'U.S.']
    """
    found: dict[Phrase, None] = {}
    for part in (line or "").split(","):
        text = part.strip()
        weak = text.endswith("~")
        for form in _expand(text.removesuffix("~")):
            if form:
                found[Phrase(" ".join(form.split()), weak)] = None
    return tuple(found)


def _expand(text: str) -> Iterable[str]:
    head, opened, rest = text.partition("(")
    if not opened:
        return (text,)
    inner, _, tail = rest.partition(")")
    return [head + middle + end for middle in ("", inner) for end in _expand(tail)]


def _known(language: str) -> str:
    """The first part of a BCP 47 tag, in which our files are named."""
    base = language.split("-", maxsplit=1)[0].lower()
    if base not in (known := languages()):
        raise VocabularyError(f'texts in the language "{language}" cannot be read; those in {", ".join(known)} can')
    return base


def _file(name: str, language: str) -> Path:
    """English is the default; another language has files of its own beside its cues."""
    return DEFAULTS / f"{name}.yaml" if language == "en" else DEFAULTS / "language" / language / f"{name}.yaml"


def _loader() -> Any:
    """A safe loader that reads "on", "no", "off" and "yes" as the words they are here; only true and false are truths.

    YAML 1.2 has it so, PyYAML does not. The C loader is used where there is one: it is ten times as fast.
    """
    base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    resolvers = {
        first: [(tag, pattern) for tag, pattern in pairs if tag != "tag:yaml.org,2002:bool" or first in "tTfF"]
        for first, pairs in base.yaml_implicit_resolvers.items()
    }
    return type("Loader", (base,), {"yaml_implicit_resolvers": resolvers})


def _read(path: Path) -> dict[str, Any]:
    """A YAML mapping."""
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=_loader())  # noqa: S506 - a safe one
    except FileNotFoundError:
        raise VocabularyError(f"{path}: there is no such vocabulary file") from None
    except yaml.YAMLError as error:
        raise VocabularyError(f"{path}: not valid YAML: {error}") from error
    if not isinstance(data, dict):
        raise VocabularyError(f"{path}: expected a mapping at the top")
    return data


def _jurisdiction(code: str, entry: Mapping[str, Any]) -> Jurisdiction:
    if not isinstance(code, str):
        raise VocabularyError(f"jurisdictions.yaml: the key {code!r} is no code; quote it")
    name, adjective = entry["name"], entry.get("adjective", entry["name"])
    return Jurisdiction(
        code=code,
        name=name,
        adjective=adjective,
        names=phrases(entry.get("names", name)),
        adjectives=phrases(entry.get("adjectives", adjective if adjective != name else None)),
        capitals=phrases(entry.get("capitals")),
        bodies=phrases(entry.get("bodies")),
        places=phrases(entry.get("places")),
        people=tuple(_person(line, code) for line in entry.get("people", ())),
        members=tuple(entry.get("members", "").split()),
    )


def _person(line: str, code: str) -> Person:
    """`Lee Jae-myung, President Lee, Lee~ @2025-06-04..`: names, then the time in office, either end open."""
    names, marked, time = line.partition("@")
    aliases = phrases(names)
    since, until = (part.strip() for part in time.split("..")) if marked else ("", "")
    try:
        return Person(aliases[0].text, aliases, _day(since), _day(until))
    except (ValueError, IndexError) as error:
        raise VocabularyError(f"jurisdictions.yaml: {code}: people: {line!r}: {error}") from error


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _scope(code: str, entry: Mapping[str, Any]) -> Scope:
    return Scope(code=code, name=entry["name"], words=phrases(entry["words"]), part_of=entry.get("part_of"))


def _company(line: str, country: str) -> Company:
    """`Hanwha Ocean @shipbuilding`: names, then what it mostly makes, buys or builds."""
    names, _, scope = line.partition("@")
    aliases = phrases(names)
    if not aliases:
        raise VocabularyError(f"companies.yaml: {country}: {line!r} names no company")
    home = None if country == "none" else country
    return Company(name=aliases[0].text, country=home, aliases=aliases, scope=scope.strip() or None)


def _contexts(entries: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Context]:
    """Contexts by phrase; one entry may name several phrases, `drug(s)`."""
    return MappingProxyType(
        {
            phrase.text: Context(
                phrase=phrase.text,
                supports=phrases(entry.get("for")),
                opposes=phrases(entry.get("against")),
                default=entry.get("default", True),
                otherwise=entry.get("otherwise"),
                within=entry.get("within"),
                given_name=entry.get("given_name", False),
            )
            for words, entry in entries.items()
            for phrase in phrases(words)
        }
    )
