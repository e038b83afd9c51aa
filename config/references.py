"""What does not stand in the YAML itself: secrets by reference, and settings from environment variables.

A secret in YAML is written `env:NAME` (an environment variable) or `file:/path` (a file that only the daemon reads).
Each setting can come from PACTWATCH_<NAME>, a nested one with two underscores (PACTWATCH_MAIL__HOST); with _FILE
behind it the variable names a file that holds the value, as container secrets do. An empty variable counts as unset.
"""

from __future__ import annotations

import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel

from config.problems import Problem, did_you_mean
from config.settings import Feed, Settings
from config.validation import is_list, is_path, is_secret, submodel
from config.yamlsource import Node

PREFIX = "PACTWATCH_"
#: Says where the configuration is; no setting.
CONFIG_VARIABLE = "PACTWATCH_CONFIG"
MAX_SECRET_BYTES = 64_000
#: Stands for a secret whose reference leads nowhere, which is a problem of its own.
UNKNOWN = "?"


@dataclass
class References:
    """Follows references and collects what is wrong on the way, and what deserves a warning."""

    env: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    #: Variables that a secret refers to; they may be called what they like.
    used: set[str] = field(default_factory=set)

    def resolved(self, model: type[BaseModel], node: Node, what: str) -> Node:
        """The same tree with secrets in place of their references, and paths taken from the file's own folder."""
        entries: dict[str, Node] = {}
        for name, value in node.mapping.items():
            inner = submodel(model, name)
            if inner:
                entries[name] = self.resolved(inner, value, f"{what}: {name}") if value.mapping else value
            elif is_secret(model, name) and isinstance(value.value, str) and not value.origin:
                entries[name] = self.secret(value, f"{what}: {name}")
            elif is_path(model, name) and isinstance(value.value, str):
                entries[name] = replace(value, value=str(absolute(value)))
            else:
                entries[name] = value
        return replace(node, value=entries)

    def secret(self, node: Node, what: str) -> Node:
        text = str(node.value)
        if text.startswith("env:"):
            name = text.removeprefix("env:").strip()
            self.used.add(name)
            if not self.env.get(name):
                hint = f"set it where the daemon starts: {name}=…"
                self.problems.append(node.problem(f"{what}: the environment variable {name} is not set", hint))
                return replace(node, value=UNKNOWN)
            return replace(node, value=self.env[name])
        if text.startswith("file:"):
            path = absolute(replace(node, value=text.removeprefix("file:").strip()))
            return replace(node, value=self.content(path, node, what))
        if not is_open_address(text):
            message = f"{what}: the secret stands in the file itself"
            self.warnings.append(node.problem(message, "write env:NAME or file:/path instead"))
        return node

    def missing(self, feeds: Sequence[tuple[Node, Feed]]) -> list[Problem]:
        """A warning for each reference of a feed's login that leads nowhere: that feed alone cannot be asked."""
        found: list[Problem] = []
        for node, feed in feeds:
            for text in feed.login.references if feed.login and feed.enabled else ():
                self.used.add(text.removeprefix("env:"))
                if reveal(text, self.env) is None:
                    message = f'feed "{feed.name}": login: {text} leads to no secret'
                    found.append(node.at(("login",)).problem(message, "set it where the daemon starts"))
        return found

    def content(self, path: Path, node: Node, what: str) -> str:
        """A secret file's text without the line break at its end; UNKNOWN where it cannot be read, which is noted."""
        reason = ""
        try:
            with path.open("rb") as stream:
                mode = stat.S_IMODE(path.stat().st_mode)
                body = stream.read(MAX_SECRET_BYTES + 1)
            text = body.decode("utf-8-sig").rstrip("\r\n")
            if len(body) > MAX_SECRET_BYTES:
                reason = f"is larger than {MAX_SECRET_BYTES:,} bytes"
            elif not text.strip():
                reason = "is empty"
        except OSError as error:
            reason = f"cannot be read: {(error.strerror or str(error)).lower()}"
        except UnicodeDecodeError:
            reason = "is not UTF-8 text"
        if reason:
            self.problems.append(node.problem(f"{what}: the file {path} {reason}"))
            return UNKNOWN
        if mode & stat.S_IROTH:
            message = f"{what}: everybody on this machine can read {path}"
            self.warnings.append(node.problem(message, f"chmod 640 {path}"))
        return text

    def overridden(self, settings: Node) -> Node:
        """The settings with what the environment says over them."""
        for variable in sorted(self.env):
            path, from_file = setting_path(variable)
            if path and self.env[variable]:
                settings = self.override(settings, variable, path, from_file)
        return settings

    def unused(self) -> list[Problem]:
        """A warning for each PACTWATCH_ variable that sets nothing and that no secret refers to: likely mistyped."""
        names = [name for name in sorted(self.env) if name.startswith(PREFIX) and name != CONFIG_VARIABLE]
        return [
            Node(None, None, None, origin=name).problem("names no setting", did_you_mean(name, variables()))
            for name in names
            if name not in self.used and setting_path(name)[0] is None
        ]

    def override(self, settings: Node, variable: str, path: tuple[str, ...], from_file: bool) -> Node:
        node = Node(self.env[variable], None, None, origin=variable)
        if from_file:
            if variable.removesuffix("_FILE") in self.env:
                self.problems.append(node.problem("is set with and without _FILE", "keep one of the two"))
            node = replace(node, value=self.content(Path(self.env[variable]), node, "the value"))
        owner, name = owner_of(path)
        if is_list(owner, name):
            texts = [part.strip() for part in str(node.value).split(",") if part.strip()]
            node = replace(node, value=[replace(node, value=text) for text in texts])
        return put(settings, path, node)


def absolute(node: Node) -> Path:
    """The path that a node states; a relative one starts at the folder of its file, or where the program runs."""
    base = node.file.parent if node.file else Path()
    return (base / Path(str(node.value)).expanduser()).absolute()


def is_open_address(text: str) -> bool:
    """Whether a text is an address without a password, such as sqlite:////var/lib/pactwatch/pactwatch.db."""
    try:
        return "://" in text and urlsplit(text).password is None
    except ValueError:
        return False


def put(node: Node, path: tuple[str, ...], value: Node) -> Node:
    """A copy of the tree with `value` at `path`; groups on the way are made where they are missing."""
    head, rest = path[0], path[1:]
    inner = node.mapping.get(head, Node({}, None, None, origin=value.origin))
    return replace(node, value={**node.mapping, head: put(inner, rest, value) if rest else value})


def owner_of(path: tuple[str, ...]) -> tuple[type[BaseModel], str]:
    """The model that holds a setting, and the setting's own name."""
    model: type[BaseModel] = Settings
    for part in path[:-1]:
        model = submodel(model, part) or model
    return model, path[-1]


def paths(model: type[BaseModel] = Settings) -> list[tuple[str, ...]]:
    """Every setting, as the path that leads to it."""
    found: list[tuple[str, ...]] = []
    for name in model.model_fields:
        inner = submodel(model, name)
        found += [(name, *rest) for rest in paths(inner)] if inner else [(name,)]
    return found


def variables() -> dict[str, tuple[str, ...]]:
    """The environment variable of every setting → its path."""
    return {PREFIX + "__".join(path).upper(): path for path in paths()}


def setting_path(variable: str) -> tuple[tuple[str, ...] | None, bool]:
    """The setting that a variable sets, and whether through a file; None where it sets none."""
    known = variables()
    if variable in known:
        return known[variable], False
    return (known.get(variable.removesuffix("_FILE")), True) if variable.endswith("_FILE") else (None, False)


def reveal(reference: str, env: Mapping[str, str]) -> str | None:
    """The secret that `env:NAME` or `file:/path` leads to; None where it leads nowhere."""
    if reference.startswith("env:"):
        return env.get(reference.removeprefix("env:").strip()) or None
    if not reference.startswith("file:/"):
        return None
    references = References(env)
    node = Node(reference, None, None)
    found = references.content(Path(reference.removeprefix("file:")), node, "secret")
    return None if found == UNKNOWN else found
