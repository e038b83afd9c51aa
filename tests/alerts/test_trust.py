"""The certificates that are believed: read beside the loop, before they are needed, and anew when a file changes."""

from __future__ import annotations

import os
import ssl
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import trustme
from sqlalchemy import Engine

from alerts.channels import base
from alerts.channels.base import trust
from alerts.delivery import Deliverer
from alerts.outbox import enqueue
from config.outbound import Outbound
from config.settings import Settings

if TYPE_CHECKING:
    from tests.alerts.conftest import Clock, Receiver

Make = Callable[..., Any]


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The threads in which certificates were read, from nothing read on."""
    threads: list[int] = []
    make = ssl.create_default_context

    def noted() -> ssl.SSLContext:
        threads.append(threading.get_ident())
        return make()

    monkeypatch.setattr(base, "_trusts", {})
    monkeypatch.setattr(ssl, "create_default_context", noted)
    return threads


async def test_they_are_read_once_and_never_by_the_loop(reads: list[int]) -> None:
    first = await trust(Settings())
    assert await trust(Settings(contact="ops@example.org")) is first
    (thread,) = reads
    assert thread != threading.get_ident()
    assert first.verify_mode is ssl.CERT_REQUIRED
    assert first.check_hostname


async def test_a_file_that_changes_is_read_anew(reads: list[int], ca_file: Path) -> None:
    settings = Settings(ca_file=ca_file)
    before = {cert["serialNumber"] for cert in (await trust(settings)).get_ca_certs()}
    trustme.CA().cert_pem.write_to_path(str(ca_file))
    os.utime(ca_file, ns=(1, 1))
    after = {cert["serialNumber"] for cert in (await trust(settings)).get_ca_certs()}
    assert len(reads) == 2
    assert len(after - before) == len(before - after) == 1


async def test_a_bad_file_is_told_each_time(tmp_path: Path) -> None:
    bad = tmp_path / "ca.pem"
    for _ in range(2):
        with pytest.raises(FileNotFoundError):
            await trust(Settings(ca_file=bad))
    bad.write_text("no certificate")
    for _ in range(2):
        with pytest.raises(ssl.SSLError):
            await trust(Settings(ca_file=bad))


async def test_the_first_alert_waits_for_no_certificates(
    reads: list[int],
    engine: Engine,
    clock: Clock,
    receiver: Receiver,
    make_config: Make,
    subscribe: Make,
    make_alert: Make,
) -> None:
    config = make_config(subscribe(receiver.url))
    deliverer = Deliverer(engine, lambda: config, Outbound(("127.0.0.0/8",)), clock, lambda: 0.0)
    assert await deliverer.deliver_due() == 0
    assert len(reads) == 1
    with engine.begin() as connection:
        enqueue(connection, [make_alert()], config, clock())
    assert await deliverer.deliver_due() == 1
    await deliverer.close()
    assert (len(receiver.got), len(reads)) == (1, 1)


async def test_nothing_is_read_where_nobody_needs_it(
    reads: list[int], engine: Engine, clock: Clock, make_config: Make, subscribe: Make
) -> None:
    for config in (make_config(), make_config(subscribe("https://hooks.example/x", paused=True))):
        deliverer = Deliverer(engine, lambda config=config: config, Outbound(), clock, lambda: 0.0)  # type: ignore[misc]
        await deliverer.deliver_due()
        await deliverer.close()
    assert reads == []
