"""Where this machine may connect to: the public internet, and what the owner listed in `settings.allow_private`.

Feed addresses, redirects and webhooks are written by strangers. Each could point at the cloud's metadata service, a
router's admin page or this host. So every address is judged after the name was resolved and just before it is
dialled, by the connector itself: a redirect, a literal address or a name that changes its answer meets the same check.
"""

from __future__ import annotations

import socket
from bisect import bisect_right
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from aiohttp import ClientRequest, ClientTimeout, TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.connector import AddrInfoType, Connection
from aiohttp.resolver import DefaultResolver
from aiohttp.tracing import Trace
from yarl import URL

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

#: What is refused, and what to call it. `is_global` differs between Python versions, so the ranges of the IANA
#: special-purpose registries (RFC 6890) stand here; the first that holds an address names it.
SPECIAL: tuple[tuple[Network, str], ...] = tuple(
    (ip_network(block), name)
    for block, name in (
        ("169.254.169.254/32", "a cloud metadata address"),
        ("169.254.170.2/32", "a cloud metadata address"),
        ("168.63.129.16/32", "a cloud metadata address"),  # Azure; public by its range
        ("100.100.100.200/32", "a cloud metadata address"),
        ("192.0.0.192/32", "a cloud metadata address"),
        ("fd00:ec2::254/128", "a cloud metadata address"),
        ("fd20:ce::254/128", "a cloud metadata address"),
        ("0.0.0.0/8", "this host"),
        ("10.0.0.0/8", "a private address"),
        ("100.64.0.0/10", "a carrier's shared address"),
        ("127.0.0.0/8", "a loopback address"),
        ("169.254.0.0/16", "a link-local address"),
        ("172.16.0.0/12", "a private address"),
        ("192.0.0.0/24", "a reserved address"),
        ("192.0.2.0/24", "a documentation address"),
        ("192.31.196.0/24", "a reserved address"),
        ("192.52.193.0/24", "a reserved address"),
        ("192.88.99.0/24", "a 6to4 relay address"),
        ("192.168.0.0/16", "a private address"),
        ("192.175.48.0/24", "a reserved address"),
        ("198.18.0.0/15", "a benchmarking address"),
        ("198.51.100.0/24", "a documentation address"),
        ("203.0.113.0/24", "a documentation address"),
        ("224.0.0.0/4", "a multicast address"),
        ("240.0.0.0/4", "a reserved address"),
        ("::/128", "this host"),
        ("::1/128", "a loopback address"),
        ("fc00::/7", "a private address"),
        ("fe80::/10", "a link-local address"),
        ("fec0::/10", "a site-local address"),
        ("ff00::/8", "a multicast address"),
        ("2001::/23", "a reserved address"),  # Teredo, ORCHID, benchmarking
        ("2001:db8::/32", "a documentation address"),
        ("2002::/16", "a 6to4 address"),
        ("3fff::/20", "a documentation address"),
    )
)
#: More characters than an address has, with its zone.
LONGEST = 100
#: Global unicast (RFC 4291); the rest of IPv6 is not routed on the internet.
GLOBAL_UNICAST = IPv6Network("2000::/3")
#: The well-known prefix of NAT64 (RFC 6052). Its last 32 bits are the IPv4 address that is really reached.
NAT64 = IPv6Network("64:ff9b::/96")


def _name_of(address: Address) -> str | None:
    for network, name in SPECIAL:
        if address.version == network.version and address in network:
            return name
    if isinstance(address, IPv6Address) and address not in GLOBAL_UNICAST:
        return "not an address of the public internet"
    return None


def _table(kind: type[IPv4Address] | type[IPv6Address]) -> tuple[list[int], list[str | None]]:
    """Where in all addresses of a version another name begins to hold, and the name: each connection is looked up."""
    everything = (ip_network("0.0.0.0/0"), ip_network("::/0"), GLOBAL_UNICAST)
    blocks = [block for block in (*everything, *(block for block, _ in SPECIAL)) if block.version == kind(0).version]
    edges = sorted({edge for block in blocks for edge in (int(block[0]), int(block[-1]) + 1)})[:-1]
    return edges, [_name_of(kind(edge)) for edge in edges]


_TABLES = {4: _table(IPv4Address), 6: _table(IPv6Address)}


class Refused(OSError):
    """This machine does not connect there. `host` and `reason` say where and why."""

    def __init__(self, host: str, reason: str) -> None:
        super().__init__(f"{host} is refused: {reason}")
        self.host = host
        self.reason = reason


def refusal(error: BaseException | None) -> Refused | None:
    """The `Refused` behind an error that aiohttp raised, or None."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, Refused):
            return error
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return None


def carried(address: Address) -> Address:
    """The IPv4 address that an IPv4-mapped or NAT64 one stands for, otherwise the address itself."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in NAT64:
            return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def special(address: Address) -> str | None:
    """Why an address is not on the public internet ("a loopback address"), or None where it is."""
    target = carried(address)
    starts, names = _TABLES[target.version]
    return names[bisect_right(starts, int(target)) - 1]


def literal(host: str) -> Address | None:
    """The address that a URL's host is, or None where it is a name. Brackets and a zone are taken off."""
    if ":" not in host and not host[-1:].isdigit():
        return None  # A name, as nearly always: IPv4 ends with a digit, IPv6 has colons.
    return _parsed(host) if len(host) <= LONGEST else None


@lru_cache(256)
def _parsed(host: str) -> Address | None:
    """Kept, for each address that is dialled is judged at three gates."""
    try:
        return ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return None


class Outbound:
    """The policy: which addresses may be dialled.

    `allow` holds host names and CIDR blocks (or single addresses) that may be reached though they are not public.
    A listed name may resolve to anything; a listed block may be reached under any name.
    """

    def __init__(self, allow: Iterable[str] = (), *, resolver: AbstractResolver | None = None) -> None:
        """`resolver` answers names instead of the system (tests, benches). Raises ValueError for a bad block."""
        names: set[str] = set()
        blocks: list[Network] = []
        for entry in allow:
            if "/" in entry or literal(entry) is not None:
                blocks.append(ip_network(entry.strip("[]"), strict=False))
            else:
                names.add(_name(entry))
        self._names = frozenset(names)
        self._blocks = tuple(blocks)
        self._resolver = resolver

    def check(self, host: str, address: str) -> None:
        """Raises `Refused` unless `address`, which `host` resolved to, may be dialled."""
        if self._names and _name(host) in self._names:
            return
        parsed = literal(address)
        if parsed is None:
            raise Refused(host, f"{address!r} is not an address")
        why = special(parsed)
        if why is None or self._listed(parsed) or self._listed(carried(parsed)):
            return
        where = why if literal(host) == parsed else f"its address {address} is {why}"
        raise Refused(host, f"{where}. List the host or its block under settings.allow_private if it is yours")

    def check_url(self, url: str | URL) -> None:
        """Raises `Refused` for another scheme than http and https, a URL without host, or a refused literal address.

        Names are judged when they are resolved, that is by the connector.
        """
        try:
            parsed = url if isinstance(url, URL) else URL(url)
            port = parsed.port
        except ValueError as error:
            raise Refused(str(url), f"not a URL ({error})") from error
        if parsed.scheme not in ("http", "https"):
            scheme = parsed.scheme or "an address without a scheme"
            raise Refused(str(url), f"only http and https are fetched, not {scheme}")
        if not parsed.raw_host or port == 0:
            raise Refused(str(url), "the URL names no host")
        if literal(parsed.raw_host) is not None:
            self.check(parsed.raw_host, parsed.raw_host)

    def check_local_name(self, host: str) -> None:
        """Raises `Refused` for a name that means a proxy's own network, such as `localhost`, unless it is listed."""
        name = _name(host)
        local = name == "localhost" or name.endswith((".localhost", ".local", ".internal", ".home.arpa"))
        if local and name not in self._names:
            raise Refused(
                host, "a name of the proxy's own network. List it under settings.allow_private if it is yours"
            )

    def _listed(self, address: Address) -> bool:
        return any(address.version == block.version and address in block for block in self._blocks)

    def connector(
        self, *, proxy: str | None = None, limit: int = 100, limit_per_host: int = 0, keepalive: float = 15
    ) -> TCPConnector:
        """An aiohttp connector that dials nothing which this policy refuses. Call it inside a running loop.

        A `proxy` is the owner's own choice and may be private; behind it only literal addresses and local names can
        be judged, for the proxy resolves the rest. `keepalive` in seconds; 0: a connection serves one request.
        """
        return _Connector(self, proxy=proxy, limit=limit, limit_per_host=limit_per_host, keepalive=keepalive)

    def inner_resolver(self) -> AbstractResolver:
        """The resolver whose answers are judged: the one given, or the system's."""
        return self._resolver or DefaultResolver()


def _name(host: str) -> str:
    """A host name for comparison: lower case, IDNA, no final dot."""
    bare = host.strip().rstrip(".").lower()
    if bare.isascii():
        return bare
    try:
        return URL.build(scheme="http", host=bare).raw_host or bare
    except ValueError:
        return bare


def _admit(admitted: set[str], address: str) -> None:
    """Notes a judged address for the last gate. Public ones need no note, so the set stays small."""
    parsed = literal(address)
    if parsed is not None and special(parsed) is not None:
        admitted.add(address)


class _Resolver(AbstractResolver):
    """Resolves by another resolver and refuses the whole answer if one address in it is refused."""

    def __init__(self, policy: Outbound, trusted: str | None, admitted: set[str]) -> None:
        self._policy = policy
        self._inner = policy.inner_resolver()
        self._trusted = trusted
        self._admitted = admitted

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        answers = await self._inner.resolve(host, port, family)
        for answer in answers:
            if _name(host) != self._trusted:
                self._policy.check(host, answer["host"])
            _admit(self._admitted, answer["host"])
        return answers

    async def close(self) -> None:
        await self._inner.close()


class _Connector(TCPConnector):
    """Checks the URL of each request, each resolved address, and once more the address of each socket."""

    def __init__(
        self, policy: Outbound, *, proxy: str | None, limit: int, limit_per_host: int, keepalive: float
    ) -> None:
        self._policy = policy
        proxy_host = URL(proxy).raw_host if proxy else None
        self._admitted: set[str] = set()
        if proxy_host and literal(proxy_host):
            _admit(self._admitted, proxy_host)
        self._pinned = _Resolver(policy, _name(proxy_host) if proxy_host else None, self._admitted)
        super().__init__(
            resolver=self._pinned,
            limit=limit,
            limit_per_host=limit_per_host,
            keepalive_timeout=keepalive or None,
            force_close=not keepalive,
            ttl_dns_cache=60,
            socket_factory=self._open,
        )

    async def connect(self, req: ClientRequest, traces: list[Trace], timeout: ClientTimeout) -> Connection:  # noqa: ASYNC109
        self._policy.check_url(req.url)
        host = req.url.raw_host or ""
        if req.proxy:
            self._policy.check_local_name(host)
        elif literal(host):
            _admit(self._admitted, host)
        return await super().connect(req, traces, timeout)

    async def close(self, *, abort_ssl: bool = False) -> None:
        await super().close(abort_ssl=abort_ssl)
        await self._pinned.close()

    def _open(self, info: AddrInfoType) -> socket.socket:
        """The last gate: a socket only for an address that was judged."""
        family, kind, proto, _, sockaddr = info
        address = str(sockaddr[0])
        if address not in self._admitted:
            self._policy.check(address, address)
        return socket.socket(family, kind, proto)
