"""What a feed is told about who asks: secrets by reference, sent to the feed's own origin alone, never shown."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass

from yarl import URL

from config.masking import HIDDEN
from config.references import reveal
from config.settings import Login


class Locked(Exception):
    """A reference leads to no secret, or to one that cannot be sent. Its text says which, never what."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Keys:
    """The secrets of one feed, for one request. Has no representation, so that no log can show it."""

    #: Scheme, host and port that the owner named.
    home: URL
    headers: Mapping[str, str]
    query: Mapping[str, str]
    #: Every secret as it is sent.
    secrets: tuple[str, ...]

    def fits(self, url: URL) -> bool:
        """Whether an address is the feed's own: the same origin, or the same host by https where http was named."""
        home, there = _origin(self.home), _origin(url)
        return there in (home, ("https", home[1], 443) if home[0] == "http" and home[2] == 80 else home)

    def dressed(self, url: URL) -> URL:
        """The address with its secret parameters, as it is asked; only for one that `fits`."""
        return url.update_query(dict(self.query)) if self.query else url

    def undressed(self, url: URL) -> URL:
        """The address without them: servers repeat parameters in redirects, and addresses are stored and shown."""
        return url.without_query_params(*self.query) if self.query else url

    def scrubbed(self, text: str) -> str:
        """A text in which no secret stands."""
        for secret in self.secrets:
            text = text.replace(secret, HIDDEN)
        return text


def unlock(login: Login, home: str, env: Mapping[str, str]) -> Keys:
    """The secrets behind a login's references. `home` is the address that the owner wrote. Raises Locked."""
    headers = {name: _secret(reference, env) for name, reference in login.headers.items()}
    query = {name: _secret(reference, env) for name, reference in login.query.items()}
    secrets = [*headers.values(), *query.values()]
    if login.user and login.password:
        password = _secret(login.password, env)
        packed = b64encode(f"{login.user}:{password}".encode()).decode()
        headers["Authorization"] = f"Basic {packed}"
        secrets += [password, packed]
    if login.token:
        token = _secret(login.token, env)
        headers["Authorization"] = f"Bearer {token}"
        secrets.append(token)
    return Keys(home=URL(home), headers=headers, query=query, secrets=tuple(sorted(secrets, key=len, reverse=True)))


def _origin(url: URL) -> tuple[str, str, int | None]:
    return url.scheme, (url.raw_host or "").lower(), url.port


def _secret(reference: str, env: Mapping[str, str]) -> str:
    found = (reveal(reference, env) or "").strip()
    if not found:
        raise Locked(f"its login cannot be had: {reference} leads to no secret")
    if not found.isprintable():
        raise Locked(f"its login cannot be sent: what {reference} leads to has line breaks or controls")
    return found
