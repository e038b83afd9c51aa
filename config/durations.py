"""Lengths of time as the owner writes them: `15m`, `1h30m`, `2d`, `1w`, or ISO 8601 (`PT15M`, `P1D`)."""

from __future__ import annotations

import re
from datetime import timedelta

from pydantic_core import PydanticCustomError

UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
#: Longer than anything that is set here, and far from where `timedelta` overflows.
LONGEST = timedelta(days=3660)

NUMBER = r"[0-9]{1,9}(?:\.[0-9]{1,6})?"
SHORT = re.compile(rf"(?:{NUMBER}[wdhms])+", re.IGNORECASE)
PART = re.compile(rf"({NUMBER})([wdhms])", re.IGNORECASE)
#: ISO 8601 without years and months, whose length depends on the calendar.
ISO = re.compile(rf"P(?=.)((?:{NUMBER}[WD])*)(?:T((?:{NUMBER}[HMS])+))?", re.IGNORECASE)
HINT = "write 15m, 1h30m, 2d, 1w, or ISO 8601: PT15M, P1D"


def parse(text: str) -> timedelta:
    """The length of time that `text` states; raises ValueError, with the reason, where it states none or nothing."""
    compact = "".join(text.split())
    iso = ISO.fullmatch(compact)
    if not iso and not SHORT.fullmatch(compact):
        raise ValueError(f'"{text}" is no length of time')
    parts = PART.findall("".join(group or "" for group in iso.groups()) if iso else compact)
    units = [unit.lower() for _, unit in parts]
    if len(set(units)) < len(units):
        raise ValueError(f'"{text}" names a unit twice')
    total = sum((timedelta(**{UNITS[unit.lower()]: float(number)}) for number, unit in parts), timedelta())
    if not timedelta() < total <= LONGEST:
        raise ValueError(f'"{text}" must be longer than nothing and at most {LONGEST.days} days')
    return total


def short(length: timedelta) -> str:
    """The shortest writing of a length: `15m`, `1h30m`, `2d`. Parts of a second are left out; nothing is `0s`."""
    rest = int(length.total_seconds())
    parts = []
    for unit, seconds in (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
        count, rest = divmod(rest, seconds)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def validate(value: object) -> timedelta:
    """For pydantic: a timedelta as it is, text parsed; a bare number is refused, because its unit would be a guess."""
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str):
        raise PydanticCustomError("duration", "must be a length of time with its unit", {"hint": HINT})
    try:
        return parse(value)
    except ValueError as error:
        raise PydanticCustomError("duration", "{reason}", {"reason": str(error), "hint": HINT}) from error


def validate_wait(value: object) -> timedelta:
    """As `validate`, and also no waiting at all: `0`, `0s`, `PT0S`."""
    if value == 0 and not isinstance(value, bool):
        return timedelta()
    if isinstance(value, str) and re.fullmatch(r"(?:PT?)?0[smhdw]?", value.strip(), re.IGNORECASE):
        return timedelta()
    return validate(value)


def validate_seconds(value: object) -> object:
    """For pydantic, of a number of seconds: a length of time with its unit (`15s`, `PT15S`) in seconds, all else as it
    is."""
    compact = "".join(value.split()) if isinstance(value, str) else ""
    return validate(value).total_seconds() if SHORT.fullmatch(compact) or ISO.fullmatch(compact) else value
