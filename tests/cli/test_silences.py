"""`pactwatch silences`, `webhooks rotate` and `alerts replay`, over a real data folder."""

from __future__ import annotations

import getpass
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from alerts import outbox
from alerts.outcomes import Made
from alerts.types import Alert, Answer, Lease
from config.load import load
from monitor.cli.root import cli
from monitor.cli.storing import everybody, writing

NOW = datetime.now(UTC)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOOK", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    (tmp_path / "pactwatch.yaml").write_text(
        "settings: {data_dir: data, mail: {host: mail.example.org, sender: alerts@example.org}}\n"
        "catalogue: false\nwatchlists: [{name: korea}]\n"
        "subscriptions:\n"
        "  - {name: desk, watchlist: korea, channel: mail, to: desk@example.org}\n"
        "  - {name: hook, watchlist: korea, channel: webhook, to: 'https://h.example/', secret: 'env:HOOK'}\n",
        encoding="utf-8",
    )
    return tmp_path


def run(folder: Path, *args: str) -> Result:
    return CliRunner().invoke(cli, ["--config", str(folder), *args], env={"COLUMNS": "150"})


def enqueue(folder: Path, id: str) -> None:
    with writing(load(folder)) as connection:
        alert = Alert(id=id, labels={"deal": "US-KR"}, title="cars", at=NOW, thread="US-KR")
        outbox.enqueue(connection, [alert], everybody(load(folder)), datetime.now(UTC))


def test_a_silence_holds_is_explained_and_ends(folder: Path) -> None:
    made = json.loads(run(folder, "silences", "add", "deal=US-KR", "--for", "2h", "--reason", "talks", "--json").stdout)
    assert (made["labels"], made["author"]) == (["deal=US-KR"], getpass.getuser())
    assert "talks" in run(folder, "silences").stdout
    enqueue(folder, "a")
    why = run(folder, "alerts", "why", "a").stdout
    assert f"by {getpass.getuser()}: talks ({made['id']})" in " ".join(why.split())
    assert run(folder, "silences", "expire", made["id"][:4]).exit_code == 0
    assert run(folder, "silences", "expire", made["id"]).exit_code == 1
    assert json.loads(run(folder, "silences", "--json").stdout) == []
    assert len(json.loads(run(folder, "silences", "list", "--all", "--json").stdout)) == 1
    enqueue(folder, "b")
    assert "silenced" not in run(folder, "alerts", "why", "b").stdout


@pytest.mark.parametrize("label", ["deal", "deal=~(", "move>much"])
def test_what_is_no_label_is_said(folder: Path, label: str) -> None:
    result = run(folder, "silences", "add", label, "--for", "2h", "--reason", "x")
    assert (result.exit_code, "Usage" in result.stderr) == (2, True)
    soon = run(folder, "silences", "add", "a=b", "--for", "soon", "--reason", "x")
    assert (soon.exit_code, "Invalid value for --for" in soon.stderr, "1h30m" in soon.stderr) == (2, True, True)


@pytest.mark.parametrize("command", ["silences", "subscriptions"])
def test_a_list_makes_no_database(tmp_path: Path, command: str) -> None:
    (tmp_path / "pactwatch.yaml").write_text(f"settings: {{data_dir: {tmp_path / 'data'}}}\n", encoding="utf-8")
    result = run(tmp_path, command)
    assert (result.exit_code, result.stdout) == (0, f"0 {command}\n")
    assert not (tmp_path / "data").exists()


def test_a_new_secret_is_shown_once_and_signs(folder: Path) -> None:
    made = json.loads(run(folder, "webhooks", "rotate", "hook", "--keep", "2d", "--json").stdout)
    hook = everybody(load(folder)).subscriptions[1]
    assert hook.secret is not None
    assert hook.secret.get_secret_value() == f"{made['secret']} whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    assert made["secret"] not in run(folder, "subscriptions", "--json").stdout + run(folder, "check").stdout
    for args, code in ((("desk",), 2), (("nobody",), 1), (("hook", "--keep", "soon"), 2)):
        assert run(folder, "webhooks", "rotate", *args).exit_code == code


def deliver(folder: Path) -> Lease:
    """Sends the one delivery that waits for "hook"."""
    with writing(load(folder)) as connection:
        (lease,) = outbox.claim(connection, datetime.now(UTC), 1, timedelta(minutes=1), subscriptions=["hook"])
        outbox.finish_all(
            connection,
            [Made(lease=lease, answer=Answer(ok=True), seconds=0.0, max_attempts=1)],
            datetime.now(UTC),
            lambda: 0.0,
        )
    return lease


def test_replay(folder: Path) -> None:
    enqueue(folder, "a")
    lease = deliver(folder)
    again = run(folder, "alerts", "replay", "hook", "--since", "1h", "--json")
    assert json.loads(again.stdout) == {"queued": [lease.id]}
    assert run(folder, "alerts", "replay", "hook", "--since", "1h").exit_code == 1
    tomorrow = f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%d}"
    deliver(folder)
    assert run(folder, "alerts", "replay", "hook", "--since", tomorrow).exit_code == 1
    sent = run(folder, "alerts", "replay", "hook", "--since", "2020-01-01")
    assert (sent.exit_code, sent.stdout) == (0, "1 message is sent again\n")
    assert run(folder, "alerts", "replay", "hook", "--since", "lately").exit_code == 2
