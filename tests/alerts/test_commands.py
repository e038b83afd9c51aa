"""`pactwatch alerts`, over a real data folder and real servers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from click.testing import CliRunner, Result
from standardwebhooks import Webhook

from alerts import outbox
from alerts.outcomes import Made
from alerts.types import Alert, Answer
from config.load import load
from monitor.cli.root import cli
from monitor.daemon.works import database_url
from monitor.store import Store

if TYPE_CHECKING:
    from tests.alerts.conftest import Clock, Mailbox, Receiver

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
Make = Callable[..., Any]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Writes a configuration with the subscriptions `hook` (to a URL) and `mail` (by an SMTP server's port)."""
    monkeypatch.setenv("HOOK_SECRET", SECRET)

    def write(url: str = "https://hooks.example/token-4711", smtp_port: int = 9, more: str = "") -> Path:
        (tmp_path / "pactwatch.yaml").write_text(
            f"""\
settings:
  data_dir: data
  allow_private: [127.0.0.0/8]
  mail: {{host: 127.0.0.1, port: {smtp_port}, security: none, sender: alerts@example.org}}
  delivery: {{group_window: 0s}}
catalogue: false
watchlists:
  - {{name: korea, countries: [US-KR]}}
  - {{name: japan, countries: [JP]}}
subscriptions:
  - {{name: hook, watchlist: korea, channel: webhook, to: "{url}", secret: "env:HOOK_SECRET"}}
  - {{name: mail, watchlist: korea, channel: mail, to: desk@example.org}}
  - {{name: tokyo, watchlist: japan, channel: mail, to: tokyo@example.org}}
{more}""",
            encoding="utf-8",
        )
        (tmp_path / "data").mkdir(exist_ok=True)
        return tmp_path

    return write


def store_of(folder: Path) -> Store:
    return Store.open(database_url(load(folder)))


@pytest.fixture
def told(folder: Make, make_alert: Make, clock: Clock) -> Path:
    """A folder with one alert: `hook` got it at the second try, `mail` was refused for good, `tokyo` did not match."""
    where: Path = folder()
    store = store_of(where)
    config = load(where).config
    answers = {
        "hook": [Answer(ok=False, detail="500 oops"), Answer(ok=True, detail="200 OK")],
        "mail": [Answer(ok=False, permanent=True, detail="550 5.1.1 no such user")],
    }
    alert: Alert = make_alert(id="abc-1", tier=2)
    with store.begin() as connection:
        outbox.enqueue(connection, [alert], config, clock.now)
    for name, said in answers.items():
        for answer in said:
            with store.begin() as connection:
                (lease,) = outbox.claim(connection, clock.now, 1, timedelta(minutes=1), subscriptions=[name])
                outbox.finish_all(
                    connection,
                    [Made(lease=lease, answer=answer, seconds=0.25, max_attempts=10)],
                    clock.now,
                    lambda: 0.0,
                )
            clock.advance(minutes=10)
    store.close()
    return where


def run(folder: Path, *args: str) -> Result:
    return CliRunner().invoke(cli, ["--config", str(folder), "alerts", *args], env={"COLUMNS": "150"})


@pytest.mark.parametrize("args", [(), ("list",), ("-n", "5")])
def test_list(told: Path, args: tuple[str, ...]) -> None:
    result = run(told, *args)
    assert result.exit_code == 0, result.output
    assert result.output == (
        "2025-11-14 09:00  abc-1  US tariff on Korean cars: 25% → 15%, agreed\n"
        "    hook sent after 2 tries, mail dead, 1 not told\n"
    )


def test_list_by_state(told: Path) -> None:
    assert "abc-1" in run(told, "list", "--state", "dead").output
    nothing = run(told, "list", "--state", "queued")
    assert (nothing.exit_code, nothing.output) == (0, "no alerts with a delivery that is queued\n")


def test_list_for_programs(told: Path) -> None:
    (alert,) = json.loads(run(told, "--json").output)
    assert (alert["id"], alert["at"], alert["labels"]["deal"]) == ("abc-1", "2025-11-14T09:00:00+00:00", "US-KR")
    assert {one["subscription"]: one["state"] for one in alert["deliveries"]} == {
        "hook": "sent",
        "mail": "dead",
        "tokyo": "skipped",
    }


def test_before_the_first_run_there_is_no_ledger(folder: Make) -> None:
    result = run(folder())
    assert result.exit_code == 1
    assert "no ledger yet" in result.output
    assert "pactwatch run" in result.output


def test_nothing_was_told_yet(folder: Make) -> None:
    where = folder()
    store_of(where).close()
    assert run(where).output == "no alerts yet\n"


def test_why(told: Path, folder: Make) -> None:
    folder(more="  - {name: late, watchlist: korea, channel: mail, to: late@example.org}\n")
    result = run(told, "why", "abc")
    assert result.exit_code == 0, result.output
    for part in (
        "scope=autos",
        'matches the watchlist "korea": US-KR, tariff, autos, agreed',
        "1. 500 oops\n",
        "2. 200 OK\n",
        "1. 550 5.1.1 no such user (refused for good)",
        "refused for good: 550 5.1.1 no such user",
        f"pactwatch alerts retry {outbox.delivery_id('abc-1', 'mail')}",
        "about US-KR, not JP",
        "subscribed after the alert was written",
    ):
        assert part in re.sub(r" +\n", "\n", result.output)


def test_why_for_programs_and_by_a_deliverys_id(told: Path) -> None:
    data = json.loads(run(told, "why", outbox.delivery_id("abc-1", "mail"), "--json").output)
    mail = next(one for one in data["deliveries"] if one["subscription"] == "mail")
    assert mail["attempts"] == [
        {
            "number": 1,
            "at": "2025-11-14T09:20:00+00:00",
            "ok": False,
            "permanent": True,
            "answer": "550 5.1.1 no such user",
            "seconds": 0.25,
        }
    ]


def test_an_id_that_is_not_there_or_not_clear(told: Path, make_alert: Make, clock: Clock) -> None:
    unknown = run(told, "why", "zzz")
    assert unknown.exit_code == 1
    assert "pactwatch alerts" in unknown.output
    store = store_of(told)
    with store.begin() as connection:
        outbox.enqueue(connection, [make_alert(id="abc-12"), make_alert(id="abc_1")], load(told).config, clock.now)
    store.close()
    unclear = run(told, "why", "abc")
    assert unclear.exit_code == 2
    assert "abc-1, abc-12, abc_1" in unclear.output
    assert run(told, "why", "abc-1").exit_code == 0
    assert "abc_1" in run(told, "why", "abc_").output


def test_a_paused_subscription_holds_what_waits(folder: Make, make_alert: Make, clock: Clock) -> None:
    where = folder()
    store = store_of(where)
    with store.begin() as connection:
        outbox.enqueue(connection, [make_alert(id="abc")], load(where).config, clock.now)
    store.close()
    assert "due 2025-11-14 09:00 UTC" in run(where, "why", "abc").output
    text = (where / "pactwatch.yaml").read_text(encoding="utf-8")
    (where / "pactwatch.yaml").write_text(text.replace("channel: webhook", "channel: webhook, paused: true"))
    assert "held while the subscription is paused" in run(where, "why", "abc").output


def test_retry(told: Path) -> None:
    result = run(told, "retry", "abc-1")
    assert result.exit_code == 0, result.output
    assert result.output == "1 delivery is queued again, sent once the daemon runs: pactwatch run\n"
    states = {one["subscription"]: one for one in json.loads(run(told, "--json").output)[0]["deliveries"]}
    assert (states["mail"]["state"], states["mail"]["tries"]) == ("queued", 0)
    assert states["hook"]["state"] == "sent"


def test_nothing_to_try_again(told: Path) -> None:
    result = run(told, "retry", outbox.delivery_id("abc-1", "hook"), "--json")
    assert result.exit_code == 1
    assert json.loads(result.output) == {"queued": []}
    assert "nothing to try again" in run(told, "retry", outbox.delivery_id("abc-1", "tokyo")).output


async def test_a_test_shows_the_webhooks_answer(folder: Make, receiver: Receiver, run_apart: Make) -> None:
    receiver.will(web.Response(status=202, text="queued for trading"))
    code, out, err = await run_apart(folder(receiver.url + "?token=4711"), "alerts", "test", "hook")
    assert code == 0, err
    assert out.startswith("webhook to 127.0.0.1: taken after ")
    assert "the answer: 202 Accepted queued for trading" in out
    assert "4711" not in out + err
    ((headers, body),) = receiver.got
    said = Webhook(SECRET).verify(body, headers)
    assert said["type"] == "test"
    assert said["data"]["title"] == 'Test of the subscription "hook"'


async def test_a_test_shows_the_mail_servers_answer(folder: Make, make_mailbox: Make, run_apart: Make) -> None:
    mailbox: Mailbox = await make_mailbox()
    where = folder(smtp_port=mailbox.port)
    code, out, err = await run_apart(where, "alerts", "test", "mail", "--json")
    assert code == 0, err
    answer = json.loads(out)
    assert (answer["ok"], answer["answer"]) == (True, "250 2.0.0 queued as 7F3A")
    assert mailbox.got[0]["Subject"] == 'Test of the subscription "mail"'
    mailbox.refuses["desk@example.org"] = "550 5.1.1 no such user"
    code, out, err = await run_apart(where, "alerts", "test", "mail")
    assert code == 1
    assert f"mail to desk@example.org by 127.0.0.1:{mailbox.port} (none): not taken" in out
    assert "the answer: 550 5.1.1 no such user" in out


def test_a_test_of_what_is_not_there(folder: Make) -> None:
    result = run(folder(), "test", "hok")
    assert result.exit_code == 1
    assert 'did you mean "hook"?' in result.output


@pytest.mark.parametrize("args", [(), ("list",), ("why",), ("retry",), ("test",)])
def test_help_has_an_example(args: tuple[str, ...]) -> None:
    result = CliRunner().invoke(cli, ["alerts", *args, "--help"])
    assert result.exit_code == 0
    assert "Example" in result.output
    assert "pactwatch alerts" in result.output
