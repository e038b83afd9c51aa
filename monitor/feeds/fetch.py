"""One HTTP request for a feed, with the manners of a good reader: conditional, compressed, bounded, patient."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from types import TracebackType
from typing import Final, Literal, Protocol

import aiohttp
from yarl import URL

from config.outbound import Outbound
from config.settings import Settings
from monitor.feeds.body import ENCODINGS, Body, Broken, TooLarge
from monitor.feeds.credentials import Keys
from monitor.feeds.headers import freshness, hub_links, validator, wait
from monitor.feeds.limit import Limit
from monitor.feeds.manners import Hosts
from monitor.feeds.sessions import Sessions
from monitor.feeds.slots import Slots
from monitor.feeds.trouble import FetchError, Kind, of_exception, of_status, shown

__all__ = ["FetchError", "Fetched", "Fetcher", "Fetches", "Kind", "Request"]

ACCEPT: Final = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.5"
)
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
PERMANENT: Final = frozenset({301, 308})
#: Bytes of one header field, and how many fields an answer may have.
MAX_FIELD: Final = 16_384
MAX_FIELDS: Final = 128
#: Addresses that are taken apart once and not for each request, and the most characters of one.
REMEMBERED: Final = 1_000
MAX_REMEMBERED: Final = 300
#: The whole request has a limit of its own.
NO_TIMEOUT: Final = aiohttp.ClientTimeout(total=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to ask for, with what the last good answer left behind."""

    url: str
    etag: str | None = None
    last_modified: str | None = None
    #: `Fetched.body_hash` of the last body that was read.
    body_hash: str | None = None
    #: The Accept field, where something else than a feed is wanted.
    accept: str | None = None
    #: Bytes of the body after decompression, where `polling.max_bytes` is not the limit.
    max_bytes: int | None = None
    #: Asked before each hop, redirects too, with its address; raises FetchError where it must not be made.
    permit: Callable[[str], Awaitable[None]] | None = None
    #: Secrets for the feed's own origin; other hosts on the way never see them.
    keys: Keys | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A good answer: 200 with a body, or nothing new."""

    status: int
    #: Where the answer came from, after redirects.
    url: str
    #: The address to ask from now on: set if the redirects began with permanent ones (301, 308).
    moved_to: str | None
    #: Decompressed; None if nothing changed.
    body: bytes | None
    content_type: str | None
    #: Opaque, to be sent back as they are. Only ever from a good answer.
    etag: str | None
    last_modified: str | None
    #: Seconds that the server asked us to wait.
    retry_after: float | None
    #: Seconds that the answer stays fresh by Cache-Control or Expires.
    max_age: float | None
    #: BLAKE2b of the body, in hex.
    body_hash: str | None
    #: 304, or the same bytes as last time.
    unchanged: bool
    not_modified: bool
    #: The WebSub hub and topic that the answer's Link fields name.
    hub: str | None = None
    topic: str | None = None


class Fetches(Protocol):
    """What is needed of `Fetcher`."""

    async def fetch(self, request: Request) -> Fetched: ...


class Fetcher:
    """Asks for feeds over one pool of connections. An async context manager; `clock` gives the time of day in UTC."""

    def __init__(
        self,
        settings: Settings,
        outbound: Outbound,
        *,
        clock: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._polling = settings.polling
        self._outbound = outbound
        self._clock = clock
        self._monotonic = monotonic
        self._hosts = Hosts(self._polling.per_host, self._polling.host_pause, now=monotonic, sleep=sleep)
        self._slots = Slots(self._polling.concurrency)
        self._limit = Limit(self._polling.timeout)
        self._sessions: Sessions | None = None
        #: True: the certificates of this machine, which aiohttp has loaded already.
        self._tls: ssl.SSLContext | Literal[True] = True
        if settings.ca_file is not None:
            self._tls = ssl.create_default_context()
            self._tls.load_verify_locations(settings.ca_file)

    async def __aenter__(self) -> Fetcher:
        self._sessions = Sessions(self._session, self._monotonic)
        return self

    def _session(self, keepalive: float) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=self._outbound.connector(proxy=self._settings.proxy, limit=0, keepalive=keepalive),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={
                "User-Agent": user_agent(self._settings.contact),
                "Accept": ACCEPT,
                "Accept-Encoding": "gzip, deflate, br",
            },
            auto_decompress=False,
            max_line_size=MAX_FIELD,
            max_field_size=MAX_FIELD,
            max_headers=MAX_FIELDS,
        )

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        sessions, self._sessions = self._sessions, None
        if sessions is not None:
            await sessions.close()

    async def fetch(self, request: Request) -> Fetched:
        """The feed's document, or word that it did not change. Raises `FetchError`, and nothing else."""
        try:
            return await self._follow(request)
        except FetchError as error:
            if request.keys is None:
                raise
            url, reason = map(request.keys.scrubbed, (error.url, error.reason))
            raise FetchError(url, reason, error.kind, status=error.status, retry_after=error.retry_after) from None

    async def _follow(self, request: Request) -> Fetched:
        """Redirects are followed here, not by the library, so that each hop is judged and a permanent move is
        noticed."""
        url, moved_to, permanent = request.url, None, True
        left, seen = self._polling.timeout, set[str]()
        while True:
            if url in seen:
                raise FetchError(request.url, f"it redirects in a circle, by {shown(url)}", "redirect")
            if len(seen) > self._polling.max_redirects:
                raise FetchError(request.url, f"more than {self._polling.max_redirects} redirects", "redirect")
            seen.add(url)
            if request.permit is not None:
                await request.permit(url)
            answer, left = await self._hop(request, url, left)
            if isinstance(answer, _Answer):
                return self._fetched(request, url, moved_to, answer)
            permanent = permanent and answer.permanent
            url = self._target(request, url, answer.location)
            if permanent:
                moved_to = url

    async def _hop(self, request: Request, url: str, left: float) -> tuple[_Answer | _Redirect, float]:
        """One request, in its turn, within `left` seconds. Returns what is left of them: waiting for a turn is free."""
        target, host = _target_of(request.url, url)
        self._heed_rest(host, url)
        async with self._hosts.turn(host), self._slots.place():
            self._heed_rest(host, url)  # One before us in the queue may have been told so.
            started = self._monotonic()
            try:
                if left == self._polling.timeout:
                    with self._limit.span():
                        answer = await self._ask(request, url, target)
                else:
                    async with asyncio.timeout(max(0.001, left)):
                        answer = await self._ask(request, url, target)
            except FetchError as error:
                if error.status in (429, 503):
                    self._hosts.slow_down(host, error.retry_after, rest=error.status == 429)
                raise
            except Exception as error:
                raise of_exception(error, url, self._polling.timeout) from error
            self._hosts.well(host)
            return answer, left - (self._monotonic() - started)

    def _heed_rest(self, host: str, url: str) -> None:
        """Raises `FetchError`, without a status, where the host asked for rest that is not over."""
        if (rest := self._hosts.resting(host)) > 0:
            said = f"{host} asked for rest, {rest:.0f} s are left of it"
            raise FetchError(url, said, "rate_limited", retry_after=rest)

    async def _ask(self, request: Request, url: str, target: URL) -> _Answer | _Redirect:
        assert self._sessions is not None, "Fetcher is an async context manager: `async with Fetcher(...) as fetcher`"
        headers: dict[str, str] = {}
        if request.etag:
            headers["If-None-Match"] = request.etag
        if request.last_modified:
            headers["If-Modified-Since"] = request.last_modified
        if request.accept:
            headers["Accept"] = request.accept
        if target.scheme not in ("http", "https"):
            self._outbound.check_url(target)  # All others are judged by the connector.
        keys = request.keys
        if keys is not None and (known := keys.fits(target)):
            headers, target = headers | dict(keys.headers), keys.dressed(target)
        else:
            known = False
        async with self._sessions.of(target.raw_host or "").get(
            target, headers=headers, allow_redirects=False, ssl=self._tls, proxy=self._settings.proxy,
            timeout=NO_TIMEOUT,
        ) as response:  # fmt: skip
            status, fields = response.status, response.headers
            if status in REDIRECTS and "Location" in fields:
                return _Redirect(fields["Location"], status in PERMANENT)
            if status == 304 and (request.etag or request.last_modified):
                return _Answer(status, fields, None)
            if status not in (200, 203):
                raise of_status(url, status, wait(fields.get("Retry-After"), self._clock()), login=known)
            return _Answer(status, fields, await self._read(response, url, request.max_bytes))

    async def _read(self, response: aiohttp.ClientResponse, url: str, most: int | None) -> bytes:
        limit = most or self._polling.max_bytes
        encoding = response.headers.get("Content-Encoding", "").strip().lower()
        if encoding not in ENCODINGS:
            raise FetchError(url, f"it answers in an encoding that was not asked for: {encoding[:50]!r}", "protocol")
        try:
            # A bomb is small on the wire; what is announced as too large need not be begun.
            if int(response.headers.get("Content-Length", "0")[:18] or 0) > limit:
                raise TooLarge
            body = Body(limit, encoding)
            async for chunk in response.content.iter_any():
                body.feed(chunk)
            return body.finish()
        except TooLarge:
            response.close()
            raise FetchError(
                url,
                f"the document is larger than {limit / 1e6:.6g} MB{'' if most else ' (polling.max_bytes)'}",
                "too_large",
            ) from None
        except Broken as error:
            response.close()
            raise FetchError(url, str(error), "protocol") from error

    def _fetched(self, request: Request, url: str, moved_to: str | None, answer: _Answer) -> Fetched:
        fields, body = answer.fields, answer.body
        digest = request.body_hash if body is None else blake2b(body, digest_size=16).hexdigest()
        same = body is None or digest == request.body_hash
        kept = body is None
        hub, topic = hub_links(fields, url) if body is not None else (None, None)
        now = self._clock()
        return Fetched(
            status=answer.status,
            url=url,
            moved_to=moved_to if moved_to != request.url else None,
            body=None if same else body,
            content_type=fields.get("Content-Type"),
            etag=validator(fields.get("ETag")) or (request.etag if kept else None),
            last_modified=validator(fields.get("Last-Modified")) or (request.last_modified if kept else None),
            retry_after=wait(fields.get("Retry-After"), now),
            max_age=freshness(fields, now),
            body_hash=digest,
            unchanged=same,
            not_modified=body is None,
            hub=hub,
            topic=topic,
        )

    def _target(self, request: Request, url: str, location: str) -> str:
        """Where a redirect leads. Raises `FetchError` for what is no web address."""
        asked = request.url
        try:
            target = URL(url).join(URL(location.strip())).with_fragment(None)
        except ValueError as error:
            raise FetchError(
                asked, f"it redirects to something that is no address: {shown(location[:200])!r}", "redirect"
            ) from error
        if target.scheme not in ("http", "https") or not target.host:
            raise FetchError(
                asked, f"it redirects to {shown(str(target))}; only http and https are followed", "redirect"
            )
        return str(request.keys.undressed(target) if request.keys else target)


@dataclass(frozen=True, slots=True)
class _Redirect:
    location: str
    permanent: bool


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    fields: Mapping[str, str]
    body: bytes | None


def user_agent(contact: str) -> str:
    """`pactwatch/<version> (+contact)`, so that a site's owner knows whom to write to."""
    try:
        number = version("pactwatch")
    except PackageNotFoundError:
        number = "0"
    who = "".join(c for c in contact if c.isascii() and c.isprintable() and c not in "()\\").strip()
    return f"pactwatch/{number} (+{who})" if who else f"pactwatch/{number}"


def _target_of(asked: str, url: str) -> tuple[URL, str]:
    """The address and its host. Raises `FetchError` for what is no web address."""
    try:
        target, host = _parsed(url) if len(url) <= MAX_REMEMBERED else _parsed.__wrapped__(url)
    except ValueError as error:
        raise FetchError(asked, f"not a web address ({error})", "address") from error
    if not host or not host.isprintable() or " " in host:
        raise FetchError(asked, "not a web address: it names no host", "address")
    return target, host


@lru_cache(REMEMBERED)
def _parsed(url: str) -> tuple[URL, str]:
    """The address taken apart, and its host; kept, for an address also remembers what it is asked for."""
    target = URL(url)
    return target, (target.raw_host or "").lower()
