"""Finds, merges and checks what the owner wrote; every problem at once, with file and line.

Order of what counts: environment over the owner's files over the shipped defaults. Loading changes nothing and keeps
nothing, so that a daemon can load anew, look at the result, and only then take it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

import platformdirs

from config.consistency import Checked, problems, readable_languages, warnings
from config.places import APP, MAIN, files_of, find
from config.problems import ConfigError, Problem, did_you_mean
from config.references import References
from config.sections import SECTIONS, Sections, overlay, repeated, text_of
from config.settings import Catalogue, Config, Feed, Model, Settings, Subscription, Watchlist
from config.validation import validate
from config.yamlsource import Node, read

DEFAULTS = Path(__file__).parent / "defaults"
M = TypeVar("M", bound=Model)

__all__ = ["ConfigError", "Loaded", "Problem", "load"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A configuration that can be used."""

    config: Config
    #: The owner's files that were read.
    files: tuple[Path, ...]
    #: What works but is probably not meant.
    warnings: tuple[Problem, ...]
    #: The folder or file that was read; `load(source, env)` reads it again.
    source: Path
    config_dir: Path
    #: `settings.data_dir`, else the user's data folder. It need not exist yet.
    data_dir: Path


def load(path: Path | None = None, env: Mapping[str, str] | None = None) -> Loaded:
    """The configuration at `path`, or where it is usually found; `env` is the environment, by default this process's.

    Raises ConfigError with every problem there is.
    """
    env = os.environ if env is None else env
    source = find(path, env)
    loading = Loading(References(env))
    sections = loading.sections(files_of(source))
    checked = loading.check(sections)
    loading.problems += problems(checked)
    loading.warnings += warnings(checked, readable_languages(DEFAULTS / "language"))
    loading.warnings += loading.references.missing(checked.feeds)
    loading.problems += loading.references.problems
    loading.warnings += [*loading.references.warnings, *loading.references.unused()]
    if loading.problems or checked.settings is None:
        raise ConfigError(ordered(loading.problems), ordered(loading.warnings))
    return Loaded(
        config=Config(
            settings=checked.settings,
            feeds=tuple(feed for _, feed in checked.feeds),
            watchlists=tuple(watchlist for _, watchlist in checked.watchlists),
            subscriptions=tuple(subscription for _, subscription in checked.subscriptions),
        ),
        files=tuple(loading.files),
        warnings=ordered(loading.warnings),
        source=source,
        config_dir=source if source.is_dir() else source.parent,
        data_dir=checked.settings.data_dir or platformdirs.user_data_path(APP),
    )


def ordered(found: Sequence[Problem]) -> tuple[Problem, ...]:
    """By file, pactwatch.yaml first, and line; what stands in no file last. The same problem is told once."""
    unique = dict.fromkeys(found)
    return tuple(
        sorted(
            unique,
            key=lambda problem: (
                problem.file is None,
                problem.file is not None and problem.file.name != MAIN,
                str(problem.file),
                problem.line or 0,
            ),
        )
    )


@dataclass
class Loading:
    """One loading: what was read, and what was found wrong so far."""

    references: References
    files: list[Path] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    #: Whether every file could be read as YAML; if not, what seems missing may stand in one that could not.
    complete: bool = True

    def sections(self, files: Sequence[Path]) -> Sections:
        """All files' sections together. A YAML file beside pactwatch.yaml that is about something else is left out."""
        sections = Sections()
        for path in files:
            root, found = read(path)
            if len(files) > 1 and path.name != MAIN and root and foreign(root):
                message = "is not read: it has no section of pactwatch"
                self.warnings.append(Problem(file=path, line=None, message=message))
                continue
            self.problems += found
            self.files.append(path)
            self.complete = self.complete and not (found and root is None)
            if root:
                sections.add(root)
        self.problems += sections.problems
        return sections

    def check(self, sections: Sections) -> Checked:
        """Every section against its model, with the shipped entries and the environment."""
        catalogue = self.catalogue(sections.catalogue)
        settings_node = self.references.overridden(sections.settings)
        settings_node = self.references.resolved(Settings, settings_node, "settings")
        settings = self.valid(Settings, settings_node, "settings")
        feeds = self.entries(sections.feeds, catalogue.feeds, "feed", ("name", "url"))
        feeds = self.switched(feeds, catalogue, sections.catalogue)
        watchlists = self.entries(sections.watchlists, catalogue.watchlists, "watchlist", ("name",))
        subscriptions = [
            self.references.resolved(Subscription, node, title("subscription", node)) if node.mapping else node
            for node in sections.subscriptions
        ]
        self.problems += repeated(subscriptions, "name", "subscriptions")
        return Checked(
            complete=self.complete,
            settings=settings,
            settings_node=settings_node,
            feeds=self.all_valid(Feed, feeds, "feed"),
            watchlists=self.all_valid(Watchlist, watchlists, "watchlist"),
            watchlist_names=[text_of(node, "name") for node in watchlists if text_of(node, "name")],
            subscriptions=self.all_valid(Subscription, subscriptions, "subscription"),
        )

    def catalogue(self, node: Node | None) -> Catalogue:
        if node is None or node.value is True:
            return Catalogue()
        if node.value is False:
            return Catalogue(feeds=False, watchlists=False)
        return self.valid(Catalogue, node, "catalogue") or Catalogue()

    def entries(self, own: Sequence[Node], with_shipped: bool, what: str, keys: tuple[str, ...]) -> list[Node]:
        """The owner's entries of a section, laid over the shipped ones where these are used."""
        shipped = self.shipped(f"{what}s") if with_shipped else []
        laid = overlay(shipped, own, keys, what)
        self.problems += laid.problems
        for key in keys:
            self.problems += repeated(laid.entries, key, f"{what}s")
        return laid.entries

    def shipped(self, section: str) -> list[Node]:
        root, found = read(DEFAULTS / f"{section}.yaml")
        self.problems += found
        return root.at((section,)).items if root else []

    def switched(self, feeds: list[Node], catalogue: Catalogue, node: Node | None) -> list[Node]:
        """The feeds with `catalogue.enable` and `catalogue.disable` carried out."""
        if node is None:
            return feeds
        places = {text_of(feed, key): index for index, feed in enumerate(feeds) for key in ("name", "url")}
        feeds = list(feeds)
        for key, names, enabled in (("enable", catalogue.enable, True), ("disable", catalogue.disable, False)):
            for number, name in enumerate(names):
                said = node.at((key, number))
                if name not in places:
                    hint = did_you_mean(name, places, cutoff=0.6)
                    self.problems.append(said.problem(f'catalogue: {key}: there is no feed "{name}"', hint))
                elif not enabled and name in catalogue.enable:
                    self.problems.append(said.problem(f'catalogue: "{name}" is enabled and disabled', "keep one"))
                else:
                    feeds[places[name]] = switched(feeds[places[name]], replace(said, value=enabled))
        return feeds

    def valid(self, model: type[M], node: Node, what: str) -> M | None:
        result, found = validate(model, node, what)
        self.problems += found
        return result

    def all_valid(self, model: type[M], nodes: Sequence[Node], what: str) -> list[tuple[Node, M]]:
        results = [(node, self.valid(model, node, title(what, node))) for node in nodes]
        return [(node, result) for node, result in results if result is not None]


def switched(feed: Node, enabled: Node) -> Node:
    fields = {key: value for key, value in feed.mapping.items() if key != "why_off"}
    return replace(feed, value={**fields, "enabled": enabled})


def title(what: str, node: Node) -> str:
    """`feed "Korea Herald"`, or `feed` where it has no name."""
    name = text_of(node, "name")
    return f'{what} "{name}"' if name else what


def foreign(root: Node) -> bool:
    """Whether a file has neither a section of ours nor a key that could be one mistyped."""
    return not any(did_you_mean(key, SECTIONS, cutoff=0.8) for key in root.mapping)
