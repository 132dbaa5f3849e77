"""Web pages: the visible text of the article, every code point mapped back to the page.

What a reader of the page does not read as the story is left out: scripts, styles, forms, navigation, site headers and
footers, asides, boxes of other stories, what is struck out and what is hidden. Of nested regions the narrowest that
still holds most of the text is taken: the article body, an article, the main part, the page.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from auditor.errors import InputError
from auditor.readers import left_out
from auditor.readers import text as plain
from auditor.readers.checks import admit
from auditor.readers.html_boxes import find_boxes
from auditor.readers.html_page import ELSEWHERE, STRUCK, STRUCK_OUT, Block, quotation_mark, read_page
from auditor.readers.left_out import Part
from auditor.readers.offset_map import OffsetMap, Piece, join_blocks
from auditor.text import segmentation
from auditor.values import Document, Span

__all__ = ["STRUCK", "STRUCK_OUT", "SUFFIXES", "decode", "offset_map", "quotation_mark", "read", "visible_blocks"]

SUFFIXES = (".html", ".htm", ".xhtml")

OTHER_STORIES = Part("box of other stories", "boxes of other stories")

_REGIONS = ("body", "article", "main")
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)


def read(data: bytes, *, name: str, language: str = "en") -> Document:
    """Read the story of a web page; a range of its text is taken back to the page by `offset_map`."""
    markup, notes = decode(data, name=name)
    counts: Counter[Part] = Counter()
    text = join_blocks(visible_blocks(markup, Span(0, len(markup)), counts)).text
    if not text:
        raise InputError(
            f"{name} shows no text; save the page as the browser displays it, or audit the story as plain text."
        )
    return admit(segmentation.document(text, name=name, language=language, notes=(*notes, *left_out.note(counts))))


def offset_map(data: bytes, *, name: str) -> tuple[str, OffsetMap]:
    """Return the decoded page and the extracted text with its places in it."""
    markup, _ = decode(data, name=name)
    return markup, join_blocks(visible_blocks(markup, Span(0, len(markup)), Counter()))


def decode(data: bytes, *, name: str) -> tuple[str, tuple[str, ...]]:
    """Decode a page: a byte order mark first, then the page's own declaration, then as plain text."""
    declared = _CHARSET.search(data[:4096])
    if declared is None or data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return plain.decode(data, name=name)
    label = declared[1].decode("ascii", "replace").lower()
    # The web reads these two labels as windows-1252 (WHATWG Encoding Standard, 4.2).
    label = "windows-1252" if label in {"iso-8859-1", "latin1", "us-ascii"} else label
    try:
        return data.decode(label), ()
    except (LookupError, UnicodeDecodeError):
        return plain.decode(data, name=name)


def visible_blocks(markup: str, span: Span, counts: Counter[Part]) -> list[list[Piece]]:
    """Return the story's blocks of text in a range of a file that is HTML, each piece with its place in the file.

    Args:
        markup: the decoded file.
        span: the range.
        counts: is told what the range shows and the story does not hold.
    """
    page = read_page(span.of(markup))
    story = _story(page.blocks)
    boxes = find_boxes(story)
    counts[ELSEWHERE] += page.left_out[ELSEWHERE] + _words(page.blocks) - _words(story)
    counts[OTHER_STORIES] += len(boxes)
    counts[STRUCK_OUT] += page.left_out[STRUCK_OUT]
    kept: list[Block] = []
    end = 0
    for box in boxes:
        kept += story[end : box.first]
        end = box.end
    return [_moved(block.pieces, span.start) for block in (*kept, *story[end:])]


def _moved(pieces: Iterable[Piece], by: int) -> list[Piece]:
    return [Piece(piece.text, Span(piece.place.start + by, piece.place.end + by)) for piece in pieces]


def _story(blocks: Sequence[Block]) -> Sequence[Block]:
    """Keep the narrowest region that holds at least half of the words on the page."""
    total = _words(blocks)
    for sort in _REGIONS:
        sizes: Counter[tuple[str, int]] = Counter()
        for block in blocks:
            for region in block.regions:
                if region[0] == sort:
                    sizes[region] += block.words
        best = max(sizes, key=sizes.__getitem__, default=None)
        if best is not None and 2 * sizes[best] >= total:
            return [block for block in blocks if best in block.regions]
    return blocks


def _words(blocks: Sequence[Block]) -> int:
    return sum(block.words for block in blocks)
