"""Addresses as they may be shown: without login, and without the values of parameters that are named like a secret."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qsl, urlsplit

#: What stands in place of a secret.
HIDDEN: Final = "…"
#: Why an address with a login in it is not taken, by whichever command.
LOGIN_INSIDE: Final = (
    "the address holds a login, which would be stored and shown: write it without, and "
    "use pactwatch feeds add --user NAME --password env:VARIABLE"
)
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


def holds_login(url: str) -> bool:
    """Whether an address has a user or a password before its host, with or without `https://` before them.

    So has one whose password has a slash in it, which to a reader of addresses ends the host.
    """
    rest = re.sub(r"^[a-zA-Z][a-zA-Z0-9+.-]*://", "", url)
    start = re.split("[/?#]", rest, maxsplit=1)[0]
    return "@" in start or (":" in start and not re.search(r":[0-9]*$", start) and "@" in rest)


def without_login(text: str) -> str:
    """A text as it may be shown: of an address with a login what stands behind the login."""
    return f"{HIDDEN}@{text.rpartition('@')[2]}" if holds_login(text) else text


def secret_parameters(url: str) -> list[str]:
    """The names of an address's parameters that look like a secret and have a value, each once, in their order."""
    try:
        parts = urlsplit(url)
    except ValueError:  # No address at all, which is for others to say.
        return []
    told = re.split("[&;]", f"{parts.query}&{parts.fragment}")
    return list(dict.fromkeys(name for part in told for name in _secret_names(part)))


def without_secrets(url: str) -> str:
    """An address without those parameters."""
    parts = urlsplit(url)
    return parts._replace(query=_kept(parts.query), fragment=_kept(parts.fragment)).geturl()


def _kept(parameters: str) -> str:
    return "&".join(part for part in map(_others, parameters.split("&")) if part)


def _others(part: str) -> str:
    return ";".join(one for one in part.split(";") if not _secret_names(one))


def _secret_names(parameter: str) -> list[str]:
    return [name for name, _ in parse_qsl(parameter) if _NAME.fullmatch(name)]
