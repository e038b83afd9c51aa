"""One request to an OpenAI-compatible endpoint, bounded in time and size, and what its answer says."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final

import aiohttp
from yarl import URL

from config.outbound import Outbound, refusal
from config.settings import Second, Settings
from monitor.second.form import schema
from monitor.second.prompt import messages
from monitor.types import Article

#: Bytes of an answer; sixty claims have a tenth of it.
MAX_ANSWER: Final = 1_000_000
#: Statuses by which an endpoint says that it does not know a parameter.
UNKNOWN_PARAMETER: Final = frozenset({400, 415, 422, 501})
#: What a status means, where more can be said than its number.
MEANING: Final = {
    401: "it does not accept the key (reading.second.key)",
    403: "it does not accept the key (reading.second.key)",
    404: "there is no such endpoint or model (reading.second.url and model)",
    429: "too many requests, or nothing left to spend",
}


class NoAnswer(Exception):
    """The second reader said nothing that can be used. Its text says why, in plain words, and holds no secret."""

    def __init__(self, reason: str, *, retry_after: float | None = None, status: int | None = None) -> None:
        super().__init__(reason)
        #: Seconds that the endpoint asked us to wait.
        self.retry_after = retry_after
        self.status = status


class Asker:
    """Asks one endpoint. What of the protocol it knows is found out by the first request and kept.

    The endpoint is the owner's own choice and may be private; redirects are not followed, so that neither article nor
    key goes anywhere else.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._how = settings.reading.second
        self._url = endpoint(self._how)
        #: Which of `forms` the endpoint answers; those before it were turned down.
        self._step = 0

    async def ask(self, article: Article) -> str:
        """The text of its answer about an article. Raises NoAnswer."""
        try:
            async with asyncio.timeout(self._how.timeout):
                return await self._tried(article)
        except TimeoutError:
            raise NoAnswer(f"no answer within {self._how.timeout:g} s (reading.second.timeout)") from None

    async def _tried(self, article: Article) -> str:
        requests = forms(self._how, article)
        async with aiohttp.ClientSession(
            connector=self._connector(), cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=True
        ) as session:
            # Kept only once it brought an answer: a 400 can be about this article, too.
            for step in range(self._step, len(requests)):
                try:
                    answer = await self._post(session, requests[step])
                except NoAnswer as error:
                    if error.status not in UNKNOWN_PARAMETER or step + 1 == len(requests):
                        raise
                else:
                    self._step = step
                    return answer
        raise AssertionError("the last form brings an answer or raises")

    async def _post(self, session: aiohttp.ClientSession, body: Mapping[str, Any]) -> str:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self._how.key is not None:
            headers["Authorization"] = f"Bearer {self._how.key.get_secret_value()}"
        try:
            async with session.post(
                self._url, json=body, headers=headers, allow_redirects=False, ssl=self._tls,
                proxy=None if self._is_local() else self._settings.proxy,
                timeout=aiohttp.ClientTimeout(total=None),
            ) as response:  # fmt: skip
                raw = await response.content.read(MAX_ANSWER + 1)
                while len(raw) <= MAX_ANSWER and (more := await response.content.read(MAX_ANSWER + 1 - len(raw))):
                    raw += more
                if response.status != 200:
                    raise _turned_down(response.status, response.headers.get("Retry-After"))
        except (aiohttp.ClientError, OSError, ValueError) as error:
            refused = refusal(error)
            raise NoAnswer(str(refused) if refused else f"no connection: {_short(error)}") from error
        if len(raw) > MAX_ANSWER:
            raise NoAnswer("its answer is too long")
        return content(raw)

    def _connector(self) -> aiohttp.TCPConnector:
        host = URL(self._url).raw_host or ""
        outbound = Outbound((*self._settings.allow_private, host))
        return outbound.connector(proxy=None if self._is_local() else self._settings.proxy)

    def _is_local(self) -> bool:
        return (URL(self._url).raw_host or "") in ("localhost", "127.0.0.1", "::1")

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        made = ssl.create_default_context()
        if self._settings.ca_file is not None:
            made.load_verify_locations(self._settings.ca_file)
        return made


def endpoint(how: Second) -> str:
    """Where requests go: `<url>/chat/completions`, also where the owner wrote that already."""
    base = (how.url or "").rstrip("/")
    return base if base.endswith("/chat/completions") else f"{base}/chat/completions"


def forms(how: Second, article: Article) -> list[dict[str, Any]]:
    """The request in the form that binds the model most, then with less, for endpoints that know no more."""
    bare: dict[str, Any] = {"model": how.model, "messages": messages(article, how.max_characters), "stream": False}
    plain = bare | {"temperature": 0, "max_tokens": how.max_tokens}
    strict = {"name": "claims", "strict": True, "schema": schema()}
    return [
        plain | {"response_format": {"type": "json_schema", "json_schema": strict}},
        plain | {"response_format": {"type": "json_object"}},
        plain,
        bare | {"max_completion_tokens": how.max_tokens},
    ]


def content(raw: bytes) -> str:
    """The text that an answer's first choice holds. Raises NoAnswer for refusals and for what is no such answer."""
    try:
        answer = json.loads(raw)
        choice = answer["choices"][0]
        message = choice["message"]
    except (ValueError, RecursionError, LookupError, TypeError) as error:
        raise NoAnswer("its answer is not in the form of a chat completion") from error
    if not isinstance(message, dict):
        raise NoAnswer("its answer is not in the form of a chat completion")
    if message.get("refusal") or choice.get("finish_reason") == "content_filter":
        raise NoAnswer("it refuses to read this article")
    if choice.get("finish_reason") == "length":
        raise NoAnswer("its answer was cut off (reading.second.max_tokens)")
    text = message.get("content")
    if isinstance(text, list):
        text = "".join(str(part.get("text", "")) for part in text if isinstance(part, dict))
    if not isinstance(text, str) or not text.strip():
        raise NoAnswer("its answer is empty")
    return text


def _turned_down(status: int, retry_after: str | None) -> NoAnswer:
    meaning = MEANING.get(status) or ("it redirects, which is not followed" if 300 <= status < 400 else "")
    wait = float(retry_after) if retry_after and retry_after.strip().isdigit() else None
    return NoAnswer(f"it answers {status}" + (f": {meaning}" if meaning else ""), retry_after=wait, status=status)


def _short(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
