"""Broken XML made well-formed, in time that grows with its length alone.

Feeds come with bare ampersands, unclosed tags, undeclared prefixes, HTML inside elements and ends cut off. A strict
parser refuses the whole document for one of them. Here the tags are balanced and everything else is escaped, so that
the strict parser reads what is there. Nothing is guessed: no text is added or moved.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

#: Elements nested deeper than this are dropped, their text stays.
MAX_DEPTH: Final = 100
#: Elements of HTML that never have an end tag.
VOID: Final = frozenset({"br", "hr", "img", "input", "wbr", "col", "area", "embed", "source", "track"})
#: Elements that never contain themselves: a second start ends the first.
EXCLUSIVE: Final = frozenset({"item", "entry", "channel"})
#: What prefixes mean where a document forgot to say so.
PREFIXES: Final = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "itunes": "http://www.itunes.com/DTDs/PodCast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "xlink": "http://www.w3.org/1999/xlink",
}

_TAG = re.compile(
    r"""<(/?)([A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?)(?=[\s/>])((?>[^<>"']++|"[^"<]*+"|'[^'<]*+')*+)>""", re.ASCII
)
_ATTRIBUTE = re.compile(
    r"""(?<=[\s"'])([A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?)\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)""", re.ASCII
)
_BARE = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9A-Fa-f]{1,6});)")


def repair(text: str) -> str:
    """Well-formed XML with the same tags and text, ended where its first element ends."""
    return _Repair(text).run()


class _Repair:
    """One pass over the text, with the stack of what is open."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.out: list[str] = []
        self.stack: list[str] = []
        self.open: Counter[str] = Counter()
        self.prefixes: set[str] = set()
        self.declared: set[str] = {"xml"}
        self.root_at = -1
        #: Behind these no such section ends; looking again each time would make the work quadratic.
        self.last_cdata = text.rfind("]]>")
        self.last_comment = text.rfind("-->")

    def run(self) -> str:
        position = 0
        while position < len(self.text) and not (self.root_at >= 0 and not self.stack):
            start = self.text.find("<", position)
            if start < 0:
                start = len(self.text)
            self.characters(self.text[position:start])
            position = self.markup(start) if start < len(self.text) else start
        self.close_all()
        self.declare()
        return "".join(self.out)

    def characters(self, text: str) -> None:
        if self.stack:
            self.out.append(_BARE.sub("&amp;", text).replace("]]>", "]]&gt;"))

    def markup(self, start: int) -> int:
        """Handles what begins with the `<` at `start`; returns where to go on."""
        text = self.text
        if text.startswith("<![CDATA[", start):
            closed = start < self.last_cdata
            end = text.find("]]>", start + 9) if closed else len(text)
            if self.stack:
                self.out.append(f"<![CDATA[{text[start + 9 : end].replace(']]>', '')}]]>")
            return end + 3 if closed else end
        if text.startswith("<!--", start):
            end = text.find("-->", start + 4) if start + 1 < self.last_comment else -1
            return end + 3 if end >= 0 else start + 4
        if text.startswith(("<!", "<?"), start):
            end = text.find(">", start, start + 2_000)
            return end + 1 if end >= 0 else start + 2
        match = _TAG.match(text, start)
        if match is None:
            self.characters("&lt;")
            return start + 1
        closing, name, rest = match.groups()
        if closing:
            self.end(name)
        else:
            self.begin(name, rest)
        return match.end()

    def begin(self, name: str, rest: str) -> None:
        key = name.lower()
        if key in EXCLUSIVE and self.open[key]:
            self.end(name)
        if len(self.stack) >= MAX_DEPTH:
            return
        if self.root_at < 0:
            self.root_at = len(self.out)
        empty = rest.rstrip().endswith("/") or key in VOID
        self.note_prefix(name)
        self.out.append(f"<{name}{self.attributes(rest)}{'/' if empty else ''}>")
        if not empty:
            self.stack.append(name)
            self.open[key] += 1

    def end(self, name: str) -> None:
        """Ends the innermost element of that name, and with it what is open inside; none open: nothing."""
        key = name.lower()
        if not self.open[key]:
            return
        while self.stack:
            if self.close_one() == key:
                return

    def close_one(self) -> str:
        name = self.stack.pop()
        self.open[name.lower()] -= 1
        self.out.append(f"</{name}>")
        return name.lower()

    def close_all(self) -> None:
        while self.stack:
            self.close_one()

    def attributes(self, rest: str) -> str:
        found: dict[str, str] = {}
        for name, value in _ATTRIBUTE.findall(" " + rest.lstrip()):
            bare = value[1:-1] if value[0] in "\"'" else value
            found.setdefault(name, _BARE.sub("&amp;", bare).replace("<", "&lt;").replace('"', "&quot;"))
        for name in found:
            if name.startswith("xmlns:") and found[name]:
                if not self.stack:
                    self.declared.add(name.removeprefix("xmlns:"))
            else:
                self.note_prefix(name)
        return "".join(f' {name}="{value}"' for name, value in found.items() if value or not name.startswith("xmlns:"))

    def note_prefix(self, name: str) -> None:
        prefix, colon, _ = name.partition(":")
        if colon and prefix != "xmlns":
            self.prefixes.add(prefix)

    def declare(self) -> None:
        """Gives the root a meaning for each prefix that it does not declare; one declared deeper down keeps its own."""
        missing = sorted(self.prefixes - self.declared)
        if self.root_at >= 0 and missing:
            said = "".join(f' xmlns:{p}="{PREFIXES.get(p.lower(), "urn:undeclared:" + p)}"' for p in missing)
            root = self.out[self.root_at]
            cut = -2 if root.endswith("/>") else -1
            self.out[self.root_at] = root[:cut] + said + root[cut:]
