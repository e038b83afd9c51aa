"""The JSON Schema (draft 2020-12) of what webhooks and scripts get."""

from __future__ import annotations

from typing import Any

from alerts.rendering import OTHER_TYPES

#: Raised when a field changes its meaning or goes; new fields come without it.
VERSION = 1

_TEXT = {"type": "string"}
_TIME = {"type": "string", "format": "date-time"}


def _object(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    properties = required | (optional or {})
    return {"type": "object", "required": list(required), "properties": properties}


_FACT = _object({"name": _TEXT, "value": _TEXT})
_QUOTE = _object(
    {
        "text": _TEXT,
        "source": _TEXT,
        "link": {"type": ["string", "null"]},
        "published": {"anyOf": [_TIME, {"type": "null"}]},
    }
)
_CHANGE = {
    "type": "object",
    "description": "The change for programs: figures in base units, codes as the ledger has them. Empty where there is "
    "no single change.",
}
_EVENT: dict[str, Any] = {
    "id": {"type": "string", "minLength": 1, "description": "The alert; several subscriptions get the same one."},
    "title": _TEXT,
    "thread": {"type": "string", "description": "The deal; alerts that belong together share it."},
    "labels": {"type": "object", "additionalProperties": {"type": ["string", "number"]}},
    "facts": {"type": "array", "items": _FACT},
    "quotes": {"type": "array", "items": _QUOTE},
    "change": _CHANGE,
}
_OTHER = "|".join(OTHER_TYPES)


def schema() -> dict[str, Any]:
    """The schema of a body. Fields that it does not name may be added without a new version."""
    ways = {
        "subscription": _TEXT,
        "watchlist": _TEXT,
        "reason": {"type": "string", "description": "Why this subscription gets it."},
    }
    more = {
        "alerts": {
            "type": "array",
            "minItems": 1,
            "items": _object(_EVENT),
            "description": "What a group or a digest puts together.",
        },
        "follows": {"type": "string", "description": "The webhook-id of the message that this one follows."},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:pactwatch:webhook:{VERSION}",
        "title": "What pactwatch sends to webhooks",
        **_object(
            {
                "type": {"type": "string", "pattern": rf"^(change(\.[a-z_]+)?|{_OTHER})$"},
                "timestamp": _TIME,
                "data": _object(_EVENT | ways, more),
            }
        ),
    }
