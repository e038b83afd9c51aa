"""Structured logs: one line per event, JSON where a program reads, colours where a person does, no secret in either."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TextIO
from urllib.parse import urlsplit

import structlog
from pydantic import BaseModel, SecretStr
from structlog.typing import EventDict, Processor, WrappedLogger

from config.masking import HIDDEN, masked, parameters
from config.settings import Config, Settings

#: Codes that let somebody in once are hidden in logs as well; in a feed's address they are those of countries.
_CODE = parameters("code")
_FIELD = re.compile(r"(?i)(?:^|_)(?:password|passwd|secret|token|authorization|cookie|api_?key)s?$")
#: Libraries that speak at INFO of what our own events say better.
_QUIET = {
    "apscheduler": logging.ERROR,
    "alembic": logging.WARNING,
    "aiosmtplib": logging.WARNING,
    "asyncio": logging.WARNING,
    "filelock": logging.WARNING,
}


class Scrubber:
    """A structlog processor that takes secrets out of every string of an event, those of nested values too.

    Hidden are the known secrets that it was given, user names and passwords in URLs, values of query parameters and of
    fields that are named like a secret.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        # Longest first: one secret can be a part of another. Shorter ones than 4 would tear ordinary words apart.
        known = sorted({s for s in secrets if len(s) >= 4}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def __call__(self, logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
        return {key: self._field(key, value) for key, value in event.items()}

    def text(self, text: str) -> str:
        """The text without its secrets."""
        if self._known is not None:
            text = self._known.sub(HIDDEN, text)
        return _CODE.sub(rf"\g<1>{HIDDEN}", masked(text))

    def _field(self, key: object, value: Any) -> Any:
        if isinstance(key, str) and _FIELD.search(key) and value is not None:
            return HIDDEN
        return self._value(value)

    def _value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {key: self._field(key, inner) for key, inner in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self._value(inner) for inner in value]
        if value is None or isinstance(value, bool | int | float):
            return value
        return self.text(str(value))


def secrets_of(config: Config) -> set[str]:
    """Every string of a configuration that must not be logged.

    These are its secrets, and the paths of the addresses that are capabilities: whoever knows a webhook's path can
    post to it, and a heartbeat's path silences the alarm.
    """
    found = set(_secrets(config))
    addresses = [config.settings.heartbeat_url or ""]
    addresses += [s.to for s in config.subscriptions if s.channel == "webhook"]
    for address in addresses:
        parts = urlsplit(address)
        # "/" or "/hook" is no secret, and hiding so little would tear other texts apart.
        if len(parts.path) >= 12:
            found.add(parts.path)
        if parts.query:
            found.add(parts.query)
    return found


def configure(settings: Settings, secrets: Iterable[str] = (), stream: TextIO | None = None) -> None:
    """Send structlog's events and the standard library's records to `stream` (stderr), in the form the settings name.

    `auto` is colours on a terminal and JSON lines anywhere else. Calling it again replaces what was.
    """
    out = stream or sys.stderr
    person = settings.log_format == "console" or (settings.log_format == "auto" and out.isatty())
    stamp = structlog.processors.TimeStamper(fmt="%H:%M:%S" if person else "iso", utc=not person)
    scrub = Scrubber(secrets)
    before: list[Processor] = [structlog.contextvars.merge_contextvars, structlog.stdlib.add_log_level, stamp]
    # A traceback is text before it is scrubbed, for errors quote addresses.
    after: list[Processor] = [structlog.processors.format_exc_info, scrub]
    after.append(_first_things_first)
    after.append(
        structlog.dev.ConsoleRenderer(colors=out.isatty())
        if person
        else structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
    )
    structlog.configure(
        processors=[*before, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(_level(settings)),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=before, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *after]
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(_level(settings))
    for name, level in _QUIET.items():
        logging.getLogger(name).setLevel(max(level, _level(settings)))


def _first_things_first(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """When, how bad and what before the fields, for those who read JSON lines with their eyes."""
    head = {name: event[name] for name in ("timestamp", "level", "event") if name in event}
    return {**head, **event}


def _level(settings: Settings) -> int:
    return logging.getLevelNamesMapping()[settings.log_level.upper()]


def _secrets(value: object) -> Iterator[str]:
    if isinstance(value, SecretStr):
        yield value.get_secret_value()
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _secrets(getattr(value, name))
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _secrets(inner)
    elif isinstance(value, list | tuple | set | frozenset):
        for inner in value:
            yield from _secrets(inner)
