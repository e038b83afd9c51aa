"""Articles as JSON Lines, for the commands that read them from standard input."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from config.words import Kind
from monitor.types import Article, Claim, Reading, Source


def articles(stream: Iterable[str | bytes]) -> Iterator[tuple[int, Article | str]]:
    """Each line's number (from 1) with its article, or with why it cannot be read, in plain words.

    Blank lines are passed over. Lines of bytes are read as UTF-8. Fields that an article does not have (such as
    `gold`) are ignored; where `observed` is missing it is `published`. Nothing is raised for a bad line.
    """
    for number, line in enumerate(stream, start=1):
        try:
            text = line.decode("utf-8") if isinstance(line, bytes) else line
        except UnicodeDecodeError as error:
            yield number, f"not UTF-8: byte {error.start} cannot be read"
            continue
        text = text.removeprefix("\ufeff")
        if text.strip():
            yield number, _article(text)


def _article(line: str) -> Article | str:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        return f"not JSON: {error}"
    if not isinstance(fields, dict):
        return f"an article is a JSON object, this is {_kind(fields)}"
    try:
        return article(fields)
    except ValueError as error:
        return str(error)


def article(fields: Mapping[str, object]) -> Article:
    """The article that the object's fields describe; ValueError says which field is missing or wrong."""
    source = fields.get("source")
    if not isinstance(source, Mapping):
        raise ValueError('"source" must be an object with "name" and "tier"')
    tier = source.get("tier")
    if isinstance(tier, bool) or tier not in (1, 2, 3):
        raise ValueError(f'"source.tier" must be 1, 2 or 3, not {json.dumps(tier)}')
    published = _moment(fields, "published")
    link = fields.get("link")
    return Article(
        id=_text(fields, "id"),
        source=Source(name=_text(source, "name", "source.name"), tier=int(tier)),
        published=published,
        observed=published if fields.get("observed") is None else _moment(fields, "observed"),
        title=_text(fields, "title", empty=True),
        text=_text(fields, "text", empty=True),
        language=_text(fields, "language") if fields.get("language") is not None else "en",
        link=link if isinstance(link, str) else None,
    )


def _text(fields: Mapping[str, object], name: str, called: str | None = None, *, empty: bool = False) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not (value or empty):
        raise ValueError(f'"{called or name}" must be a text, not {_kind(value)}')
    return value


def _moment(fields: Mapping[str, object], name: str) -> datetime:
    text = _text(fields, name)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f'"{name}" must be an ISO 8601 time with its offset, not "{text}"') from None
    if moment.tzinfo is None:
        raise ValueError(f'"{name}" has no offset from UTC: "{text}"')
    return moment


def _kind(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "missing"}
    return names.get(type(value), "a number")


#: The fields of a claim as `extract` prints them, in order.
CLAIM_FIELDS = (
    "kind",
    "party",
    "counterparty",
    "actor",
    "scope",
    "value",
    "unit",
    "qualifier",
    "high",
    "previous",
    "status",
    "effective",
    "delta",
    "quote",
)


#: What a claim says beside its figure, as `explain --json` prints it.
BESIDE_FIELDS = ("condition", "instrument", "legal_basis", "rate_type")


def number(value: float | None) -> float | int | None:
    """A figure as JSON shows it best: 15 and not 15.0."""
    return int(value) if value is not None and value == int(value) else value


def claim_fields(claim: Claim) -> dict[str, object]:
    """A claim's fields as `extract` prints them."""
    fields = {name: getattr(claim, name) for name in CLAIM_FIELDS}
    return {name: number(value) if isinstance(value, float) else value for name, value in fields.items()}


def claim_said(claim: Claim) -> dict[str, object]:
    """All that is read of a claim: the fields of `extract`, how sure, and what is said beside the figure."""
    further = {"until": claim.until, **{name: getattr(claim, name) for name in BESIDE_FIELDS}}
    return {**claim_fields(claim), "confidence": claim.confidence, **further, "exemptions": list(claim.exemptions)}


def line(id_: str, reading: Reading, *, provisions: bool = False) -> str:
    """One line of `extract`: the article's id, topics, countries and claims."""
    claims = [claim_fields(c) for c in reading.claims if provisions or c.kind is not Kind.PROVISION]
    found = {"id": id_, "topics": reading.topics, "countries": reading.countries, "claims": claims}
    return json.dumps(found, ensure_ascii=False)
