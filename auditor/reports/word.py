"""The story as a Word document with a comment at every finding.

A story that came as a Word document comes back as it was, formatting untouched, with comments added. To comment on some
words of a run, the run is divided as Word itself divides it; its properties stay on both halves.
"""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from copy import deepcopy
from typing import TYPE_CHECKING

from auditor.errors import InputError
from auditor.readers import docx as reader
from auditor.readers.detect import is_word
from auditor.readers.docx import Run, W
from auditor.readers.extras import need
from auditor.readers.offset_map import is_same
from auditor.reports.marking import quoted
from auditor.reports.packing import repack, update
from auditor.values import Audit, Finding, Span

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from lxml.etree import _Element

SUFFIX = ".docx"

AUTHOR = "auditor"
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")  # what XML 1.0 cannot hold
_BREAK = re.compile(r"[\r\n\u0085\u2028\u2029]")
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_TYPES = "[Content_Types].xml"
_PROPERTIES = "docProps/core.xml"
_EPOCH = datetime.datetime(1980, 1, 1)  # the earliest that an archive can tell
_COMMENTS = "application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml"
_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/comments"


def render(audit: Audit, *, original: bytes | None = None) -> bytes:
    """Write the commented document.

    Args:
        audit: the audit.
        original: the file that was audited; when it is no Word document, or None, a plain one is made of the text.

    Raises:
        InputError: `original` does not hold the text that was audited.
    """
    if original is None or not is_word(original):
        document, runs = _plain(audit)
        _comment(document, runs, [finding.span for finding in audit.findings], audit.findings, _date(document, b""))
        return repack(_saved(document))
    document = reader.unpack(original, name=audit.document.name)
    axis = reader.axis(document)
    if not is_same(axis.offset_map.text, audit.document.text):
        raise InputError(f"{audit.document.name} has changed since it was audited; audit it again.")
    places = [axis.offset_map.locate(finding.span) for finding in audit.findings]
    _comment(document, axis.runs, places, audit.findings, _date(document, original))
    return _merged(original, document) if audit.findings else original


def worded(finding: Finding) -> str:
    """Put a finding into the words of a comment, a paragraph a line."""
    lines = [f"{finding.message}."]
    if finding.suggestions:
        lines.append("Suggestion: " + ", or ".join(map(quoted, finding.suggestions)))
    lines += finding.evidence
    lines.append(f"{finding.kind.value}, {finding.severity.value}, {finding.probability:.0%} likely an error")
    return _ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", "\n".join(" ".join(line.split()) for line in lines))


def _plain(audit: Audit) -> tuple[WordDocument, list[Run]]:
    """Make a document of the audited text, a run a paragraph; its axis is the text itself."""
    library = need("docx", package="python-docx", purpose="write Word documents")
    document: WordDocument = library.Document()
    runs: list[Run] = []
    for paragraph in audit.document.paragraphs:
        text = _BREAK.sub(" ", paragraph.span.of(audit.document.text))  # one code point for one, so that offsets stay
        run = document.add_paragraph().add_run(_ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", text))
        runs.append(Run(run._r, paragraph.span.start, paragraph.span.end))
    return document, runs


def _date(document: WordDocument, original: bytes) -> str:
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


def _comment(
    document: WordDocument, runs: Sequence[Run], places: Sequence[Span], findings: Sequence[Finding], date: str
) -> None:
    """Add a comment at each place of the runs' axis."""
    library = need("docx.text.run", package="python-docx", purpose="write Word documents")
    cuts: set[int] = set()
    for place in places:
        cuts |= {place.start, place.end}
    divided = _divided(runs, sorted(cuts))
    starts = [run.start for run in divided]
    for place, finding in zip(places, findings, strict=True):
        inside = divided[bisect_right(starts, place.start) - 1 : bisect_left(starts, place.end)]
        first, last = (library.Run(run.element, document) for run in (inside[0], inside[-1]))
        added = document.comments.add_comment(text=worded(finding), author=AUTHOR, initials=AUTHOR[0])
        added._comment_elm.set(f"{W}date", date)
        first.mark_comment_range(last, added.comment_id)


def _divided(runs: Sequence[Run], cuts: Sequence[int]) -> list[Run]:
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
        part.set(_SPACE, "preserve")
    return rest


def _saved(document: WordDocument) -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _merged(original: bytes, document: WordDocument) -> bytes:
    """Put the changed parts into the original package; every other member keeps its bytes."""
    body = str(document.part.partname).lstrip("/")
    comments = str(document.part.part_related_by(_RELATED).partname).lstrip("/")
    folder, _, name = body.rpartition("/")
    changed = repack(_saved(document), members={_TYPES: _types(original, f"/{comments}")})
    return update(original, changed, names=frozenset({body, comments, f"{folder}/_rels/{name}.rels", _TYPES}))


def _types(original: bytes, comments: str) -> bytes:
    """Return the original's list of content types, with that of the comments."""
    etree = need("lxml.etree", package="lxml", purpose="write Word documents")
    with zipfile.ZipFile(io.BytesIO(original)) as archive:
        root = etree.fromstring(archive.read(_TYPES))
    space = root.tag.partition("}")[0] + "}"
    if all(item.get("PartName") != comments for item in root):
        etree.SubElement(root, f"{space}Override", PartName=comments, ContentType=_COMMENTS)
    listed: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return listed
