"""Feeds with a login: the feed's own host is told who asks, and nobody else sees a secret, on no way."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from pydantic import ValidationError
from yarl import URL

from config.settings import Feed, Login
from monitor.feeds.credentials import Keys, Locked, unlock
from monitor.feeds.fetch import FetchError, Request

SECRET = "s3cr3t & more"
ENV = {"KEY": SECRET, "EMPTY": "", "LINES": "a\nb"}
BASIC = "Basic " + base64.b64encode(f"desk:{SECRET}".encode()).decode()


def keys(home: str, **login: Any) -> Keys:
    return unlock(Login(**login), home, ENV)


@pytest.mark.parametrize(
    ("login", "expected"),
    [
        ({"user": "desk", "password": "env:KEY"}, {"Authorization": BASIC}),
        ({"token": "env:KEY"}, {"Authorization": f"Bearer {SECRET}"}),
        ({"headers": {"X-Api-Key": "env:KEY"}}, {"X-Api-Key": SECRET}),
        ({"query": {"key": "env:KEY"}}, {"key": SECRET}),
    ],
)
async def test_a_login_reaches_the_feed(serve: Any, fetcher: Any, login: Any, expected: dict[str, str]) -> None:
    async def feed(request: web.Request) -> web.Response:
        seen = dict(request.headers) | dict(request.query)
        good = all(seen.get(name) == value for name, value in expected.items())
        return web.Response(text="<rss/>", status=200 if good else 401)

    url = await serve({"/feed": feed}) + "/feed"
    one = await fetcher()
    got = await one.fetch(Request(url=url, keys=keys(url, **login)))
    assert (got.status, got.url, got.moved_to) == (200, url, None)
    with pytest.raises(FetchError) as without:
        await one.fetch(Request(url=url))
    assert "it asks for a login" in without.value.reason
    with pytest.raises(FetchError) as wrong:
        await one.fetch(Request(url=url, keys=unlock(Login(token="env:KEY"), url, {"KEY": "other"})))
    assert "does not accept the feed's login" in wrong.value.reason


async def test_another_host_on_the_way_is_told_nothing(serve: Any, fetcher: Any) -> None:
    seen: list[tuple[str, str | None, str]] = []

    async def stranger(request: web.Request) -> web.Response:
        seen.append(("stranger", request.headers.get("Authorization"), request.query_string))
        return web.Response(text="<rss/>")

    other = await serve({"/feed": stranger})

    async def own(request: web.Request) -> web.Response:
        seen.append(("own", request.headers.get("Authorization"), request.query_string))
        # As careless servers do: what came in goes out again.
        return web.Response(status=301, headers={"Location": f"{other}/feed?{request.query_string}&page=2"})

    url = await serve({"/feed": own}) + "/feed"
    secret = keys(url, token="env:KEY", query={"key": "env:KEY"})
    got = await (await fetcher()).fetch(Request(url=url, keys=secret))
    assert seen[0][:2] == ("own", f"Bearer {SECRET}") and "key=" in seen[0][2]
    assert seen[1] == ("stranger", None, "page=2")
    assert got.moved_to == got.url == f"{other}/feed?page=2"


async def test_no_error_shows_a_secret(serve: Any, fetcher: Any) -> None:
    async def echo(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": f"ftp://{request.query['key']}.example/"})

    url = await serve({"/feed": echo}) + "/feed"
    one = unlock(Login(query={"key": "env:KEY"}), url, {"KEY": "hunter2"})
    with pytest.raises(FetchError) as caught:
        await (await fetcher()).fetch(Request(url=url, keys=one))
    assert "hunter2" not in caught.value.reason + str(caught.value)
    assert "hunter2" not in repr(one) + str(one)


@pytest.mark.parametrize(
    ("home", "there", "fits"),
    [
        ("https://a.example/f", "https://a.example/other?x", True),
        ("https://a.example/f", "https://a.example:443/f", True),
        ("https://a.example/f", "http://a.example/f", False),
        ("http://a.example/f", "https://a.example/f", True),
        ("http://a.example:8080/f", "https://a.example/f", False),
        ("https://a.example/f", "https://a.example:8443/f", False),
        ("https://a.example/f", "https://sub.a.example/f", False),
        ("https://a.example/f", "https://a.example.evil.example/f", False),
        ("https://a.example/f", "https://A.EXAMPLE/f", True),
    ],
)
def test_which_addresses_are_the_feeds_own(home: str, there: str, fits: bool) -> None:
    assert keys(home, token="env:KEY").fits(URL(there)) is fits


def test_secrets_come_from_files_too(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("from a file\n")
    path.chmod(0o600)
    found = unlock(Login(token=f"file:{path}"), "https://a.example/", {})
    assert found.headers == {"Authorization": "Bearer from a file"}


@pytest.mark.parametrize("reference", ["env:EMPTY", "env:MISSING", "file:/nowhere/at/all", "env:LINES"])
def test_a_reference_that_leads_nowhere_is_told_by_name(reference: str) -> None:
    with pytest.raises(Locked) as caught:
        unlock(Login(token=reference), "https://a.example/", ENV)
    assert reference in str(caught.value)
    assert "a\nb" not in str(caught.value)


@pytest.mark.parametrize(
    "login",
    [
        {}, {"user": "desk"}, {"password": "env:KEY"}, {"token": "hunter2"}, {"token": "env:"}, {"token": "file:a"},
        {"user": "desk", "password": "env:A", "token": "env:B"}, {"headers": {"Host": "env:A"}},
        {"headers": {"A: b\r\nC": "env:A"}}, {"token": "env:A", "headers": {"authorization": "env:B"}, "user": "x"},
    ],
)  # fmt: skip
def test_logins_that_make_no_sense_are_refused_without_being_repeated(login: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as caught:
        Feed.model_validate({"name": "A", "url": "https://a.example/", "login": login})
    assert all("hunter2" not in str(one["ctx"]) + one["msg"] for one in caught.value.errors())
