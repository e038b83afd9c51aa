"""Checks of single values for `config.settings`: each takes what was written and returns it, or says what is wrong.

They raise pydantic's custom error, whose context carries a hint: what to write instead.
"""

from __future__ import annotations

import re
from email.utils import parseaddr
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic_core import PydanticCustomError

from config import selectors
from config.codes import JURISDICTIONS, SCOPES, code_hint, deal
from config.masking import masked
from config.problems import did_you_mean
from config.words import WORLD

MAX_URL = 2048
LABEL = r"(?!-)[a-z0-9_-]{1,63}(?<!-)"
HOST = re.compile(rf"{LABEL}(?:\.{LABEL})*\.?", re.IGNORECASE)
#: RFC 5321 without quoted local parts and address literals, which no alert mailbox uses.
MAILBOX = re.compile(rf"[^\s@<>(),:;\"\[\]\\]{{1,64}}@{LABEL}(?:\.{LABEL})*", re.IGNORECASE)
#: BCP 47, its common shape: `en`, `pt-BR`, `zh-Hant`.
LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
MAX_NAME = 120


def wrong(message: str, hint: str = "") -> PydanticCustomError:
    return PydanticCustomError("value", "{reason}", {"reason": message, "hint": hint})


def name(text: str) -> str:
    """A name of a feed, watchlist or subscription: one line, not blank, stripped."""
    text = text.strip()
    if not text:
        raise wrong("must not be empty")
    if len(text) > MAX_NAME:
        raise wrong(f"must have at most {MAX_NAME} characters")
    return line(text)


def line(text: str) -> str:
    """Text in one line, stripped; it may be empty."""
    text = text.strip()
    if CONTROL.search(text):
        raise wrong("must be one line without control characters")
    return text


def is_host(text: str) -> bool:
    """Whether text is a host name (international ones too) or an IP address."""
    try:
        ip_address(text)
    except ValueError:
        try:
            ascii_name = text.encode("idna").decode("ascii")
        except UnicodeError:
            return False
        # A name of digits and dots is an IP address gone wrong, or a way to write one so that it is not recognised.
        return bool(HOST.fullmatch(ascii_name)) and not re.fullmatch(r"[0-9.]+|0x[0-9a-f.x]+", ascii_name, re.I)
    return True


def shown(url: str) -> str:
    """The address without user name, password and what looks like a key, cut to 100 characters, for messages."""
    return masked(re.sub(r"//[^/@]*@", "//…@", url))[:100]


def url(text: str) -> str:
    """An absolute http or https address with a host."""
    text = text.strip()
    if len(text) > MAX_URL:
        raise wrong(f"the address is longer than {MAX_URL} characters")
    if re.search(r"\s", text) or CONTROL.search(text):
        raise wrong(f'"{shown(text)}" has a space or line break inside', "write %20 for a space")
    try:
        parts = urlsplit(text)
        port, host = parts.port, parts.hostname
    except ValueError as error:
        raise wrong(f'"{shown(text)}" is no web address: {str(error).lower()}') from error
    if MAILBOX.fullmatch(text):
        raise wrong(f'"{text}" is no web address but a mail address')
    if parts.scheme not in ("http", "https"):
        hint = f"did you mean https://{text.removeprefix('//')}?" if "://" not in text else "use http:// or https://"
        raise wrong(f'"{shown(text)}" is no web address', hint)
    if not host or not is_host(host) or port == 0:
        raise wrong(f'"{shown(text)}" has no valid host', "an address looks like https://example.org/feed.xml")
    return text


def reference(text: str) -> str:
    """Where a secret is, never the secret: `env:NAME` or `file:/path`."""
    text = text.strip()
    if not re.fullmatch(r"env:[A-Za-z_][A-Za-z0-9_]{0,100}|file:/[^\x00-\x1f]{1,1000}", text):
        # What was written may be the secret, so it is not repeated.
        raise wrong("must say where the secret is", "write env:NAME or file:/path, and put the secret there")
    return text


def field_name(text: str) -> str:
    """The name of a header field that a feed's login may use (RFC 9110, 5.1)."""
    text = text.strip()
    if not re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}", text):
        raise wrong(f'"{text[:100]}" is no name of a header field', "write X-Api-Key")
    if text.lower() in ("host", "content-length", "transfer-encoding", "connection", "accept-encoding"):
        raise wrong(f"{text} is set by the program itself")
    return text


def mailbox(text: str) -> str:
    """A plain mail address: `desk@example.org`."""
    text = text.strip()
    if not MAILBOX.fullmatch(text):
        raise wrong(f'"{text[:100]}" is no mail address', "write it as desk@example.org")
    return text


def sender(text: str) -> str:
    """A mail address with or without a name: `pactwatch <alerts@example.org>`; empty where no mail is sent."""
    text = text.strip()
    if text and (CONTROL.search(text) or not MAILBOX.fullmatch(parseaddr(text)[1])):
        raise wrong(f'"{text[:100]}" is no mail address', "write alerts@example.org or Name <alerts@example.org>")
    return text


def host_name(text: str) -> str:
    """A host without scheme and port; empty where it is not set."""
    text = text.strip()
    if text and not is_host(text):
        hint = "the port has a key of its own" if re.fullmatch(r"[^:]+:\d+", text) else "write mail.example.org"
        raise wrong(f'"{text[:100]}" is no host name', hint)
    return text


def listen(text: str) -> str:
    """`host:port`, the host an address or a name, an IPv6 address in brackets."""
    host, _, port = text.strip().rpartition(":")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    fits = is_host(bare) and (":" not in host or bare != host)
    if not fits or not port.isascii() or not port.isdigit() or not 0 <= int(port) <= 65535:
        raise wrong(f'"{text[:100]}" is no address to listen on', "write 127.0.0.1:8080 or [::1]:8080")
    return text.strip()


def network(text: str) -> str:
    """A host name, an IP address, or a block of addresses in CIDR form."""
    text = text.strip()
    try:
        ip_network(text, strict=False)
    except ValueError as error:
        if "/" in text or not is_host(text):
            hint = "write an address (10.0.0.5), a block (10.0.0.0/8) or a host name"
            raise wrong(f'"{text[:100]}" is neither a host nor a block of addresses', hint) from error
    return text


def language(text: str) -> str:
    """A BCP 47 language tag in its common shape."""
    if not LANGUAGE.fullmatch(text):
        raise wrong(f'"{text[:40]}" is no language tag', "write en, ko, pt-BR")
    return text


def jurisdiction(text: str) -> str:
    """One code: ISO 3166-1 alpha-2, EU or a bloc."""
    if text not in JURISDICTIONS:
        raise wrong(f'unknown country "{text[:60]}"', code_hint(text))
    return text


def party_or_deal(text: str) -> str:
    """A code (WORLD too), or a pair of two different ones, which comes back in the ledger's order: KR-US is US-KR."""
    known = JURISDICTIONS | {WORLD}
    if text in known:
        return text
    codes = text.split("-")
    if len(codes) != 2:
        hint = "a deal is two codes: US-KR" if len(codes) > 2 else code_hint(text)
        raise wrong(f'unknown country "{text[:60]}"', hint)
    for code in codes:
        if code not in known:
            raise wrong(f'unknown country "{code[:60]}" in "{text[:60]}"', code_hint(code))
    if codes[0] == codes[1]:
        raise wrong(f'"{text}" is one country twice', "a deal is two codes: US-KR")
    return deal(codes[0], codes[1])


def scope(text: str) -> str:
    """One of the scopes that a term can have."""
    if text not in SCOPES:
        hint = did_you_mean(text.replace(" ", "_").replace("-", "_"), SCOPES, cutoff=0.65)
        raise wrong(f'unknown scope "{text[:60]}"', hint or f"scopes are {', '.join(sorted(SCOPES))}")
    return text


def word(text: str) -> str:
    """A word or phrase to look for: not blank, since a blank one stands in every text."""
    if not text.strip():
        raise wrong("must not be empty")
    return text.strip()


def selector(text: str) -> str:
    """A condition on a label: `deal=US-KR`, `move>=5`; it comes back without needless spaces."""
    try:
        return str(selectors.parse(text.strip()))
    except ValueError as error:
        raise wrong(str(error), selectors.HINT) from error


def zone(text: str) -> str:
    """The name of a time zone in the IANA database: `Europe/Berlin`, `UTC`."""
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        hint = did_you_mean(text.replace(" ", "_"), available_timezones(), cutoff=0.6)
        raise wrong(f'unknown time zone "{text[:60]}"', hint or "write Europe/Berlin, Asia/Seoul or UTC") from None
    return text


def time_of_day(text: str) -> str:
    """A time of day, `08:30`."""
    if not re.fullmatch(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]", text.strip()):
        raise wrong(f'"{text[:20]}" is no time of day', 'write "08:30", with quotes')
    return text.strip()


def hours(text: str) -> str:
    """From one time of day to another, `22:00-07:00`; empty for none."""
    parts = [part.strip() for part in text.split("-")]
    if not text.strip():
        return ""
    if len(parts) != 2 or parts[0] == parts[1]:
        raise wrong(f'"{text[:40]}" is no span of hours', 'write "22:00-07:00"')
    return "-".join(time_of_day(part) for part in parts)


def program(text: str) -> str:
    """The absolute path of a program, with arguments after it."""
    if not line(text).startswith("/"):
        raise wrong(f'"{text[:100]}" is no absolute path', "write /usr/local/bin/page --urgent")
    return text.strip()
