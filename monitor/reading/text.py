"""An article as tokens and sentences with offsets into one body: title, a line break, the text."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property

from monitor.reading.spans import Span

#: Typographic variants folded one character to one, so that offsets hold.
FOLD = (
    *((char, "'") for char in "’‘ʼ"),
    *((char, '"') for char in "“”„"),
    *((char, " ") for char in "\u00a0\u202f\u2009"),
    *((char, "-") for char in "‑‐–−"),
)

#: A number with its separators, a word with its inner hyphens, apostrophes and dots (U.S.), or one other character.
TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]\.(?:[^\W\d_]\.)+|[^\W\d_]+(?:['-][^\W\d_]+)*|[^\w\s]|_")
#: Tokens after which a sentence ends in any case. No desk writes one of half that length; what runs on is a table, or
#: wants to hold up the reading, which looks from each figure over its whole sentence.
LONGEST_SENTENCE = 200
SENTENCE_END = re.compile(r"[.!?…][\"')\]]*(?=\s)|\n+")


@dataclass(slots=True)
class Token:
    """One token: where it stands in the body, its lower-case form, and whether it began with a capital.

    Never changed once made; it is not frozen only because that takes three times as long, for every word of the news.
    """

    start: int
    end: int
    norm: str
    capital: bool


@dataclass(frozen=True, slots=True)
class Words:
    """Words in order, each with its lower-case form and where it stands in the body."""

    norms: list[str]
    starts: list[int]
    ends: list[int]

    def at(self, offset: int) -> int:
        """The index of the first word that begins at or behind an offset."""
        return bisect_left(self.starts, offset)


@dataclass(frozen=True)
class Document:
    """The folded body of an article, with its tokens and sentences."""

    body: str
    #: Where the title ends: the offset of the line break behind it.
    title_end: int
    tokens: tuple[Token, ...]
    #: (first token, one past the last token) of each sentence; the title is the first.
    sentences: tuple[tuple[int, int], ...]

    @cached_property
    def norms(self) -> list[str]:
        """The lower-case form of each token."""
        return [token.norm for token in self.tokens]

    @cached_property
    def words(self) -> Words:
        """The tokens once more, compounds taken apart at their hyphens: "duty-free" is two words."""
        norms: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        for token in self.tokens:
            if "-" not in token.norm or len(token.norm) == 1:
                norms.append(token.norm)
                starts.append(token.start)
                ends.append(token.end)
                continue
            start = token.start
            for part in token.norm.split("-"):
                norms.append(part)
                starts.append(start)
                ends.append(start + len(part))
                start += len(part) + 1
        return Words(norms, starts, ends)

    @cached_property
    def sentence_of(self) -> list[int]:
        """For each token the index of its sentence."""
        return [index for index, (first, last) in enumerate(self.sentences) for _ in range(first, last)]

    @cached_property
    def paragraphs(self) -> list[int]:
        """For each sentence the index of the sentence that its paragraph begins with."""
        out: list[int] = []
        for index, (first, _) in enumerate(self.sentences):
            before = self.tokens[first - 1].end if first else 0
            begins = index == 0 or "\n" in self.body[before : self.tokens[first].start]
            out.append(index if begins else out[-1])
        return out

    @cached_property
    def token_at(self) -> list[int]:
        """For each offset of the body, and the one behind it, the index of the token at or before it."""
        out: list[int] = []
        for index, token in enumerate(self.tokens):
            if index:
                out += [index - 1] * (token.start - len(out))
            else:
                out = [0] * token.start
        return out + [max(len(self.tokens) - 1, 0)] * (len(self.body) + 1 - len(out))

    def at(self, offset: int) -> int:
        """The index of the token at or before an offset of the body."""
        return self.token_at[offset]

    def reach(self, span: Span) -> tuple[int, int]:
        """The tokens that a span of the body takes in: the first, one past the last."""
        at = self.token_at
        return at[span.start], at[span.end - 1] + 1

    def span(self, sentence: int) -> tuple[int, int]:
        """Offsets of a sentence in the body."""
        first, last = self.sentences[sentence]
        return self.tokens[first].start, self.tokens[last - 1].end


def fold(text: str) -> str:
    """The text with typographic quotes, spaces and hyphens made plain; every offset stays."""
    if not text.isascii():
        for char, plain in FOLD:
            text = text.replace(char, plain)
    return text


def document(title: str, text: str, abbreviations: Collection[str] = ()) -> Document:
    """An article's title and text, cut into tokens and sentences.

    `abbreviations` are lower-case words whose full stop ends no sentence ("mr", "nov").
    """
    body = fold(title + "\n" + text)
    tokens = tuple(_tokens(body))
    ends = [m for m in SENTENCE_END.finditer(body) if _ends_sentence(body, m, abbreviations)]
    sentences: list[tuple[int, int]] = []
    first = 0
    cut = iter([m.end() for m in ends] + [len(body)])
    limit = next(cut)
    for index, token in enumerate(tokens):
        while token.start >= limit:
            if index > first:
                sentences.append((first, index))
                first = index
            limit = next(cut, len(body) + 1)
        if index - first >= LONGEST_SENTENCE:
            sentences.append((first, index))
            first = index
    if len(tokens) > first:
        sentences.append((first, len(tokens)))
    return Document(body, len(title), tokens, tuple(sentences))


def _tokens(body: str) -> Iterator[Token]:
    low = body.lower()
    if len(low) != len(body):  # "İ" has a longer lower case, which would move every offset behind it
        low = "".join(c.lower() if len(c.lower()) == 1 else c for c in body)
    for match in TOKEN.finditer(body):
        start, end = match.span()
        yield Token(start, end, low[start:end], body[start].isupper())


def _ends_sentence(body: str, mark: re.Match[str], abbreviations: Collection[str]) -> bool:
    """A line break always ends a sentence; a full stop does unless it belongs to an abbreviation or an initial."""
    if mark.group()[0] != ".":
        return True
    before = re.search(r"[\w.]*$", body[max(0, mark.start() - 20) : mark.start()])
    word = before.group().lower() if before else ""
    follows = body[mark.end() : mark.end() + 2].strip()[:1]
    if word in abbreviations or (len(word) == 1 and word.isalpha()):
        return False
    if "." in word and not word.replace(".", "").isdigit():
        # "U.S." ends a sentence only where a capital opens the next one, which can't be told from a name: it doesn't.
        return False
    return not follows.islower()
