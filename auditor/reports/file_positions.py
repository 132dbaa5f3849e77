"""Where a finding stands in the file, by line and column, for tools that open files in editors."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass

from auditor.errors import InputError
from auditor.readers import READERS
from auditor.readers.detect import format_of
from auditor.readers.offset_map import OffsetMap, is_same, join_blocks
from auditor.values import Audit, Span

_LINE_END = re.compile(r"\r\n|\r|\n")  # what editors and code hosts count


@dataclass(frozen=True, slots=True)
class FilePosition:
    """Where a range stands in a file.

    Lines and columns count from 1, columns in code points; the end column is exclusive; `offset` counts from 0.
    """

    line: int
    column: int
    end_line: int
    end_column: int
    offset: int
    length: int


def locator(audit: Audit, original: bytes | None) -> Callable[[Span], FilePosition | None]:
    """Return the function that finds a range of the audited text in its file.

    With `original`, the file's bytes, a range is found in the markup of its file, and nowhere in a file without lines
    of its own, such as a Word document or a table. Without it everything is found in the audited text.
    """
    if original is None:
        return _in_text(audit.document.text, _unchanged)
    try:
        markup, offsets = _offset_map(original, audit.document.name)
    except InputError:  # the user said that it is of another format than it looks
        return _nowhere
    if not is_same(offsets.text, audit.document.text):
        return _nowhere
    return _in_text(markup, offsets.locate)


def _offset_map(original: bytes, name: str) -> tuple[str, OffsetMap]:
    """Return the decoded file, and the text in it."""
    reader = READERS.load(format_of(name, original))
    found: tuple[str, OffsetMap] = (
        reader.offset_map(original, name=name) if hasattr(reader, "offset_map") else ("", join_blocks([]))
    )
    return found


def _unchanged(span: Span) -> Span:
    return span


def _nowhere(span: Span) -> None:
    return None


def _in_text(text: str, locate: Callable[[Span], Span]) -> Callable[[Span], FilePosition]:
    starts = [0, *(match.end() for match in _LINE_END.finditer(text))]

    def position(span: Span) -> FilePosition:
        found = locate(span)
        first, last = (bisect_right(starts, offset) for offset in (found.start, found.end))
        return FilePosition(
            line=first,
            column=found.start - starts[first - 1] + 1,
            end_line=last,
            end_column=found.end - starts[last - 1] + 1,
            offset=found.start,
            length=len(found),
        )

    return position
