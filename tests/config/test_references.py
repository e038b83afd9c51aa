"""Secrets by reference, and settings from the environment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from config.load import ConfigError, load
from config.references import paths, variables

Write = Callable[..., Path]
HOOK = "whsec_" + "QUJD" * 8
SUBSCRIBED = """
catalogue: false
settings: {{contact: desk@example.org}}
watchlists: [{{name: Seoul}}]
feeds: [{{name: One, url: https://example.org/}}]
subscriptions:
  - {{name: hook, watchlist: Seoul, channel: webhook, to: https://example.org/, secret: "{secret}"}}
"""


def subscribed(write: Write, secret: str) -> Path:
    return write(SUBSCRIBED.format(secret=secret))


def revealed(secret: SecretStr | None) -> str:
    assert secret is not None
    return secret.get_secret_value()


def test_a_secret_by_variable_or_file(write: Write, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(f"{HOOK}\n", encoding="utf-8")
    file.chmod(0o600)
    for reference in ("env:HOOK", f"file:{file}", "file:../secret"):
        loaded = load(subscribed(write, reference), {"HOOK": HOOK})
        assert revealed(loaded.config.subscriptions[0].secret) == HOOK
        assert loaded.warnings == ()
        assert HOOK not in repr(loaded)


def test_a_secret_that_everybody_can_read_or_that_stands_in_the_file_is_a_warning(write: Write, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(HOOK, encoding="utf-8")
    file.chmod(0o644)
    open_file = load(subscribed(write, f"file:{file}"), {})
    assert [w.message for w in open_file.warnings] == [
        f'subscription "hook": secret: everybody on this machine can read {file}'
    ]
    literal = load(subscribed(write, HOOK), {})
    assert revealed(literal.config.subscriptions[0].secret) == HOOK
    assert [(w.line, w.message) for w in literal.warnings] == [
        (7, 'subscription "hook": secret: the secret stands in the file itself')
    ]
    assert HOOK not in str(literal.warnings)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"\xff\xfe", "is not UTF-8 text"),
        (b"x" * 70_000, "is larger than 64,000 bytes"),
        (None, "cannot be read: no such file or directory"),
    ],
)
def test_a_secret_file_that_cannot_be_used(write: Write, tmp_path: Path, content: bytes | None, message: str) -> None:
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load(subscribed(write, f"file:{file}"), {})
    assert [p.message for p in caught.value.problems] == [f'subscription "hook": secret: the file {file} {message}']
    assert caught.value.problems[0].line == 7


def test_an_address_of_a_database_without_a_password_is_no_secret(write: Write) -> None:
    text = "{{catalogue: false, settings: {{contact: x, database_url: '{url}'}}}}"
    open_url = load(write(text.format(url="sqlite:////var/lib/p.db")), {})
    closed = load(write(text.format(url="postgresql://me:letmein@db/p")), {})
    assert [w.message for w in open_url.warnings if "secret" in w.message] == []
    assert [w.message for w in closed.warnings if "secret" in w.message] == [
        "settings: database_url: the secret stands in the file itself"
    ]


def test_the_environment_wins_over_the_file(write: Write, tmp_path: Path) -> None:
    folder = write("settings: {log_level: error, polling: {interval: 15m, timeout: 9}, mail: {host: a.example.org}}")
    password = tmp_path / "password"
    password.write_text("s3cret\n", encoding="utf-8")
    password.chmod(0o600)
    env = {
        "PACTWATCH_LOG_LEVEL": "debug",
        "PACTWATCH_POLLING__INTERVAL": "PT20M",
        "PACTWATCH_MAIL__PORT": "2525",
        "PACTWATCH_MAIL__PASSWORD_FILE": str(password),
        "PACTWATCH_ALLOW_PRIVATE": "127.0.0.1, 10.0.0.0/8",
        "PACTWATCH_LEDGER__REMINDERS": "3d,1d",
        "PACTWATCH_CONTACT": "",
    }
    settings = load(folder, env).config.settings
    assert settings.log_level == "debug"
    assert (settings.polling.interval, settings.polling.timeout) == (timedelta(minutes=20), 9)
    assert (settings.mail.host, settings.mail.port) == ("a.example.org", 2525)
    assert revealed(settings.mail.password) == "s3cret"
    assert settings.allow_private == ("127.0.0.1", "10.0.0.0/8")
    assert settings.ledger.reminders == (timedelta(days=3), timedelta(days=1))
    assert settings.contact == ""


def test_a_wrong_variable_is_named(write: Write) -> None:
    env = {
        "PACTWATCH_POLLING__INTERVAL": "soon",
        "PACTWATCH_MAIL__PASSWORD_FILE": "/nowhere/key",
        "PACTWATCH_MAIL__PASSWORD": "x",
    }
    with pytest.raises(ConfigError) as caught:
        load(write("settings: {}"), env)
    assert sorted(p.message for p in caught.value.problems) == [
        "PACTWATCH_MAIL__PASSWORD_FILE: is set with and without _FILE",
        "PACTWATCH_MAIL__PASSWORD_FILE: the value: the file /nowhere/key cannot be read: no such file or directory",
        'PACTWATCH_POLLING__INTERVAL: settings: polling.interval: "soon" is no length of time',
    ]
    assert all(p.file is None for p in caught.value.problems)


def test_a_mistyped_variable_is_a_warning_and_a_referenced_one_is_not(write: Write) -> None:
    folder = subscribed(write, "env:PACTWATCH_HOOK")
    env = {"PACTWATCH_HOOK": HOOK, "PACTWATCH_POLLING__INTERVALL": "5m", "PACTWATCH_CONFIG": str(folder)}
    loaded = load(None, env)
    assert [str(w) for w in loaded.warnings] == [
        'PACTWATCH_POLLING__INTERVALL: names no setting (did you mean "PACTWATCH_POLLING__INTERVAL"?)'
    ]


def test_every_setting_has_a_variable_of_its_own() -> None:
    assert len(variables()) == len(paths()) > 30
    assert variables()["PACTWATCH_MAIL__HOST"] == ("mail", "host")
    assert variables()["PACTWATCH_CA_FILE"] == ("ca_file",)


def test_the_environment_alone_is_read_from_where_it_is_given(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write("settings: {log_level: error}")
    monkeypatch.setenv("PACTWATCH_LOG_LEVEL", "debug")
    assert load(folder, {}).config.settings.log_level == "error"
    assert load(folder).config.settings.log_level == "debug"
