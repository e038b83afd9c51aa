"""Every command explains itself: `--help` with an example, exit code 0; what is mistyped is told with the nearest."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from monitor.cli.root import COMMANDS, cli


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The path of every command and subcommand."""
    with click.Context(group) as context:
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            assert command is not None, name
            yield (*path, name)
            if isinstance(command, click.Group):
                yield from commands(command, (*path, name))


ALL = sorted(commands(cli))


def test_every_command_of_the_root_is_seen() -> None:
    assert set(COMMANDS) <= {path[0] for path in ALL}


@pytest.mark.parametrize("path", ALL, ids=" ".join)
@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_has_an_example_that_names_the_command(path: tuple[str, ...], flag: str) -> None:
    result = CliRunner().invoke(cli, [*path, flag])
    assert result.exit_code == 0, result.output
    assert re.search(r"^  Examples?:$", result.stdout, re.MULTILINE), result.stdout
    example = result.stdout.split("Example", 1)[1]
    assert re.search(rf"pactwatch\b.*\b{' '.join(path)}\b", example), example


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_every_option_is_explained(path: tuple[str, ...]) -> None:
    command: click.Command = cli
    with click.Context(cli) as context:
        for name in path:
            assert isinstance(command, click.Group)
            found = command.get_command(context, name)
            assert found is not None
            command = found
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{' '.join(path)}: {parameter.opts[0]} has no help"


@pytest.mark.parametrize("path", [(), ("alerts",), ("feeds",)], ids=" ".join)
def test_the_list_of_commands_fits_a_narrow_terminal(path: tuple[str, ...]) -> None:
    listed = CliRunner(env={"COLUMNS": "80"}).invoke(cli, [*path, "--help"]).stdout.split("Commands:")[1]
    assert listed.strip() and "..." not in listed
    assert max(map(len, listed.splitlines())) <= 80


def test_the_root_says_where_to_begin() -> None:
    result = CliRunner().invoke(cli, ["--help"])
    assert result.exit_code == 0
    for step in ("pactwatch init", "pactwatch check", "pactwatch run"):
        assert step in result.stdout


@pytest.mark.parametrize(
    ("typed", "meant"), [("statsu", "status"), ("chck", "check"), ("term", "terms"), ("Run", "run")]
)
def test_a_mistyped_command_is_told_with_the_nearest(typed: str, meant: str) -> None:
    result = CliRunner().invoke(cli, [typed])
    assert result.exit_code == 2
    assert re.search(rf"\b{meant}\b", result.stderr.split(typed, 1)[1]), result.stderr


def test_a_command_like_no_other_is_told_with_where_to_look() -> None:
    result = CliRunner().invoke(cli, ["xyzzy"])
    assert result.exit_code == 2
    assert "No such command 'xyzzy'" in result.stderr and "--help" in result.stderr


def test_a_mistyped_option_is_told_with_the_nearest() -> None:
    result = CliRunner().invoke(cli, ["status", "--jsn"])
    assert result.exit_code == 2
    assert "--json" in result.stderr


def test_the_version_is_told() -> None:
    result = CliRunner().invoke(cli, ["--version"])
    assert result.exit_code == 0
    assert re.fullmatch(r"pactwatch, version \d+\.\d+\.\d+\n", result.stdout)
