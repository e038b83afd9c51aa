"""The house: which room may import which. A new import against the direction fails here, with the file and the line."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

#: Room → the rooms it may import from (itself always). The order is the way of the data.
ALLOWED: dict[str, set[str]] = {
    "config": set(),
    "alerts": {"config"},
    "monitor.types": {"config"},
    "monitor.feeds": {"config", "monitor.types"},
    "monitor.reading": {"config", "monitor.types"},
    "monitor.ledger": {"config", "monitor.types"},
    "monitor.second": {"config", "monitor.types", "monitor.reading"},
    "monitor.store": {"config", "alerts", "monitor.types", "monitor.feeds", "monitor.reading", "monitor.ledger"},
    "monitor.announce": {"config", "alerts", "monitor.types", "monitor.ledger", "monitor.store"},
    "monitor.pipeline": {
        "config",
        "alerts",
        "monitor.types",
        "monitor.feeds",
        "monitor.reading",
        "monitor.second",
        "monitor.ledger",
        "monitor.store",
        "monitor.announce",
    },
    "monitor.daemon": {
        "config",
        "alerts",
        "monitor.types",
        "monitor.feeds",
        "monitor.reading",
        "monitor.second",
        "monitor.ledger",
        "monitor.store",
        "monitor.announce",
        "monitor.pipeline",
    },
    "monitor.cli": {"config", "alerts", "monitor"},
}

#: What the pure rooms must not touch.
IMPURE = {
    "socket",
    "ssl",
    "sqlite3",
    "sqlalchemy",
    "aiohttp",
    "asyncio",
    "logging",
    "structlog",
    "time",
    "random",
    "subprocess",
    "os",
    "requests",
    "urllib.request",
}
PURE = (
    "monitor/types.py",
    "monitor/reading",
    "monitor/ledger",
    "monitor/second/form.py",
    "monitor/second/prompt.py",
    "monitor/second/checking.py",
    "monitor/second/merging.py",
    "alerts/types.py",
    "alerts/matching.py",
)


def modules() -> dict[str, Path]:
    files = [p for top in ("config", "alerts", "monitor") for p in (ROOT / top).rglob("*.py")]
    return {".".join(p.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): p for p in files}


def room(module: str) -> str:
    parts = module.split(".")
    return parts[0] if parts[0] != "monitor" or len(parts) == 1 else ".".join(parts[:2])


def imports(path: Path, known: dict[str, Path]) -> list[tuple[int, str]]:
    """(line, module) of every import in a file, those inside functions and under TYPE_CHECKING too."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            found += [(node.lineno, name if name in known else str(node.module)) for name in names]
    return found


KNOWN = modules()


@pytest.mark.parametrize("module", sorted(KNOWN))
def test_imports_go_one_way(module: str) -> None:
    here = room(module)
    if here == "monitor":
        return
    allowed = ALLOWED[here] | {here}
    for line, target in imports(KNOWN[module], KNOWN):
        if target.split(".")[0] in ("config", "alerts", "monitor"):
            there = room(target)
            fits = there in allowed or there.split(".")[0] in allowed
            assert fits, f"{KNOWN[module]}:{line}: {here} must not import {target}"


PURE_MODULES = sorted(m for m, p in KNOWN.items() if p.relative_to(ROOT).as_posix().startswith(PURE))


@pytest.mark.parametrize("module", PURE_MODULES)
def test_pure_rooms_touch_nothing(module: str) -> None:
    for line, target in imports(KNOWN[module], KNOWN):
        assert not {target, target.split(".")[0]} & IMPURE, f"{KNOWN[module]}:{line}: a pure room imports {target}"


def test_no_circles() -> None:
    graph = {m: {t for _, t in imports(p, KNOWN) if t in KNOWN and t != m} for m, p in KNOWN.items()}
    done: set[str] = set()

    def visit(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, " -> ".join((*path[path.index(module) :], module))
        if module not in done:
            for target in sorted(graph[module]):
                visit(target, (*path, module))
            done.add(module)

    for module in sorted(graph):
        visit(module, ())
