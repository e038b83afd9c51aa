"""Bounces: which mailbox, and whether for good."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from alerts.bounces import Bounce, read
from monitor.cli.root import cli

REPORT = """\
From: MAILER-DAEMON@mx.example.net
To: alerts@example.org
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
Arrival-Date: Fri, 14 Nov 2025 09:00:00 +0000

Final-Recipient: rfc822; Desk@example.org
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 <desk@example.org>:
    Recipient address rejected: User unknown

--b
Content-Type: message/rfc822

Subject: US tariff on Korean cars

--b--
"""


def report(action: str = "failed", status: str = "5.1.1") -> bytes:
    return REPORT.format(action=action, status=status).encode()


def test_a_report_names_the_mailbox() -> None:
    words = "5.1.1 550 5.1.1 <desk@example.org>: Recipient address rejected: User unknown"
    assert read(report()) == [Bounce(address="Desk@example.org", final=True, detail=words)]


@pytest.mark.parametrize(("status", "final"), [("5.2.1", True), ("5.2.2", False), ("5.7.1", False), ("4.4.7", False)])
def test_only_a_mailbox_that_is_gone_is_final(status: str, final: bool) -> None:
    (found,) = read(report(status=status))
    assert found.final is final


def test_a_delay_is_no_bounce_and_other_mail_neither() -> None:
    assert read(report(action="delayed", status="4.4.1")) == []
    assert read(b"Subject: I am on holiday\n\nUntil Monday.") == []


@given(st.binary(max_size=300), st.integers(0, 900))
def test_whatever_comes_is_read_without_failing(noise: bytes, place: int) -> None:
    whole = report()
    for text in (noise, whole[:place] + noise, whole[:place] + noise + whole[place:]):
        assert all(isinstance(found, Bounce) for found in read(text))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pactwatch.yaml").write_text(
        "settings: {data_dir: data, mail: {host: mail.example.org, sender: alerts@example.org}}\n"
        "catalogue: false\nwatchlists: [{name: korea}]\n"
        "subscriptions: [{name: desk, watchlist: korea, channel: mail, to: desk@example.org}]\n",
        encoding="utf-8",
    )
    return tmp_path


def test_a_bounce_stops_its_subscription_until_it_is_resumed(folder: Path) -> None:
    def run(*args: str, stdin: bytes = b"") -> tuple[int, str]:
        result = CliRunner().invoke(cli, ["--config", str(folder), *args], input=stdin)
        return result.exit_code, result.stdout

    state: Callable[[], str] = lambda: json.loads(run("subscriptions", "--json")[1])[0]["state"]  # noqa: E731
    assert run("alerts", "bounce", stdin=report(status="4.4.7")) == (1, "this report stops nobody\n")
    assert run("alerts", "bounce", stdin=report()) == (0, "stopped: desk\n")
    assert state().startswith("stopped: the address refused for good: 5.1.1")
    assert run("subscriptions", "resume", "desk")[0] == 0
    assert state() == "active"
