"""The text of an XML feed made ready for a strict parser: no DOCTYPE or entities, nothing impossible, bounded."""

from __future__ import annotations

import re
from html.entities import html5
from typing import Final
from xml.parsers import expat

from monitor.feeds.entry import ParseError
from monitor.feeds.repair import repair

#: Where the root element is looked for; some servers write warnings before it.
MAX_PROLOGUE: Final = 100_000
#: Characters that one entity of a DOCTYPE may stand for, and how much a document may grow by them.
MAX_ENTITY: Final = 200
MAX_GROWTH: Final = 1_000_000
#: Prefixes that a document may declare; feedparser looks through all of them for each element.
MAX_PREFIXES: Final = 100
#: Microseconds of `work` that are spent on one document.
MAX_WORK: Final = 1_000_000
#: The note on a document that ends before its root does.
BROKEN_OFF: Final = "the document breaks off; what was complete is read"

_ROOT = re.compile(r"<(?:[A-Za-z_][\w.-]*:)?(?:rss|feed|rdf|channel)(?=[\s/>])", re.IGNORECASE)
_HTML = re.compile(r"<(?:html|head|body)\b", re.IGNORECASE)
_HTML_DOCTYPE = re.compile(r"\s*<!doctype\s+html\b", re.IGNORECASE)
_ALTERNATE = re.compile(
    r"<link\b(?=[^<>]*\btype\s*=\s*[\"']?application/(?:rss|atom|feed)\+(?:xml|json))[^<>]*\bhref\s*=\s*[\"']?([^\"'\s<>]+)",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"<!ENTITY\s+([A-Za-z_][\w.-]*)\s+(?:\"([^\"<>]*)\"|'([^'<>]*)')\s*>")
_REFERENCE = re.compile(r"&([A-Za-z_][A-Za-z0-9_.-]{0,40});")
#: The same but for the five of XML.
_NAMED = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z_][A-Za-z0-9_.-]{0,40});")
#: What XML 1.0 does not allow in a document, raw and as a numeric reference.
_IMPOSSIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
#: Of these the controls; the others begin with the bytes ED or EF BF in UTF-8.
_CONTROLS: Final = bytes(one for one in range(0x20) if one not in b"\t\n\r")
_BAD_REFERENCE = re.compile(
    r"&#(?:x0*(?:[0-8bcef]|1[0-9a-f]|d[89a-f][0-9a-f]{2}|fff[ef])|0*(?:[0-8]|1[124-9]|2\d|3[01]));", re.IGNORECASE
)
_ENTRY_START = re.compile(r"<(?:[A-Za-z_][\w.-]*:)?(?:item|entry)(?=[\s/>])", re.IGNORECASE)
_ENTRY_END = re.compile(r"</(?:[A-Za-z_][\w.-]*:)?(?:item|entry)\s*>", re.IGNORECASE)
_ROOT_END = re.compile(r"</(?:[A-Za-z_][\w.-]*:)?(?:rss|feed|rdf|channel)\s*>", re.IGNORECASE)
_PREFIX = re.compile(r"\bxmlns:([\w.-]+)")
_XML_NAMES: Final = frozenset({"amp", "lt", "gt", "quot", "apos"})


def ready(text: str, limit: int) -> tuple[str, list[str]]:
    """Well-formed XML that starts with the feed's root, with at most `limit` entries, and notes on what was mended.

    Raises `ParseError` where there is no such root, or for a DOCTYPE that is an attack.
    """
    return mended(plain_text(text), limit)


def plain_text(text: str) -> str:
    """The document from its root on, without entities and impossible characters. Raises `ParseError` as `ready`."""
    root = find_root(text)
    declared = entities(text[: root.start()])
    body = possible(text[root.start() :])
    if "&#" in body:
        body = _BAD_REFERENCE.sub("", body).replace("&#X", "&#x")
    return expand(body, declared)


def possible(text: str) -> str:
    """The text without what XML does not allow. Bytes tell in a third of the time that nothing of it is there."""
    raw = text.encode("utf-8", "surrogatepass")
    if b"\xed" in raw or b"\xef\xbf" in raw or len(raw.translate(None, _CONTROLS)) != len(raw):
        return _IMPOSSIBLE.sub("", text)
    return text


def mended(body: str, limit: int) -> tuple[str, list[str]]:
    """As `ready`, from what `plain_text` gives."""
    notes: list[str] = []
    body, cut = bounded(body, limit)
    if cut:
        notes.append(cut)
    problem = malformed(body)
    if problem is not None:
        body, broken_off = whole(body)
        notes.append(broken_off or f"not well-formed XML ({problem})")
        body = repair(body)
        if (still := malformed(body)) is not None:
            raise ParseError(f"is not well-formed XML and could not be mended: {still}")
    if many_prefixes(body):
        raise ParseError("declares more namespaces than a feed can have; it is not read")
    return body, notes


def ordinary(body: str, limit: int) -> bool:
    """Whether `mended` would leave a well-formed body as it is."""
    if work(body) > MAX_WORK or many_prefixes(body):
        return False
    return body.count("</") <= limit or len(_ENTRY_END.findall(body)) <= limit


def many_prefixes(body: str) -> bool:
    """Whether a document declares more namespaces than a feed can have."""
    return body.count("xmlns:") > MAX_PREFIXES and len(set(_PREFIX.findall(body))) > MAX_PREFIXES


def find_root(text: str) -> re.Match[str]:
    """Where the feed begins. Raises `ParseError` that says what the document is instead."""
    head = text[:MAX_PROLOGUE]
    root = _ROOT.search(head)
    page = _HTML.search(head, 0, root.start() if root else len(head))
    if root and not page:
        return root
    if page or _HTML_DOCTYPE.match(head):
        named = _ALTERNATE.search(head)
        hint = f"It names this feed: {named.group(1)[:500]}" if named else "Give the address of the feed itself"
        raise ParseError(f"is an HTML page, not a feed. {hint}")
    start = " ".join(head[:60].split())
    shown = "".join(character if character.isprintable() else "�" for character in start)
    raise ParseError(f"is no feed: there is no rss, feed or RDF element. It starts with {shown!r}")


def entities(prologue: str) -> dict[str, str]:
    """The literal entities that a DOCTYPE declares, already decoded. External ones are never read.

    Raises `ParseError` where one is made of others: that is how a few lines become gigabytes.
    """
    found: dict[str, str] = {}
    for name, double, single in _ENTITY.findall(prologue):
        value = _BAD_REFERENCE.sub("", double or single)
        inner = _REFERENCE.findall(value)
        if any(one not in _XML_NAMES and one + ";" not in html5 for one in inner):
            raise ParseError("declares entities made of other entities, which is how attacks are built; it is not read")
        if len(value) <= MAX_ENTITY and "%" not in value:
            found.setdefault(name, value)
    return found


def expand(body: str, declared: dict[str, str]) -> str:
    """The body without named references, but for the five of XML. Unknown ones stay and are mended later."""
    if "&" not in body:
        return body
    growth = 0

    def character(match: re.Match[str]) -> str:
        nonlocal growth
        name = match.group(1)
        value = declared.get(name)
        if value is None:
            value = html5.get(name + ";")
            if value is None:
                return match.group()
            value = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
        growth += len(value)
        if growth > MAX_GROWTH + len(body):
            raise ParseError("grows without bound by the entities that it declares; it is not read")
        return value

    return _NAMED.sub(character, body)


def bounded(body: str, limit: int) -> tuple[str, str]:
    """The body with at most `limit` entries: the first and the last, for a feed may have its newest at either end.

    Fewer where they are so full of markup that reading them would take seconds. Raises `ParseError` if one alone is.
    """
    ends = [match.end() for match in _ENTRY_END.finditer(body)]
    kept, whole_body = len(ends), body
    while kept > limit or work(body) > MAX_WORK:
        if kept < 2:
            raise ParseError("holds more markup than a feed can have; it is not read")
        kept = min(kept // 2, limit)
        first = kept - kept // 2
        body = whole_body[: ends[first - 1]] + whole_body[ends[first - kept - 1] :]
    return body, "" if kept == len(ends) else f"{len(ends)} entries, of which {kept} were read"


def work(body: str) -> int:
    """About how long the parser needs, in microseconds: tags and references are what costs."""
    return 8 * body.count("<") + 2 * body.count("&")


def whole(body: str) -> tuple[str, str]:
    """The body without the half entry at its end, where it breaks off.

    Half a sentence can say something else than the whole, and the rest comes with the next poll.
    """
    if _ROOT_END.search(body, max(0, len(body) - 5_000)):
        return body, ""
    ends = [match.end() for match in _ENTRY_END.finditer(body)]
    last = ends[-1] if ends else 0
    if ends and not _ENTRY_START.search(body, last):
        return body, ""
    if not ends:
        last = body.find(">", max(0, body.rfind("</", 0, body.rfind(">") + 1))) + 1
    return body[:last] if last > 0 else body, BROKEN_OFF


def malformed(body: str) -> str | None:
    """What a strict parser objects to, in words, or None."""
    parser = expat.ParserCreate("utf-8", " ")
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    try:
        parser.Parse(body.encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        return f"{expat.ErrorString(error.code)} in line {error.lineno}"
    return None
