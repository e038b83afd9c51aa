"""The prose keeps up with the program: commands, settings with their defaults, words, links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from config import durations, words
from config.settings import Catalogue, Feed, Settings, Subscription, Watchlist
from monitor.cli.root import COMMANDS

ROOT = Path(__file__).parent.parent
CONFIGURATION = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
GLOSSARY = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8")
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_readme(command: str) -> None:
    assert re.search(rf"^\| `{command}[ `\\|]", README, re.MULTILINE), f"README's table of commands lacks {command}"


def test_the_readme_names_no_command_that_is_not_there() -> None:
    assert set(re.findall(r"^\| `(\w+)", README, re.MULTILINE)) == set(COMMANDS)
    shell = "\n".join(re.findall(r"^```sh\n(.*?)^```", README, re.MULTILINE | re.DOTALL))
    assert set(re.findall(r"^pactwatch (\w+)", shell, re.MULTILINE)) <= set(COMMANDS)


def fields(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """(dotted name, field) of every setting; sections are entered."""
    for name, field in model.model_fields.items():
        if isinstance(field.default, BaseModel):
            yield from fields(type(field.default), f"{prefix}{name}.")
        else:
            yield prefix + name, field


def default(field: FieldInfo) -> str:
    """A default as the tables write it."""

    def shown(value: Any) -> str:
        if value is PydanticUndefined:
            return "needed"
        if value in (None, "", ()):
            return "–"
        if isinstance(value, tuple):
            return ", ".join(shown(part) for part in value)
        if isinstance(value, timedelta):
            return durations.short(value)
        return (
            str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)
        )

    return shown(field.default)


def table(heading: str) -> dict[str, str]:
    """The tables under a heading and its subheadings: name → default."""
    section = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", CONFIGURATION, re.MULTILINE | re.DOTALL)
    assert section, f"docs/configuration.md has no section {heading}"
    return {
        name: value.strip("` ") for name, value in re.findall(r"^\| `([\w.]+)` \| (.+?) \|", section[1], re.MULTILINE)
    }


@pytest.mark.parametrize(
    ("heading", "model"),
    [
        ("settings", Settings),
        ("catalogue", Catalogue),
        ("feeds", Feed),
        ("watchlists", Watchlist),
        ("subscriptions", Subscription),
    ],
)
def test_every_field_is_documented_with_its_default(heading: str, model: type[BaseModel]) -> None:
    assert table(heading) == {name: default(field) for name, field in fields(model)}


@pytest.mark.parametrize("vocabulary", [words.Topic, words.Kind, words.Status, words.Trust])
def test_every_closed_word_is_in_the_glossary_or_the_configuration(vocabulary: Any) -> None:
    missing = [word for word in vocabulary if word not in re.findall(r"\w+", GLOSSARY + CONFIGURATION)]
    assert missing == []


def anchors(page: Path) -> set[str]:
    """The fragments that a page's headings make."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if link.startswith(("http://", "https://", "mailto:")):
            continue
        path, _, fragment = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{page.name}: {link} leads nowhere"
        if fragment:
            assert fragment in anchors(target), f"{page.name}: {link} has no such heading"


def test_every_decision_is_listed() -> None:
    records = sorted(ROOT.glob("docs/decisions/0*.md"))
    listed = re.findall(r"\((0.+?\.md)\)", (ROOT / "docs/decisions/README.md").read_text(encoding="utf-8"))
    assert listed == [record.name for record in records]
    for record in records:
        text = record.read_text(encoding="utf-8")
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"], record.name
        assert text.startswith(f"# {int(record.name[:4])}. ")


def test_make_targets_that_the_readme_names_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"^make ([a-z-]+)", README, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_the_architecture_page_names_rooms_that_are_there() -> None:
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    rooms = re.findall(r"^\| `([\w/.]+)` \|", page, re.MULTILINE)
    assert len(rooms) > 20
    assert [room for room in rooms if not (ROOT / room).exists()] == []


def test_the_architecture_page_knows_every_package() -> None:
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    packages = [path.parent.relative_to(ROOT).as_posix() for path in (ROOT / "monitor").glob("*/__init__.py")]
    assert packages and [name for name in packages if f"`{name}/" not in page] == []
