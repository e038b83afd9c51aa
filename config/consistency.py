"""What no single entry can know: whether entries, settings and the machine fit each other."""

from __future__ import annotations

import base64
import binascii
import os
import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from config.durations import short
from config.masking import secret_parameters
from config.problems import Problem, did_you_mean
from config.references import UNKNOWN
from config.settings import Feed, Settings, Subscription, Watchlist
from config.yamlsource import Node

#: Standard Webhooks asks for 24 to 64 random bytes.
SECRET_BYTES = range(24, 65)
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Checked:
    """Everything that was valid by itself, each beside the node that states it.

    Where it is not `complete`, a file could not be read, and nothing is said of what seems to be missing.
    """

    complete: bool
    settings: Settings | None
    settings_node: Node
    feeds: Sequence[tuple[Node, Feed]]
    watchlists: Sequence[tuple[Node, Watchlist]]
    #: Names of watchlists that are defined, though perhaps not validly.
    watchlist_names: Sequence[str]
    subscriptions: Sequence[tuple[Node, Subscription]]


def problems(checked: Checked) -> Iterator[Problem]:
    """What makes the configuration unusable."""
    yield from settings_problems(checked)
    yield from feed_problems(checked)
    for node, watchlist in checked.watchlists:
        both = sorted({word.casefold() for word in watchlist.words} & {word.casefold() for word in watchlist.without})
        if both:
            message = f'watchlist "{watchlist.name}": "{both[0]}" stands in words and in without'
            yield node.at(("without",)).problem(message, "it would never match; keep one")
    for node, subscription in checked.subscriptions:
        yield from subscription_problems(node, subscription, checked)
    settings = checked.settings
    known = [subscription.name for _, subscription in checked.subscriptions]
    if checked.complete and settings and settings.operator and settings.operator not in known:
        hint = did_you_mean(settings.operator, known, cutoff=0.6) or "name one that stands under subscriptions:"
        message = f'settings: operator: there is no subscription "{settings.operator}"'
        yield checked.settings_node.at(("operator",)).problem(message, hint)


def settings_problems(checked: Checked) -> Iterator[Problem]:
    settings, node = checked.settings, checked.settings_node
    if settings is None:
        return
    polling = settings.polling
    if not polling.min_interval <= polling.interval <= polling.max_interval:
        message = (
            f"settings: polling.interval ({short(polling.interval)}) must lie between min_interval "
            f"({short(polling.min_interval)}) and max_interval ({short(polling.max_interval)})"
        )
        yield node.at(("polling", "interval")).problem(message)
    if settings.ca_file is not None and not (settings.ca_file.is_file() and os.access(settings.ca_file, os.R_OK)):
        yield node.at(("ca_file",)).problem(f"settings: ca_file: {settings.ca_file} is no file that can be read")
    if settings.data_dir is not None and settings.data_dir.exists() and not settings.data_dir.is_dir():
        yield node.at(("data_dir",)).problem(f"settings: data_dir: {settings.data_dir} is no folder")
    url = settings.database_url.get_secret_value() if settings.database_url else ""
    if url and url != UNKNOWN and not re.match(r"(sqlite|postgresql)(\+\w+)?://", url):
        hint = "write sqlite:////path/to/file.db or postgresql://user@host/name"
        yield node.at(("database_url",)).problem("settings: database_url: is no address of SQLite or PostgreSQL", hint)


def feed_problems(checked: Checked) -> Iterator[Problem]:
    for node, feed in checked.feeds:
        polling = checked.settings.polling if checked.settings else None
        if polling and feed.interval and not polling.min_interval <= feed.interval <= polling.max_interval:
            message = (
                f'feed "{feed.name}": interval ({short(feed.interval)}) must lie between polling.min_interval '
                f"({short(polling.min_interval)}) and polling.max_interval ({short(polling.max_interval)})"
            )
            yield node.at(("interval",)).problem(message)


def subscription_problems(node: Node, subscription: Subscription, checked: Checked) -> Iterator[Problem]:
    what = f'subscription "{subscription.name}"'
    if checked.complete and subscription.watchlist not in checked.watchlist_names:
        hint = did_you_mean(subscription.watchlist, checked.watchlist_names, cutoff=0.6)
        hint = hint or f"watchlists are {', '.join(sorted(checked.watchlist_names)) or 'not defined yet'}"
        message = f'{what}: there is no watchlist "{subscription.watchlist}"'
        yield node.at(("watchlist",)).problem(message, hint)
    settings = checked.settings
    if checked.complete and settings and subscription.channel == "mail" and not subscription.paused:
        missing = [key for key in ("host", "sender") if not getattr(settings.mail, key)]
        if missing:
            message = f"{what}: mail cannot be sent without settings.mail.{' and settings.mail.'.join(missing)}"
            yield node.problem(message, "name the mail server under settings: mail:")
    yield from service_problems(node, subscription, what)
    if subscription.channel == "webhook" and subscription.secret:
        text = subscription.secret.get_secret_value()
        if text != UNKNOWN and secret_bytes(text) is None:
            hint = "it is whsec_ and base64 (Standard Webhooks): echo whsec_$(openssl rand -base64 32)"
            yield node.at(("secret",)).problem(f"{what}: secret: is no webhook secret", hint)


def service_problems(node: Node, subscription: Subscription, what: str) -> Iterator[Problem]:
    """What an Apprise service or a script lacks."""
    if subscription.channel == "apprise" and subscription.secret is None:
        hint = "write secret: env:NAME or file:/path, and there slack://…, tgram://…, ntfy://…"
        yield node.problem(f"{what}: apprise needs the service's URL as its secret", hint)
    if subscription.channel == "script":
        try:
            program = shlex.split(subscription.to)[0]
        except ValueError as error:
            yield node.at(("to",)).problem(f"{what}: to: {str(error).lower()}")
            return
        if not os.access(program, os.X_OK) or not Path(program).is_file():
            yield node.at(("to",)).problem(f"{what}: to: {program} is no program that can be run", "chmod +x it")
    if subscription.format == "cloudevents" and subscription.channel != "webhook":
        yield node.at(("format",)).problem(f"{what}: format: cloudevents is for webhooks")


def secret_bytes(secret: str) -> int | None:
    """How many bytes a Standard Webhooks secret has, or None where it is none."""
    try:
        return len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) or None
    except (binascii.Error, ValueError):
        return None


def warnings(checked: Checked, languages: frozenset[str]) -> Iterator[Problem]:
    """What works but is probably not meant. `languages` are those that the program can read."""
    on = [(node, feed) for node, feed in checked.feeds if feed.enabled]
    if checked.complete and not on:
        hint = "add feeds, here or by `pactwatch feeds add`, or set catalogue: true"
        yield Problem(file=None, line=None, message="the files switch no feed on", hint=hint)
    for node, feed in on:
        if languages and feed.language.partition("-")[0] not in languages:
            message = f'feed "{feed.name}": nothing is read in the language "{feed.language}" yet'
            yield node.at(("language",)).problem(message, f"languages that are read: {', '.join(sorted(languages))}")
        if urlsplit(feed.url).password:
            yield node.at(("url",)).problem(f'feed "{feed.name}": the address holds a password')
        if names := secret_parameters(feed.url):
            message = f'feed "{feed.name}": "{names[0]}" in the address looks like a secret that stands in the file'
            hint = f"take it out there and write login: {{query: {{{names[0]}: env:NAME}}}}"
            yield node.at(("url",)).problem(message, hint)
    if checked.complete and not checked.subscriptions:
        hint = "add one, which names a watchlist and where to send, unless commands did: `pactwatch subscriptions`"
        yield Problem(file=None, line=None, message="the files have no subscription", hint=hint)
    for node, subscription in checked.subscriptions:
        yield from subscription_warnings(node, subscription)
    if checked.complete and checked.settings:
        yield from settings_warnings(checked.settings, checked.settings_node)


def subscription_warnings(node: Node, subscription: Subscription) -> Iterator[Problem]:
    what = f'subscription "{subscription.name}"'
    if subscription.channel == "mail" and subscription.secret:
        yield node.at(("secret",)).problem(f"{what}: secret: is not used for mail")
    if subscription.channel == "webhook":
        if not subscription.secret:
            hint = "add secret: env:NAME or file:/path"
            yield node.problem(f"{what}: without a secret the receiver cannot know who sends", hint)
        else:
            size = secret_bytes(subscription.secret.get_secret_value())
            if size is not None and size not in SECRET_BYTES:
                yield node.at(("secret",)).problem(f"{what}: secret: has {size} bytes, 24 to 64 are safe")


def settings_warnings(settings: Settings, node: Node) -> Iterator[Problem]:
    mail = settings.mail
    public = settings.http.public_url
    if public and not settings.http.listen:
        hint = "set http.listen, or take public_url out: then mails end with a code"
        yield node.at(("http", "public_url")).problem("settings: http: links in mails lead to nobody", hint)
    elif public and not public.startswith("https://"):
        hint = "mail programs offer one click for https only (RFC 8058): put a proxy with TLS before it"
        yield node.at(("http", "public_url")).problem("settings: http.public_url is not https", hint)
    if bool(mail.username) != bool(mail.password):
        missing = "password" if mail.username else "username"
        yield node.at(("mail",)).problem(f"settings: mail: has no {missing}, so the server is not logged in to")
    if mail.security == "none" and mail.password and mail.host not in LOOPBACK:
        message = "settings: mail.security: the password goes over the network in clear"
        yield node.at(("mail", "security")).problem(message, "use starttls or tls")
    second = settings.reading.second
    host = urlsplit(second.url or "").hostname
    if second.key and (second.url or "").startswith("http://") and host not in LOOPBACK:
        message = "settings: reading.second.url: key and articles go over the network in clear"
        yield node.at(("reading", "second", "url")).problem(message, "use an https address")
    if not settings.contact:
        hint = "set settings.contact to an address or a page; it is sent with each request"
        message = "settings: contact is empty, so the owners of sites cannot reach you"
        yield Problem(file=None, line=None, message=message, hint=hint)


def readable_languages(folder: Path) -> frozenset[str]:
    """The languages that the program has words for, from the names of its files."""
    return frozenset(path.stem for path in folder.glob("*.yaml")) if folder.is_dir() else frozenset()
