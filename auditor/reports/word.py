"""The story as a Word document with a comment at every finding.

A story that came as a Word document comes back as it was, formatting untouched, with comments added. To comment on some
words of a run, the run is divided as Word itself divides it; its properties stay on both halves.
"""

from __future__ import annotations

import io
import re
import zipfile
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import TYPE_CHECKING

from auditor.errors import InputError
from auditor.readers import docx as reader
from auditor.readers.detect import is_word
from auditor.readers.docx import Run, W
from auditor.readers.extras import need
from auditor.readers.offset_map import is_same
from auditor.reports.marking import costs, quoted
from auditor.reports.packing import repack, update
from auditor.reports.word_runs import AUTHOR, date_of, divided, saved
from auditor.values import Audit, Finding, Span

if TYPE_CHECKING:
    from docx.document import Document as WordDocument

SUFFIX = ".docx"

_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")  # what XML 1.0 cannot hold
_BREAK = re.compile(r"[\r\n\u0085\u2028\u2029]")
_TYPES = "[Content_Types].xml"
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
        found = _marked(audit)
        _comment(document, runs, [finding.span for finding in found], found, date_of(document, b""))
        return repack(saved(document))
    document = reader.unpack(original, name=audit.document.name)
    axis = reader.axis(document)
    if not is_same(axis.offset_map.text, audit.document.text):
        raise InputError(f"{audit.document.name} has changed since it was audited; audit it again.")
    found = _marked(audit)
    places = [axis.offset_map.locate(finding.span) for finding in found]
    _comment(document, axis.runs, places, found, date_of(document, original))
    return _merged(original, document) if found else original


def worded(finding: Finding) -> str:
    """Put a finding into the words of a comment, a paragraph a line."""
    lines = [f"{finding.message}."]
    if finding.suggestions:
        lines.append("Suggestion: " + ", or ".join(map(quoted, finding.suggestions)))
    lines += finding.evidence
    told = [finding.kind.value, finding.severity.value, f"{finding.probability:.0%} likely an error", costs(finding)]
    if finding.is_doubt:
        told = ["a doubt, worth a look", finding.kind.value, f"{finding.probability:.0%} likely an error"]
    lines.append(", ".join(filter(None, told)))
    return _ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", "\n".join(" ".join(line.split()) for line in lines))


def _marked(audit: Audit) -> list[Finding]:
    """Return findings and doubts, in the order of the text."""
    found: list[Finding] = []
    for paragraph in audit.paragraphs:
        found += paragraph.places
    return found


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


def _comment(
    document: WordDocument, runs: Sequence[Run], places: Sequence[Span], findings: Sequence[Finding], date: str
) -> None:
    """Add a comment at each place of the runs' axis."""
    library = need("docx.text.run", package="python-docx", purpose="write Word documents")
    cuts: set[int] = set()
    for place in places:
        cuts |= {place.start, place.end}
    parts = divided(runs, sorted(cuts))
    starts = [run.start for run in parts]
    for place, finding in zip(places, findings, strict=True):
        inside = parts[bisect_right(starts, place.start) - 1 : bisect_left(starts, place.end)]
        first, last = (library.Run(run.element, document) for run in (inside[0], inside[-1]))
        added = document.comments.add_comment(text=worded(finding), author=AUTHOR, initials=AUTHOR[0])
        added._comment_elm.set(f"{W}date", date)
        first.mark_comment_range(last, added.comment_id)


def _merged(original: bytes, document: WordDocument) -> bytes:
    """Put the changed parts into the original package; every other member keeps its bytes."""
    body = str(document.part.partname).lstrip("/")
    comments = str(document.part.part_related_by(_RELATED).partname).lstrip("/")
    folder, _, name = body.rpartition("/")
    changed = repack(saved(document), members={_TYPES: _types(original, f"/{comments}")})
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
