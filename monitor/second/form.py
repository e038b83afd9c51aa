"""The form in which a model states its claims: a pydantic model, and the JSON schema that a request asks for."""

from __future__ import annotations

import json
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from config.codes import JURISDICTIONS, SCOPES
from config.words import WORLD, Kind, Qualifier, Status

#: Claims of one article beyond which an answer is rubbish.
MAX_CLAIMS: Final = 60
#: Characters of a quote; the shortest span that proves a claim is far shorter.
MAX_QUOTE: Final = 400
#: Kinds of term that a claim without a figure could have, and so none of ours.
KINDS: Final = tuple(kind for kind in Kind if kind is not Kind.PROVISION)


class Rubbish(ValueError):
    """An answer that is not in the form. Its text says what is wrong, in plain words."""


def _code(text: str) -> str:
    code = text.strip().upper()
    if code not in JURISDICTIONS and code != WORLD:
        raise ValueError("is no code of a country or a bloc")
    return code


def _scope(text: str) -> str:
    if text not in SCOPES:
        raise ValueError("is no scope")
    return text


def _kind(kind: Kind) -> Kind:
    if kind not in KINDS:
        raise ValueError("is no kind that has a figure")
    return kind


Code = Annotated[str, AfterValidator(_code)]


class Said(BaseModel):
    """One claim as a model states it: the scored fields of `monitor.types.Claim`."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    kind: Annotated[Kind, AfterValidator(_kind)]
    party: Code
    counterparty: Code
    actor: Annotated[str, Field(max_length=200)] | None = None
    scope: Annotated[str, AfterValidator(_scope)]
    value: float | None = None
    unit: Annotated[str, Field(pattern=r"^([A-Z]{3}|percent|percentage_points|years|units|tonnes)$")]
    qualifier: Qualifier = Qualifier.EXACT
    high: float | None = None
    previous: float | None = None
    status: Status
    effective: Annotated[str, Field(pattern=r"^(19|20)\d\d(-[01]\d(-[0-3]\d)?)?$")] | None = None
    delta: float | None = None
    quote: Annotated[str, Field(min_length=1, max_length=MAX_QUOTE)]


def schema() -> dict[str, Any]:
    """The JSON Schema of an answer, as structured output wants it: every field needed, no other allowed."""
    text, figure = {"type": "string"}, {"type": ["number", "null"]}
    fields: dict[str, Any] = {
        "kind": {"type": "string", "enum": [str(kind) for kind in KINDS]},
        "party": text,
        "counterparty": text,
        "actor": {"type": ["string", "null"]},
        "scope": {"type": "string", "enum": sorted(SCOPES)},
        "value": figure,
        "unit": text,
        "qualifier": {"type": "string", "enum": [str(each) for each in Qualifier]},
        "high": figure,
        "previous": figure,
        "status": {"type": "string", "enum": [str(each) for each in Status]},
        "effective": {"type": ["string", "null"]},
        "delta": figure,
        "quote": text,
    }
    claim = {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}
    claims = {"type": "array", "items": claim}
    return {"type": "object", "properties": {"claims": claims}, "required": ["claims"], "additionalProperties": False}


def parsed(content: str) -> tuple[tuple[Said, ...], tuple[str, ...]]:
    """The claims of an answer, and what is wrong with those that are not in the form. Raises Rubbish.

    An answer may stand in a fence or behind a sentence, as models without structured output put it.
    """
    found = _object(content)
    stated = found.get("claims")
    if not isinstance(stated, list):
        raise Rubbish('it is JSON, but holds no list "claims"')
    if len(stated) > MAX_CLAIMS:
        raise Rubbish(f"it states {len(stated)} claims about one article")
    good, bad = [], []
    for number, fields in enumerate(stated, start=1):
        try:
            good.append(Said.model_validate(fields))
        except ValidationError as error:
            bad.append(f"claim {number}: {_first(error)}")
    return tuple(good), tuple(bad)


def _object(content: str) -> dict[str, Any]:
    start = content.find("{")
    if start < 0:
        raise Rubbish("it holds no JSON")
    try:
        found, _ = json.JSONDecoder().raw_decode(content, start)
    except (ValueError, RecursionError) as error:
        raise Rubbish(f"its JSON is broken: {error}"[:200]) from error
    assert isinstance(found, dict), "it begins with a brace"
    return found


def _first(error: ValidationError) -> str:
    detail = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(map(str, detail['loc'])) or 'it'}: {detail['msg']}"[:200]
