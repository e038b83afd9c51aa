"""Other services through Apprise, and an owner's own program, over real servers and real processes."""

from __future__ import annotations

import asyncio
import json
import socket
import stat
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from aiohttp import web

from alerts.channels.base import Message
from alerts.channels.gate import Gate, guarded
from alerts.channels.script import ScriptChannel
from alerts.channels.service import AppriseChannel
from alerts.schema import schema
from alerts.types import Answer
from config.outbound import Outbound, Refused
from config.settings import Delivery, Settings, Subscription

if TYPE_CHECKING:
    from tests.alerts.conftest import Receiver

Make = Callable[..., Any]
NOW = datetime(2025, 11, 14, 9, 0, tzinfo=UTC)


def message(alert: Any, channel: str, to: str, secret: str | None = None) -> Message:
    subscription = Subscription.model_validate(
        {"name": "desk", "watchlist": "korea", "channel": channel, "to": to, "secret": secret}
    )
    return Message(id="msg_1", alert=alert, subscription=subscription, reason="matches", at=NOW)


async def notify(one: Message, allow: tuple[str, ...] = ("127.0.0.0/8",)) -> Answer:
    return await AppriseChannel(Settings(), Outbound(allow)).send(one)


async def test_apprise_reaches_a_service(receiver: Receiver, make_alert: Make) -> None:
    url = receiver.url.replace("http://", "json://")
    assert await notify(message(make_alert(), "apprise", "own", url)) == Answer(ok=True, detail="taken")
    ((_, body),) = receiver.got
    said = json.loads(body)
    assert said["title"] == "US tariff on Korean cars: 25% → 15%, agreed"
    assert "Effective  1 Nov 2025" in said["message"]


async def test_what_a_service_does_not_take_is_tried_again(receiver: Receiver, make_alert: Make) -> None:
    receiver.will(web.Response(status=500))
    answer = await notify(message(make_alert(), "apprise", "own", receiver.url.replace("http://", "json://")))
    assert (answer.ok, answer.permanent) == (False, False)
    assert "500" in answer.detail


async def test_private_addresses_are_refused_before_anything_is_sent(receiver: Receiver, make_alert: Make) -> None:
    for scheme in ("json://", "ntfy://"):
        url = receiver.url.replace("http://", scheme)
        answer = await notify(message(make_alert(), "apprise", "own", url), allow=())
        assert not answer.ok
        assert "settings.allow_private" in answer.detail
    assert receiver.got == []


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The DNS says that every name is public at first and the cloud's metadata service from then on; what would be
    dialled is noted, and nothing leaves."""
    asked: dict[str, int] = {}
    noted: list[str] = []

    def resolve(host: str, port: Any, *_: Any, **__: Any) -> list[Any]:
        asked[host] = asked.get(host, 0) + 1
        address = "93.184.215.14" if asked[host] == 1 else "169.254.169.254"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, int(port or 0)))]

    class NoSocket(socket.socket):
        def connect(self, address: Any) -> None:
            sys.audit("socket.connect", self, address)  # as a real one does first
            noted.append(address[0])
            raise ConnectionRefusedError("nothing leaves this test")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "socket", NoSocket)
    return noted


async def test_a_name_that_changes_its_answer_is_refused_when_it_is_dialled(
    dialled: list[str], make_alert: Make
) -> None:
    answer = await notify(message(make_alert(), "apprise", "own", "json://moves.example/hook"), allow=())
    assert answer == Answer(
        ok=False,
        detail="169.254.169.254 is refused: a cloud metadata address. List the host or its block under "
        "settings.allow_private if it is yours",
    )
    assert dialled == []


async def test_a_redirect_is_a_failure(receiver: Receiver, make_receiver: Make, make_alert: Make) -> None:
    other: Receiver = await make_receiver()
    receiver.will(web.Response(status=307, headers={"location": other.url}))
    for more in ("", "?redirect=yes"):
        url = receiver.url.replace("http://", "json://") + more
        assert not (await notify(message(make_alert(), "apprise", "own", url))).ok
    assert len(receiver.got) == 2
    assert other.got == []


def test_only_the_guarded_thread_is_held() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        place = server.getsockname()
        gate = Gate(Outbound())
        with guarded(gate), pytest.raises(Refused, match="loopback"):
            socket.create_connection(place)
        assert gate.refused is not None
        with guarded(Gate(Outbound(), {"127.0.0.1"})):
            socket.create_connection(place).close()
        socket.create_connection(place).close()
        with guarded(gate), ThreadPoolExecutor(1) as others:
            others.submit(socket.create_connection, place).result().close()
        with guarded(gate), socket.socket(type=socket.SOCK_DGRAM) as mute, pytest.raises(Refused):
            mute.sendto(b"x", place)


async def test_what_is_no_service_is_said_without_its_secret(make_alert: Make) -> None:
    answer = await notify(message(make_alert(), "apprise", "chat", "nosuch://token-of-mine-4711"))
    assert (answer.ok, answer.permanent, "4711" in answer.detail) == (False, True, False)


@pytest.fixture
def program(tmp_path: Path) -> Callable[[str], Path]:
    """Writes a program of the owner's, in Python."""

    def make(code: str) -> Path:
        path = tmp_path / "page"
        path.write_text(f"#!{sys.executable}\n{code}\n", encoding="utf-8")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path

    return make


async def run(one: Message, limit: float = 20) -> Answer:
    return await ScriptChannel(Settings(delivery=Delivery(timeout=limit)), Outbound()).send(one)


async def test_a_program_gets_the_alert_and_its_arguments_as_they_are(
    program: Callable[[str], Path], make_alert: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMTP_PASSWORD", "hunter2-hunter2")
    path = program(
        "import json, os, pathlib, sys\n"
        "got = json.dumps([sys.argv[1:], sys.stdin.read(), dict(os.environ)])\n"
        f"pathlib.Path({str(tmp_path / 'got')!r}).write_text(got)\n"
        "print('paged')"
    )
    to = f"{path} --to 'the desk' $(touch {tmp_path}/pwned) ;reboot"
    answer = await run(message(make_alert(), "script", to))
    assert answer == Answer(ok=True, detail="exit code 0 paged")
    arguments, body, environment = json.loads((tmp_path / "got").read_text())
    assert arguments == ["--to", "the desk", "$(touch", f"{tmp_path}/pwned)", ";reboot"]
    assert not (tmp_path / "pwned").exists()
    said = json.loads(body)
    jsonschema.validate(said, schema())
    assert said["data"]["change"]["to"] == 15
    assert environment["PACTWATCH_ALERT_ID"] == "msg_1"
    assert "SMTP_PASSWORD" not in environment


async def test_a_program_that_fails_is_tried_again(program: Callable[[str], Path], make_alert: Make) -> None:
    answer = await run(message(make_alert(), "script", str(program("import sys; print('no line'); sys.exit(3)"))))
    assert answer == Answer(ok=False, detail="exit code 3 no line")
    gone = await run(message(make_alert(), "script", "/nonexistent/page"))
    assert (gone.ok, gone.permanent) == (False, False)


async def test_a_program_that_hangs_ends_with_all_it_started(
    program: Callable[[str], Path], make_alert: Make, tmp_path: Path
) -> None:
    note = tmp_path / "pid"
    code = (
        "import pathlib, subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        f"pathlib.Path({str(note)!r}).write_text(str(child.pid))\n"
        "time.sleep(600)"
    )
    answer = await run(message(make_alert(), "script", str(program(code))), limit=3)
    assert answer == Answer(ok=False, detail="no answer within 3 s")
    child = int(note.read_text())
    for _ in range(200):
        if not _runs(child):
            return
        await asyncio.sleep(0.02)
    pytest.fail("what the program started still runs")


def _runs(process: int) -> bool:
    """Whether a process is there and has not ended."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
