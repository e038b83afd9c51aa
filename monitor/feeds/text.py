"""HTML to plain text: tags away, paragraphs kept, nothing executable or invisible left.

By regular expressions whose work grows with the length and nothing else. A tree builder would be truer for markup that
is nested wrongly, but needs 13 s for 400 kB of nested `<div>`, and a feed brings hundreds of such texts. What comes out
is text and is escaped like any text wherever it is shown, so that nothing depends on having found every tag.
"""

from __future__ import annotations

import html
import re
from typing import Final

#: Characters of HTML that are looked at; what is longer is cut.
MAX_HTML: Final = 400_000
#: Characters of one text that are kept.
MAX_TEXT: Final = 200_000
MAX_TITLE: Final = 500

_IN_TAG = r"""(?>[^<>"'=]++|=\s*+"[^"]*+"|=\s*+'[^']*+'|["'=])*+>"""
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
#: Elements whose text is not for reading.
_UNREAD = re.compile(
    r"<(script|style|template|noscript|iframe|object|embed|svg|math|head|textarea|select|canvas|audio|video)\b[^<>]*>",
    re.IGNORECASE,
)
#: Tags that end a paragraph, end a line, part two words, or leave no trace. A tag that is cut off ends with the text.
_PARAGRAPH = re.compile(
    r"</?(?:address|article|aside|blockquote|body|center|dd|details|dialog|div|dl|dt|fieldset|figure|footer|form|h[1-6]"
    rf"|header|hr|main|nav|ol|p|pre|section|table|ul)\b{_IN_TAG}",
    re.IGNORECASE,
)
_LINE = re.compile(rf"<(?:/?(?:li|tr|option|figcaption|caption|summary)|/?br)\b{_IN_TAG}", re.IGNORECASE)
_GAP = re.compile(rf"</?(?:td|th|img|wbr)\b{_IN_TAG}", re.IGNORECASE)
_TAG = re.compile(rf"<(?:/?[a-z]{_IN_TAG}|[!?/][^<>]*+>|/?[a-z!?][^<>]*+\Z)", re.IGNORECASE)

_MANY_BREAKS = re.compile(r"\n{3,}")
#: Markup that survived one decoding because the feed had escaped it twice.
_MARKUP = re.compile(
    r"(?:<|&lt;)(?:/?(?:script|style|iframe|object|embed|svg|math|link|meta|form|img|video|audio|p|br|a|div|span|b|i|u|em|strong|ul"
    r"|ol|li|h[1-6]|table|tr|td|th|font|blockquote|figure|section|article|html|body)\b|!--)",
    re.IGNORECASE,
)
#: Controls (but tab and newline), what reorders or hides text, and code points that are no characters. The joiners
#: U+200C and U+200D stay: Persian, Indic scripts and emoji need them.
_UNWANTED: Final = (
    *range(0x09), 0x0B, *range(0x0E, 0x20), *range(0x7F, 0xA0), 0xAD, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F),
    0x2060, *range(0x2066, 0x206A), 0xFEFF, *range(0xFFF9, 0xFFFC), 0xFFFE, 0xFFFF, *range(0xD800, 0xE000),
)  # fmt: skip
#: Bytes 0x80–0x9F that were read as Latin-1 are meant as Windows-1252.
WINDOWS: Final = {
    byte: bytes([byte]).decode("cp1252") for byte in range(0x80, 0xA0) if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}
_CLEAN: Final = str.maketrans(
    {**dict.fromkeys(_UNWANTED), **WINDOWS, 0x0C: "\n", 0x2028: "\n", 0x2029: "\n\n"},
)
_UNCLEAN = re.compile(f"[{''.join(map(re.escape, map(chr, _CLEAN)))}]")


def plain(markup: str, limit: int = MAX_TEXT) -> str:
    """The text of an HTML fragment, at most `limit` characters, paragraphs parted by an empty line.

    Scripts, styles and controls are dropped and entities decoded. Text without any tag keeps its own line breaks.
    """
    text = markup[:MAX_HTML]
    for _ in range(3):
        if "<" in text:
            text = _without_tags(text)
        if "&" in text:
            text = html.unescape(text)
        if ("<" not in text and "&" not in text) or not _MARKUP.search(text):
            break
    else:
        text = _MARKUP.sub(" ", text)
    return _cut(tidy(text), limit)


def line(markup: str, limit: int = MAX_TITLE) -> str:
    """As `plain`, in one line: for titles, names and the like."""
    return _cut(" ".join(plain(markup).split()), limit)


def tidy(text: str) -> str:
    """Plain text without controls, with single spaces, and never more than one empty line."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _UNCLEAN.search(text):
        text = text.translate(_CLEAN)
    if "\n" not in text:
        return " ".join(text.split())
    return _MANY_BREAKS.sub("\n\n", "\n".join(" ".join(one.split()) for one in text.split("\n"))).strip()


def _without_tags(markup: str) -> str:
    """The text between the tags, entities undecoded. In HTML a line break of the source is a space."""
    text = _without_unread(_COMMENT.sub(" ", markup) if "<!--" in markup else markup)
    if _TAG.search(text):
        text = _PARAGRAPH.sub("\0\0", " ".join(text.replace("\0", "").split()))
        text = _LINE.sub("\0", text)
        text = _TAG.sub("", _GAP.sub(" ", text)).replace("\0", "\n")
    return text


def _without_unread(markup: str) -> str:
    """Without scripts, frames, drawings and the like. One that never ends leaves only its tag behind, but for scripts
    and styles: there the rest is theirs, as in a browser."""
    kept: list[str] = []
    position, endless = 0, set[str]()
    while match := _UNREAD.search(markup, position):
        kept.append(markup[position : match.start()])
        position = match.end()
        name = match.group(1).lower()
        if match.group().endswith("/>") or name in endless:
            continue
        if end := re.compile(rf"</{name}\b[^<>]*>", re.IGNORECASE).search(markup, position):
            position = end.end()
        elif name in ("script", "style"):
            position = len(markup)
        else:
            endless.add(name)
    kept.append(markup[position:])
    return " ".join(kept)


def _cut(text: str, limit: int) -> str:
    """At most `limit` characters, ending at a word where that costs little."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    space = head.rfind(" ", limit - 80)
    return (head[:space] if space > 0 else head).rstrip() + "…"
