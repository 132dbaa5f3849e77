"""Where a finding stands in the file, by line and column, for tools that open files in editors."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass

from auditor.readers import READERS
from auditor.readers.detect import format_of
from auditor.readers.pieces import is_same
from auditor.values import Audit, Span

_LINE_END = re.compile(r"\r\n|\r|\n")  # what editors and code hosts count


@dataclass(frozen=True, slots=True)
class Place:
    """Lines and columns from 1, columns in code points; the end column is exclusive; `offset` counts from 0."""

    line: int
    column: int
    end_line: int
    end_column: int
    offset: int
    length: int


def places(audit: Audit, original: bytes | None) -> Callable[[Span], Place]:
    """Return the function that places a range of the audited text in its file.

    Web pages and Markdown are placed in their markup when `original`, the file's bytes, is given. Everything else is
    placed in the audited text, which for plain text is the file.
    """
    name = audit.document.name
    reader = READERS.load(format_of(name, original)) if original is not None else None
    if reader is None or not hasattr(reader, "anchors"):
        return _in_text(audit.document.text, lambda span: span)
    found = reader.anchors(original, name=name)
    if not isinstance(found, tuple) or not is_same(found[1].text, audit.document.text):
        return _in_text(audit.document.text, lambda span: span)
    markup, woven = found
    return _in_text(markup, woven.locate)


def _in_text(text: str, locate: Callable[[Span], Span]) -> Callable[[Span], Place]:
    starts = [0, *(match.end() for match in _LINE_END.finditer(text))]

    def place(span: Span) -> Place:
        found = locate(span)
        first, last = (bisect_right(starts, offset) for offset in (found.start, found.end))
        return Place(
            line=first,
            column=found.start - starts[first - 1] + 1,
            end_line=last,
            end_column=found.end - starts[last - 1] + 1,
            offset=found.start,
            length=len(found),
        )

    return place
