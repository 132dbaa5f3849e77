"""Markdown: headings, paragraphs, lists, quotes, notes and tables as they read, every code point mapped to the file.

Code blocks, front matter, shortcodes, marks of footnotes and notes, struck-out text and link targets are left out; the
text of links, emphasis, inline code and of HTML in the file stays.
"""

from __future__ import annotations

import html as references
import itertools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from auditor.errors import InputError
from auditor.readers import html, left_out
from auditor.readers import text as plain
from auditor.readers.checks import admit
from auditor.readers.extras import need
from auditor.readers.left_out import Part
from auditor.readers.markdown_marks import BEGINS, SIGNS, TITLE, replace_marks
from auditor.readers.offset_map import OffsetMap, Piece, join_blocks
from auditor.text import segmentation
from auditor.values import Document, Span

if TYPE_CHECKING:
    from markdown_it.token import Token

SUFFIXES = (".md", ".markdown")

CODE = Part("code block", "code blocks")

_LINE = re.compile(r"\r\n|\r|\n")  # what the library takes for a line end
_TARGET = r"(?:\((?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*\)|\[[^\]]*\])?"
_TARGETS = {
    "link_close": re.compile(rf"[*_~`]*[\]>]{_TARGET}"),
    "image": re.compile(rf"!\[(?:[^\[\]\\]|\\.|\[[^\[\]]*\])*\]{_TARGET}"),
}
_KEPT = frozenset({"text", "text_special", "code_inline"})
_TAG = re.compile(r"<(?P<close>/?)(?P<name>[A-Za-z][A-Za-z0-9]*)")


def read(data: bytes, *, name: str, language: str = "en") -> Document:
    """Read the story of a Markdown file."""
    markup, notes = plain.decode(data, name=name)
    counts: Counter[Part] = Counter()
    text = _extract(markup, counts).text
    if not text:
        raise InputError(f"{name} holds no text besides code and markup; there is nothing to audit.")
    return admit(segmentation.document(text, name=name, language=language, notes=(*notes, *left_out.note(counts))))


def offset_map(data: bytes, *, name: str) -> tuple[str, OffsetMap]:
    """Return the decoded file and the extracted text with its places in it."""
    markup, _ = plain.decode(data, name=name)
    return markup, _extract(markup, Counter())


def _extract(markup: str, counts: Counter[Part]) -> OffsetMap:
    library = need("markdown_it", package="markdown-it-py", purpose="read Markdown")
    marked = replace_marks(markup)
    counts.update(marked.left_out)
    parser = library.MarkdownIt("commonmark").enable(["table", "strikethrough"]).disable("text_join")
    # NUL, which the library replaces itself, by one code point, is never in a text.
    tokens: list[Token] = parser.parse(marked.text)
    lines = [0, *(match.end() for match in _LINE.finditer(markup)), len(markup)]
    blocks: list[list[Piece]] = []
    cursor = 0
    for token in tokens:
        if not token.map:
            continue
        start, end = lines[token.map[0]], lines[min(token.map[1], len(lines) - 1)]
        if token.type in {"fence", "code_block"}:
            counts[CODE] += bool(SIGNS.sub("", token.content).strip())
        elif token.type == "html_block":
            blocks += html.visible_blocks(marked.text, Span(max(cursor, start), end), counts)
        elif token.type == "inline":
            inline = _Inline(marked.text, max(cursor, start), end)
            blocks += inline.blocks(token)
            counts[html.STRUCK_OUT] += inline.struck
            cursor = inline.cursor
    return join_blocks(itertools.chain.from_iterable(map(_without_signs, block)) for block in blocks)


@dataclass(slots=True)
class _Inline:
    """The text of a block as its tokens tell it, each looked for in the file from `cursor` to `end`."""

    text: str
    cursor: int
    end: int
    hidden: int = 0
    struck: int = 0
    quoted: int = 0
    _pieces: list[Piece] = field(default_factory=list)

    def blocks(self, token: Token) -> Iterator[list[Piece]]:
        """Yield the pieces of a block, of several where marks divide it."""
        for child in token.children or ():
            found = len(self._pieces)
            self._follow(child)
            new = self._pieces[found:]
            if any(BEGINS in piece.text for piece in new) or (child.type == "softbreak" and self._is_title(found)):
                yield self._pieces[:found]
                self._pieces = new
        yield self._pieces

    def _is_title(self, end: int) -> bool:
        return any(TITLE in piece.text for piece in self._pieces[:end])

    def _follow(self, child: Token) -> None:
        """Keep what a token shows, and set the cursor behind it."""
        if child.type in {"softbreak", "hardbreak"}:
            match = _LINE.search(self.text, self.cursor, self.end)
            self._keep(" ", Span(*match.span()) if match else Span(self.cursor, self.cursor))
        elif child.type in _TARGETS:
            # The letters of a target must not be taken for those of the text behind it.
            match = _TARGETS[child.type].search(self.text, self.cursor, self.end)
            self.cursor = match.end() if match else self.cursor
        elif child.type in {"s_open", "s_close"}:
            self._strike(begins=child.type == "s_open")
        elif child.type == "html_inline":
            self._tag(child.content, self._place(child.content))
        elif child.type in _KEPT and child.content:
            self._keep(_shown(child), self._place(child.markup if child.type == "text_special" else child.content))

    def _tag(self, written: str, place: Span) -> None:
        """Follow an HTML tag inside a line."""
        self.cursor = place.end
        match = _TAG.match(written)
        name = match["name"].lower() if match else ""
        if name in html.STRUCK:
            self._strike(begins=written[1] != "/")
        elif name == "br":
            self._keep(" ", place)
        elif name == "q":
            self._keep(html.quotation_mark(self.quoted, closes=written[1] == "/"), place)
            self.quoted += -1 if written[1] == "/" else 1

    def _strike(self, *, begins: bool) -> None:
        self.struck += begins and not self.hidden
        self.hidden = max(0, self.hidden + (1 if begins else -1))

    def _place(self, written: str) -> Span:
        """Find what is written; text that the library changed keeps its neighbourhood at least."""
        start = self.text.find(written, self.cursor, self.end)
        return Span(start, start + len(written)) if start >= 0 else Span(self.cursor, self.cursor)

    def _keep(self, text: str, place: Span) -> None:
        self.cursor = place.end
        if not self.hidden:
            self._pieces.append(Piece(text, place))


def _shown(child: Token) -> str:
    """Return what a token shows; numeric references are read as HTML reads them, 150 as an en dash."""
    is_reference = child.type == "text_special" and child.markup.startswith("&")
    return references.unescape(child.markup) if is_reference else child.content


def _without_signs(piece: Piece) -> Iterator[Piece]:
    """Yield a piece without the signs of marks."""
    if len(piece.text) != len(piece.place):
        yield Piece(SIGNS.sub("", piece.text), piece.place)
        return
    end = 0
    for sign in SIGNS.finditer(piece.text):
        if sign.start() > end:
            yield piece.part(end, sign.start())
        end = sign.end()
    if end < len(piece.text):
        yield piece.part(end, len(piece.text))
