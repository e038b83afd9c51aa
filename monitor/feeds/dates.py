"""Dates as feeds write them, which is seldom as the specifications say (RFC 822, RFC 3339, W3CDTF)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

#: Years outside of this are misreadings (1970 from a zero, 0001 from an empty field).
FIRST_YEAR: Final = 1990
LAST_YEAR: Final = 2100

#: Offsets in minutes of zones that are written by name. CST, IST and BST have several meanings; the ones here are
#: what news feeds mean by them (North America; India; Britain).
ZONES: Final = {
    "ut": 0, "utc": 0, "gmt": 0, "z": 0, "wet": 0, "west": 60, "bst": 60, "cet": 60, "met": 60, "cest": 120, "mest":
    120, "mesz": 120, "mez": 60, "eet": 120, "eest": 180, "msk": 180, "sast": 120, "wat": 60, "cat": 120, "eat":
    180, "gst": 240, "pkt": 300, "ist": 330, "ict": 420, "wib": 420, "hkt": 480, "sgt": 480, "myt": 480, "pht": 480,
    "awst": 480, "kst": 540, "jst": 540, "acst": 570, "aest": 600, "aedt": 660, "nzst": 720, "nzdt": 780, "brt":
    -180, "art": -180, "clt": -240, "clst": -180, "cot": -300, "pet": -300, "ast": -240, "adt": -180, "at": -240,
    "est": -300, "edt": -240, "et": -300, "cst": -360, "cdt": -300, "ct": -360, "mst": -420, "mdt": -360, "mt":
    -420, "pst": -480, "pdt": -420, "pt": -480, "akst": -540, "akdt": -480, "hst": -600,
}  # fmt: skip

#: The first letters of month names: English, German, French, Spanish, Portuguese, Italian, Dutch.
MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "jan ene janv genn gen", "feb fév fev febb", "mar mär mrz mars maart mrt", "apr abr avr",
            "may mai maj mei mag", "jun juin giu", "jul juil lug", "aug ago aoû août aou", "sep sept set sett",
            "oct okt out ott", "nov", "dec dez déc dic",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip

_NUMBER = r"(\d{1,2})"
_CLOCK = r"(?:[T\s,]+(?:at\s+)?(\d{1,2}):(\d{2})(?::(\d{2}))?(?:[.,]\d+)?\s*([ap]\.?m\.?)?)?"
_ZONE = r"\s*\(?([+-]\d{2}:?\d{0,2}|(?:gmt|utc)[+-]\d{1,2}:?\d{0,2}|[a-z]{1,5}|)\)?"
_ISO = re.compile(rf"(\d{{4}})[-/.]\s?{_NUMBER}[-/.]\s?{_NUMBER}\.?{_CLOCK}{_ZONE}", re.IGNORECASE)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?)?()" + _ZONE, re.IGNORECASE)
_EAST_ASIAN = re.compile(
    rf"(\d{{4}})\s*[年년]\s*{_NUMBER}\s*[月월]\s*{_NUMBER}\s*[日일]?{_CLOCK}{_ZONE}", re.IGNORECASE
)
_DAY_FIRST = re.compile(
    rf"(?:[^\W\d]+\.?,?\s+)?{_NUMBER}[\s.-]+([^\W\d]{{3,9}})[\s.,-]+(\d{{2,4}}){_CLOCK}{_ZONE}", re.I
)
_MONTH_FIRST = re.compile(rf"(?:[^\W\d]+\.?,\s+)?([^\W\d]{{3,9}})\.?\s+{_NUMBER},?\s+(\d{{4}}){_CLOCK}{_ZONE}", re.I)
_ASCTIME = re.compile(
    rf"[a-z]{{3}}\s+([a-z]{{3}})\s+{_NUMBER}\s+(\d\d?):(\d\d):(\d\d)\s+(?:([a-z]{{1,5}})\s+)?(\d{{4}})", re.I
)


def when(written: str | None) -> datetime | None:
    """The moment that a feed's date means, in UTC, or None where it cannot be read. No zone means UTC."""
    value = " ".join((written or "")[:100].split())
    if not value:
        return None
    try:
        return _read(value)
    except (ValueError, OverflowError):
        return None


def _read(value: str) -> datetime | None:
    for pattern in (_ISO, _EAST_ASIAN, _COMPACT) if value[0].isdigit() else ():
        if match := pattern.match(value):
            year, month, day, *clock = match.groups()
            return _moment(int(year), int(month), int(day), *clock)
    if match := _ASCTIME.match(value):
        name, day, hour, minute, second, zone, year = match.groups()
        return _moment(int(year), _month(name), int(day), hour, minute, second, None, zone)
    if match := _DAY_FIRST.match(value):
        day, name, year, *clock = match.groups()
        return _moment(_full_year(int(year)), _month(name), int(day), *clock)
    if match := _MONTH_FIRST.match(value):
        name, day, year, *clock = match.groups()
        return _moment(int(year), _month(name), int(day), *clock)
    return None


def _month(name: str) -> int:
    key = name.lower().rstrip(".")
    for length in (4, 3):
        if key[:length] in MONTHS:
            return MONTHS[key[:length]]
    raise ValueError(name)


def _full_year(year: int) -> int:
    return year + (2000 if year < 90 else 1900) if year < 100 else year


def _moment(
    year: int,
    month: int,
    day: int,
    hour: str | None = None,
    minute: str | None = None,
    second: str | None = None,
    half: str | None = None,
    zone: str | None = None,
) -> datetime | None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    hours, minutes, seconds = int(hour or 0), int(minute or 0), min(int(second or 0), 59)
    if half:
        hours = hours % 12 + (12 if half.lower().startswith("p") else 0)
    extra = timedelta(days=1) if hours == 24 and not minutes else timedelta()
    local = datetime(year, month, day, hours % 24 if extra else hours, minutes, seconds, tzinfo=_zone(zone or ""))
    return (local + extra).astimezone(UTC)


def _zone(name: str) -> timezone:
    key = name.lower()
    for prefix in ("gmt", "utc"):
        if key.startswith(prefix) and len(key) > len(prefix):
            key = key.removeprefix(prefix)
    if key[:1] in ("+", "-"):
        digits = key[1:].replace(":", "")
        hours, minutes = (digits[:-2], digits[-2:]) if len(digits) > 2 else (digits, "0")
        offset = timedelta(hours=int(hours), minutes=int(minutes))
        return timezone(-offset if key[0] == "-" else offset)
    return timezone(timedelta(minutes=ZONES.get(key, 0)))
