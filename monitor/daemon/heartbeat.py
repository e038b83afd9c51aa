"""Calls the owner's heartbeat URL, so that somebody else notices when the calls cease."""

from __future__ import annotations

import os

import aiohttp

from config.outbound import Outbound, refusal

#: Seconds for the whole call.
TIMEOUT = 10.0


async def beat(url: str, outbound: Outbound, *, agent: str, proxy: str | None = None) -> str | None:
    """Ask for the URL once. None when it was well, otherwise why not, without the URL (its path is a secret)."""
    timeout = aiohttp.ClientTimeout(total=TIMEOUT)
    try:
        async with (
            aiohttp.ClientSession(
                connector=outbound.connector(proxy=proxy, limit=1), timeout=timeout, headers={"User-Agent": agent}
            ) as session,
            session.get(url, proxy=proxy) as answer,
        ):
            return None if answer.status < 400 else f"it answered {answer.status}"
    except TimeoutError:
        return f"no answer within {TIMEOUT:g} s"
    except (aiohttp.ClientError, OSError, ValueError) as error:
        if refused := refusal(error):
            return refused.reason
        # Only the kind of a ValueError: aiohttp quotes the URL in it.
        return type(error).__name__ if isinstance(error, ValueError) else _plain(error)


def _plain(error: BaseException) -> str:
    inner = getattr(error, "os_error", None) or error
    number = getattr(inner, "errno", None)
    return os.strerror(number).lower() if isinstance(number, int) and number > 0 else type(inner).__name__
