"""Ways in and out by mail and web: codes, one click, addresses that refuse, and what stands in the headers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from sqlalchemy import Engine, select

from alerts import directory, outbox
from alerts.channels.base import Message
from alerts.channels.letter import compose
from alerts.delivery import Deliverer
from alerts.tables import deliveries
from config.outbound import Outbound
from config.settings import Config, Http, Subscription
from monitor.daemon.door import Door
from monitor.store import Store

if TYPE_CHECKING:
    from tests.alerts.conftest import Clock, Mailbox

Make = Callable[..., Any]
NOW = datetime(2025, 11, 14, 9, 0, tzinfo=UTC)
SENDER = "alerts@example.org"


def letter(make_alert: Make, subscribe: Make, public_url: str | None, **more: Any) -> Any:
    one = Message(
        id="msg_2", alert=make_alert(), subscription=subscribe("a@example.net"), reason="matches", at=NOW, **more
    )
    return compose(one, SENDER, public_url=public_url)


def test_one_click_stands_in_the_headers_where_there_is_a_public_url(make_alert: Make, subscribe: Make) -> None:
    mail = letter(make_alert, subscribe, "https://p.example/", leave="CODE2345")
    assert mail["List-Unsubscribe"] == "<https://p.example/unsubscribe/CODE2345>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for part in mail.iter_parts():
        assert "https://p.example/unsubscribe/CODE2345" in part.get_content()


def test_without_a_public_url_there_is_a_code_and_no_header(make_alert: Make, subscribe: Make) -> None:
    mail = letter(make_alert, subscribe, None, leave="CODE2345")
    assert mail["List-Unsubscribe"] is None
    assert mail["List-Unsubscribe-Post"] is None
    for part in mail.iter_parts():
        assert "pactwatch subscriptions leave CODE2345" in part.get_content()


def test_one_click_wants_https(make_alert: Make, subscribe: Make) -> None:
    mail = letter(make_alert, subscribe, "http://p.example", leave="CODE2345")
    assert mail["List-Unsubscribe"] == "<http://p.example/unsubscribe/CODE2345>"
    assert mail["List-Unsubscribe-Post"] is None


def test_what_follows_a_message_says_which(make_alert: Make, subscribe: Make) -> None:
    first = letter(make_alert, subscribe, None)
    second = letter(make_alert, subscribe, None, follows="msg_1")
    assert second["In-Reply-To"] == "<msg_1@example.org>"
    assert second["References"] == f"{first['References']} <msg_1@example.org>"


@pytest.fixture
async def deliver(engine: Engine, clock: Clock) -> AsyncIterator[Callable[[Config], Any]]:
    made: list[Deliverer] = []

    async def run(config: Config) -> int:
        outbound = Outbound(config.settings.allow_private)
        made.append(Deliverer(engine, lambda: config, outbound, clock, lambda: 0.0))
        return await made[-1].deliver_due()

    yield run
    for one in made:
        await one.close()


async def test_an_address_that_refuses_for_good_gets_nothing_more(
    engine: Engine, clock: Clock, make_config: Make, subscribe: Make, make_alert: Make, make_mailbox: Make,
    mail_settings: Make, deliver: Make,
) -> None:  # fmt: skip
    mailbox: Mailbox = await make_mailbox()
    mailbox.refuses["desk@example.org"] = "550 5.1.1 no such user"
    config = make_config(subscribe("desk@example.org"), mail=mail_settings(mailbox))
    for id in ("a", "b"):
        with engine.begin() as connection:
            outbox.enqueue(connection, [make_alert(id=id)], config, clock())
        await deliver(config)
    with engine.begin() as connection:
        rows = connection.execute(select(deliveries.c.attempts, deliveries.c.reason).order_by(deliveries.c.attempts))
        untried, tried = rows.all()
    assert (untried.attempts, tried.attempts) == (0, 1)
    assert untried.reason == "the address refused for good: 550 5.1.1 no such user"
    mailbox.refuses.clear()
    with engine.begin() as connection:
        assert directory.resume(connection, "desk")
        outbox.enqueue(connection, [make_alert(id="c")], config, clock())
    assert await deliver(config) == 1
    assert len(mailbox.got) == 1


async def test_yes_and_no_by_post_and_nothing_by_get(
    store: Store, clock: Clock, make_config: Make, subscribe: Make, tmp_path: Path
) -> None:
    own: Subscription = subscribe("desk@example.org")
    plain: Config = make_config(own)
    settings = plain.settings.model_copy(update={"http": Http(public_url="https://p.example"), "publish": tmp_path})
    config = plain.model_copy(update={"settings": settings})
    anna = own.model_copy(update={"name": "anna", "to": "anna@example.org"})
    code = directory.new_code()
    with store.begin() as connection:
        directory.add_subscription(connection, anna, None, clock(), code)
        key = directory.make_opt_out_key(connection)

    def effective() -> Config:
        with store.read() as connection:
            return directory.effective(connection, config, lambda _: None)

    def names() -> list[str]:
        return [one.name for one in effective().subscriptions]

    (tmp_path / "deal-us-kr.atom").write_text("<feed/>")
    door = Door(store, effective, clock)
    port = await door.open("127.0.0.1:0")
    base = f"http://127.0.0.1:{port}"
    leave = directory.opt_out_code(key, anna)
    one_click = {"List-Unsubscribe": "One-Click"}
    try:
        async with aiohttp.ClientSession() as session:

            async def said(method: str, path: str, **more: Any) -> tuple[int, str]:
                async with session.request(method, base + path, **more) as response:
                    return response.status, await response.text()

            assert await said("GET", f"/confirm/{code}") == (200, (await said("GET", f"/confirm/{code}"))[1])
            assert names() == ["desk"], "a GET changes nothing"
            assert (await said("POST", f"/confirm/{code}"))[0] == 200
            assert names() == ["desk", "anna"]
            assert (await said("POST", f"/confirm/{code}"))[0] == 404
            assert (await said("GET", f"/unsubscribe/{leave}"))[0] == 200
            assert names() == ["desk", "anna"]
            assert (await said("POST", f"/unsubscribe/{leave}", data=one_click))[0] == 200
            assert names() == ["desk"]
            assert (await said("POST", "/unsubscribe/ABCDEFGH23456789", data=one_click))[0] == 404
            assert "<script>" not in (await said("GET", "/confirm/%3Cscript%3E"))[1]
            assert (await said("GET", "/feeds/deal-us-kr.atom"))[1] == "<feed/>"
            assert (await said("GET", "/feeds/..%2Fpactwatch.db"))[0] == 404
            assert (await said("GET", "/feeds/pactwatch.db"))[0] == 404
    finally:
        await door.close()


async def test_a_reader_who_left_is_skipped_and_no_trouble(
    engine: Engine, clock: Clock, make_config: Make, subscribe: Make, make_alert: Make, deliver: Make
) -> None:
    config: Config = make_config(subscribe("desk@example.org"))
    with engine.begin() as connection:
        outbox.enqueue(connection, [make_alert()], config, clock())
        key = directory.make_opt_out_key(connection)
        directory.leave(connection, config, directory.opt_out_code(key, config.subscriptions[0]), clock())
    clock.now += timedelta(minutes=1)
    assert await deliver(config) == 0
    with engine.begin() as connection:
        assert connection.scalars(select(deliveries.c.state)).all() == ["skipped"]
