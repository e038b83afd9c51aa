"""The article behind a link, with each misfortune that it can meet, against a real server."""

from __future__ import annotations

import socket
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from config.outbound import Outbound
from monitor.feeds.page import MAX_BYTES, PageError, Pages, judge

NOW = datetime(2025, 11, 3, 12, tzinfo=UTC)

TITLE = "US cuts tariff on Korean cars"
SUMMARY = "The United States will cut its tariff on Korean cars to 15 percent, officials said on Friday."
PARAGRAPHS = (
    "The United States will cut its tariff on Korean cars to 15 percent from 25 percent, officials in Seoul said.",
    "In return, Korea pledged to invest $350 billion in American industry, $200 billion of it in cash and in steps.",
    "The annual amount is capped at $20 billion, the trade ministry added on Friday after weeks of tense talks.",
)
MENU = "".join(f"<li><a href='/s/{n}'>Section number {n}</a></li>" for n in range(20))


def article(*paragraphs: str, head: str = "", rest: str = "") -> str:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return (
        f"<!doctype html><html><head><title>{TITLE}</title>{head}</head><body><nav><ul>{MENU}</ul></nav>"
        f"<article><h1>{TITLE}</h1>{text}</article>{rest}<footer>All rights reserved by nobody in particular.</footer>"
        "</body></html>"
    )


def answering(body: str | bytes, content_type: str = "text/html; charset=utf-8", status: int = 200) -> Any:
    async def answer(request: web.Request) -> web.Response:
        raw = body.encode() if isinstance(body, str) else body
        return web.Response(body=raw, status=status, headers={"Content-Type": content_type})

    return answer


@pytest.fixture
async def pages(fetcher: Any) -> Any:
    async with Pages(await fetcher(), lambda: NOW) as made:
        yield made


async def failure(pages: Pages, url: str, summary: str = SUMMARY) -> PageError:
    with pytest.raises(PageError) as caught:
        await pages.get(url, TITLE, summary)
    assert str(caught.value)
    return caught.value


async def test_the_body_is_read_and_nothing_around_it(serve: Any, pages: Pages) -> None:
    base = await serve({"/1": answering(article(*PARAGRAPHS))})
    page = await pages.get(f"{base}/1", TITLE, SUMMARY)
    for paragraph in PARAGRAPHS:
        assert paragraph in page.text
    assert not page.text.startswith(TITLE), "the item has it already"
    assert "Section number" not in page.text
    assert "rights reserved" not in page.text
    assert page.url == f"{base}/1"


async def test_a_page_is_asked_for_as_a_page(serve: Any, pages: Pages) -> None:
    seen: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(request.headers["Accept"])
        return web.Response(text=article(*PARAGRAPHS), content_type="text/html")

    base = await serve({"/1": answer})
    await pages.get(f"{base}/1", TITLE, SUMMARY)
    assert seen[0].startswith("text/html")


async def test_robots_are_obeyed_and_the_page_is_never_asked_for(serve: Any, pages: Pages) -> None:
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(text=article(*PARAGRAPHS), content_type="text/html")

    rules = answering("User-agent: *\nDisallow: /closed\n", "text/plain")
    base = await serve({"/robots.txt": rules, "/closed/1": answer, "/open": answer})
    error = await failure(pages, f"{base}/closed/1")
    assert "robots.txt" in str(error)
    assert not error.passing
    assert asked == []
    await pages.get(f"{base}/open", TITLE, SUMMARY)
    assert asked == ["/open"]


async def test_a_redirect_into_what_robots_forbid_is_not_followed(serve: Any, pages: Pages) -> None:
    asked: list[str] = []

    async def away(request: web.Request) -> web.Response:
        raise web.HTTPFound("/closed/1")

    async def closed(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(text=article(*PARAGRAPHS), content_type="text/html")

    rules = answering("User-agent: *\nDisallow: /closed\n", "text/plain")
    base = await serve({"/robots.txt": rules, "/1": away, "/closed/1": closed})
    assert "robots.txt" in str(await failure(pages, f"{base}/1"))
    assert asked == []


@pytest.mark.parametrize(
    ("status", "passing"), [(404, False), (403, False), (402, False), (410, False), (500, True), (503, True)]
)
async def test_an_error_of_the_server(status: int, passing: bool, serve: Any, pages: Pages) -> None:
    base = await serve({"/1": answering("no", status=status)})
    error = await failure(pages, f"{base}/1")
    assert str(status) in str(error)
    assert error.passing is passing
    assert "feed may have moved" not in str(error)


async def test_a_paywall_with_less_text_than_the_summary(serve: Any, pages: Pages) -> None:
    stub = article("Subscribe to go on reading.")
    base = await serve({"/1": answering(stub)})
    error = await failure(pages, f"{base}/1")
    assert "paywall" in str(error)
    assert not error.passing


async def test_a_consent_page_that_is_longer_than_the_summary(serve: Any, pages: Pages) -> None:
    consent = article(
        "We and our 842 partners value your privacy and store cookies on your device to show personal advertising.",
        "You can withdraw your consent at any time in the settings, where the purposes of processing are explained.",
    )
    base = await serve({"/1": answering(consent)})
    assert "something else" in str(await failure(pages, f"{base}/1"))


async def test_a_huge_page_is_stopped(serve: Any, pages: Pages) -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/html"})
        await response.prepare(request)
        for _ in range(MAX_BYTES // 100_000 + 20):
            await response.write(b"<p>tariff</p>" * 7_693)
        return response

    base = await serve({"/1": endless})
    error = await failure(pages, f"{base}/1")
    assert "larger than 5 MB" in str(error)
    assert not error.passing


@pytest.mark.parametrize(
    ("text", "encoding", "content_type", "meta"),
    [
        ("관세를 15 percent로 낮추기로 합의했다", "euc-kr", "text/html", "euc-kr"),
        ("관세를 15 percent로 낮추기로 합의했다", "euc-kr", "text/html; charset=utf-8", "euc-kr"),
        ("관세를 15 percent로 낮추기로 합의했다", "utf-8", "text/html; charset=iso-8859-1", ""),
        ("Zölle und Abgaben über 15 Prozent", "iso-8859-1", "text/html; charset=utf-8", "iso-8859-1"),
        ("Zölle und Abgaben über 15 Prozent", "iso-8859-1", "text/html; charset=iso-8859-1", "utf-8"),
    ],
)
async def test_a_wrong_charset(
    text: str, encoding: str, content_type: str, meta: str, serve: Any, pages: Pages
) -> None:
    head = f'<meta http-equiv="Content-Type" content="text/html; charset={meta}">' if meta else ""
    body = article(*PARAGRAPHS, text, head=head).encode(encoding)
    base = await serve({"/1": answering(body, content_type)})
    assert text in (await pages.get(f"{base}/1", TITLE, SUMMARY)).text


async def test_a_page_that_is_mostly_script(serve: Any, pages: Pages) -> None:
    script = "<script>var x = '<p>a tariff of 99 percent on Swiss watches</p>'; if (a < b) { c() }</script>"
    style = "<style>p::after { content: 'tariff 88 percent' }</style>"
    noise = (script + style) * 1_000
    body = article(*PARAGRAPHS, head=noise, rest=noise + "<noscript>Turn on JavaScript: 77 percent</noscript>")
    base = await serve({"/1": answering(body)})
    text = (await pages.get(f"{base}/1", TITLE, SUMMARY)).text
    assert PARAGRAPHS[1] in text
    assert not any(figure in text for figure in ("99 percent", "88 percent", "77 percent"))


async def test_what_is_no_web_page(serve: Any, pages: Pages) -> None:
    base = await serve(
        {
            "/pdf": answering(b"%PDF-1.7 \0\0", "application/pdf"),
            "/json": answering('{"a": 1}', "application/json"),
            "/bytes": answering(bytes(range(256)) * 20, "application/octet-stream"),
            "/empty": answering("", "text/html"),
        }
    )
    assert "application/pdf" in str(await failure(pages, f"{base}/pdf"))
    assert "no web page" in str(await failure(pages, f"{base}/json"))
    assert "no web page" in str(await failure(pages, f"{base}/bytes"))
    assert "no article" in str(await failure(pages, f"{base}/empty"))


class Recording(AbstractResolver):
    """Answers every name with an address of the inside, and notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked.append(host)
        answer = ResolveResult(hostname=host, host="10.0.0.7", port=port, family=socket.AF_INET, proto=0, flags=0)
        return [answer]

    async def close(self) -> None:
        pass


async def test_a_redirect_to_a_private_address_is_refused(
    serve: Any, fetcher: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialled: list[str] = []
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        dialled.append(address[0])
        real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)

    async def inside(request: web.Request) -> web.Response:
        raise web.HTTPFound("http://intranet.example/article")

    async def metadata(request: web.Request) -> web.Response:
        raise web.HTTPFound("http://169.254.169.254/latest/meta-data/")

    base = await serve({"/inside": inside, "/metadata": metadata})
    resolver = Recording()
    one = await fetcher(outbound=Outbound(["127.0.0.0/8"], resolver=resolver))
    async with Pages(one, lambda: NOW) as pages:
        error = await failure(pages, f"{base}/inside")
        assert "10.0.0.7 is a private address" in str(error)
        assert not error.passing
        assert "metadata address" in str(await failure(pages, f"{base}/metadata"))
    assert resolver.asked == ["intranet.example"]
    assert set(dialled) == {"127.0.0.1"}


async def test_nobody_answers(pages: Pages) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        error = await failure(pages, f"http://127.0.0.1:{port}/1")
    assert error.passing


def test_an_article_may_say_more_than_the_feed_but_not_something_else() -> None:
    judge(" ".join(PARAGRAPHS), TITLE, SUMMARY)
    judge("Anything at all", "", "")
    with pytest.raises(PageError, match="something else"):
        judge("word " * 100, TITLE, SUMMARY)
    with pytest.raises(PageError, match="no article"):
        judge("", TITLE, SUMMARY)
    with pytest.raises(PageError, match="paywall"):
        judge(SUMMARY[:-1], TITLE, SUMMARY)
