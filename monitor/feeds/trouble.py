"""What can go wrong with a request, in words for the owner of the feed list."""

from __future__ import annotations

import os
import socket
import ssl
from http import HTTPStatus
from typing import Final, Literal

import aiohttp
from yarl import URL

from config.masking import masked
from config.outbound import refusal

Kind = Literal[
    "address", "refused", "dns", "connect", "proxy", "tls", "timeout", "protocol", "redirect", "too_large", "http",
    "gone", "rate_limited", "robots",
]  # fmt: skip

#: What to make of an answer, where more can be said than its number.
MEANING: Final = {
    401: "it asks for a login",
    403: "it does not let us in; some sites refuse programs, or ask for a contact address (settings.contact)",
    404: "there is nothing at this address; the feed may have moved",
    410: "gone: the publisher says that it will not come back",
    429: "too many requests; it asks us to slow down",
    451: "withheld for legal reasons",
    503: "it cannot serve us just now",
}
#: The meaning of 401 and 403 where a login was sent.
REFUSED: Final = "it does not accept the feed's login: look at what its references lead to"


class FetchError(Exception):
    """A feed could not be had. Its text is `reason`, with the address before it."""

    def __init__(
        self, url: str, reason: str, kind: Kind, *, status: int | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(f"{shown(url)}: {reason}")
        self.url = url
        #: Plain words, without the address.
        self.reason = reason
        self.kind: Kind = kind
        self.status = status
        #: Seconds that the server asked us to wait.
        self.retry_after = retry_after


def of_status(url: str, status: int, retry_after: float | None, *, login: bool = False) -> FetchError:
    """The error that a status other than 200, 304 or a redirect means. `login` says that we told who asks."""
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "an unknown status"
    meaning = REFUSED if login and status in (401, 403) else MEANING.get(status)
    reason = f"the server answers {status} {phrase}" + (f": {meaning}" if meaning else "")
    kind: Kind = "gone" if status == 410 else "rate_limited" if status == 429 else "http"
    return FetchError(url, reason, kind, status=status, retry_after=retry_after)


def of_exception(error: Exception, url: str, timeout: float) -> FetchError:
    """The error behind an exception of the network or the library. `timeout` in seconds, for its text."""
    if (refused := refusal(error)) is not None:
        return FetchError(url, str(refused), "refused")
    reason, kind = _explained(error, timeout)
    return FetchError(url, reason, kind)


def _explained(error: Exception, timeout: float) -> tuple[str, Kind]:
    match error:
        case TimeoutError():
            return f"no complete answer within {timeout:g} s (polling.timeout)", "timeout"
        case aiohttp.ClientConnectorCertificateError():
            return f"its certificate is not valid: {_tls(error.certificate_error)}", "tls"
        case aiohttp.ClientProxyConnectionError() | aiohttp.ClientHttpProxyError():
            return f"the proxy (settings.proxy) does not work: {_short(error)}", "proxy"
        case aiohttp.ClientConnectorDNSError():
            return f"its name cannot be resolved ({_short(error.os_error)})", "dns"
        case aiohttp.ClientSSLError():
            return f"no secure connection: {_tls(error.os_error)}", "tls"
        case aiohttp.ClientConnectorError():
            return f"no connection: {_short(error.os_error)}", "connect"
        case ssl.SSLError():
            return f"no secure connection: {_tls(error)}", "tls"
        case aiohttp.InvalidURL() | UnicodeError():
            return f"not a web address ({_short(error)})", "address"
        case aiohttp.ServerDisconnectedError() | ConnectionError():
            return "the server hung up without a complete answer", "protocol"
        case aiohttp.ClientPayloadError():
            return "the answer broke off before its end", "protocol"
        case aiohttp.ClientResponseError():
            return f"the answer is not proper HTTP: {_short(error.message)}", "protocol"
    return f"{type(error).__name__}: {_short(error)}", "protocol"


def _tls(error: BaseException) -> str:
    said = getattr(error, "verify_message", "") or getattr(error, "reason", "") or str(error)
    return str(said)[:200]


def _short(error: object) -> str:
    """What the system says ("Connection refused") or the library, in one line."""
    number = error.errno if isinstance(error, OSError) and not isinstance(error, socket.gaierror) else None
    said = os.strerror(number) if number else getattr(error, "strerror", None) or str(error)
    return " ".join(str(said).split())[:200] or type(error).__name__


def shown(url: str) -> str:
    """A URL fit for logs and screens: without a password or what looks like a key, and not endless."""
    try:
        parsed = URL(url)
        if parsed.raw_user is not None or parsed.raw_password is not None:
            url = str(parsed.with_user(None)) if parsed.host else "an address with a login"
    except ValueError:
        pass
    url = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in url[:300])
    url = url if len(url) < 300 else url[:299] + "…"
    return masked(url)
