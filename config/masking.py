"""Addresses as they may be shown: without login, and without the values of parameters that are named like a secret."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qsl, urlsplit

#: What stands in place of a secret.
HIDDEN: Final = "…"
#: How the names of such parameters end: `apikey`, `access_token`, `X-Amz-Signature`.
ENDINGS: Final = "key|token|secret|passw(?:or)?d|pwd|signature|sig|auth"
#: `https://user:password@host`: all that stands before the last @.
_USERINFO: Final = re.compile(r"(?<=://)[^\s/?#]{1,500}@")


def parameters(endings: str) -> re.Pattern[str]:
    """A pattern for parameters, anywhere in a text, whose names end so; its first group is all before the value.

    A value that is hidden already is left out: what stands behind it is the text's own.
    """
    return re.compile(rf"(?i)([?&;#](?:[a-z0-9_.%-]{{0,40}})(?:{endings})=)(?!{HIDDEN})[^&\s\"'<>#;]+")


_PARAMETER: Final = parameters(ENDINGS)
_NAME: Final = re.compile(rf".{{0,40}}(?:{ENDINGS})", re.IGNORECASE | re.DOTALL)


def masked(text: str) -> str:
    """A text in which addresses have neither user and password nor the values of such parameters."""
    return _PARAMETER.sub(rf"\g<1>{HIDDEN}", _USERINFO.sub(f"{HIDDEN}@", text))


def password_of(url: str) -> str | None:
    """The password that an address holds, if any; None also where it is no address at all."""
    try:
        return urlsplit(url).password
    except ValueError:
        return None


def secret_parameters(url: str) -> list[str]:
    """The names of an address's parameters that look like a secret and have a value, each once, in their order."""
    try:
        query = urlsplit(url).query
    except ValueError:  # No address at all, which is for others to say.
        return []
    return list(dict.fromkeys(name for part in re.split("[&;]", query) for name in _secret_names(part)))


def without_secrets(url: str) -> str:
    """An address without those parameters."""
    parts = urlsplit(url)
    kept = (_others(part) for part in parts.query.split("&"))
    return parts._replace(query="&".join(part for part in kept if part)).geturl()


def _others(part: str) -> str:
    return ";".join(one for one in part.split(";") if not _secret_names(one))


def _secret_names(parameter: str) -> list[str]:
    return [name for name, _ in parse_qsl(parameter) if _NAME.fullmatch(name)]
