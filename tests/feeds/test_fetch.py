"""Each manner and each misfortune of a request, against a real server."""

from __future__ import annotations

import asyncio
import gzip
import re
import ssl
import time
import zlib
from pathlib import Path
from typing import Any

import brotli
import pytest
import trustme
from aiohttp import web

from config.outbound import Outbound
from monitor.feeds.fetch import Fetched, FetchError, Request, user_agent

FEED = b"<rss version='2.0'><channel><title>T</title></channel></rss>"


async def failure(fetcher: Any, url: str, **request: Any) -> FetchError:
    with pytest.raises(FetchError) as caught:
        await fetcher.fetch(Request(url=url, **request))
    assert "Traceback" not in str(caught.value)
    assert caught.value.reason
    return caught.value


async def test_a_plain_answer(serve: Any, fetcher: Any) -> None:
    async def feed(request: web.Request) -> web.Response:
        return web.Response(
            body=FEED, content_type="application/rss+xml", headers={"ETag": '"a,b"', "Cache-Control": "max-age=60"}
        )

    base = await serve({"/feed": feed})
    got: Fetched = await (await fetcher()).fetch(Request(url=f"{base}/feed"))
    assert (got.status, got.body, got.content_type) == (200, FEED, "application/rss+xml")
    assert (got.etag, got.max_age, got.moved_to, got.unchanged, got.not_modified) == ('"a,b"', 60, None, False, False)
    assert got.url == f"{base}/feed"


async def test_validators_go_back_byte_for_byte_and_304_keeps_them(serve: Any, fetcher: Any) -> None:
    etag, stamp = 'W/"x \\" y"', "Mon, 3 Nov 2025 9:00:00 +0000"
    seen: list[tuple[str | None, str | None]] = []

    async def feed(request: web.Request) -> web.Response:
        seen.append((request.headers.get("If-None-Match"), request.headers.get("If-Modified-Since")))
        return web.Response(status=304 if seen[-1][0] == etag else 200, headers={"ETag": etag, "Last-Modified": stamp})

    url = await serve({"/": feed}) + "/"
    one = await fetcher()
    first = await one.fetch(Request(url=url))
    again = await one.fetch(
        Request(url=url, etag=first.etag, last_modified=first.last_modified, body_hash=first.body_hash)
    )
    assert seen == [(None, None), (etag, stamp)]
    assert again.not_modified and again.unchanged and again.body is None
    assert (again.etag, again.last_modified, again.body_hash) == (etag, stamp, first.body_hash)


async def test_a_304_without_validators_keeps_the_old_ones(serve: Any, fetcher: Any) -> None:
    async def feed(request: web.Request) -> web.Response:
        return web.Response(status=304)

    got = await (await fetcher()).fetch(Request(url=await serve({"/": feed}) + "/", etag='"1"', body_hash="h"))
    assert (got.etag, got.body_hash) == ('"1"', "h")


async def test_a_new_answer_without_validators_drops_the_old_ones(serve: Any, fetcher: Any) -> None:
    async def feed(request: web.Request) -> web.Response:
        return web.Response(body=FEED)

    got = await (await fetcher()).fetch(Request(url=await serve({"/": feed}) + "/", etag='"1"', last_modified="x"))
    assert (got.etag, got.last_modified) == (None, None)


async def test_a_304_that_was_not_asked_for_is_an_error(serve: Any, fetcher: Any) -> None:
    async def feed(request: web.Request) -> web.Response:
        return web.Response(status=304)

    assert (await failure(await fetcher(), await serve({"/": feed}) + "/")).status == 304


async def test_the_same_bytes_are_noticed_by_their_hash(serve: Any, fetcher: Any) -> None:
    async def feed(request: web.Request) -> web.Response:
        return web.Response(body=FEED, headers={"ETag": f'"{time.monotonic_ns()}"'})

    url = await serve({"/": feed}) + "/"
    one = await fetcher()
    first = await one.fetch(Request(url=url))
    again = await one.fetch(Request(url=url, body_hash=first.body_hash))
    assert again.unchanged and again.body is None and not again.not_modified
    assert again.etag not in (None, first.etag)


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("gzip", gzip.compress),
        ("x-gzip", gzip.compress),
        ("gzip", lambda data: gzip.compress(data[:20]) + gzip.compress(data[20:])),
        ("gzip", lambda data: gzip.compress(data) + b"\0\0\0"),
        ("deflate", zlib.compress),
        ("deflate", lambda data: zlib.compress(data)[2:-4]),
        ("br", brotli.compress),
        ("", lambda data: data),
        ("identity", lambda data: data),
    ],
)
@pytest.mark.parametrize("size", [len(FEED), 3_000_000])
async def test_compressions(serve: Any, fetcher: Any, encoding: str, pack: Any, size: int) -> None:
    document = FEED + b" " * (size - len(FEED))

    async def feed(request: web.Request) -> web.StreamResponse:
        assert request.headers["Accept-Encoding"] == "gzip, deflate, br"
        response = web.StreamResponse(headers={"Content-Encoding": encoding} if encoding else {})
        await response.prepare(request)
        packed = pack(document)
        for start in range(0, len(packed), 10_007):
            await response.write(packed[start : start + 10_007])
        return response

    got = await (await fetcher()).fetch(Request(url=await serve({"/": feed}) + "/"))
    assert got.body == document


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br"])
@pytest.mark.parametrize("damage", ["cut", "noise"])
async def test_damaged_compression_is_an_error(serve: Any, fetcher: Any, encoding: str, damage: str) -> None:
    packed = {"gzip": gzip.compress, "deflate": zlib.compress, "br": brotli.compress}[encoding](FEED * 50)
    body = packed[: len(packed) // 2] if damage == "cut" else b"\xff\xff\xff\xff" + packed[4:]

    async def feed(request: web.Request) -> web.Response:
        return web.Response(body=body, headers={"Content-Encoding": encoding})

    error = await failure(await fetcher(), await serve({"/": feed}) + "/")
    assert error.kind == "protocol"
    assert re.search("ends early|damaged", error.reason)


@pytest.mark.parametrize(
    "pack", [lambda d: gzip.compress(d, 9), lambda d: brotli.compress(d, quality=5), zlib.compress]
)
async def test_a_bomb_is_stopped_early(serve: Any, fetcher: Any, pack: Any) -> None:
    encoding = {b"\x1f": "gzip", b"\x78": "deflate"}.get(pack(b"")[:1], "br")
    bomb = pack(bytes(200_000_000))

    async def feed(request: web.Request) -> web.Response:
        return web.Response(body=bomb, headers={"Content-Encoding": encoding})

    started = time.process_time()
    error = await failure(await fetcher(max_bytes=1_000_000), await serve({"/": feed}) + "/")
    assert error.kind == "too_large"
    assert "1 MB" in error.reason
    # Unpacking 200 MB takes far longer than 1 MB does.
    assert time.process_time() - started < 0.5


async def test_an_endless_body_is_cut(serve: Any, fetcher: Any) -> None:
    sent = 0

    async def feed(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        await response.prepare(request)
        while sent < 500_000_000:
            await response.write(bytes(100_000))
            sent += 100_000
        return response

    error = await failure(await fetcher(max_bytes=1_000_000), await serve({"/": feed}) + "/")
    assert error.kind == "too_large"
    assert sent < 50_000_000


async def test_an_announced_excess_is_not_begun(serve_raw: Any, fetcher: Any) -> None:
    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 500000000\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(30)

    assert (await failure(await fetcher(), await serve_raw(answer) + "/")).kind == "too_large"


async def test_a_slow_drip_ends_with_the_timeout(serve: Any, fetcher: Any) -> None:
    async def feed(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(1000):
            await response.write(b"x")
            await asyncio.sleep(0.02)
        return response

    error = await failure(await fetcher(timeout=0.3), await serve({"/": feed}) + "/")
    assert (error.kind, error.reason) == ("timeout", "no complete answer within 0.3 s (polling.timeout)")


async def test_the_timeout_spans_all_redirects(serve: Any, fetcher: Any) -> None:
    async def slow(request: web.Request) -> web.Response:
        await asyncio.sleep(0.2)
        raise web.HTTPFound(f"/{int(request.match_info['n']) + 1}")

    error = await failure(await fetcher(timeout=0.5, max_redirects=20), await serve({"/{n}": slow}) + "/1")
    assert error.kind == "timeout"


async def test_temporary_redirects_do_not_move_a_feed(serve: Any, fetcher: Any) -> None:
    async def away(request: web.Request) -> web.Response:
        raise web.HTTPFound("/feed")

    async def feed(request: web.Request) -> web.Response:
        return web.Response(body=FEED)

    base = await serve({"/": away, "/feed": feed})
    got = await (await fetcher()).fetch(Request(url=f"{base}/"))
    assert (got.url, got.moved_to) == (f"{base}/feed", None)


async def test_permanent_redirects_move_it_as_far_as_they_are_permanent(serve: Any, fetcher: Any) -> None:
    routes = {"/a": (301, "/b"), "/b": (308, "/c#x"), "/c": (302, "/d"), "/d": (301, "/e")}

    async def hop(request: web.Request) -> web.Response:
        status, target = routes[request.path]
        return web.Response(status=status, headers={"Location": target})

    async def feed(request: web.Request) -> web.Response:
        return web.Response(body=FEED)

    base = await serve({**dict.fromkeys(routes, hop), "/e": feed})
    got = await (await fetcher()).fetch(Request(url=f"{base}/a"))
    assert (got.url, got.moved_to) == (f"{base}/e", f"{base}/c")


async def test_a_permanent_redirect_to_an_error_moves_nothing(serve: Any, fetcher: Any) -> None:
    async def hop(request: web.Request) -> web.Response:
        return web.Response(status=301, headers={"Location": "/gone"})

    base = await serve({"/": hop})
    assert (await failure(await fetcher(), f"{base}/")).status == 404


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("/", "circle"),
        ("file:///etc/passwd", "only http and https"),
        ("gopher://example.com/", "only http and https"),
        ("javascript:alert(1)", "only http and https"),
        ("http://[::1", "no address"),
        ("http://169.254.169.254/latest/meta-data/", "metadata"),
        ("http://[::ffff:10.0.0.1]/", "private address"),
    ],
)
async def test_bad_redirects(serve: Any, fetcher: Any, location: str, words: str) -> None:
    async def hop(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": location})

    error = await failure(await fetcher(), await serve({"/": hop}) + "/")
    assert words in error.reason
    assert error.kind in ("redirect", "refused")


async def test_endless_redirects(serve: Any, fetcher: Any) -> None:
    asked = 0

    async def hop(request: web.Request) -> web.Response:
        nonlocal asked
        asked += 1
        raise web.HTTPFound(f"/{asked}")

    error = await failure(await fetcher(max_redirects=3), await serve({"/{n}": hop}) + "/0")
    assert (error.kind, asked) == ("redirect", 4)


async def test_loopback_is_refused_unless_listed(serve: Any, fetcher: Any) -> None:
    asked = 0

    async def feed(request: web.Request) -> web.Response:
        nonlocal asked
        asked += 1
        return web.Response(body=FEED)

    base = await serve({"/": feed})
    one = await fetcher(outbound=Outbound())
    for url in (
        f"{base}/",
        base.replace("127.0.0.1", "localhost") + "/",
        base.replace("127.0.0.1", "[::ffff:127.0.0.1]"),
    ):
        error = await failure(one, url)
        assert error.kind == "refused"
        assert "loopback" in error.reason
        assert "allow_private" in error.reason
    assert asked == 0


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (401, "http", "login"),
        (403, "http", "contact"),
        (404, "http", "moved"),
        (410, "gone", "will not come back"),
        (429, "rate_limited", "slow down"),
        (500, "http", "500 Internal Server Error"),
        (503, "http", "just now"),
        (204, "http", "204 No Content"),
        (302, "http", "302 Found"),
        (599, "http", "599"),
    ],
)
async def test_statuses(serve: Any, fetcher: Any, status: int, kind: str, words: str) -> None:
    async def feed(request: web.Request) -> web.Response:
        return web.Response(status=status, headers={"ETag": '"error"', "Retry-After": "120"})

    error = await failure(await fetcher(), await serve({"/": feed}) + "/")
    assert (error.kind, error.status, error.retry_after) == (kind, status, 120)
    assert words in error.reason


async def test_a_host_that_asks_for_rest_is_not_asked(serve: Any, fetcher: Any) -> None:
    asked = 0

    async def feed(request: web.Request) -> web.Response:
        nonlocal asked
        asked += 1
        return web.Response(status=429, headers={"Retry-After": "600"})

    base = await serve({"/{n}": feed})
    one = await fetcher()
    await failure(one, f"{base}/1")
    error = await failure(one, f"{base}/2")
    assert (asked, error.kind) == (1, "rate_limited")
    assert error.retry_after == pytest.approx(600, abs=5)


async def test_no_more_connections_to_a_host_than_allowed(serve: Any, fetcher: Any) -> None:
    busy, most = 0, 0

    async def feed(request: web.Request) -> web.Response:
        nonlocal busy, most
        busy += 1
        most = max(most, busy)
        await asyncio.sleep(0.02)
        busy -= 1
        return web.Response(body=FEED)

    base = await serve({"/{n}": feed})
    one = await fetcher(per_host=2)
    await asyncio.gather(*(one.fetch(Request(url=f"{base}/{n}")) for n in range(10)))
    assert most == 2


async def test_no_cookies_and_a_name(serve: Any, fetcher: Any) -> None:
    seen: list[tuple[str | None, str]] = []

    async def feed(request: web.Request) -> web.Response:
        seen.append((request.headers.get("Cookie"), request.headers["User-Agent"]))
        response = web.Response(body=FEED)
        response.set_cookie("id", "1")
        return response

    url = await serve({"/": feed}) + "/"
    one = await fetcher(contact="mailto:desk@example.com")
    await one.fetch(Request(url=url))
    await one.fetch(Request(url=url))
    assert [cookie for cookie, _ in seen] == [None, None]
    assert re.fullmatch(r"pactwatch/[\d.]+ \(\+mailto:desk@example\.com\)", seen[0][1])


def test_a_contact_cannot_break_the_header() -> None:
    assert "\n" not in user_agent("a\r\nX-Evil: 1)(")
    assert user_agent("").startswith("pactwatch/")


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SMTP ready\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X-Flood: y\r\n" * 5_000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 1_000_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: sdch\r\n\r\nx",
        b"HTTP/1.1 302 Found\r\nLocation: \x00\r\n\r\n",
        b"HTTP/1.1 999 \xff\xff\r\n\r\n",
    ],
)
async def test_answers_that_are_no_http(serve_raw: Any, fetcher: Any, answer: bytes) -> None:
    async def reply(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()

    error = await failure(await fetcher(), await serve_raw(reply) + "/")
    assert error.kind in ("protocol", "http", "redirect")


async def test_nobody_there(serve_raw: Any, fetcher: Any, unused_port: int) -> None:
    error = await failure(await fetcher(), f"http://127.0.0.1:{unused_port}/")
    assert error.kind == "connect"
    assert "Connection refused" in error.reason


@pytest.fixture
def unused_port() -> int:
    import socket

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.mark.parametrize(
    "url", ["", "feed.xml", "http://", "ftp://example.com/", "http://[", "http://a:b/", "http://\x00/"]
)
async def test_no_address(fetcher: Any, url: str) -> None:
    assert (await failure(await fetcher(), url)).kind in ("address", "refused")


async def test_a_password_is_not_shown(fetcher: Any, unused_port: int) -> None:
    error = await failure(await fetcher(), f"http://user:secret@127.0.0.1:{unused_port}/")
    assert "secret" not in str(error)


async def test_an_unknown_certificate_is_refused_and_a_ca_file_accepts_it(
    serve: Any, fetcher: Any, tmp_path: Path
) -> None:
    async def feed(request: web.Request) -> web.Response:
        return web.Response(body=FEED)

    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    url = await serve({"/": feed}, ssl=context) + "/"
    error = await failure(await fetcher(), url)
    assert error.kind == "tls"
    assert "certificate is not valid" in error.reason
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    assert (await (await fetcher(ca_file=tmp_path / "ca.pem")).fetch(Request(url=url))).body == FEED


async def test_a_certificate_for_another_name(serve: Any, fetcher: Any, tmp_path: Path) -> None:
    async def feed(request: web.Request) -> web.Response:
        return web.Response(body=FEED)

    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("other.example").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    error = await failure(await fetcher(ca_file=tmp_path / "ca.pem"), await serve({"/": feed}, ssl=context) + "/")
    assert error.kind == "tls"
    assert "127.0.0.1" in error.reason


async def test_through_a_proxy(serve: Any, fetcher: Any) -> None:
    asked: list[str] = []

    async def proxy(request: web.Request) -> web.Response:
        asked.append(request.raw_path)
        return web.Response(body=FEED)

    address = await serve({"/{tail:.*}": proxy})
    one = await fetcher(outbound=Outbound(), proxy=address)
    assert (await one.fetch(Request(url="http://feeds.example/a"))).body == FEED
    assert asked == ["http://feeds.example/a"]
    for refused in ("http://169.254.169.254/", "http://localhost/", f"{address}/"):
        assert (await failure(one, refused)).kind == "refused"
    assert len(asked) == 1


async def test_a_dead_proxy(fetcher: Any, unused_port: int) -> None:
    one = await fetcher(outbound=Outbound(), proxy=f"http://127.0.0.1:{unused_port}")
    error = await failure(one, "http://feeds.example/a")
    assert error.kind == "proxy"
    assert "settings.proxy" in error.reason
