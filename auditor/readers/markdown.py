"""Markdown: headings, paragraphs, lists, quotes and tables as they read, every code point mapped back to the file.

Code blocks, raw HTML, front matter and link targets are left out; the text of links, emphasis and inline code stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from auditor.errors import InputError
from auditor.readers import text as plain
from auditor.readers.checks import admit
from auditor.readers.extras import need
from auditor.readers.offset_map import Piece, Woven, weave
from auditor.text import segmentation
from auditor.values import Document, Span

if TYPE_CHECKING:
    from markdown_it.token import Token

SUFFIXES = (".md", ".markdown")

_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n.*?^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_LINE = re.compile(r"\r\n|\r|\n")  # what the library takes for a line end
_TARGET = r"(?:\((?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*\)|\[[^\]]*\])?"
_TARGETS = {
    "link_close": re.compile(rf"[*_~`]*[\]>]{_TARGET}"),
    "image": re.compile(rf"!\[(?:[^\[\]\\]|\\.|\[[^\[\]]*\])*\]{_TARGET}"),
}
_KEPT = frozenset({"text", "text_special", "code_inline"})


def read(data: bytes, *, name: str, language: str = "en") -> Document:
    """Read the story of a Markdown file."""
    markup, notes = plain.decode(data, name=name)
    text = _extract(markup).text
    if not text:
        raise InputError(f"{name} holds no text besides code and markup; there is nothing to audit.")
    return admit(segmentation.document(text, name=name, language=language, notes=notes))


def anchors(data: bytes, *, name: str) -> tuple[str, Woven]:
    """Return the decoded file and the extracted text with its places in it."""
    markup, _ = plain.decode(data, name=name)
    return markup, _extract(markup)


def _extract(markup: str) -> Woven:
    library = need("markdown_it", package="markdown-it-py", purpose="read Markdown")
    front = _FRONT_MATTER.match(markup)
    # Blanking keeps every offset; the library replaces NUL itself, by one code point.
    body = re.sub(r"[^\r\n]", " ", front[0]) + markup[front.end() :] if front else markup
    tokens: list[Token] = (
        library.MarkdownIt("commonmark").enable(["table", "strikethrough"]).disable("text_join").parse(body)
    )
    lines = [0, *(match.end() for match in _LINE.finditer(markup)), len(markup)]
    blocks: list[list[Piece]] = []
    cursor = 0
    for token in tokens:
        if token.type == "inline" and token.map:
            cursor = max(cursor, lines[token.map[0]])
            pieces = list(_pieces(token, markup, cursor, lines[min(token.map[1], len(lines) - 1)]))
            cursor = pieces[-1].place.end if pieces else cursor
            blocks.append(pieces)
    return weave(blocks)


def _pieces(token: Token, markup: str, cursor: int, end: int) -> Iterator[Piece]:
    """Find the text of each inline token in the file, one after the other from `cursor` to `end`."""
    for child in token.children or ():
        if child.type in {"softbreak", "hardbreak"}:
            match = _LINE.search(markup, cursor, end)
            place = match.span() if match else (cursor, cursor)
            yield Piece(" ", Span(*place))
            cursor = place[1]
        elif child.type in _TARGETS:
            # The letters of a target must not be taken for those of the text behind it.
            match = _TARGETS[child.type].search(markup, cursor, end)
            cursor = match.end() if match else cursor
        elif child.type in _KEPT and child.content:
            written = child.markup if child.type == "text_special" else child.content
            start = markup.find(written, cursor, end)
            # Text that the library changed (a line break inside inline code) keeps its neighbourhood at least.
            place = (start, start + len(written)) if start >= 0 else (cursor, cursor)
            yield Piece(child.content, Span(*place))
            cursor = place[1]
