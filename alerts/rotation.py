"""New webhook secrets while the old ones still sign, so that a receiver can change at any moment in between.

The secrets stand in files of the data folder that only this user can read, one for each subscription; never in the
database. A file counts as long as the configured secret is the one that was there when it was written.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from config.settings import Config, Subscription

#: Bytes of a secret; Standard Webhooks asks for 24 to 64.
SIZE = 32


def folder_of(data_dir: Path) -> Path:
    return data_dir / "secrets"


def rotate(data_dir: Path, subscription: Subscription, now: datetime, keep: timedelta) -> str:
    """A new secret (`whsec_…`), written beside those that sign now, which go on for `keep`. Raises OSError."""
    made = "whsec_" + base64.b64encode(secrets.token_bytes(SIZE)).decode()
    until = now + keep
    before = _read(data_dir, subscription)
    known = [{"secret": one["secret"], "until": one["until"] or until.isoformat()} for one in before.get("secrets", ())]
    data = {
        "configured": _hashed(subscription),
        "configured_until": before.get("configured_until") or until.isoformat(),
        "secrets": [{"secret": made, "until": None}, *_alive(known, now)],
    }
    path = _path(data_dir, subscription)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
        json.dump(data, stream)
    part.replace(path)
    return made


def rotated(config: Config, data_dir: Path, now: datetime) -> Config:
    """The configuration with all secrets that sign now, the newest first, in one value with spaces between them."""
    if not folder_of(data_dir).is_dir():
        return config
    subscriptions = tuple(_with_secrets(one, data_dir, now) for one in config.subscriptions)
    return config.model_copy(update={"subscriptions": subscriptions})


def _with_secrets(subscription: Subscription, data_dir: Path, now: datetime) -> Subscription:
    data = _read(data_dir, subscription) if subscription.channel == "webhook" else {}
    if not data:
        return subscription
    alive = [one["secret"] for one in _alive(data["secrets"], now)]
    if subscription.secret and datetime.fromisoformat(data["configured_until"]) > now:
        alive += subscription.secret.get_secret_value().split()
    return subscription.model_copy(update={"secret": SecretStr(" ".join(alive))})


def _alive(found: Iterable[dict[str, Any]], now: datetime) -> list[dict[str, Any]]:
    return [one for one in found if one["until"] is None or datetime.fromisoformat(one["until"]) > now]


def _read(data_dir: Path, subscription: Subscription) -> dict[str, Any]:
    """What a file holds; nothing where there is none, or where the owner has configured another secret since."""
    try:
        data = json.loads(_path(data_dir, subscription).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    good = isinstance(data, dict) and data.get("configured") == _hashed(subscription)
    return data if good else {}


def _path(data_dir: Path, subscription: Subscription) -> Path:
    return folder_of(data_dir) / f"{sha256(subscription.name.encode()).hexdigest()[:24]}.json"


def _hashed(subscription: Subscription) -> str:
    secret = subscription.secret.get_secret_value() if subscription.secret else ""
    return sha256(secret.encode()).hexdigest()
