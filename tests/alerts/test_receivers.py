"""What receivers hold on to: the schema, CloudEvents, secrets in rotation, and a replay under the same ids."""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from click.testing import CliRunner
from pydantic import SecretStr
from sqlalchemy import Engine
from standardwebhooks import Webhook, WebhookVerificationError

from alerts import history, outbox, rotation
from alerts.channels.base import Message
from alerts.channels.webhook import WebhookChannel
from alerts.grouping import combined
from alerts.outcomes import Made
from alerts.rendering import payload
from alerts.schema import schema
from alerts.trial import trial_alert
from alerts.types import Answer
from config.outbound import Outbound
from config.settings import Config, Settings, Subscription
from monitor.cli.root import cli

if TYPE_CHECKING:
    from tests.alerts.conftest import Clock, Receiver

Make = Callable[..., Any]
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
DOCS = Path(__file__).parents[2] / "docs/webhooks.md"


def test_every_kind_of_body_fits_the_schema(make_alert: Make, subscribe: Make, clock: Clock) -> None:
    hook: Subscription = subscribe("https://hooks.example/x")
    jsonschema.Draft202012Validator.check_schema(schema())
    group = combined(make_alert(id="a"), [make_alert(id="b")])
    for alert in (make_alert(), group, trial_alert(hook, clock())):
        jsonschema.validate(payload(alert, hook, "matches", "msg_1"), schema())
    broken: Any = payload(make_alert(), hook, "matches")
    del broken["data"]["title"]
    with pytest.raises(jsonschema.ValidationError, match="title"):
        jsonschema.validate(broken, schema())


def test_the_documented_body_fits_the_schema() -> None:
    (example,) = re.findall(r"```json\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)[:1]
    jsonschema.validate(json.loads(example), schema())


def test_the_schema_is_printed() -> None:
    result = CliRunner().invoke(cli, ["schema"])
    assert (result.exit_code, json.loads(result.stdout)) == (0, schema())


async def post(receiver: Receiver, subscription: Subscription, alert: Any) -> tuple[dict[str, str], bytes]:
    at = datetime.now(UTC)
    one = Message(id="msg_1", alert=alert, subscription=subscription, reason="matches", at=at)
    channel = WebhookChannel(Settings(allow_private=("127.0.0.0/8",)), Outbound(("127.0.0.0/8",)))
    answer = await channel.send(one)
    await channel.close()
    assert answer.ok, answer
    return receiver.got[-1]


async def test_a_cloud_event(receiver: Receiver, make_alert: Make, subscribe: Make) -> None:
    hook = subscribe(receiver.url, format="cloudevents")
    headers, body = await post(receiver, hook, make_alert())
    assert headers["content-type"] == "application/cloudevents+json; charset=utf-8"
    event = Webhook(SECRET).verify(body, headers)
    required = {"specversion": "1.0", "id": "msg_1", "source": "urn:pactwatch", "type": "pactwatch.change.term"}
    assert {name: event[name] for name in required} == required
    assert (event["subject"], event["time"]) == ("US-KR", "2025-11-14T09:00:00Z")
    assert event["data"] == payload(make_alert(), hook, "matches")["data"]


def signs(headers: dict[str, str], body: bytes, secret: str) -> bool:
    try:
        Webhook(secret).verify(body, headers)
    except WebhookVerificationError:
        return False
    return True


async def test_old_and_new_secret_sign_while_rotating(
    receiver: Receiver, make_alert: Make, make_config: Make, subscribe: Make, clock: Clock, tmp_path: Path
) -> None:
    config: Config = make_config(subscribe(receiver.url))
    day = timedelta(days=1)

    async def who() -> tuple[bool, ...]:
        now = rotation.rotated(config, tmp_path, clock()).subscriptions[0]
        sent = await post(receiver, now, make_alert())
        return tuple(signs(*sent, secret) for secret in (SECRET, *made))

    made = [rotation.rotate(tmp_path, config.subscriptions[0], clock(), day)]
    assert await who() == (True, True)
    clock.advance(hours=23)
    made.append(rotation.rotate(tmp_path, config.subscriptions[0], clock(), day))
    assert await who() == (True, True, True)
    clock.advance(hours=2)
    assert await who() == (False, True, True)
    clock.advance(days=1)
    assert await who() == (False, False, True)
    (path,) = rotation.folder_of(tmp_path).iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    own = config.subscriptions[0].model_copy(update={"secret": SecretStr(made[1])})
    renewed = config.model_copy(update={"subscriptions": (own,)})
    assert rotation.rotated(renewed, tmp_path, clock()) == renewed, "the owner has configured another: it counts"


def test_a_replay_sends_again_under_the_same_ids(
    engine: Engine, clock: Clock, make_config: Make, subscribe: Make, make_alert: Make
) -> None:
    config: Config = make_config(subscribe("https://hooks.example/x", group="1m"))
    with engine.begin() as connection:
        two = [make_alert(id="a"), replace(make_alert(id="b"), at=clock() + timedelta(seconds=1))]
        (id,) = outbox.enqueue(connection, two, config, clock())
        clock.advance(minutes=1)
        (lease,) = outbox.claim(connection, clock(), 9, timedelta(minutes=1), subscriptions=["desk"])
        outbox.finish_all(
            connection, [Made(lease=lease, answer=Answer(ok=True), seconds=0.0, max_attempts=1)], clock(), lambda: 0.0
        )
        clock.advance(days=1)
        assert history.since(connection, "desk", clock()) == []
        ids = history.since(connection, "desk", clock() - timedelta(days=2))
        assert outbox.requeue(connection, ids, clock(), ("sent", "dead"), "sent again by hand") == [id]
        (again,) = outbox.claim(connection, clock(), 9, timedelta(minutes=1), subscriptions=["desk"])
    assert (again.id, again.alert.parts) == (id, lease.alert.parts)
