"""Whether entries, settings and the machine fit each other."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from config.load import ConfigError, load

Write = Callable[..., Path]
BASE = """
catalogue: false
feeds: [{name: One, url: https://example.org/}]
watchlists: [{name: Seoul}]
"""


def warnings(folder: Path, env: dict[str, str]) -> list[str]:
    return [problem.message for problem in load(folder, env).warnings]


HOOK = """
settings: {contact: x}
subscriptions: [{name: s, watchlist: Seoul, channel: webhook, to: https://example.org/, secret: env:H}]
"""


@pytest.mark.parametrize("size", [24, 32, 64])
def test_a_webhook_secret_of_a_safe_length(write: Write, size: int) -> None:
    assert warnings(write(BASE + HOOK), {"H": "whsec_" + b64encode(bytes(size)).decode()}) == []


@pytest.mark.parametrize("size", [1, 23, 65])
def test_a_webhook_secret_of_another_length_is_a_warning(write: Write, size: int) -> None:
    found = warnings(write(BASE + HOOK), {"H": "whsec_" + b64encode(bytes(size)).decode()})
    assert found == [f'subscription "s": secret: has {size} bytes, 24 to 64 are safe']


@pytest.mark.parametrize("secret", ["whsec_", "whsec_???", "a plain password", "whsec_QUJ"])
def test_what_is_no_webhook_secret_is_a_problem_and_is_not_told(write: Write, secret: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(write(BASE + HOOK), {"H": secret})
    assert [p.message for p in caught.value.problems] == ['subscription "s": secret: is no webhook secret']
    told = str(caught.value).replace("whsec_", "")
    assert not secret.removeprefix("whsec_") or secret.removeprefix("whsec_") not in told


MAIL = """
settings: {{contact: x, mail: {{host: {host}, sender: a@example.org, security: {security}, username: me}}}}
subscriptions: [{{name: s, watchlist: Seoul, channel: mail, to: desk@example.org}}]
"""


@pytest.mark.parametrize(
    ("host", "security", "warned"),
    [
        ("smtp.example.org", "none", True),
        ("smtp.example.org", "starttls", False),
        ("127.0.0.1", "none", False),
        ("localhost", "none", False),
    ],
)
def test_a_password_in_clear_over_the_network_is_a_warning(
    write: Write, host: str, security: str, warned: bool
) -> None:
    folder = write(BASE + MAIL.format(host=host, security=security))
    found = warnings(folder, {"PACTWATCH_MAIL__PASSWORD": "letmein"})
    assert found == (["settings: mail.security: the password goes over the network in clear"] if warned else [])


@pytest.mark.parametrize(("query", "warned"), [("?lang=en&apikey=hunter2-and-more", True), ("?lang=en", False)])
def test_a_key_in_a_feeds_address_is_a_warning_that_does_not_show_it(write: Write, query: str, warned: bool) -> None:
    found = load(write(BASE.replace("https://example.org/", f"'https://example.org/{query}'")), {}).warnings
    said = [str(one) for one in found if "looks like a secret" in one.message]
    assert bool(said) == warned and "hunter2" not in "".join(said)
    assert all("login: {query: {apikey: env:NAME}}" in one for one in said)


@pytest.mark.parametrize(
    ("url", "warned"),
    [
        ("http://api.example.org/v1", True),
        ("https://api.example.org/v1", False),
        ("http://127.0.0.1:11434/v1", False),
        ("http://[::1]:11434/v1", False),
    ],
)
def test_a_key_in_clear_over_the_network_is_a_warning(write: Write, url: str, warned: bool) -> None:
    second = f"settings: {{contact: x, reading: {{second: {{url: '{url}', model: small, key: 'env:KEY'}}}}}}\n"
    found = [one for one in warnings(write(BASE + second), {"KEY": "sk"}) if one.startswith("settings")]
    assert found == (["settings: reading.second.url: key and articles go over the network in clear"] if warned else [])


def test_a_secret_from_the_environment_is_taken_as_it_is(write: Write) -> None:
    folder = write(BASE + MAIL.format(host="smtp.example.org", security="tls"))
    loaded = load(folder, {"PACTWATCH_MAIL__PASSWORD": "env:is-how-it-starts"})
    password = loaded.config.settings.mail.password
    assert password is not None
    assert password.get_secret_value() == "env:is-how-it-starts"
    assert loaded.warnings == ()


def test_mail_without_a_server_is_a_problem_unless_it_is_paused(write: Write) -> None:
    text = """
        settings: {{contact: x}}
        subscriptions: [{{name: s, watchlist: Seoul, channel: mail, to: a@example.org, paused: {}}}]
    """
    text = dedent(text)
    with pytest.raises(ConfigError, match=r"settings\.mail\.host and settings\.mail\.sender"):
        load(write(BASE + text.format("false")), {})
    assert warnings(write(BASE + text.format("true")), {}) == []


def test_hidden_files_are_left_out(write: Write) -> None:
    folder = write(BASE)
    write("watchlists: [{name: Seoul}]", ".draft.yaml")
    assert len(load(folder, {}).config.watchlists) == 1


def test_an_interval_outside_the_limits_is_a_problem_at_the_limits_not(write: Write) -> None:
    def folder(interval: str) -> Path:
        return write(BASE.replace("https://example.org/", f"https://example.org/, interval: {interval}"))

    for fits in ("5m", "1d"):
        assert load(folder(fits), {}).config.feeds[0].interval
    for outside in ("4m59s", "24h1s"):
        with pytest.raises(ConfigError, match=r"interval .* must lie between"):
            load(folder(outside), {})
