"""Segments: translated units that may come with their source, such as rows of a table, CAT units or subtitle cues."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from auditor.readers.offset_map import OffsetMap, Piece, join_blocks
from auditor.text import segmentation
from auditor.values import Document, Paragraph, Span


@dataclass(frozen=True, slots=True)
class Segment:
    """A translated unit: how its file calls it, its text without inline codes, and its source where there is one.

    `pieces` are the text with its places in the decoded file, where its reader knows them.
    """

    unit: str
    text: str
    source: str | None = None
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True)
class Aligned:
    """The audited text and the segments it consists of.

    `groups` are the paragraphs. `starts` has, a segment, where its text begins on the axis of all segment texts written
    one after the other.
    """

    offset_map: OffsetMap
    segments: tuple[Segment, ...]
    starts: tuple[int, ...]
    groups: tuple[tuple[Segment, ...], ...]

    def locate(self, span: Span) -> tuple[Segment, Span]:
        """Return the segment in which `span` of the audited text begins, and the range within that segment's text."""
        place = self.offset_map.locate(span)
        index = bisect_right(self.starts, place.start) - 1
        found, start = self.segments[index], self.starts[index]
        return found, Span(place.start - start, min(place.end - start, len(found.text)))

    def in_file(self) -> OffsetMap:
        """Return the audited text with its places in the decoded file, where the segments know them."""
        return join_blocks([list(_written(group)) for group in self.groups])


def align(groups: Iterable[Sequence[Segment]]) -> Aligned:
    """Join groups of segments; the segments of a group run on in one paragraph, a group is a paragraph of its own."""
    blocks: list[list[Piece]] = []
    segments: list[Segment] = []
    kept: list[tuple[Segment, ...]] = []
    starts: list[int] = []
    position = 0
    for group in groups:
        block: list[Piece] = []
        for item in group:
            if block:  # the space between two segments of a paragraph stands for nothing in the file
                block.append(Piece(" ", Span(position, position)))
            segments.append(item)
            starts.append(position)
            block.append(Piece(item.text, Span(position, position + len(item.text))))
            position += len(item.text)
        blocks.append(block)
        kept.append(tuple(group))
    return Aligned(join_blocks(blocks), tuple(segments), tuple(starts), tuple(kept))


def document(aligned: Aligned, *, name: str, language: str = "en", source_language: str | None = None) -> Document:
    """Segment the extracted text; every sentence is given the source of the segment that it stands in."""
    plain = segmentation.document(aligned.offset_map.text, name=name, language=language)
    paragraphs = tuple(_with_sources(paragraph, aligned) for paragraph in plain.paragraphs)
    return replace(plain, paragraphs=paragraphs, source_language=source_language)


def _written(group: Sequence[Segment]) -> Iterator[Piece]:
    """Yield the pieces of a group in the file; the space between two segments stands for what is between them."""
    end = 0
    for number, item in enumerate(group):
        start = item.pieces[0].place.start if item.pieces else end
        if number:
            yield Piece(" ", Span(min(end, start), start))
        yield from item.pieces
        end = item.pieces[-1].place.end if item.pieces else end


def _with_sources(paragraph: Paragraph, aligned: Aligned) -> Paragraph:
    sentences = tuple(
        replace(sentence, source=aligned.locate(sentence.span)[0].source) for sentence in paragraph.sentences
    )
    return replace(paragraph, sentences=sentences)
