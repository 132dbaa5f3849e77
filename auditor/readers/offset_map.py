"""Extracted text that remembers where it came from.

A reader of a marked-up format turns its file into blocks of pieces; `join_blocks` joins them into the plain text that
is audited, and `OffsetMap.locate` takes a range of that text back to the file.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from auditor.values import Span

BREAK = "\n\n"
"""What stands between two blocks: a blank line, which ends a paragraph for the segmenter whatever the line width."""

_SPACE = re.compile(r"[ \t\n\r\f\v]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text and the range of the decoded file it stands for.

    When both have the same length they correspond code point by code point; otherwise (an entity, a run of white
    space) only as wholes.
    """

    text: str
    place: Span

    def part(self, start: int, end: int) -> Piece:
        """Return a part of a piece that corresponds to its place code point by code point."""
        return Piece(self.text[start:end], Span(self.place.start + start, self.place.start + end))


def text_of(pieces: Iterable[Piece]) -> str:
    """Return the text of pieces that follow one another."""
    return "".join(piece.text for piece in pieces)


@dataclass(frozen=True, slots=True)
class MappedPiece:
    """Where a piece stands in the extracted text (`span`), and in the decoded file (`place`)."""

    span: Span
    place: Span


@dataclass(frozen=True, slots=True)
class OffsetMap:
    """The extracted text and its pieces, in order; `pieces` covers all of the text but the breaks between blocks."""

    text: str
    pieces: tuple[MappedPiece, ...]

    def locate(self, span: Span) -> Span:
        """Return the range of the decoded file from the first to the last code point of `span`.

        Raises:
            ValueError: the range touches no extracted text.
        """
        touched = self.parts(span)
        if not touched:
            raise ValueError(f"nothing was extracted at {span.start}-{span.end}")
        return Span(touched[0].place.start, touched[-1].place.end)

    def parts(self, span: Span) -> list[MappedPiece]:
        """Return the pieces that `span` touches, cut to it; one that stands for its place as a whole stays whole."""
        first = max(0, bisect_right(self.pieces, span.start, key=_begins) - 1)
        touched: list[MappedPiece] = []
        for piece in _until(self.pieces, first, span.end):
            if piece.span.overlaps(span):
                touched.append(_cut(piece, span))
        return touched


def join_blocks(blocks: Iterable[Iterable[Piece]]) -> OffsetMap:
    """Join blocks with a blank line; white space inside a block collapses to single spaces, as browsers show it."""
    text: list[str] = []
    mapped: list[MappedPiece] = []
    length = 0
    for block in blocks:
        pieces = list(_collapsed(block))
        if not pieces:
            continue
        if text:
            text.append(BREAK)
            length += len(BREAK)
        for piece in pieces:
            mapped.append(MappedPiece(Span(length, length + len(piece.text)), piece.place))
            text.append(piece.text)
            length += len(piece.text)
    return OffsetMap("".join(text), tuple(mapped))


def is_same(extracted: str, audited: str) -> bool:
    """Tell whether a file still holds the text that was audited, in which comments to the auditor were blanked."""
    return len(extracted) == len(audited) and all(
        other in (one, " ") for one, other in zip(extracted, audited, strict=True)
    )


def _collapsed(block: Iterable[Piece]) -> Iterator[Piece]:
    """Yield the pieces of a block with white space collapsed, none at its two ends."""
    waiting: Piece | None = None
    begun = False
    for piece in itertools.chain.from_iterable(map(_parts, block)):
        if piece.text == " ":
            waiting = waiting or piece
            continue
        if begun and waiting:
            yield waiting
        begun, waiting = True, None
        yield piece


def _parts(piece: Piece) -> Iterator[Piece]:
    """Split a piece at white space; every run of white space becomes one space."""
    if len(piece.text) != len(piece.place):
        yield Piece(" ", piece.place) if _SPACE.fullmatch(piece.text) else piece
        return
    end = 0
    for space in _SPACE.finditer(piece.text):
        if space.start() > end:
            yield piece.part(end, space.start())
        yield Piece(" ", piece.part(space.start(), space.end()).place)
        end = space.end()
    if end < len(piece.text):
        yield piece.part(end, len(piece.text))


def _until(pieces: Sequence[MappedPiece], first: int, end: int) -> Iterator[MappedPiece]:
    for index in range(first, len(pieces)):
        if pieces[index].span.start >= end:
            return
        yield pieces[index]


def _begins(piece: MappedPiece) -> int:
    return piece.span.start


def _cut(piece: MappedPiece, span: Span) -> MappedPiece:
    """Return the part of a piece that `span` touches."""
    if len(piece.span) != len(piece.place):
        return piece
    start, end = max(span.start, piece.span.start), min(span.end, piece.span.end)
    shift = piece.place.start - piece.span.start
    return MappedPiece(Span(start, end), Span(start + shift, end + shift))
