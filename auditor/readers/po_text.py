"""The translations of a PO file with their places in it, which its library does not tell."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.readers import text as plain
from auditor.readers.offset_map import Piece
from auditor.values import Span

_CHARSET = re.compile(rb"charset=[ \t]*([\w.:-]+)")
_ENTRY = re.compile(
    r'^[ \t]*msgstr(?:\[\d+\])?[ \t]*((?:"(?:[^"\\\r\n]|\\.)*"[ \t]*(?:\r\n?|\n|\Z)\s*)+)', re.MULTILINE
)
_STRING = re.compile(r'"((?:[^"\\\r\n]|\\.)*)"')
_PART = re.compile(r"\\.|[^\\]+")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


def decode(data: bytes, *, name: str) -> str:
    """Decode a PO file as its header says, without a byte order mark.

    Raises:
        InputError: no encoding gives plausible text.
    """
    charset = _CHARSET.search(data[:4096])
    try:
        return data.decode(charset[1].decode() if charset else "utf-8").removeprefix("\ufeff")
    except (LookupError, UnicodeDecodeError):  # gettext's own placeholder CHARSET is no encoding either
        return plain.decode(data, name=name)[0]


def encode(markup: str) -> bytes:
    """Return the file in UTF-8, as its header then says: the library reads others wrongly."""
    return re.sub(_CHARSET.pattern.decode(), "charset=UTF-8", markup, count=1).encode()


def translations(markup: str) -> Iterator[list[Piece]]:
    """Yield the pieces of every translation, the header's and empty ones too, in the order of the file."""
    for entry in _ENTRY.finditer(markup):
        pieces: list[Piece] = []
        for line in _STRING.finditer(markup, *entry.span(1)):
            pieces += _unescaped(markup, line)
        yield pieces


def _unescaped(markup: str, line: re.Match[str]) -> Iterator[Piece]:
    for part in _PART.finditer(markup, *line.span(1)):
        written = part[0]
        text = _ESCAPES.get(written[1], written[1]) if written.startswith("\\") else written
        yield Piece(text, Span(*part.span()))
