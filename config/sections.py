"""The sections of all files put together: settings merged, lists joined, the owner's entries laid over the shipped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from config.problems import Problem, did_you_mean
from config.yamlsource import Node

LISTS = ("feeds", "watchlists", "subscriptions")
SECTIONS = ("settings", "catalogue", *LISTS)


@dataclass
class Sections:
    """What the files say, by section."""

    settings: Node = field(default_factory=lambda: Node({}, None, None))
    catalogue: Node | None = None
    feeds: list[Node] = field(default_factory=list)
    watchlists: list[Node] = field(default_factory=list)
    subscriptions: list[Node] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def add(self, root: Node) -> None:
        """Takes in one file."""
        if not isinstance(root.value, dict):
            self.problems.append(root.problem("must begin with a section", f"sections are {', '.join(SECTIONS)}"))
            return
        for name, node in root.mapping.items():
            if name not in SECTIONS:
                hint = did_you_mean(name, SECTIONS, cutoff=0.6) or f"sections are {', '.join(SECTIONS)}"
                self.problems.append(node.problem(f'unknown section "{name}"', hint))
            elif node.value is not None:
                self.add_section(name, node)

    def add_section(self, name: str, node: Node) -> None:
        if name == "settings":
            if isinstance(node.value, dict):
                self.settings = self.merged(self.settings, node, "settings")
            else:
                self.problems.append(node.problem("settings must be a group of lines `key: value`"))
        elif name == "catalogue":
            if self.catalogue is not None:
                self.problems.append(node.problem(f"catalogue stands in {self.catalogue.file} too", "keep one"))
            self.catalogue = node
        elif isinstance(node.value, list):
            getattr(self, name).extend(node.items)
        else:
            hint = f"start each of the {name} with a dash: - name: …"
            self.problems.append(node.problem(f"{name} must be a list", hint))

    def merged(self, base: Node, more: Node, name: str) -> Node:
        """Two groups of settings as one; the same setting in both is a problem, since nobody could say which counts."""
        entries = dict(base.mapping)
        for key, node in more.mapping.items():
            present = entries.get(key)
            if present is None:
                entries[key] = node
            elif isinstance(present.value, dict) and isinstance(node.value, dict):
                entries[key] = self.merged(present, node, f"{name}.{key}")
            else:
                place = f"{present.file}:{present.line}"
                self.problems.append(node.problem(f"{name}.{key} is set at {place} too", "keep one of the two"))
        return replace(more, value=entries)


def text_of(node: Node, key: str) -> str:
    """An entry's text under a key, stripped; empty where there is none."""
    value = node.mapping[key].value if key in node.mapping else None
    return value.strip() if isinstance(value, str) else ""


@dataclass
class Overlay:
    """The owner's entries over the shipped ones, and what is wrong with that."""

    entries: list[Node]
    problems: list[Problem]


def overlay(shipped: Sequence[Node], own: Sequence[Node], keys: tuple[str, ...], what: str) -> Overlay:
    """Shipped entries, each with the fields of the owner's entry that has the same name (or address); then the rest.

    `keys` are the fields by which entries are the same, best first. A problem is an entry of the owner's that names
    one shipped entry and has the address of another, a second one for the same, and one that only could be shipped.
    """
    places = {key: {text_of(node, key): index for index, node in enumerate(shipped)} for key in keys}
    entries, extra = list(shipped), []
    taken: dict[int, Node] = {}
    problems: list[Problem] = []
    for node in own:
        name = text_of(node, "name")
        hits = [places[key][text_of(node, key)] for key in keys if text_of(node, key) in places[key]]
        if len(set(hits)) > 1:
            other = text_of(shipped[hits[1]], "name")
            message = f'{what} "{name}" has the name of one shipped {what} and the address of another, "{other}"'
            problems.append(node.problem(message, "give it a name of its own"))
        elif hits and hits[0] in taken:
            first = place_of(taken[hits[0]], node)
            message = f'two entries for the {what} "{text_of(shipped[hits[0]], "name")}"'
            problems.append(node.problem(message, f"the other is at {first}; keep one"))
        elif hits:
            taken[hits[0]] = node
            entries[hits[0]] = laid_over(shipped[hits[0]], node)
        elif name and "url" in keys and "url" not in node.mapping:
            message = f'no shipped {what} is called "{name}", and one of your own needs a url'
            problems.append(
                node.problem(message, did_you_mean(name, places["name"], cutoff=0.6) or "add a line url: …")
            )
        else:
            extra.append(node)
    return Overlay([*entries, *extra], problems)


def laid_over(shipped: Node, own: Node) -> Node:
    """The owner's fields over the shipped ones; why it was off no longer counts where the owner decides."""
    fields = {key: value for key, value in shipped.mapping.items() if key != "why_off" or "enabled" not in own.mapping}
    return replace(own, value={**fields, **own.mapping})


def place_of(first: Node, seen_from: Node) -> str:
    return f"line {first.line}" if first.file == seen_from.file else f"{first.file}:{first.line}"


def repeated(nodes: Sequence[Node], key: str, what: str) -> list[Problem]:
    """A problem for each entry whose name or address an earlier entry has already."""
    seen: dict[str, Node] = {}
    problems = []
    for node in nodes:
        text = text_of(node, key)
        first = seen.setdefault(text, node)
        if text and first is not node:
            message = f'two {what} have the {"name" if key == "name" else "address"} "{text}"'
            problems.append(node.mapping[key].problem(message, f"the other is at {place_of(first, node)}"))
    return problems
