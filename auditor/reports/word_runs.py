"""What is written into Word documents: runs divided where something begins or ends, who wrote it and when."""

from __future__ import annotations

import datetime
import io
import zipfile
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from copy import deepcopy
from typing import TYPE_CHECKING

from auditor.readers import docx as reader
from auditor.readers.docx import Run, W

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from lxml.etree import _Element

AUTHOR = "auditor"

SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_PROPERTIES = "docProps/core.xml"
_EPOCH = datetime.datetime(1980, 1, 1)  # the earliest that an archive can tell


def date_of(document: WordDocument, original: bytes) -> str:
    """Return when the document says that it was written: the same audit gives the same bytes on any day.

    Args:
        document: what is commented.
        original: the file it came in; where that has no such date, its newest member tells.
    """
    if original:
        with zipfile.ZipFile(io.BytesIO(original)) as archive:
            newest = max(item.date_time for item in archive.infolist())
            is_dated = _PROPERTIES in archive.namelist()
        if not is_dated:
            return _dated(_moment(newest))
    properties = document.core_properties
    return _dated(properties.modified or properties.created or _EPOCH)


def _moment(parts: tuple[int, int, int, int, int, int]) -> datetime.datetime:
    """Return the time of a member of an archive, which may be none that a calendar knows."""
    try:
        return datetime.datetime(*parts)  # in no time zone that is told
    except ValueError:
        return _EPOCH


def _dated(moment: datetime.datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def divided(runs: Sequence[Run], cuts: Sequence[int]) -> list[Run]:
    """Divide the runs at offsets of their axis; runs without characters are left out."""
    parts: list[Run] = []
    for run in runs:
        rest = run
        for cut in cuts[bisect_right(cuts, run.start) : bisect_left(cuts, run.end)]:
            left, rest = _divide(rest, cut)
            parts.append(left)
        if rest.end > rest.start:
            parts.append(rest)
    return parts


def _divide(run: Run, cut: int) -> tuple[Run, Run]:
    """Divide a run in two at an offset inside it; both have its properties."""
    right: _Element = run.element.makeelement(
        run.element.tag, {str(name): str(value) for name, value in run.element.attrib.items()}
    )
    run.element.addnext(right)
    position = run.start
    for child in list(run.element):
        width = len(reader.child_characters(child))
        if child.tag == f"{W}rPr":
            right.append(deepcopy(child))
        elif position >= cut:
            right.append(child)
        elif position + width > cut:
            right.append(_cut_text(child, cut - position))
        position += width
    return Run(run.element, run.start, cut), Run(right, cut, run.end)


def _cut_text(element: _Element, at: int) -> _Element:
    """Shorten a text element to its first `at` characters and return another with the rest."""
    rest = deepcopy(element)
    text = element.text or ""
    element.text, rest.text = text[:at], text[at:]
    for part in (element, rest):
        part.set(SPACE, "preserve")
    return rest


def saved(document: WordDocument) -> bytes:
    """Return the document as its library writes it."""
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()
