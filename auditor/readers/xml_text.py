"""The characters of an XML file with their places in it, which no tree of a library tells."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.parsers import expat

from auditor.readers import text as plain
from auditor.readers.offset_map import Piece
from auditor.values import Span

if TYPE_CHECKING:
    from lxml.etree import _Element

_DECLARED = re.compile(rb"\A\s*<\?xml[^>]*?\bencoding\s*=\s*[\"']([\w.:-]+)")
_WIDE = {b"<\x00": "utf-16-le", b"\x00<": "utf-16-be"}
_REFERENCE = re.compile(r"&[^;\s]+;")


@dataclass(frozen=True, slots=True)
class Characters:
    """The character data of a tree: a list of pieces before the first child of each element, and one behind its end."""

    texts: Mapping[_Element, list[Piece]]
    tails: Mapping[_Element, list[Piece]]

    def inside(self, element: _Element) -> Iterator[_Element | Piece]:
        """Yield what is directly inside an element: pieces of text, and elements."""
        yield from self.texts[element]
        for child in element.iterchildren("*"):
            yield child
            yield from self.tails[child]


def decode(data: bytes, *, name: str) -> str:
    """Decode an XML file: a byte order mark first, then its declaration, then as plain text.

    Raises:
        InputError: no encoding gives plausible text.
    """
    declared = _DECLARED.match(data)
    label = _WIDE.get(data[:2], declared[1].decode() if declared else "utf-8")
    if not data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return data.decode(label)
        except (LookupError, UnicodeDecodeError):
            pass
    return plain.decode(data, name=name)[0]


def characters(markup: str, root: _Element) -> Characters:
    """Find every piece of text of the file again.

    Args:
        markup: the decoded file.
        root: of the tree that a library made of it; elements that the library added have no line, and no text here.

    Raises:
        ValueError: the tree is not that of this file.
        ExpatError: the file is not well-formed.
    """
    scan = _Scan(markup)
    elements = [element for element in root.iter("*") if element.sourceline]
    return Characters(
        dict(zip(elements, scan.texts, strict=True)),
        dict(zip(elements, scan.tails, strict=True)),
    )


def local(element: _Element) -> str:
    """Return an element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def complaint(error: Exception) -> str:
    """Say in an editor's words what a parser of XML refused."""
    message = str(error).casefold()
    if "huge" in message or "too long" in message or "too deep" in message or "excessive depth" in message:
        return "a single text in it is longer than 10 million characters, or its parts are nested too deep"
    line = getattr(error, "lineno", None)
    if isinstance(error, SyntaxError | expat.ExpatError):
        return f"its XML is cut off or damaged{f' near line {line:,}' if line else ''}"
    return "its parts are not those of such a file"


@dataclass(slots=True)
class _Position:
    """How far the scan is, in bytes and in code points."""

    byte: int = 0
    point: int = 0


@dataclass(slots=True)
class _Scan:
    """The text of a file as its parser meets it, an entry an element in the order of start tags."""

    markup: str
    texts: list[list[Piece]] = field(default_factory=list)
    tails: list[list[Piece]] = field(default_factory=list)
    _open: list[int] = field(default_factory=list)
    _current: list[Piece] = field(default_factory=list)
    _is_literal: bool = False

    def __post_init__(self) -> None:
        encoded = self.markup.encode()
        position = _Position()
        parser = expat.ParserCreate("utf-8")  # whatever the declaration says: the file is decoded

        def keep(text: str) -> None:
            at = parser.CurrentByteIndex
            position.point += len(encoded[position.byte : at].decode())
            position.byte = at
            self._keep(text, position.point)

        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = keep
        parser.StartCdataSectionHandler = self._literally
        parser.EndCdataSectionHandler = self._freely
        parser.Parse(encoded, True)  # noqa: FBT003 (the library's own)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        del tag, attributes
        self._open.append(len(self.texts))
        self._current = []
        self.texts.append(self._current)
        self.tails.append([])

    def _end(self, tag: str) -> None:
        del tag
        self._current = self.tails[self._open.pop()]

    def _literally(self) -> None:
        self._is_literal = True

    def _freely(self) -> None:
        self._is_literal = False

    def _keep(self, text: str, start: int) -> None:
        """Keep text and what it stands for: itself, a reference, or a line end of any system."""
        length = len(text)
        if self.markup[start] == "&" and not self._is_literal:
            reference = _REFERENCE.match(self.markup, start)
            length = len(reference[0]) if reference else length
        elif self.markup.startswith("\r\n", start):
            length = 2
        self._current.append(Piece(text, Span(start, start + length)))
