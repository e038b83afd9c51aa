"""The order of things in the daemon, on a real folder, database, scheduler and clock; the rooms are stand-ins."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from alerts import directory
from config.load import ConfigError, Loaded, Problem
from config.settings import Feed, Subscription
from monitor.daemon.conductor import Pace
from monitor.daemon.lock import FolderTaken, held, noted
from monitor.daemon.notify import Notifier
from monitor.store import Store, StoreError, feeds, url_for


async def test_opens_turns_and_closes_in_order(stage: Any) -> None:
    running = asyncio.create_task(stage.daemon().run(stage.stop))
    await stage.until(lambda: {"poll", "read", "settle", "deliver"} <= set(stage.works.log))
    assert stage.works.log[0] == "open"
    assert held(stage.folder / "data")
    stage.stop.set()
    await running
    assert stage.works.log[-2:] == ["wind_down", "close"]
    assert not held(stage.folder / "data")


async def test_two_daemons_on_one_folder(stage: Any) -> None:
    running = asyncio.create_task(stage.daemon().run(stage.stop))
    await stage.until(lambda: "poll" in stage.works.log)
    with pytest.raises(FolderTaken, match=f"process {os.getpid()} on {socket.gethostname()}"):
        await stage.daemon().run(asyncio.Event())
    with pytest.raises(FolderTaken):
        await stage.daemon().once()
    assert stage.works.log.count("open") == 1
    stage.stop.set()
    await running


async def test_what_a_poll_brings_is_read_at_once(stage: Any) -> None:
    brought = iter([0, 3])
    stage.works.on["poll"] = lambda: next(brought, 0)
    slow = Pace(poll=0.02, read=3600, deliver=3600, settle=3600, upkeep=3600, look=3600)
    running = asyncio.create_task(stage.daemon(pace=slow).run(stage.stop))
    await stage.until(lambda: stage.works.log.count("read") == 2)
    stage.works.surroundings.wake()
    await stage.until(lambda: stage.works.log.count("deliver") == 2)
    stage.stop.set()
    await running


@pytest.mark.parametrize(("new", "revised", "turns"), [(2, 0, 2), (0, 1, 2), (0, 0, 1)])
async def test_what_a_feed_brought_is_read_while_others_are_under_way(
    stage: Any, new: int, revised: int, turns: int
) -> None:
    told, drips = asyncio.Event(), asyncio.Event()

    async def poll() -> int:
        # The first turns of the others are over: nothing but the event makes them look again.
        await stage.until(lambda: {"read", "articles"} <= set(stage.works.log))
        event = {"feed": "a", "ok": True, "new": new, "revised": revised, "unchanged": False, "error": ""}
        stage.works.surroundings.on_event("feed_polled", event)
        told.set()
        await drips.wait()
        return 0

    stage.works.on["poll"] = poll
    rare = Pace(poll=3600, articles=3600, read=3600, deliver=3600, settle=3600, upkeep=3600, look=3600)
    running = asyncio.create_task(stage.daemon(pace=rare).run(stage.stop))
    await told.wait()
    await stage.until(lambda: stage.works.log.count("read") == turns)
    await stage.until(lambda: stage.works.log.count("articles") == turns)
    drips.set()
    stage.stop.set()
    await running
    assert (stage.works.log.count("read"), stage.works.log.count("articles")) == (turns, turns)


async def test_a_stop_waits_for_what_is_under_way(stage: Any) -> None:
    ended = []

    async def slow_poll() -> int:
        await asyncio.sleep(0.2)
        ended.append(True)
        return 0

    stage.works.on["poll"] = slow_poll
    running = asyncio.create_task(stage.daemon().run(stage.stop))
    await stage.until(lambda: "poll" in stage.works.log)
    stage.stop.set()
    await running
    assert ended == [True]
    assert stage.works.log[-1] == "close"


async def test_a_stop_does_not_wait_for_ever(stage: Any) -> None:
    async def endless() -> int:
        await asyncio.sleep(3600)
        return 0

    stage.works.on["poll"] = endless
    with capture_logs() as logs:
        running = asyncio.create_task(stage.daemon(drain=0.1).run(stage.stop))
        await stage.until(lambda: "poll" in stage.works.log)
        stage.stop.set()
        async with asyncio.timeout(5):
            await running
    assert [line["tick"] for line in logs if line["event"] == "cut_off"] == ["poll"]
    assert stage.works.log[-1] == "close"


async def test_a_locked_database_is_told_once_and_outlived(stage: Any) -> None:
    locked = sqlite3.OperationalError("database is locked")
    locked.sqlite_errorname = "SQLITE_BUSY"  # as the driver sets it
    fails = iter([locked, locked, locked])

    def read() -> int:
        if error := next(fails, None):
            raise StoreError("database x.db: it is locked by another program") from error
        return 0

    stage.works.on["read"] = read
    with capture_logs() as logs:
        running = asyncio.create_task(stage.daemon().run(stage.stop))
        await stage.until(lambda: stage.works.log.count("read") > 4)
        stage.stop.set()
        await running
    said = [line for line in logs if line.get("tick") == "read"]
    assert [line["event"] for line in said] == ["database_locked", "tick_recovered"]
    assert "locked by another program" in said[0]["message"]
    assert "exc_info" not in said[0]


async def test_a_fault_of_ours_is_logged_with_its_traceback_and_outlived(stage: Any) -> None:
    fails = iter([ZeroDivisionError("division by zero")])

    def settle() -> int:
        if error := next(fails, None):
            raise error
        return 0

    stage.works.on["settle"] = settle
    with capture_logs() as logs:
        running = asyncio.create_task(stage.daemon().run(stage.stop))
        await stage.until(lambda: stage.works.log.count("settle") > 2)
        stage.stop.set()
        await running
    (said,) = [line for line in logs if line["event"] == "tick_failed"]
    assert isinstance(said["exc_info"], ZeroDivisionError)


async def test_the_start_waits_for_a_locked_database(stage: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.daemon.opening.REOPEN", 0.05)
    monkeypatch.setattr("monitor.store.engine.BUSY_TIMEOUT", 0.01)
    monkeypatch.setattr(
        "monitor.store.engine.Store.open.__func__.__kwdefaults__", {"read_only": False, "busy_timeout": 0.01}
    )
    data = stage.folder / "data"
    data.mkdir()
    other = sqlite3.connect(data / "pactwatch.db")
    other.execute("BEGIN EXCLUSIVE")
    with capture_logs() as logs:
        running = asyncio.create_task(stage.daemon().run(stage.stop))
        await stage.until(lambda: any(line["event"] == "database_locked" for line in logs))
        assert stage.works.log == []
        other.close()
        await stage.until(lambda: "poll" in stage.works.log)
        stage.stop.set()
        await running


async def test_a_reload_during_the_start_comes_after_it(stage: Any) -> None:
    new = stage.loaded(contact="desk@example.org")
    daemon = stage.daemon(reload=lambda: new)
    with capture_logs() as logs:
        running = asyncio.create_task(daemon.run(stage.stop))
        daemon.request_reload()
        await stage.until(lambda: any(line["event"] == "config_reloaded" for line in logs))
        stage.stop.set()
        await running
    assert stage.works.log[0] == "open"
    assert daemon.loaded == new
    assert not [line for line in logs if line["event"] == "config_kept"]


async def test_a_database_that_is_none_ends_the_start_with_its_reason(stage: Any) -> None:
    data = stage.folder / "data"
    data.mkdir()
    (data / "pactwatch.db").write_bytes(b"a shopping list, of all things " * 1000)
    with pytest.raises(StoreError, match="not an SQLite database"):
        await stage.daemon().run(stage.stop)
    assert not held(data)


async def test_an_invalid_configuration_changes_nothing_and_every_problem_is_logged(stage: Any) -> None:
    old = stage.loaded()
    path = Path("pactwatch.yaml")

    def reload() -> Loaded:
        raise ConfigError(
            [Problem(file=path, line=3, message="no such key"), Problem(file=path, line=9, message="bad")]
        )

    daemon = stage.daemon(old, reload=reload)
    with capture_logs() as logs:
        running = asyncio.create_task(daemon.run(stage.stop))
        await stage.until(lambda: "poll" in stage.works.log)
        assert await daemon.reload() is False
        stage.stop.set()
        await running
    assert daemon.loaded == old
    assert "adopt" not in stage.works.log
    said = [line["message"] for line in logs if line["event"] == "config_problem"]
    assert said == ["pactwatch.yaml:3: no such key", "pactwatch.yaml:9: bad"]
    assert [line["event"] for line in logs if line["event"].startswith("config_kept")] == ["config_kept"]


async def test_a_valid_configuration_is_taken_over(stage: Any) -> None:
    new = stage.loaded(contact="desk@example.org")
    accepted: list[Loaded] = []
    daemon = stage.daemon(reload=lambda: new, accepted=accepted.append)
    running = asyncio.create_task(daemon.run(stage.stop))
    await stage.until(lambda: "poll" in stage.works.log)
    assert await daemon.reload() is True
    assert (daemon.loaded, accepted) == (new, [new])
    assert "adopt" in stage.works.log
    stage.stop.set()
    await running


async def test_what_cannot_be_taken_over_leaves_the_old(stage: Any) -> None:
    old = stage.loaded()
    accepted: list[Loaded] = []
    stage.works.on["adopt"] = lambda: 1 / 0
    daemon = stage.daemon(old, reload=stage.loaded, accepted=accepted.append)
    running = asyncio.create_task(daemon.run(stage.stop))
    await stage.until(lambda: "poll" in stage.works.log)
    assert await daemon.reload() is False
    assert daemon.loaded == old
    assert accepted == []
    stage.stop.set()
    await running


async def test_another_place_of_the_data_waits_for_a_restart(stage: Any, tmp_path: Path) -> None:
    new = stage.loaded(database_url="sqlite:////nowhere/x.db")
    daemon = stage.daemon(reload=lambda: new)
    with capture_logs() as logs:
        running = asyncio.create_task(daemon.run(stage.stop))
        await stage.until(lambda: "poll" in stage.works.log)
        assert await daemon.reload() is True
        stage.stop.set()
        await running
    assert [line["event"] for line in logs if line["event"] == "restart_needed"]


async def test_a_healthy_cycle_calls_the_heartbeat_and_a_sick_one_says_why_not(stage: Any) -> None:
    sick = {"now": False}

    def poll() -> int:
        if sick["now"]:
            raise RuntimeError("no air")
        return 0

    stage.works.on["poll"] = poll
    with capture_logs() as logs:
        daemon = stage.daemon(stage.loaded(heartbeat_url="https://beat.example/x"))
        running = asyncio.create_task(daemon.run(stage.stop))
        await stage.until(lambda: stage.works.log.count("beat") > 1)
        sick["now"] = True
        await stage.until(lambda: any(line["event"] == "heartbeat_withheld" for line in logs))
        beats = stage.works.log.count("beat")
        looks = sum(line["event"] == "heartbeat_withheld" for line in logs)
        await stage.until(lambda: sum(line["event"] == "heartbeat_withheld" for line in logs) > looks + 1)
        assert stage.works.log.count("beat") == beats
        note = noted(stage.folder / "data")
        assert note is not None and note.ailments == ("poll: RuntimeError: no air",)
        stage.stop.set()
        await running
    assert [line["log_level"] for line in logs if line["event"] == "heartbeat_withheld"].count("warning") == 1
    (why,) = {tuple(line["problems"]) for line in logs if line["event"] == "heartbeat_withheld"}
    assert why == ("poll: RuntimeError: no air",)


async def test_a_heartbeat_that_fails_is_logged_and_nothing_else(stage: Any) -> None:
    stage.works.beat_answer = "it answered 404"
    with capture_logs() as logs:
        daemon = stage.daemon(stage.loaded(heartbeat_url="https://beat.example/x"))
        running = asyncio.create_task(daemon.run(stage.stop))
        await stage.until(lambda: stage.works.log.count("beat") > 2)
        stage.stop.set()
        await running
    assert {line["message"] for line in logs if line["event"] == "heartbeat_failed"} == {"it answered 404"}


async def test_the_manager_hears_start_reload_life_and_stop(stage: Any, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.setblocking(False)
        notifier = Notifier({"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "60000"})
        daemon = stage.daemon(notifier=notifier, reload=stage.loaded)
        heard: list[str] = []

        def listen() -> list[str]:
            while True:
                try:
                    heard.append(manager.recv(1000).decode())
                except BlockingIOError:
                    return heard

        running = asyncio.create_task(daemon.run(stage.stop))
        await stage.until(lambda: "WATCHDOG=1" in listen())
        assert listen()[0].startswith("READY=1\nSTATUS=watching 0 feeds")
        await daemon.reload()
        reloading = [text.split("\n")[0] for text in listen() if text.startswith(("RELOADING", "READY"))]
        assert reloading == ["READY=1", "RELOADING=1", "READY=1"]
        stage.stop.set()
        await running
        assert [text.split("\n")[0] for text in listen() if text.startswith("STOPPING")] == ["STOPPING=1"]


async def test_what_commands_added_is_counted_too(stage: Any, tmp_path: Path) -> None:
    """The feeds and subscriptions of the files are those that the opener stored; these came later."""
    with capture_logs() as logs:
        daemon = stage.daemon(reload=stage.loaded)
        running = asyncio.create_task(daemon.run(stage.stop))
        await stage.until(lambda: "poll" in stage.works.log)
        now = datetime.now(UTC)
        store = Store.open(url_for(stage.loaded().data_dir))
        with store.begin() as connection:
            for name in ("One", "Two", "Held"):
                one = Feed.model_validate({"name": name, "url": f"https://{name.lower()}.example/f"})
                feeds.add(connection, one, now)
            feeds.pause(connection, "Held", "", now)
            anna = {"name": "anna", "watchlist": "all", "channel": "mail", "to": "anna@example.org"}
            directory.add_subscription(connection, Subscription.model_validate(anna), None, now, None)
        store.close()
        await daemon.reload()
        stage.stop.set()
        await running
    said = {line["event"]: line["message"] for line in logs if line["event"] in ("started", "config_reloaded")}
    assert said["started"] == "watching 0 feeds for 0 subscriptions"
    assert said["config_reloaded"] == "watching 2 feeds for 1 subscription"


async def test_signals_are_handled_where_the_daemon_owns_the_process(stage: Any) -> None:
    daemon = stage.daemon(reload=stage.loaded)
    running = asyncio.create_task(daemon.run())
    await stage.until(lambda: "poll" in stage.works.log)
    os.kill(os.getpid(), signal.SIGHUP)
    await stage.until(lambda: "adopt" in stage.works.log)
    os.kill(os.getpid(), signal.SIGTERM)
    async with asyncio.timeout(5):
        await running
    assert stage.works.log[-1] == "close"
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


async def test_once_does_one_cycle_until_nothing_is_due(stage: Any) -> None:
    polls, reads = iter([2, 1]), iter([5])
    stage.works.on["poll"] = lambda: next(polls, 0)
    stage.works.on["read"] = lambda: next(reads, 0)
    done = await stage.daemon().once()
    assert (done.polled, done.read, done.settled, done.delivered, done.problems) == (3, 5, 0, 0, ())
    log = ["open", "poll", "poll", "poll", "articles", "read", "read", "settle", "deliver", "close"]
    assert stage.works.log == log
    assert not held(stage.folder / "data")
