"""What all channels have in common: the time limit, errors as answers, and answers without secrets."""

from __future__ import annotations

import asyncio
import ssl
from abc import ABC, abstractmethod
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from alerts.types import Alert, Answer
from config.outbound import Outbound, refusal
from config.settings import Settings, Subscription

#: Characters of an answer that are kept.
DETAIL = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One alert on its way to one subscription."""

    #: The delivery's id, the same at every attempt.
    id: str
    alert: Alert
    subscription: Subscription
    #: Why the subscription gets it.
    reason: str
    #: The wall clock at this attempt. Receivers compare it with theirs, so it is never a simulated one.
    at: datetime
    #: 1 at the first attempt.
    attempt: int = 1
    #: The id of the earlier message that this one follows.
    follows: str | None = None
    #: The code by which the reader ends the subscription; empty where nobody need be asked.
    leave: str = ""


class Channel(ABC):
    """One way to reach people or programs. A subclass says how to make one attempt; the rest is here."""

    def __init__(self, settings: Settings, outbound: Outbound) -> None:
        self.settings = settings
        self.outbound = outbound

    @property
    def timeout(self) -> float:
        """Seconds for one attempt, connecting included."""
        return self.settings.delivery.timeout

    @abstractmethod
    def target(self, subscription: Subscription) -> str:
        """What is slow or down together: a server. Deliveries to different targets never wait for each other."""

    @abstractmethod
    async def attempt(self, message: Message) -> Answer:
        """One try. May raise: what it raises becomes a failure that is tried again."""

    def secrets(self, message: Message) -> Iterable[str]:
        """What must never be seen in an answer, should the other side repeat it."""
        return [secret for secret in (_revealed(message.subscription),) if secret]

    async def send(self, message: Message) -> Answer:
        """One try, at most `timeout` seconds long. Raises nothing but cancellation."""
        try:
            async with asyncio.timeout(self.timeout):
                answer = await self.attempt(message)
        except TimeoutError:
            answer = Answer(ok=False, detail=f"no answer within {self.timeout:g} s")
        except Exception as error:
            answer = Answer(ok=False, detail=describe(error))
        return replace(answer, detail=clean(answer.detail, self.secrets(message)))

    async def prepare(self) -> None:  # noqa: B027 - most channels have nothing to make ready
        """Make ready what a first message would wait for. Raises nothing: what is wrong is told by the attempt."""

    async def close(self) -> None:  # noqa: B027 - most channels keep nothing open
        """Give connections back."""


def _revealed(subscription: Subscription) -> str | None:
    return subscription.secret.get_secret_value() if subscription.secret else None


def describe(error: Exception) -> str:
    """An error in words: the refusal behind it where there is one, otherwise its message or at least its kind."""
    refused = refusal(error)
    if refused is not None:
        return str(refused)
    return str(error) or type(error).__name__


def clean(text: str, secrets: Iterable[str] = ()) -> str:
    """One line of at most `DETAIL` characters; of each secret only the last four characters are left."""
    parts = {part for secret in secrets for part in (secret, *secret.split()) if len(part) >= 4}
    for part in sorted(parts, key=len, reverse=True):
        text = text.replace(part, masked(part))
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= DETAIL else line[: DETAIL - 1] + "…"


def masked(secret: str) -> str:
    """A secret as it may be shown: its last four characters, or nothing of one that is short."""
    return f"…{secret[-4:]}" if len(secret) >= 12 else "…"


#: A file of certificates, as it was when it was read.
_Stamp = tuple[str, int, int]
#: The last context, by the files that it was made of.
_trusts: dict[tuple[_Stamp, ...], ssl.SSLContext] = {}


async def trust(settings: Settings) -> ssl.SSLContext:
    """Which certificates are believed: the system's, and those of `settings.ca_file`. Raises OSError for a bad file.

    To read them takes tens of milliseconds in which nothing else would go on: it is done in a thread, and again only
    when a file has changed.
    """
    files = _stamps(settings.ca_file)
    context = _trusts.get(files)
    if context is None:
        context = await asyncio.to_thread(_believing, settings.ca_file)
        _trusts.clear()
        _trusts[files] = context
    return context


async def prepare_trust(settings: Settings) -> None:
    """Reads the certificates before they are needed. Raises nothing."""
    with suppress(OSError):
        await trust(settings)


def _stamps(ca_file: Path | None) -> tuple[_Stamp, ...]:
    system = ssl.get_default_verify_paths().cafile
    named = ([Path(system)] if system else []) + ([ca_file] if ca_file else [])
    return tuple((str(path), (stat := path.stat()).st_mtime_ns, stat.st_size) for path in named)


def _believing(ca_file: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    return context


@cache
def user_agent(contact: str = "") -> str:
    """`pactwatch/0.1.0 (+contact)`."""
    try:
        number = version("pactwatch")
    except PackageNotFoundError:
        number = "dev"
    return f"pactwatch/{number}" + (f" (+{contact})" if contact else "")
