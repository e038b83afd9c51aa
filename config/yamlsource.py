"""YAML files as trees that know their lines, so that every problem can be told with file and line.

Plain words stay text: `NO` is Norway and not false, `22:30` is no number (YAML 1.2's core rules, not 1.1's). Only
`true`, `false`, `null` and numbers are more than text. Tags are refused, so no file can make Python objects.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from config.problems import Problem

if TYPE_CHECKING:
    Base = yaml.SafeLoader
else:
    # libyaml reads the shipped catalogue in 10 ms, the Python parser in 90 ms.
    Base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

#: A configuration of 10,000 feeds has about 2 MB.
MAX_BYTES = 4_000_000
#: Values in a file after anchors are followed; a few lines of aliases of aliases can stand for billions.
MAX_VALUES = 500_000
MAX_DEPTH = 30

Scalar = str | int | float | bool | None
CORE = "tag:yaml.org,2002:"


class Loader(Base):
    """Reads nodes with the rules of YAML 1.2's core schema for plain words."""


# Forgets the rules of YAML 1.1 for this class alone.
Loader.yaml_implicit_resolvers = {}

for tag, pattern, first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?(?:0|[1-9][0-9]{0,18})", list("-+0123456789")),
    ("float", r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]{1,3})?", list("-+.0123456789")),
):
    Loader.add_implicit_resolver(CORE + tag, re.compile(rf"(?:{pattern})\Z"), first)


@dataclass(frozen=True, slots=True)
class Node:
    """A value of a file: a scalar, a list or a mapping of nodes. `line` (from 1) is that of its key or list dash."""

    value: Scalar | list[Node] | dict[str, Node]
    file: Path | None
    line: int | None
    #: Where the value came from if not from a file, such as the name of an environment variable.
    origin: str = ""

    @property
    def mapping(self) -> dict[str, Node]:
        """The entries of a mapping; nothing for any other value."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def items(self) -> list[Node]:
        """The items of a list; nothing for any other value."""
        return self.value if isinstance(self.value, list) else []

    def plain(self) -> object:
        """The value as Python's own dicts, lists and scalars."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        return [node.plain() for node in self.value] if isinstance(self.value, list) else self.value

    def at(self, path: tuple[str | int, ...]) -> Node:
        """The node that a path leads to, or the deepest one on the way that exists."""
        if path:
            key, rest = path[0], path[1:]
            if isinstance(key, str) and key in self.mapping:
                return self.mapping[key].at(rest)
            if isinstance(key, int) and 0 <= key < len(self.items):
                return self.items[key].at(rest)
        return self

    def problem(self, message: str, hint: str = "") -> Problem:
        """A problem that stands where this value stands."""
        text = f"{self.origin}: {message}" if self.origin else message
        return Problem(file=self.file, line=self.line, message=text, hint=hint)


def read(path: Path) -> tuple[Node | None, list[Problem]]:
    """A file's tree, None where it is empty or cannot be read at all, and every problem of its form."""
    try:
        with path.open("rb") as stream:
            body = stream.read(MAX_BYTES + 1)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        return None, [Problem(file=path, line=None, message=f"cannot be read: {why}")]
    if len(body) > MAX_BYTES:
        return None, [Problem(file=path, line=None, message=f"has more than {MAX_BYTES:,} bytes")]
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body[: error.start].count(b"\n") + 1
        return None, [Problem(file=path, line=line, message="is not UTF-8 text", hint="save the file as UTF-8")]
    return parse(text, path)


def parse(text: str, path: Path) -> tuple[Node | None, list[Problem]]:
    """The tree of a YAML text; `path` is the name that problems carry."""
    try:
        root = yaml.compose(text, Loader=Loader)
    except yaml.YAMLError as error:
        return None, [syntax_problem(error, path)]
    except RecursionError:
        return None, [Problem(file=path, line=None, message="is nested too deeply")]
    if root is None:
        return None, []
    builder = Builder(path)
    try:
        return builder.build(root, line_of(root)), builder.problems
    except TooLarge as error:
        return None, [*builder.problems, Problem(file=path, line=error.line, message=str(error))]


def line_of(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


#: What the parser says → what to do.
SYNTAX_HINTS = {
    "cannot start any token": "indent with spaces, not tabs, and put values that start with @ ` % in quotes",
    "mapping values are not allowed": 'put a value that contains ": " in quotes, and check the indentation above',
    "could not find expected ':'": "a key ends with a colon and a space: key: value",
    "did not find expected key": "check the indentation of this line and the one above, and that quotes are closed",
    "expected <block end>": "check the indentation of this line and the one above",
    "did not find expected '-' indicator": "check the indentation of this line and the one above",
    "found unexpected end of stream": "a quote or bracket is not closed",
    "but found another document": "write one document, without --- in the middle",
    "did not find expected ',' or": "a bracket is not closed, or a comma is missing",
    "expected alphabetic or numeric character": "put a value that starts with * or & in quotes",
    "undefined alias": "put a value that starts with * in quotes",
}


def syntax_problem(error: yaml.YAMLError, path: Path) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    what = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
    line = mark.line + 1 if mark else None
    hint = next((hint for part, hint in SYNTAX_HINTS.items() if part in f"{error} {what}"), "")
    return Problem(file=path, line=line, message=f"is not valid YAML: {what.splitlines()[0]}", hint=hint)


class TooLarge(Exception):
    """The tree is deeper or larger than any configuration."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


@dataclass
class Builder:
    """Turns the parser's nodes into ours and notes what is wrong on the way."""

    path: Path
    problems: list[Problem] = field(default_factory=list)
    values: int = 0

    def note(self, line: int, message: str, hint: str = "") -> None:
        self.problems.append(Problem(file=self.path, line=line, message=message, hint=hint))

    def build(self, node: yaml.Node, line: int, depth: int = 0) -> Node:
        """An alias is built again where it is used; the count of values bounds that, and the depth ends a cycle."""
        self.values += 1
        if self.values > MAX_VALUES:
            raise TooLarge("stands for too many values, aliases (*name) followed", line)
        if depth > MAX_DEPTH:
            raise TooLarge(f"is nested more than {MAX_DEPTH} deep", line)
        if not isinstance(node, yaml.ScalarNode) and node.tag not in (CORE + "map", CORE + "seq"):
            self.note_tag(node)
        if isinstance(node, yaml.MappingNode):
            return Node(self.build_mapping(node, depth), self.path, line)
        if isinstance(node, yaml.SequenceNode):
            items = [self.build(item, line_of(item), depth + 1) for item in node.value]
            return Node(items, self.path, line)
        return Node(self.scalar(node), self.path, line)

    def scalar(self, node: yaml.Node) -> Scalar:
        kind, text = node.tag.removeprefix(CORE), str(node.value)
        if kind == "null":
            return None
        if kind == "bool":
            return text.lower() == "true"
        try:
            if kind == "int":
                return int(text)
            if kind == "float":
                return float(text)
        except ValueError:
            kind = "other"
        if kind != "str":
            self.note_tag(node)
        return text

    def note_tag(self, node: yaml.Node) -> None:
        self.note(line_of(node), f"the tag {node.tag.replace(CORE, '!!')} has no meaning here", "leave it out")

    def build_mapping(self, node: yaml.MappingNode, depth: int) -> dict[str, Node]:
        own: dict[str, Node] = {}
        merged: dict[str, Node] = {}
        for key_node, value_node in node.value:
            line = line_of(key_node)
            if not isinstance(key_node, yaml.ScalarNode):
                self.note(line, "a key must be a plain word", 'put it in quotes if it starts with "{", "[" or "?"')
                continue
            key, value = str(key_node.value), self.build(value_node, line, depth + 1)
            if key == "<<" and key_node.style in (None, ""):
                for base in value.items or [value]:
                    merged = {**base.mapping, **merged}
            elif key in own:
                self.note(line, f'the key "{key}" stands twice', f"it stands on line {own[key].line} too; keep one")
            else:
                own[key] = value
        return {**merged, **own}
