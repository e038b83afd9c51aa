"""Calls the owner's heartbeat URL, so that somebody else notices when the calls cease."""

from __future__ import annotations

import os

import aiohttp

from alerts.channels.base import trust, user_agent
from config.outbound import Outbound, refusal
from config.settings import Settings

#: Seconds for the whole call.
TIMEOUT = 10.0


async def beat(settings: Settings, outbound: Outbound) -> str | None:
    """Ask for `settings.heartbeat_url` once.

    None when it was well, otherwise why not, without the URL, whose path is a secret. Raises nothing.
    """
    try:
        connector = outbound.connector(proxy=settings.proxy, limit=1)
        async with (
            aiohttp.ClientSession(
                connector=connector,
                timeout=aiohttp.ClientTimeout(total=TIMEOUT),
                headers={"User-Agent": user_agent(settings.contact)},
            ) as session,
            session.get(settings.heartbeat_url or "", proxy=settings.proxy, ssl=await trust(settings)) as answer,
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
