"""Logs: one JSON object a line, and no secret in any form."""

from __future__ import annotations

import io
import json
import logging
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from config.masking import HIDDEN
from config.settings import Config, Mail, Settings, Subscription
from monitor.daemon.logs import Scrubber, configure, secrets_of


def lines(out: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_events_are_json_lines_with_level_and_time() -> None:
    out = io.StringIO()
    configure(Settings(), stream=out)
    structlog.get_logger().info("feed_polled", feed="USTR – Presse", items=3)
    structlog.get_logger().debug("not_at_this_level")
    (line,) = lines(out)
    assert list(line)[:3] == ["timestamp", "level", "event"]
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "feed_polled", "feed": "USTR – Presse", "items": 3, "level": "info"}


def test_the_standard_librarys_records_come_in_the_same_form() -> None:
    out = io.StringIO()
    configure(Settings(), ["tok-12345"], stream=out)
    logging.getLogger("somebody.else").warning("called %s", "https://a.example/?token=tok-12345")
    logging.getLogger("apscheduler.scheduler").warning("skipped: maximum number of running instances reached")
    (line,) = lines(out)
    assert (line["event"], line["level"]) == (f"called https://a.example/?token={HIDDEN}", "warning")


def test_a_person_reads_plain_lines_without_braces() -> None:
    out = io.StringIO()
    configure(Settings(log_format="console"), ["tok-12345"], stream=out)
    structlog.get_logger().info("feed_polled", feed="USTR", note="tok-12345")
    assert "feed_polled" in out.getvalue() and "USTR" in out.getvalue()
    assert "{" not in out.getvalue() and "tok-12345" not in out.getvalue()


def test_the_level_can_be_changed_while_running() -> None:
    out = io.StringIO()
    log = structlog.get_logger()
    configure(Settings(log_level="error"), stream=out)
    log.info("unheard")
    configure(Settings(log_level="debug"), stream=out)
    log.debug("heard")
    assert [line["event"] for line in lines(out)] == ["heard"]


def test_a_traceback_is_scrubbed_too() -> None:
    out = io.StringIO()
    configure(Settings(), ["hunter2!"], stream=out)
    try:
        raise ValueError("cannot log in at https://me:hunter2!@mail.example/")
    except ValueError:
        structlog.get_logger().exception("tick_failed")
    assert "cannot log in" in out.getvalue() and "hunter2" not in out.getvalue()


@pytest.mark.parametrize(
    ("text", "scrubbed"),
    [
        ("https://user:pass@host/x", f"https://{HIDDEN}@host/x"),
        ("https://token@host/x", f"https://{HIDDEN}@host/x"),
        ("GET https://h/f?api_key=abc&page=2 failed", f"GET https://h/f?api_key={HIDDEN}&page=2 failed"),
        ("https://h/f?a=1&Access-Token=x%20y#top", f"https://h/f?a=1&Access-Token={HIDDEN}#top"),
        ("https://h/a@b", "https://h/a@b"),
        ("mail to desk@example.org", "mail to desk@example.org"),
        ("https://h/?monkey=1", f"https://h/?monkey={HIDDEN}"),
        ("https://h/?page=2&lang=en", "https://h/?page=2&lang=en"),
    ],
)
def test_addresses_lose_what_lets_somebody_in(text: str, scrubbed: str) -> None:
    assert Scrubber().text(text) == scrubbed


def test_fields_that_are_named_like_secrets_are_hidden_at_any_depth() -> None:
    event = {
        "event": "x",
        "password": "p",
        "nested": {"smtp_password": "p", "list": [{"secret": "p"}]},
        "tokens_used": 3,
    }
    assert Scrubber()(None, "info", event) == {
        "event": "x",
        "password": HIDDEN,
        "nested": {"smtp_password": HIDDEN, "list": [{"secret": HIDDEN}]},
        "tokens_used": 3,
    }


@given(
    st.text("0123456789.*+?()[]\\|^$", min_size=4, max_size=20),
    st.text("abc ", max_size=9),
    st.text("abc ", max_size=9),
)
def test_a_known_secret_never_stands_in_an_event(secret: str, before: str, after: str) -> None:
    event: dict[str, Any] = {"event": before + secret + after, "at": (secret, {"k": ValueError(secret)})}
    scrubbed = Scrubber([secret, secret[:4]])(None, "info", event)
    assert scrubbed == {"event": before + HIDDEN + after, "at": [HIDDEN, {"k": HIDDEN}]}


def test_secrets_of_a_configuration() -> None:
    config = Config(
        settings=Settings(
            heartbeat_url="https://beat.example/ping/5f0c2b1e-1111?create=1",
            mail=Mail(password=SecretStr("smtp-pass")),
            database_url=SecretStr("postgresql://u:p@db/x"),
        ),
        subscriptions=(
            Subscription(name="desk", watchlist="w", channel="mail", to="desk@example.org"),
            Subscription(
                name="chat",
                watchlist="w",
                channel="webhook",
                to="https://h.example/services/T0/B0/xyz",
                secret=SecretStr("whsec_a"),
            ),
            Subscription(name="own", watchlist="w", channel="webhook", to="https://own.example/hook"),
        ),
    )
    assert secrets_of(config) == {
        "smtp-pass",
        "postgresql://u:p@db/x",
        "whsec_a",
        "/ping/5f0c2b1e-1111",
        "create=1",
        "/services/T0/B0/xyz",
    }
