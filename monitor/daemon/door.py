"""The few pages by which readers say yes and no: confirm, unsubscribe (RFC 8058), and the feeds of changes.

Open only where `settings.http.listen` is set. A GET changes nothing, for mail scanners follow links; a POST does.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Callable
from datetime import datetime
from functools import partial
from html import escape

from aiohttp import web
from sqlalchemy import Connection

from alerts import directory
from config.references import reveal
from config.settings import Config
from monitor.announce.standing import greet
from monitor.store import Store

PAGE = (
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    '<meta name="robots" content="noindex"><title>pactwatch</title></head>'
    '<body style="font-family:sans-serif; max-width:32em; margin:3em auto; padding:0 1em">{body}</body></html>'
)
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
FEED = re.compile(r"[a-z0-9][a-z0-9-]*\.(atom|json)")
TYPES = {"atom": "application/atom+xml", "json": "application/feed+json"}


class Door:
    """The web server. `config` is asked at each request."""

    def __init__(
        self,
        store: Store,
        config: Callable[[], Config],
        clock: Callable[[], datetime],
        more: Callable[[web.UrlDispatcher], None] = lambda _: None,
    ) -> None:
        """`more` adds routes of other rooms, such as the callback of hubs."""
        self._store = store
        self._more = more
        self._config = config
        self._clock = clock
        self._runner: web.AppRunner | None = None
        #: What it listens on, `HOST:PORT`; None while it is shut.
        self._listen: str | None = None

    async def open(self, listen: str | None) -> int | None:
        """Listen there, and nowhere else; the port, None where it is shut. Raises OSError where it cannot."""
        if listen != self._listen:
            await self.close()
        if listen is None or self._runner is not None:
            return self.port
        app = web.Application(client_max_size=16_000)
        app.router.add_get("/{act:confirm|unsubscribe}/{code}", self._ask)
        app.router.add_post("/{act:confirm|unsubscribe}/{code}", self._do)
        app.router.add_get("/feeds/{name}", self._feed)
        self._more(app.router)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=2)
        await runner.setup()
        host, _, port = listen.rpartition(":")
        try:
            await web.TCPSite(runner, host.strip("[]"), int(port)).start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner, self._listen = runner, listen
        return self.port

    @property
    def port(self) -> int | None:
        return int(self._runner.addresses[0][1]) if self._runner else None

    async def close(self) -> None:
        runner, self._runner, self._listen = self._runner, None, None
        if runner is not None:
            await runner.cleanup()

    async def _ask(self, request: web.Request) -> web.Response:
        """A page with one button: the same address, by POST."""
        act, code = request.match_info["act"], request.match_info["code"]
        what = "Get these alerts?" if act == "confirm" else "Get no more of these alerts?"
        button = "Yes, send them" if act == "confirm" else "Unsubscribe"
        form = f'<form method="post" action="/{act}/{escape(code)}"><button>{button}</button></form>'
        return _page(f"<h1>{what}</h1>{form}")

    async def _do(self, request: web.Request) -> web.Response:
        act = self._confirm if request.match_info["act"] == "confirm" else self._leave
        done = await asyncio.to_thread(self._write, act, request.match_info["code"])
        if done is None:
            return _page("<h1>This link is not valid</h1><p>It was used, is too old, or is not whole.</p>", 404)
        said = "You are told from now on." if act == self._confirm else "Nothing more will be sent to you."
        return _page(f"<h1>Done</h1><p>{said}</p>")

    def _write(self, act: Callable[[Connection, str], str | None], code: str) -> str | None:
        with self._store.begin() as connection:
            return act(connection, code)

    def _confirm(self, connection: Connection, code: str) -> str | None:
        now = self._clock()
        name = directory.confirm(connection, code, now)
        if name is not None:
            config = directory.effective(connection, self._config(), partial(reveal, env=os.environ))
            greet(connection, config, name, now)
        return name

    def _leave(self, connection: Connection, code: str) -> str | None:
        return directory.leave(connection, self._config(), code, self._clock())

    async def _feed(self, request: web.Request) -> web.StreamResponse:
        name, folder = request.match_info["name"], self._config().settings.publish
        path = folder / name if folder and FEED.fullmatch(name) else None
        if path is None or not path.is_file():
            return _page("<h1>There is no such feed</h1>", 404)
        return web.FileResponse(path, headers={"Content-Type": TYPES[path.suffix[1:]], "Cache-Control": "max-age=60"})


def _page(body: str, status: int = 200) -> web.Response:
    return web.Response(text=PAGE.format(body=body), content_type="text/html", status=status, headers=HEADERS)
