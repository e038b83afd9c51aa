"""Subscriptions to other services and programs, times and zones, the operator, the web server's address."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from config.load import ConfigError, load

Write = Callable[..., Path]
BASE = """
catalogue: false
feeds: [{name: One, url: https://example.org/}]
watchlists: [{name: Seoul}]
"""
HEAD = "subscriptions: [{name: s, watchlist: Seoul, "


def told(folder: Path, env: dict[str, str] | None = None) -> list[str]:
    """Problems, or warnings where there is no problem."""
    try:
        return [str(problem) for problem in load(folder, env or {}).warnings]
    except ConfigError as error:
        return [str(problem) for problem in error.problems]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("channel: apprise, to: chat", "apprise needs the service's URL as its secret"),
        ("channel: script, to: page", "is no absolute path"),
        ("channel: script, to: /nonexistent/page", "/nonexistent/page is no program that can be run"),
        ('channel: script, to: "/bin/true \'half"', "no closing quotation"),
        ("channel: script, to: /bin/true, format: cloudevents", "cloudevents is for webhooks"),
        ("channel: script, to: /bin/true, zone: Europe/Berlim", 'did you mean "Europe/Berlin"?'),
        ('channel: script, to: /bin/true, at: "25:00"', "is no time of day"),
        ('channel: script, to: /bin/true, quiet: "22:00"', "is no span of hours"),
        ("channel: script, to: /bin/true, group: 5", "must be a length of time with its unit"),
    ],
)
def test_what_is_wrong_is_said(write: Write, entry: str, said: str) -> None:
    found = told(write(BASE + "settings: {contact: x}\n" + HEAD + entry + "}]\n"))
    assert len(found) == 1
    assert said in found[0]


@pytest.mark.parametrize(
    "entry",
    [
        "channel: apprise, to: chat, secret: env:CHAT",
        "channel: script, to: /bin/true --urgent 'the desk'",
        'channel: script, to: /bin/true, digest: weekly, at: "07:30", zone: Asia/Seoul, quiet: "22:00-07:00", group: 0',
    ],
)
def test_what_fits_is_taken(write: Write, entry: str) -> None:
    assert told(write(BASE + "settings: {contact: x}\n" + HEAD + entry + "}]\n"), {"CHAT": "json://h.example/"}) == []


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("operator: ops", 'there is no subscription "ops"'),
        ("http: {public_url: 'https://p.example'}", "links in mails lead to nobody"),
        ("http: {public_url: 'http://p.example', listen: '127.0.0.1:80'}", "http.public_url is not https"),
    ],
)
def test_settings_that_lead_nowhere(write: Write, settings: str, said: str) -> None:
    text = BASE + f"settings: {{contact: x, {settings}}}\n" + HEAD + "channel: script, to: /bin/true}]\n"
    (found,) = told(write(text))
    assert said in found


def test_watchlists_take_selectors_and_trust(write: Write) -> None:
    good = BASE.replace("{name: Seoul}", "{name: Seoul, labels: [status=ordered, 'move >= 5'], trust: reported}")
    folder = write(good + "settings: {contact: x}\n" + HEAD + "channel: script, to: /bin/true}]\n")
    assert load(folder, {}).config.watchlists[0].labels == ("status=ordered", "move>=5")
    bad = BASE.replace("{name: Seoul}", "{name: Seoul, labels: [status], trust: contested}")
    found = told(write(bad + "settings: {contact: x}\n" + HEAD + "channel: script, to: /bin/true}]\n"))
    assert len(found) == 2
    assert "is no label selector" in "".join(found)
    assert "no degree of trust" in "".join(found)
