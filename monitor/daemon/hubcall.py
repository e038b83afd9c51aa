"""One request to a WebSub hub. The hub's address is a stranger's, so it is judged like a feed's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import aiohttp
from yarl import URL

from alerts.channels.base import trust
from config.outbound import Outbound
from config.settings import Settings
from monitor.feeds.fetch import user_agent
from monitor.feeds.trouble import FetchError, of_exception, of_status

#: Seconds for the whole request, and redirects that are followed; only 307 and 308 keep a POST one (WebSub, 5.1).
TIMEOUT: Final = 10.0
REDIRECTS: Final = 3
KEEPING: Final = frozenset({307, 308})


async def post(hub: str, form: Mapping[str, str], settings: Settings, outbound: Outbound) -> None:
    """Asks a hub; it comes back to us later to verify that it was us. Raises FetchError, and nothing else."""
    try:
        async with aiohttp.ClientSession(
            connector=outbound.connector(proxy=settings.proxy, limit=1),
            timeout=aiohttp.ClientTimeout(total=TIMEOUT),
            headers={"User-Agent": user_agent(settings.contact)},
            cookie_jar=aiohttp.DummyCookieJar(),
        ) as session:
            await _post(session, hub, form, settings, outbound)
    except FetchError:
        raise
    except Exception as error:
        raise of_exception(error, hub, TIMEOUT) from error


async def _post(
    session: aiohttp.ClientSession, hub: str, form: Mapping[str, str], settings: Settings, outbound: Outbound
) -> None:
    target = URL(hub)
    for _ in range(REDIRECTS + 1):
        outbound.check_url(target)
        async with session.post(
            target, data=dict(form), allow_redirects=False, ssl=await trust(settings), proxy=settings.proxy
        ) as answer:
            if answer.status in KEEPING and "Location" in answer.headers:
                there = target.join(URL(answer.headers["Location"]))
                if target.scheme == "https" and there.scheme != "https":
                    raise FetchError(hub, "it redirects from https to http, where a secret would be read", "redirect")
                target = there
                continue
            if not 200 <= answer.status < 300:
                raise of_status(hub, answer.status, None)
            return
    raise FetchError(hub, f"more than {REDIRECTS} redirects", "redirect")
