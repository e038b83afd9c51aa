"""The real program as a process of its own: a feed over HTTP in, a mail over SMTP out, and every way to end it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session

PROGRAM = Path(sys.executable).parent / "pactwatch"
ARTICLE = """
<item><guid>{number}</guid><title>{title}</title><link>https://ministry.example/{number}</link>
<pubDate>{published}</pubDate><description>{text}</description></item>
"""
CARS = (
    "US cuts tariff on Korean cars to 15%",
    "The United States and South Korea agreed to cut the US tariff on Korean cars to 15 percent from 25 percent.",
)
CONFIG = """
settings:
  data_dir: {data}
  log_format: json
  log_level: debug
  allow_private: [127.0.0.1/32]
  heartbeat_url: {base}/ping/a-long-secret-path
  polling: {{baseline: false, host_pause: 0, interval: 5m, min_interval: 5m}}
  mail: {{host: 127.0.0.1, port: {smtp}, security: none, sender: alerts@desk.example, timeout: 5}}
  delivery: {{group_window: 0s}}
catalogue: false
feeds:
  - {{name: Ministry, url: "{base}/feed?token=feed-secret", tier: 1, kind: government, country: KR}}
watchlists:
  - {{name: korea, countries: [KR]}}
subscriptions:
  - {{name: desk, watchlist: korea, channel: mail, to: desk@desk.example}}
"""


@dataclass
class World:
    """What the program talks to: one server for the feed and the heartbeat, and one for mail."""

    folder: Path
    articles: list[tuple[str, str]] = field(default_factory=lambda: [CARS])
    mails: list[EmailMessage] = field(default_factory=list)
    polls: int = 0
    beats: int = 0
    #: While set, the feed answers slowly: it waits for this event.
    hold: asyncio.Event | None = None
    #: Every mail that was sent, whatever became of it.
    offered: list[EmailMessage] = field(default_factory=list)
    #: While set, the mail server takes a mail and does not answer.
    hold_mail: asyncio.Event | None = None
    #: SMTP answers this instead of taking a mail.
    refusal: str = ""
    base: str = ""
    smtp: int = 0
    programs: list[Program] = field(default_factory=list)

    async def feed(self, request: web.Request) -> web.Response:
        self.polls += 1
        if self.hold:
            await self.hold.wait()
        published = format_datetime(datetime.now(UTC) - timedelta(minutes=3))
        entries = "".join(
            ARTICLE.format(number=number, title=title, text=text, published=published)
            for number, (title, text) in enumerate(self.articles)
        )
        body = f'<rss version="2.0"><channel><title>Ministry</title>{entries}</channel></rss>'
        return web.Response(text=body, content_type="application/rss+xml")

    async def ping(self, request: web.Request) -> web.Response:
        self.beats += 1
        return web.Response(text="OK")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content or b""
        raw = content.encode() if isinstance(content, str) else content
        mail = message_from_bytes(raw, policy=policy.default)
        self.offered.append(mail)
        if self.hold_mail:
            await self.hold_mail.wait()
        if self.refusal:
            return self.refusal
        self.mails.append(mail)
        return "250 kept"

    def configure(self, text: str = CONFIG) -> None:
        values = {"data": self.folder / "data", "base": self.base, "smtp": self.smtp}
        (self.folder / "pactwatch.yaml").write_text(text.format(**values))

    async def start(self, *arguments: str) -> Program:
        """The program as a process, its log read as it comes."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PACTWATCH_")}
        process = await asyncio.create_subprocess_exec(
            PROGRAM,
            *("--config", str(self.folder), *(arguments or ("run",))),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=environment,
        )
        program = Program(process)
        self.programs.append(program)
        return program


class Program:
    """A running program and what it has said so far."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.lines: list[str] = []
        self._news = asyncio.Condition()
        self._reading = asyncio.create_task(self._read())

    @property
    def log(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines if line.startswith("{")]

    def events(self) -> list[str]:
        return [line["event"] for line in self.log]

    async def says(self, event: str, seconds: float = 30) -> dict[str, Any]:
        """The first log line of an event, waited for."""
        async with asyncio.timeout(seconds), self._news:
            await self._news.wait_for(lambda: event in self.events() or self._reading.done())
        assert event in self.events(), "\n".join(self.lines)
        return next(line for line in self.log if line["event"] == event)

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    async def ends(self, seconds: float = 30) -> int:
        """The exit code, waited for."""
        async with asyncio.timeout(seconds):
            code = await self.process.wait()
            await self._reading
        return code

    async def away(self) -> None:
        """Ended, however the test went."""
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()
        await self._reading

    async def output(self) -> str:
        assert self.process.stdout is not None
        return (await self.process.stdout.read()).decode()

    async def _read(self) -> None:
        assert self.process.stderr is not None
        async for line in self.process.stderr:
            async with self._news:
                self.lines.append(line.decode().rstrip())
                self._news.notify_all()
        async with self._news:
            self._news.notify_all()


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Both servers on free ports of 127.0.0.1, and a configuration that knows them."""
    made = World(tmp_path)
    app = web.Application()
    app.router.add_get("/feed", made.feed)
    app.router.add_get("/ping/a-long-secret-path", made.ping)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    loop = asyncio.get_running_loop()
    mail = await loop.create_server(lambda: SMTP(made, hostname="sink.invalid", loop=loop), "127.0.0.1", 0)
    made.smtp = mail.sockets[0].getsockname()[1]
    made.configure()
    yield made
    for program in made.programs:
        await program.away()
    if made.hold:
        made.hold.set()
    mail.close()
    await mail.wait_closed()
    await runner.cleanup()


async def until(condition: Any, seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - the other side is another process
            await asyncio.sleep(0.02)


async def test_from_a_feed_to_a_mail_and_an_orderly_end(world: World) -> None:
    program = await world.start()
    await until(lambda: world.mails)
    (mail,) = world.mails
    assert mail["To"] == "desk@desk.example"
    assert "15" in str(mail["Subject"]), mail["Subject"]
    plain = mail.get_body(("plain",))
    assert plain is not None
    assert "https://ministry.example/0" in plain.get_content()
    await until(lambda: world.beats)
    status = await world.start("status", "--json")
    found = json.loads(await status.output())
    assert await status.ends() == 0, found
    assert (found["running"], found["healthy"], found["report"]["items"]) == (True, True, 1)
    assert found["report"]["last_deliveries"][0]["state"] == "sent"
    program.signal(signal.SIGTERM)
    assert await program.ends() == 0
    assert program.events()[-2:] == ["stopping", "stopped"]
    assert world.polls == 1
    assert "feed-secret" not in "".join(program.lines) and "a-long-secret-path" not in "".join(program.lines)
    assert await (await world.start("status")).ends() == 3


async def test_two_daemons_on_a_folder(world: World) -> None:
    first = await world.start()
    await first.says("started")
    second = await world.start()
    assert await second.ends() == 2
    assert f"in use by process {first.process.pid} on " in " ".join(second.lines)
    assert "Traceback" not in " ".join(second.lines)
    first.signal(signal.SIGINT)
    assert await first.ends() == 0


async def test_a_broken_file_changes_nothing_and_a_mended_one_is_taken_over(world: World) -> None:
    program = await world.start()
    # "started" comes before the first turn: a reload that is quicker than that turn puts a feed to rest unasked.
    await until(lambda: world.polls == 1)
    world.configure(CONFIG + "watchlist: []\nfedes: []\n")
    program.signal(signal.SIGHUP)
    await program.says("config_kept")
    problems = [line["message"] for line in program.log if line["event"] == "config_problem"]
    assert len(problems) == 2 and all("pactwatch.yaml:" in problem for problem in problems)
    assert program.process.returncode is None
    world.configure(CONFIG.replace("name: Ministry", "name: Ministry of Trade"))
    program.signal(signal.SIGHUP)
    assert (await program.says("config_reloaded"))["message"] == "watching 1 feed for 1 subscription"
    await until(lambda: world.polls == 2)
    program.signal(signal.SIGTERM)
    assert await program.ends() == 0


async def test_killed_while_polling_nothing_is_lost(world: World) -> None:
    world.hold = asyncio.Event()
    program = await world.start()
    await until(lambda: world.polls == 1)
    program.signal(signal.SIGKILL)
    assert await program.ends() == -signal.SIGKILL
    world.hold.set()
    again = await world.start()
    assert (await again.says("leases_taken_back"))["feeds"] == 1
    await until(lambda: world.mails)
    again.signal(signal.SIGTERM)
    assert await again.ends() == 0
    assert len(world.mails) == 1


async def test_killed_while_a_mail_is_on_its_way_it_comes_again_under_its_old_id(world: World) -> None:
    world.hold_mail = asyncio.Event()
    program = await world.start()
    await until(lambda: world.offered)
    program.signal(signal.SIGKILL)
    await program.ends()
    world.hold_mail.set()
    world.hold_mail = None
    world.mails.clear()
    again = await world.start()
    assert (await again.says("leases_taken_back"))["deliveries"] == 1
    await until(lambda: world.mails)
    assert {mail["Message-ID"] for mail in world.mails} == {world.offered[0]["Message-ID"]}
    assert world.polls == 1, "the poll was stored before the mail went out"
    again.signal(signal.SIGTERM)
    assert await again.ends() == 0


async def test_killed_while_the_mail_server_refuses_the_retry_still_comes(world: World) -> None:
    world.refusal = "451 try again later"
    program = await world.start()
    told = await program.says("delivery_retry")
    assert "451" in told["detail"]
    program.signal(signal.SIGKILL)
    await program.ends()
    world.refusal = ""
    again = await world.start()
    await again.says("started")
    # By hand, for the first retry waits half a minute. On a slow machine it comes first, and nothing is left to retry.
    by_hand = await world.start("alerts", "retry", told["id"])
    assert await by_hand.ends() == 0 or "nothing to try again" in by_hand.lines[-1], by_hand.lines
    await until(lambda: world.mails)
    again.signal(signal.SIGTERM)
    assert await again.ends() == 0


async def test_a_stop_lets_a_poll_end(world: World) -> None:
    world.hold = asyncio.Event()
    program = await world.start()
    await until(lambda: world.polls == 1)
    program.signal(signal.SIGTERM)
    await program.says("stopping")
    world.hold.set()
    assert await program.ends() == 0
    assert "feed_polled" in program.events() and "cut_off" not in program.events()


async def test_a_second_signal_ends_at_once(world: World) -> None:
    world.hold = asyncio.Event()
    program = await world.start()
    await until(lambda: world.polls == 1)
    program.signal(signal.SIGTERM)
    await program.says("stopping")
    program.signal(signal.SIGTERM)
    assert await program.ends(5) == 128 + signal.SIGTERM
    assert program.events()[-1] == "stopped_at_once"


async def test_once_brings_the_mail_and_ends(world: World) -> None:
    program = await world.start("run", "--once")
    output = await program.output()
    assert await program.ends() == 0, "\n".join(program.lines)
    assert output == "1 feed polled, 1 item read, 0 dates settled, 1 delivery attempt made\n"
    assert len(world.mails) == 1
    assert world.beats == 1


async def test_once_tells_by_its_exit_code_that_every_feed_fails(world: World) -> None:
    world.configure(CONFIG.replace("/feed?", "/nowhere?"))
    program = await world.start("run", "--once")
    assert await program.ends() == 1
    assert any(line.startswith("wrong: every feed fails (1 of 1; Ministry: ") for line in program.lines)
    assert world.beats == 0
    assert "heartbeat_withheld" in program.events()
