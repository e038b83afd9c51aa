"""A feed's login in YAML: references are kept, what they lead to is looked for, a secret itself is never repeated."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.load import ConfigError, load

SECRET = "hunter2"


def written(folder: Path, login: str) -> Path:
    text = f"catalogue: false\nfeeds:\n  - name: A\n    url: https://a.example/\n    login: {login}\n"
    (folder / "pactwatch.yaml").write_text(text, encoding="utf-8")
    return folder


def test_a_reference_is_kept_as_it_is(tmp_path: Path) -> None:
    folder = written(tmp_path, "{token: env:A_TOKEN, query: {key: env:PACTWATCH_A_KEY}}")
    loaded = load(folder, {"A_TOKEN": SECRET, "PACTWATCH_A_KEY": SECRET})
    login = loaded.config.feeds[0].login
    assert login is not None and login.references == ("env:A_TOKEN", "env:PACTWATCH_A_KEY")
    assert SECRET not in repr(loaded)
    # Neither is missed, nor is its variable taken for a setting that is mistyped.
    assert not [one for one in loaded.warnings if "TOKEN" in one.message or "KEY" in one.message]


@pytest.mark.parametrize("reference", ["env:A_TOKEN", "file:/no/such/file"])
def test_one_that_leads_nowhere_is_a_warning_with_its_line(tmp_path: Path, reference: str) -> None:
    loaded = load(written(tmp_path, f"{{token: {reference}}}"), {})
    (warning,) = [one for one in loaded.warnings if "login" in one.message]
    assert warning.line == 5
    assert warning.message == f'feed "A": login: {reference} leads to no secret'


@pytest.mark.parametrize(
    ("login", "said"),
    [
        (f"{{token: {SECRET}}}", "must say where the secret is"),
        (f"{{user: me, password: {SECRET}}}", "must say where the secret is"),
        (f"{{headers: {{X-Key: {SECRET}}}}}", "must say where the secret is"),
        ("{user: me}", "user and password belong together"),
        ("{}", "says nothing"),
        ("{tokn: env:A}", "tokn"),
        ("env:A", "login"),
    ],
)
def test_what_is_wrong_is_told_without_the_secret(tmp_path: Path, login: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(written(tmp_path, login), {})
    told = " ".join(f"{one.message} {one.hint}" for one in caught.value.problems)
    assert said in told and SECRET not in told
