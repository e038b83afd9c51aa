"""Subscriptions and watchlists by command: asked first, beside the files, paused, left, forgotten."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine, update

from alerts import directory, outbox
from alerts.outcomes import Made
from alerts.tables import commanded_subscriptions, metadata
from alerts.types import Answer
from config.load import load
from config.settings import Config, Subscription, Watchlist
from monitor.cli.root import cli
from monitor.cli.storing import everybody, writing

if TYPE_CHECKING:
    from tests.alerts.conftest import Clock, Mailbox, Receiver

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
Make = Callable[..., Any]
START = datetime(2025, 11, 14, 9, 0, tzinfo=UTC)
nothing: Callable[[str], str | None] = {"env:HOOK": SECRET}.get


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    monkeypatch.setenv("HOOK", SECRET)

    def write(smtp_port: int = 9) -> Path:
        (tmp_path / "pactwatch.yaml").write_text(
            f"""\
settings:
  data_dir: data
  allow_private: [127.0.0.0/8]
  mail: {{host: 127.0.0.1, port: {smtp_port}, security: none, sender: alerts@example.org}}
catalogue: false
watchlists: [{{name: korea, countries: [US-KR]}}]
subscriptions: [{{name: desk, watchlist: korea, channel: mail, to: desk@example.org}}]
""",
            encoding="utf-8",
        )
        return tmp_path

    return write


def run(folder: Path, *args: str) -> Result:
    return CliRunner().invoke(cli, ["--config", str(folder), *args], env={"COLUMNS": "150"})


def states(folder: Path) -> dict[str, str]:
    return {row["name"]: row["state"] for row in json.loads(run(folder, "subscriptions", "--json").stdout)}


async def test_an_address_is_asked_and_told_only_after_its_yes(
    folder: Make, make_mailbox: Make, run_apart: Make
) -> None:
    mailbox: Mailbox = await make_mailbox()
    where = folder(mailbox.port)
    code, out, err = await run_apart(where, "subscribe", "anna", "-w", "korea", "--mail", "anna@example.org")
    assert (code, err) == (0, "")
    assert "a code is on its way to anna@example.org" in out
    body = mailbox.got[0].get_body(("plain",))
    assert body is not None
    given = re.search(r"confirm ([A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4})", body.get_content())
    assert given is not None
    assert states(where) == {"desk": "active", "anna": "waits for its code"}
    assert [one.name for one in everybody(load(where)).subscriptions] == ["desk"]

    wrong = run(where, "subscriptions", "confirm", "AAAA-AAAA-AAAA")
    assert (wrong.exit_code, "wrong" in wrong.stderr) == (1, True)
    said = run(where, "subscriptions", "confirm", given[1].lower()).stdout
    assert said == "confirmed: anna is told from now on, and first of what stands now\n"
    (first,) = json.loads(run(where, "alerts", "--json").stdout)
    assert first["title"] == "korea: what stands now (0 terms stand)"
    assert [(one["subscription"], one["state"]) for one in first["deliveries"]] == [("anna", "queued")]
    assert states(where) == {"desk": "active", "anna": "active"}
    assert [one.name for one in everybody(load(where)).subscriptions] == ["desk", "anna"]
    assert run(where, "subscriptions", "confirm", given[1]).exit_code == 1, "a code is good once"


async def test_a_refused_code_stores_nothing(folder: Make, make_mailbox: Make, run_apart: Make) -> None:
    mailbox: Mailbox = await make_mailbox()
    mailbox.refuses["anna@example.org"] = "550 5.1.1 no such user"
    where = folder(mailbox.port)
    code, _, err = await run_apart(where, "subscribe", "anna", "-w", "korea", "--mail", "anna@example.org")
    assert code == 1
    assert "nothing was stored" in err
    assert "550 5.1.1 no such user" in err
    assert states(where) == {"desk": "active"}


async def test_a_webhook_must_answer_a_test(
    folder: Make, receiver: Receiver, run_apart: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver.will(web.Response(status=500), web.Response(status=200))
    where = folder()
    command = ("subscribe", "hook", "-w", "korea", "--webhook", receiver.url, "--secret", "env:HOOK", "--json")
    code, out, _ = await run_apart(where, *command)
    assert (code, json.loads(out)["state"]) == (1, "refused")
    code, out, _ = await run_apart(where, *command)
    assert (code, json.loads(out)["state"]) == (0, "active")
    hook = everybody(load(where)).subscriptions[-1]
    assert hook.secret is not None
    assert hook.secret.get_secret_value() == SECRET
    assert SECRET.encode() not in (where / "data" / "pactwatch.db").read_bytes()
    monkeypatch.delenv("HOOK")
    assert states(where)["hook"] == "its secret is not found here"


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("x", "-w", "korea"), "name one"),
        (("x", "-w", "korea", "--mail", "example.org"), "is no mail address"),
        (("x", "-w", "korea", "--mail", "a@example.org", "--zone", "Europe/Berlim"), 'did you mean "Europe/Berlin"?'),
        (("desk", "-w", "korea", "--mail", "a@example.org"), "already, and it wins"),
        (("x", "-w", "korea", "--webhook", "https://h.example/", "--secret", "env:NONE"), "leads to no secret"),
        (("x", "-w", "korea", "--webhook", "https://h.example/", "--secret", SECRET), "must say where the secret is"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_sent(folder: Make, args: tuple[str, ...], said: str) -> None:
    result = run(folder(), "subscribe", *args)
    assert result.exit_code == 2
    assert said in result.stderr.replace("\n", " ")
    assert SECRET not in result.output


def test_a_watchlist_that_is_not_there_is_nothing_found(folder: Make) -> None:
    result = run(folder(), "subscribe", "x", "-w", "koera", "--mail", "a@example.org")
    assert (result.exit_code, 'did you mean "korea"?' in result.stderr) == (1, True)


def added(connection: Any, clock: Clock, name: str = "anna", **more: Any) -> Subscription:
    one = Subscription.model_validate(
        {"name": name, "watchlist": "korea", "channel": "mail", "to": "anna@example.org"} | more
    )
    directory.add_subscription(connection, one, None, clock(), None)
    return one


def test_pause_holds_and_resume_sends(folder: Make, clock: Clock) -> None:
    where = folder()
    with writing(load(where)) as connection:
        added(connection, clock)
    for name in ("anna", "desk"):
        assert run(where, "subscriptions", "pause", name, "--reason", "office move").exit_code == 0
    assert states(where) == {"anna": "paused: office move", "desk": "paused: office move"}
    assert all(one.paused for one in everybody(load(where)).subscriptions)
    assert run(where, "subscriptions", "resume", "desk").exit_code == 0
    assert run(where, "subscriptions", "resume", "desk").exit_code == 1
    for command in ("pause", "resume", "remove"):
        assert run(where, "subscriptions", command, "nobody").exit_code == 1, command
    assert run(where, "subscriptions", "remove", "desk").exit_code == 2
    assert states(where)["desk"] == "active"
    unknown = run(where, "subscriptions", "pause", "ana")
    assert (unknown.exit_code, 'did you mean "anna"?' in unknown.stderr) == (1, True)


def test_only_what_a_command_added_is_removed_by_one(folder: Make, clock: Clock) -> None:
    where = folder()
    with writing(load(where)) as connection:
        added(connection, clock)
    assert run(where, "subscriptions", "remove", "anna").exit_code == 0
    kept = run(where, "subscriptions", "remove", "desk")
    assert (kept.exit_code, "no command rewrites it" in kept.stderr) == (2, True)


def test_a_person_is_forgotten_whole(folder: Make, clock: Clock, make_alert: Make) -> None:
    where = folder()
    with writing(load(where)) as connection:
        added(connection, clock)
        config = directory.effective(connection, load(where).config, nothing)
        outbox.enqueue(connection, [make_alert()], config, clock())
        early = outbox.claim(connection, clock(), 1, timedelta(minutes=1), subscriptions=["anna"])
        assert early == [], "it waits for its group"
        clock.advance(minutes=6)
        (lease,) = outbox.claim(connection, clock(), 1, timedelta(minutes=1), subscriptions=["anna"])
        answer = Answer(ok=False, permanent=True, detail="550 anna@example.org is unknown")
        outbox.finish_all(
            connection, [Made(lease=lease, answer=answer, seconds=0.0, max_attempts=10)], clock(), lambda: 0.0
        )
    assert run(where, "subscriptions", "forget", "Anna@example.org").stdout == "forgotten: anna\n"
    assert b"anna@example.org" not in _vacuumed(where)
    named = run(where, "subscriptions", "forget", "desk@example.org")
    assert (named.exit_code, "still names it under: desk" in named.stdout) == (1, True)


def _vacuumed(where: Path) -> bytes:
    import sqlite3

    with sqlite3.connect(where / "data" / "pactwatch.db") as connection:
        dumped = "\n".join(connection.iterdump())
    connection.close()
    return dumped.encode()


def test_a_reader_leaves_by_code(engine: Engine, clock: Clock, make_config: Make, subscribe: Make) -> None:
    own: Subscription = subscribe("desk@example.org")
    config: Config = make_config(own)
    with engine.begin() as connection:
        other = added(connection, clock)
        everyone = directory.effective(connection, config, nothing)
        key = directory.make_opt_out_key(connection)
        assert directory.leave(connection, everyone, "ABCDEFGH23456789", clock()) is None
        for one in (own, other):
            assert directory.leave(connection, everyone, directory.opt_out_code(key, one).lower(), clock()) == one.name
        assert directory.effective(connection, config, nothing).subscriptions == (own,)
        assert outbox.stop_reasons(connection)[(own.name, outbox.target_hash(own))].startswith(directory.LEFT)
        assert directory.opt_out_code(key, own) != directory.opt_out_code("another key", own)


def test_a_code_is_void_after_two_days(engine: Engine, clock: Clock) -> None:
    with engine.begin() as connection:
        one = added(connection, clock)
        code = directory.new_code()
        directory.add_subscription(connection, one, None, clock(), code)
        clock.advance(days=2)
        assert directory.confirm(connection, code, clock()) is None


def test_the_files_win_and_check_says_so(folder: Make, clock: Clock) -> None:
    where = folder()
    with writing(load(where)) as connection:
        added(connection, clock, name="desk")
        directory.add_watchlist(connection, Watchlist(name="korea", countries=("JP",)), clock())
        config = directory.effective(connection, load(where).config, nothing)
    assert config == load(where).config
    told = run(where, "check").stdout
    assert 'the subscription "desk" was added by a command too' in told
    assert 'the watchlist "korea" was added by a command too' in told


@given(st.sampled_from([None, 0, "0s", "90s", "1d"]), st.sampled_from([None, "hourly", "weekly"]), st.booleans())
def test_a_subscription_comes_back_as_it_was_written(group: str | None, digest: str | None, items: bool) -> None:
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    fields = {"name": "a", "watchlist": "korea", "channel": "mail", "to": "a@example.org"}
    one = Subscription.model_validate(fields | {"group": group, "digest": digest, "items": items})
    with engine.begin() as connection:
        directory.add_subscription(connection, one, None, START, None)
        assert [found.subscription for found in directory.commanded(connection, nothing)] == [one]
    engine.dispose()


def test_one_that_is_not_understood_holds_up_no_other(engine: Engine, clock: Clock, make_config: Make) -> None:
    with engine.begin() as connection:
        added(connection, clock)
        added(connection, clock, name="bea")
        table = commanded_subscriptions
        connection.execute(update(table).where(table.c.name == "bea").values(spec={"name": "bea", "new_field": 1}))
        assert [one.subscription.name for one in directory.commanded(connection, nothing)] == ["anna"]
        (said,) = directory.doubles(connection, make_config())
    assert said == 'the subscription "bea", added by a command, is not understood: add it anew'


def test_a_lost_secret_pauses_and_never_sends_unsigned(engine: Engine, clock: Clock) -> None:
    with engine.begin() as connection:
        hook = Subscription(name="h", watchlist="korea", channel="webhook", to="https://hooks.example/x")
        directory.add_subscription(connection, hook, "env:GONE", clock(), None)
        (found,) = directory.commanded(connection, nothing)
        assert found.subscription.paused
        directory.add_subscription(connection, hook, "env:HOOK", clock(), None)
        (found,) = directory.commanded(connection, nothing)
        assert found.subscription.secret is not None
        assert not found.subscription.paused


def test_watchlists_are_added_tried_and_removed(folder: Make) -> None:
    where = folder()
    add = partial(run, where, "watchlists", "add", "chips")
    assert add("--country", "TW", "--label", "move >= 5").exit_code == 0
    listed = {one["name"]: one for one in json.loads(run(where, "watchlists", "--json").stdout)}
    assert (listed["chips"]["countries"], listed["chips"]["labels"]) == (["TW"], ["move>=5"])
    assert listed["korea"]["subscriptions"] == ["desk"]
    for option, word, said in (
        ("--topic", "tarif", '"tarif" is none of tariff, investment, purchase: did you mean "tariff"?'),
        ("--scope", "semiconductor", 'did you mean "semiconductors"?'),
        ("--confidence", "7", "must be at most 1, and is 7"),
        ("--label", "move", "is no label selector"),
    ):
        refused = add(option, word)
        assert (refused.exit_code, f"Invalid value for {option}: " in refused.stderr) == (2, True), refused.stderr
        assert said in refused.stderr
    wrong = add("--country", "Taiwan")
    assert (wrong.exit_code, "TW" in wrong.stderr) == (2, True)
    tried = run(where, "watchlists", "test", "chips")
    assert (tried.exit_code, tried.stdout) == (0, "0 of 0 changes since 30d would have been told\n")
    for since, told in (("2020-01-01", 0), ("2020-01-01T09:00+09:00", 0), ("12h", 0), ("a while ago", 2)):
        assert run(where, "watchlists", "test", "chips", "--since", since).exit_code == told, since
    assert run(where, "watchlists", "remove", "chips").exit_code == 0
    assert run(where, "watchlists", "remove", "chips").exit_code == 1
    assert run(where, "watchlists", "remove", "korea").exit_code == 2
