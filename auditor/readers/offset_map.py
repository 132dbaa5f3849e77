"""Extracted text that remembers where it came from.

A reader of a marked-up format turns its file into blocks of pieces; `weave` joins them into the plain text that is
audited, and `locate` takes a range of that text back to the file.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
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


@dataclass(frozen=True, slots=True)
class Placed:
    """A piece at its range of the woven text."""

    span: Span
    place: Span


@dataclass(frozen=True, slots=True)
class Woven:
    """The plain text and its pieces, in order; `placed` covers all of the text but the breaks between blocks."""

    text: str
    placed: tuple[Placed, ...]

    def locate(self, span: Span) -> Span:
        """Return the range of the decoded file from the first to the last code point of `span`.

        Raises:
            ValueError: the range touches no extracted text.
        """
        first = max(0, bisect_right(self.placed, span.start, key=lambda item: item.span.start) - 1)
        touched = [item for item in _until(self.placed, first, span.end) if item.span.overlaps(span)]
        if not touched:
            raise ValueError(f"nothing was extracted at {span.start}-{span.end}")
        return Span(_place(touched[0], span).start, _place(touched[-1], span).end)


def weave(blocks: Sequence[Sequence[Piece]]) -> Woven:
    """Join blocks with a blank line; white space inside a block collapses to single spaces, as browsers show it."""
    text: list[str] = []
    placed: list[Placed] = []
    length = 0
    for block in blocks:
        pieces = list(_collapsed(block))
        if not pieces:
            continue
        if text:
            text.append(BREAK)
            length += len(BREAK)
        for piece in pieces:
            placed.append(Placed(Span(length, length + len(piece.text)), piece.place))
            text.append(piece.text)
            length += len(piece.text)
    return Woven("".join(text), tuple(placed))


def is_same(extracted: str, audited: str) -> bool:
    """Tell whether a file still holds the text that was audited, in which comments to the auditor were blanked."""
    return len(extracted) == len(audited) and all(
        other in (one, " ") for one, other in zip(extracted, audited, strict=True)
    )


def _collapsed(block: Sequence[Piece]) -> Iterator[Piece]:
    """Yield the pieces of a block with white space collapsed, none at its two ends."""
    waiting: Piece | None = None
    begun = False
    for piece in (part for whole in block for part in _parts(whole)):
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


def _until(placed: Sequence[Placed], first: int, end: int) -> Iterator[Placed]:
    for index in range(first, len(placed)):
        if placed[index].span.start >= end:
            return
        yield placed[index]


def _place(item: Placed, span: Span) -> Span:
    """Return the part of a piece's place that `span` touches."""
    if len(item.span) != len(item.place):
        return item.place
    start = max(span.start, item.span.start) - item.span.start
    end = min(span.end, item.span.end) - item.span.start
    return Span(item.place.start + start, item.place.start + end)
