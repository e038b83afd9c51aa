"""A list of feeds laid over those that are there: what is new, what only gets tags, what cannot be taken; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import ValidationError

from config.masking import LOGIN_INSIDE, holds_login, secret_parameters, without_login
from config.settings import Feed
from config.validation import first_wrong
from monitor.feeds.canonical import canonical
from monitor.feeds.opml import Outline

#: add: new. tag: there already, gets tags that it had not. same: there already. own: the owner's files have it.
#: refused: cannot be taken.
Act = Literal["add", "tag", "same", "own", "refused"]


@dataclass(frozen=True, slots=True)
class Known:
    """A feed that is there."""

    feed: Feed
    #: The owner's files name it, which commands never change.
    own: bool


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of one feed of the list."""

    act: Act
    #: The feed as it is to be stored for `add` and `tag`, as it is for `same` and `own`; None where refused.
    feed: Feed | None
    outline: Outline
    #: In words, for `own` and `refused`.
    why: str = ""


def merge(outlines: Iterable[Outline], known: Sequence[Known], defaults: Mapping[str, Any]) -> list[Step]:
    """One step for each address of the list, in its order. Doing the steps and merging again gives only same and own.

    `defaults` are settings for new feeds (country, tier …); what the list says of a feed counts more.
    """
    there = {canonical(one.feed.url): one for one in known}
    names = {one.feed.name for one in known}
    steps = []
    for outline in _joined(outlines):
        before = there.get(canonical(outline.url))
        if before is not None:
            steps.append(_again(outline, before))
            continue
        if holds_login(outline.url):
            shown = replace(outline, url=without_login(outline.url), title=without_login(outline.title))
            steps.append(Step("refused", None, shown, LOGIN_INSIDE))
            continue
        if secret := secret_parameters(outline.url):
            why = f'"{secret[0]}" in its address looks like a secret: see pactwatch feeds add --help, --query'
            steps.append(Step("refused", None, outline, why))
            continue
        try:
            feed = _new(outline, defaults, names)
        except ValidationError as error:
            steps.append(Step("refused", None, outline, reason(error)))
            continue
        names.add(feed.name)
        there[canonical(feed.url)] = Known(feed, own=False)
        steps.append(Step("add", feed, outline))
    return steps


def reason(error: ValidationError) -> str:
    """What is wrong with settings, in one line."""
    where, message, hint = first_wrong(error, Feed)
    said = f"{message}: {hint}" if hint else message
    return f"{where}: {said}" if where and where != "url" else said


def free_name(wanted: str, url: str, taken: Iterable[str]) -> str:
    """A name that nobody has: the one wanted, else with the host behind it, else with a number."""
    try:
        host = (urlsplit(url).hostname or "feed").removeprefix("www.")
    except ValueError:  # no address at all; it is refused as such
        host = "feed"
    name, used = (wanted.strip() or host)[:100], set(taken)
    if name not in used:
        return name
    name = f"{name[:80]} ({host})"[:110]
    numbered = (f"{name} {number}" for number in range(2, 100_000))
    return name if name not in used else next(one for one in numbered if one not in used)


def _joined(outlines: Iterable[Outline]) -> list[Outline]:
    """One outline for each address; a feed that stands in several folders has all their tags."""
    found: dict[str, Outline] = {}
    for one in outlines:
        first = found.get(key := canonical(one.url))
        found[key] = one if first is None else _tagged(first, one.tags)
    return list(found.values())


def _tagged(outline: Outline, tags: Sequence[str]) -> Outline:
    return replace(outline, tags=tuple(dict.fromkeys((*outline.tags, *tags))))


def _again(outline: Outline, before: Known) -> Step:
    feed = before.feed
    if before.own:
        return Step("own", feed, outline, f'your files name it: "{feed.name}"')
    tags = tuple(dict.fromkeys((*feed.tags, *outline.tags)))
    if tags == feed.tags:
        return Step("same", feed, outline)
    return Step("tag", feed.model_copy(update={"tags": tags}), outline)


def _new(outline: Outline, defaults: Mapping[str, Any], names: Iterable[str]) -> Feed:
    settings: dict[str, Any] = dict(defaults)
    settings |= {name: value for name, value in outline.settings.items() if value}
    # Readers write all sorts of things there ("English"); that is no reason to refuse a feed.
    loose = {"about": outline.about, "site": outline.site}
    loose |= {"language": outline.language.replace("_", "-")} if outline.language else {}
    settings["tags"] = tuple(dict.fromkeys((*outline.tags, *defaults.get("tags", ()))))
    given = {"name": free_name(outline.title, outline.url, names), "url": outline.url}
    try:
        return Feed.model_validate({**loose, **settings, **given})
    except ValidationError as error:
        wrong = {part["loc"][0] for part in error.errors(include_url=False) if part["loc"]}
        if not wrong <= loose.keys():
            raise
        return Feed.model_validate({**{k: v for k, v in loose.items() if k not in wrong}, **settings, **given})
