"""Nodes against models: pydantic's errors as problems with file, line, and what to write instead."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic_core import ErrorDetails

from config.problems import Problem, did_you_mean
from config.yamlsource import Node

M = TypeVar("M", bound=BaseModel)


def alternatives(annotation: Any) -> Iterator[Any]:
    """The types that an annotation allows, without Annotated, Optional and tuple around them."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from alternatives(get_args(annotation)[0])
    elif origin in (Union, types.UnionType):
        for part in get_args(annotation):
            yield from alternatives(part)
    elif origin is tuple:
        yield from alternatives(get_args(annotation)[0])
    else:
        yield annotation


def submodel(model: type[BaseModel], name: str) -> type[BaseModel] | None:
    """The model that a field holds, or None where it holds something else or is not there."""
    info = model.model_fields.get(name)
    kinds = alternatives(info.annotation) if info else ()
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)), None)


def is_secret(model: type[BaseModel], name: str) -> bool:
    info = model.model_fields.get(name)
    return info is not None and SecretStr in alternatives(info.annotation)


def is_path(model: type[BaseModel], name: str) -> bool:
    info = model.model_fields.get(name)
    return info is not None and Path in alternatives(info.annotation)


def is_list(model: type[BaseModel], name: str) -> bool:
    info = model.model_fields.get(name)
    return info is not None and get_origin(info.annotation) is tuple


def validate(model: type[M], node: Node, what: str) -> tuple[M | None, list[Problem]]:
    """The model that a node states, or None and all that is wrong with it. `what` opens each message: `feed "X"`."""
    if not isinstance(node.value, dict):
        return None, [node.problem(f"{what} must be a group of lines `key: value`, not {kind_of(node.value)}")]
    found = [
        value.problem(f"{what}: {path}: must be a number, not true or false") for path, value in booleans(model, node)
    ]
    try:
        result = model.model_validate(node.plain())
        return (None, found) if found else (result, [])
    except ValidationError as error:
        details = error.errors(include_url=False)
        return None, found + [problem(detail, model, node, what) for detail in details]


def booleans(model: type[BaseModel], node: Node, above: str = "") -> Iterator[tuple[str, Node]]:
    """Values that say true or false where a number belongs. Python, and so pydantic, takes them for 1 and 0."""
    for name, value in node.mapping.items():
        inner, info = submodel(model, name), model.model_fields.get(name)
        kinds = set(alternatives(info.annotation)) if info else set()
        if inner:
            yield from booleans(inner, value, f"{above}{name}.")
        elif isinstance(value.value, bool) and kinds & {int, float}:
            yield f"{above}{name}", value


def problem(detail: ErrorDetails, model: type[BaseModel], node: Node, what: str) -> Problem:
    """One of pydantic's errors in the owner's words, where it stands in the file."""
    path = detail["loc"]
    owner, parts = owned(model, path)
    message, hint = wording(detail, owner, parts)
    if detail["type"] == "extra_forbidden":
        message = f'unknown key "{".".join(part for part in path if isinstance(part, str))}"'
    else:
        message = f"{dotted(path)}: {message}" if detail["type"] != "missing" else message
    return node.at(path).problem(f"{what}: {message}", hint or hint_for(detail, owner, parts, model))


def first_wrong(error: ValidationError, model: type[BaseModel]) -> tuple[str, str, str]:
    """Of what pydantic found first, for settings that stand in no file: the key, what is wrong with its value, and what
    to write instead, which may be empty. The key is empty where several do not go together."""
    detail = error.errors(include_url=False)[0]
    owner, parts = owned(model, detail["loc"])
    message, hint = wording(detail, owner, parts)
    return ".".join(part for part in detail["loc"] if isinstance(part, str)), message, hint


def owned(model: type[BaseModel], path: tuple[int | str, ...]) -> tuple[type[BaseModel], list[int | str]]:
    """The innermost model that a path leads into, and the rest of the path."""
    owner, parts = model, list(path)
    while len(parts) > 1 and isinstance(parts[0], str) and (inner := submodel(owner, parts[0])):
        owner, parts = inner, parts[1:]
    return owner, parts


def dotted(path: tuple[int | str, ...]) -> str:
    """`polling.interval`; a list's items are counted from 1: `countries, item 2`."""
    text = ".".join(part for part in path if isinstance(part, str))
    numbers = [part for part in path if isinstance(part, int)]
    return f"{text}, item {numbers[-1] + 1}" if numbers else text


#: pydantic's error → what to say; the names in braces come from its context.
WORDINGS: Mapping[str, str] = {
    "greater_than": "must be more than {gt:g}, and is {input}",
    "greater_than_equal": "must be at least {ge:g}, and is {input}",
    "less_than": "must be less than {lt:g}, and is {input}",
    "less_than_equal": "must be at most {le:g}, and is {input}",
    "finite_number": "must be a finite number",
    "int_from_float": "must be a whole number, and is {input}",
}
EXPECTED = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "string": "text",
    "tuple": "a list",
    "model": "a group of lines `key: value`",
    "path": "a path",
}


def wording(detail: ErrorDetails, owner: type[BaseModel], parts: list[int | str]) -> tuple[str, str]:
    """The message without its place, and a hint where the error itself brings one."""
    kind, context = detail["type"], detail.get("ctx", {})
    name = next((part for part in reversed(parts) if isinstance(part, str)), "")
    shown = "the value" if is_secret(owner, name) else show(detail["input"])
    if kind == "extra_forbidden":
        return f'unknown key "{name}"', ""
    if kind == "missing":
        return f'"{name}" is missing', f"add a line {name}: …"
    if kind in ("literal_error", "enum"):
        choices = choices_of(owner, name)
        hint = did_you_mean(str(detail["input"]), choices, cutoff=0.5)
        return f"{shown} is none of {', '.join(choices)}", hint
    if kind in WORDINGS:
        return WORDINGS[kind].format(**{**context, "input": shown}), ""
    expected = EXPECTED.get(kind.rpartition("_")[0]) or EXPECTED.get(kind.split("_")[0])
    if kind not in ("value", "duration") and expected:
        return f"must be {expected}" + ("" if is_secret(owner, name) else f", not {shown}"), ""
    return str(detail["msg"]), str(context.get("hint", ""))


def hint_for(detail: ErrorDetails, owner: type[BaseModel], parts: list[int | str], model: type[BaseModel]) -> str:
    """What to write instead, for the errors that say nothing of it themselves."""
    kind, value = detail["type"], detail["input"]
    name = next((part for part in reversed(parts) if isinstance(part, str)), "")
    if kind == "extra_forbidden":
        return elsewhere(name, owner, model) or f"keys here: {', '.join(owner.model_fields)}"
    if kind == "tuple_type" and isinstance(value, str | int | float):
        return f"write {name}: [{value}]"
    if kind == "string_type" and isinstance(value, int | float) and not is_secret(owner, name):
        return f'put it in quotes: "{str(value).lower() if isinstance(value, bool) else value}"'
    if kind == "string_type" and value is not None:
        return "put it in quotes"
    return "leave the line out, or give it a value" if value is None and kind.endswith("_type") else ""


def elsewhere(name: str, owner: type[BaseModel], model: type[BaseModel]) -> str:
    """Where an unknown key belongs: a like one beside it, or the same one in another group of the same model."""
    close = did_you_mean(name, owner.model_fields)
    if close:
        return close
    homes = []
    for group in model.model_fields:
        inner = submodel(model, group)
        if inner and inner is not owner:
            homes += [
                f"{group}.{field}" for field in inner.model_fields if field == name or did_you_mean(name, [field])
            ]
    if owner is not model and name in model.model_fields:
        homes.append(name)
    return f"did you mean {' or '.join(homes[:3])}?" if homes else ""


def choices_of(owner: type[BaseModel], name: str) -> list[str]:
    """The words that a field with a closed vocabulary takes."""
    words: list[str] = []
    for kind in alternatives(owner.model_fields[name].annotation):
        if get_origin(kind) is Literal:
            words += [str(word) for word in get_args(kind)]
        elif isinstance(kind, type) and issubclass(kind, Enum):
            words += [str(member.value) for member in kind]
    return words


def show(value: object) -> str:
    """A value as it can stand in a message: short, in quotes where it is text."""
    if isinstance(value, str):
        return f'"{value[:60]}"'
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else kind_of(value)


def kind_of(value: object) -> str:
    """A value's sort in plain words."""
    if value is None:
        return "empty"
    if isinstance(value, list | tuple):
        return "a list"
    return "a group of lines" if isinstance(value, dict) else show(value)
