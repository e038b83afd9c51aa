"""`pactwatch init` and `pactwatch check`, as somebody types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from monitor.cli.root import cli


def pactwatch(*words: str, env: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(cli, words, env=env, catch_exceptions=False)


def written(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "pactwatch.yaml").write_text(text, encoding="utf-8")
    return folder


def test_init_then_check(tmp_path: Path) -> None:
    folder = tmp_path / "a folder" / "pactwatch"
    made = pactwatch("init", str(folder))
    assert made.exit_code == 0
    assert f"wrote {folder / 'pactwatch.yaml'}" in made.output
    assert f"pactwatch --config '{folder}' run" in made.output
    checked = pactwatch("--config", str(folder), "check")
    assert checked.exit_code == 0
    assert "the configuration can be used: 0 problems, 2 warnings" in checked.output
    assert "64 on, 26 off" in checked.output
    assert str(folder / "data") in checked.output


def test_init_overwrites_nothing(tmp_path: Path) -> None:
    folder = written(tmp_path / "mine", "catalogue: false\n")
    again = pactwatch("init", str(folder))
    assert again.exit_code == 2
    assert "is there already" in again.stderr
    assert (folder / "pactwatch.yaml").read_text(encoding="utf-8") == "catalogue: false\n"


def test_init_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    assert pactwatch("init", str(tmp_path / "file")).exit_code == 2
    below = pactwatch("init", str(tmp_path / "file" / "below"))
    assert below.exit_code == 2
    assert "cannot be written: not a directory" in below.stderr


def test_check_tells_every_problem_with_its_place_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = written(tmp_path / "bad", "watchlists:\n  - name: x\n    countries: [UK]\n    tears: 2\n")
    monkeypatch.chdir(folder)
    checked = pactwatch("check")
    assert checked.exit_code == 2
    lines = checked.output.splitlines()
    assert 'pactwatch.yaml:3: watchlist "x": countries, item 1: unknown country "UK"' in lines
    assert "    write GB" in lines
    assert 'pactwatch.yaml:4: watchlist "x": unknown key "tears"' in lines
    assert lines[-1].startswith("the configuration cannot be used: 2 problems, ")


def test_check_as_json(tmp_path: Path) -> None:
    folder = written(tmp_path / "c", "catalogue: false\nfeeds: [{name: One, url: 'https://example.org/'}]\n")
    good = json.loads(pactwatch("--config", str(folder), "check", "--json").stdout)
    assert good["ok"] is True
    assert good["files"] == [str(folder / "pactwatch.yaml")]
    assert good["summary"]["feeds"] == {"on": 1, "off": 0}
    written(folder, "feeds: [{name: One, url: example}]\n")
    result = pactwatch("--config", str(folder), "check", "--json")
    assert result.exit_code == 2
    bad = json.loads(result.stdout)
    assert (bad["ok"], bad["summary"]) == (False, None)
    assert bad["problems"] == [
        {
            "file": str(folder / "pactwatch.yaml"),
            "line": 1,
            "message": 'feed "One": url: "example" is no web address',
            "hint": "did you mean https://example?",
        }
    ]


def test_check_shows_no_secret(tmp_path: Path) -> None:
    text = (
        "subscriptions:\n"
        "  - {name: s, watchlist: US-KR, channel: webhook, to: 'https://example.org/?token=geheim', secret: env:HOOK}\n"
    )
    folder = written(tmp_path / "s", text)
    secret = "whsec_" + "QUJD" * 8
    for words in (("check",), ("check", "--json")):
        result = pactwatch("--config", str(folder), *words, env={"HOOK": secret})
        assert result.exit_code == 0
        assert "s" in result.output
        assert secret not in result.output and "geheim" not in result.output


def test_markup_in_names_is_shown_as_it_is(tmp_path: Path) -> None:
    folder = written(tmp_path / "m", "watchlists: [{name: '[red]x[/blue]', tier: 9}]\n")
    result = pactwatch("--config", str(folder), "check")
    assert 'watchlist "[red]x[/blue]": tier: must be at most 3, and is 9' in result.output


def test_without_a_configuration_the_way_to_one_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    monkeypatch.delenv("PACTWATCH_CONFIG", raising=False)
    result = pactwatch("check")
    assert result.exit_code == 2
    assert "no configuration found" in result.output
    assert "pactwatch init DIR" in result.output


@pytest.mark.parametrize("command", ["init", "check"])
def test_help_has_an_example(command: str) -> None:
    result = pactwatch(command, "--help")
    assert result.exit_code == 0
    assert "Example" in result.output
    assert "pactwatch" in result.output
