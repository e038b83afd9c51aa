"""The rooms' events as lines of the log: what a person would want to hear at which level, without long texts."""

from __future__ import annotations

from collections.abc import Mapping

from structlog import get_logger

#: Events that matter only when something is sought.
_QUIET = {"item_stored", "article_fetched", "alert_queued", "delivery_skipped"}
_WARNING = {"delivery_retry", "delivery_dead"}
#: Fields that are long, or that the event's name or another event has told.
_LEFT_OUT = {"quotes", "link", "url", "why", "kind"}

log = get_logger()


def tell(name: str, payload: Mapping[str, object]) -> None:
    """One event, one line."""
    fields = {key: value for key, value in payload.items() if key not in _LEFT_OUT and value not in ("", None, [], ())}
    # The log's own names for the event and its level.
    fields = {f"{key}_" if key in ("event", "level", "timestamp") else key: value for key, value in fields.items()}
    getattr(log, _level(name, payload))(name, **fields)


def _level(name: str, payload: Mapping[str, object]) -> str:
    if name == "item_second_read":
        return "warning" if payload["trouble"] else "debug"
    if name in _WARNING or (name in ("feed_polled", "article_fetched") and not payload["ok"]):
        return "warning"
    read = name == "item_read" and not (payload["claims"] or payload.get("gone"))
    idle = read or (name == "feed_polled" and not payload["new"])
    return "debug" if idle or name in _QUIET else "info"
