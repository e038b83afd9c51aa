"""What may be dialled. Nothing refused here is ever connected to: the answers come from a resolver that records."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import aiohttp
import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from hypothesis import given
from hypothesis import strategies as st

from config.outbound import GLOBAL_UNICAST, SPECIAL, Outbound, Refused, carried, refusal, special


class Recording(AbstractResolver):
    """Answers names from a script, one answer after the other, and records what was asked."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked.append(host)
        addresses = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in addresses
        ]

    async def close(self) -> None:
        pass


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    """Every address that a socket was to be connected to. None is."""
    addresses: list[object] = []

    async def connect(_: object, __: socket.socket, address: object) -> None:
        addresses.append(address)
        raise ConnectionRefusedError(111, "not dialled in tests")

    monkeypatch.setattr(asyncio.SelectorEventLoop, "sock_connect", connect)
    yield addresses


async def attempt(outbound: Outbound, url: str, proxy: str | None = None) -> Refused | None:
    """The refusal that a GET meets, or None if it went on to dial."""
    async with aiohttp.ClientSession(connector=outbound.connector(proxy=proxy)) as session:
        try:
            await session.get(url, proxy=proxy)
        except (aiohttp.ClientError, OSError) as error:
            return refusal(error)
    return None


REFUSED = [
    "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
    "169.254.1.1", "100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192", "192.0.2.1", "198.18.0.1",
    "198.51.100.1", "203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "192.88.99.1",
    "::", "::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:10.0.0.1", "::7f00:1", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2002:808:808::1", "2001::1", "2001:db8::1", "fe80::1",
    "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "100::1", "4000::1", "3fff::1",
]  # fmt: skip
PUBLIC = ["8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]


@pytest.mark.parametrize("address", REFUSED)
async def test_refused_addresses_by_name(address: str, dialled: list[object]) -> None:
    resolver = Recording([address])
    refused = await attempt(Outbound(resolver=resolver), "http://feeds.example/")
    assert refused is not None
    assert refused.host == "feeds.example"
    assert address in refused.reason
    assert "allow_private" in str(refused)
    assert (resolver.asked, dialled) == (["feeds.example"], [])


@pytest.mark.parametrize("address", REFUSED)
async def test_refused_addresses_as_literals(address: str, dialled: list[object]) -> None:
    url = f"http://[{address}]/" if ":" in address else f"http://{address}/"
    with pytest.raises(Refused):
        Outbound().check_url(url)
    assert await attempt(Outbound(), url) is not None
    assert dialled == []


@pytest.mark.parametrize("address", PUBLIC)
async def test_public_addresses_are_dialled_as_checked(address: str, dialled: list[object]) -> None:
    assert await attempt(Outbound(resolver=Recording([address])), "http://feeds.example/") is None
    assert [str(ip_address(one[0])) for one in dialled if isinstance(one, tuple)] == [str(ip_address(address))]


async def test_one_bad_address_spoils_the_answer(dialled: list[object]) -> None:
    assert await attempt(Outbound(resolver=Recording(["8.8.8.8", "127.0.0.1"])), "http://a.example/") is not None
    assert dialled == []


async def test_a_name_that_changes_its_answer_is_judged_by_each(dialled: list[object]) -> None:
    outbound = Outbound(resolver=Recording(["8.8.8.8"], ["169.254.169.254"]))
    outbound.check_url("http://a.example/")
    assert await attempt(outbound, "http://a.example/") is None
    refused = await attempt(outbound, "http://a.example/")
    assert refused is not None
    assert "metadata" in refused.reason
    assert len(dialled) == 1


async def test_the_last_gate_holds_where_the_resolver_is_passed_by(
    dialled: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def resolve(*_: object, **__: object) -> list[ResolveResult]:
        return await Recording(["127.0.0.1"]).resolve("a.example", 80)

    monkeypatch.setattr(aiohttp.TCPConnector, "_resolve_host", resolve)
    assert await attempt(Outbound(), "http://a.example/") is not None
    assert dialled == []


@pytest.mark.parametrize("url", ["http://2130706433/", "http://0x7f.1/", "http://127.1/", "http://017700000001/"])
async def test_other_spellings_of_loopback_are_not_dialled(url: str, dialled: list[object]) -> None:
    await attempt(Outbound(), url)
    assert dialled == []


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://example.com/", "gopher://example.com/", "feed.xml", "http://", "", "http://[", "//a"],
)
def test_only_http_and_https_with_a_host(url: str) -> None:
    with pytest.raises(Refused) as caught:
        Outbound().check_url(url)
    assert str(caught.value)


@pytest.mark.parametrize("allowed", ["localhost", "LOCALHOST.", "127.0.0.0/8", "127.0.0.1", "10.0.0.0/8,127.0.0.1/32"])
async def test_what_is_listed_is_reached(allowed: str, dialled: list[object]) -> None:
    outbound = Outbound(allowed.split(","), resolver=Recording(["127.0.0.1"]))
    assert await attempt(outbound, "http://localhost/") is None
    assert len(dialled) == 1


async def test_a_listed_name_lets_no_other_name_through(dialled: list[object]) -> None:
    outbound = Outbound(["intranet.example"], resolver=Recording(["10.0.0.5"]))
    async with aiohttp.ClientSession(connector=outbound.connector()) as session:
        for url, reached in (
            ("http://intranet.example/", True),
            ("http://evil.example/", False),
            ("http://10.0.0.5/", False),
        ):
            with pytest.raises(aiohttp.ClientError) as caught:
                await session.get(url)
            assert (refusal(caught.value) is None) == reached, url
    assert len(dialled) == 1


async def test_a_listed_block_holds_for_mapped_addresses(dialled: list[object]) -> None:
    assert await attempt(Outbound(["127.0.0.0/8"]), "http://[::ffff:127.0.0.1]/") is None
    assert await attempt(Outbound(["127.0.0.0/8"]), "http://[::1]/") is not None
    assert len(dialled) == 1


def test_a_bad_block_is_told() -> None:
    with pytest.raises(ValueError, match="10"):
        Outbound(["10.0.0.0/99"])


async def test_a_redirect_that_aiohttp_follows_meets_the_same_check() -> None:
    async def hop(request: web.Request) -> web.Response:
        raise web.HTTPFound("http://169.254.169.254/latest/meta-data/")

    app = web.Application()
    app.router.add_get("/", hop)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        refused = await attempt(Outbound(["127.0.0.0/8"]), f"http://127.0.0.1:{runner.addresses[0][1]}/")
    finally:
        await runner.cleanup()
    assert refused is not None
    assert refused.host == "169.254.169.254"


async def test_a_proxy_may_be_private_and_what_is_behind_it_not(dialled: list[object]) -> None:
    outbound, proxy = Outbound(resolver=Recording(["10.0.0.5"])), "http://proxy.example:3128"
    assert await attempt(outbound, "http://feeds.example/", proxy) is None
    assert len(dialled) == 1
    for url in ("http://10.0.0.1/", "http://localhost/", "http://printer.local/", "http://metadata.google.internal/"):
        assert await attempt(outbound, url, proxy) is not None, url
    # The proxy's own address is not opened to feeds.
    assert await attempt(outbound, "http://proxy.example/") is not None
    assert len(dialled) == 1


def test_a_refusal_is_found_behind_other_errors_and_circles_end() -> None:
    inner = Refused("h", "r")
    middle = OSError("m")
    middle.__cause__ = inner
    outer = aiohttp.ClientError()
    outer.__context__ = middle
    assert refusal(outer) is inner
    assert refusal(None) is None
    middle.__cause__ = outer
    assert refusal(outer) is None


@given(st.ip_addresses())
def test_what_python_calls_private_is_never_public(address: IPv4Address | IPv6Address) -> None:
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    if (mapped or address).is_private or (mapped or address).is_multicast or (mapped or address).is_reserved:
        assert special(address) is not None or address in PUBLIC_THOUGH_RESERVED


#: NAT64 counts as reserved in some versions; it is judged by the address that it carries.
PUBLIC_THOUGH_RESERVED = IPv6Network("64:ff9b::/96")


@pytest.mark.parametrize("block", [*(network for network, _ in SPECIAL), GLOBAL_UNICAST], ids=str)
def test_each_address_is_named_by_the_first_block_that_holds_it(block: IPv4Network | IPv6Network) -> None:
    kind = type(block[0])
    for edge in (int(block[0]), int(block[-1])):
        for number in (edge - 1, edge, edge + 1):
            address = kind(max(0, min(number, 2**block.max_prefixlen - 1)))
            if carried(address) != address:
                continue
            named = next((name for one, name in SPECIAL if one.version == block.version and address in one), None)
            if named is None and block.version == 6 and address not in GLOBAL_UNICAST:
                named = "not an address of the public internet"
            assert special(address) == named
