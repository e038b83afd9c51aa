"""What of the rooms' events is logged, and how loudly."""

from __future__ import annotations

from typing import Any

import pytest
from structlog.testing import capture_logs

from monitor.daemon.telling import tell

POLLED = {"feed": "Ministry", "ok": True, "new": 0, "error": "", "why": "every 15 min", "url": "https://m.example"}


@pytest.mark.parametrize(
    ("name", "payload", "level"),
    [
        ("feed_polled", POLLED, "debug"),
        ("feed_polled", POLLED | {"new": 2}, "info"),
        ("feed_polled", POLLED | {"ok": False, "error": "HTTP 500"}, "warning"),
        ("item_read", {"item": 1, "claims": 0}, "debug"),
        ("item_read", {"item": 1, "claims": 2}, "info"),
        ("item_stored", {"item": 1}, "debug"),
        ("change", {"seq": 1}, "info"),
        ("delivery_sent", {"id": "d"}, "info"),
        ("delivery_retry", {"id": "d"}, "warning"),
        ("delivery_dead", {"id": "d"}, "warning"),
    ],
)
def test_levels(name: str, payload: dict[str, Any], level: str) -> None:
    with capture_logs() as logs:
        tell(name, payload)
    (line,) = logs
    assert (line["event"], line["log_level"]) == (name, level)


def test_long_and_empty_fields_are_left_out_and_names_of_the_log_kept_free() -> None:
    with capture_logs() as logs:
        tell("change", {"seq": 7, "event": "x", "level": 3, "quotes": ["long"], "actor": None, "baseline": False})
    assert logs == [
        {"event": "change", "log_level": "info", "seq": 7, "event_": "x", "level_": 3, "baseline": False},
    ]
