"""Word documents: the paragraphs of the body and its tables, insertions and the results of fields among them.

Left out, and counted in a note, are footnotes and endnotes, text boxes, headers and footers, comments, deleted and
hidden text, equations and embedded documents: Word has no place for a comment in most of them.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.errors import InputError
from auditor.readers import left_out, xml_text
from auditor.readers.checks import admit
from auditor.readers.extras import need
from auditor.readers.left_out import Part
from auditor.readers.offset_map import OffsetMap, Piece, join_blocks
from auditor.text import segmentation
from auditor.values import Document, Span

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from lxml.etree import _Element

SUFFIXES = (".docx",)

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_GONE = frozenset({f"{W}del", f"{W}moveFrom", f"{W}txbxContent", f"{W}pict", f"{W}rt"})
_CHARACTERS = {f"{W}tab": "\t", f"{W}br": "\n", f"{W}cr": "\n", f"{W}noBreakHyphen": "‑"}
# Those of other systems inside a text node are white space to Word.
_LINE_SEPARATORS = str.maketrans(dict.fromkeys("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029", " "))
_STRICT = b"http://purl.oclc.org/ooxml/"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LARGEST = 256 * 2**20  # bytes unpacked; the text of a thousand-page book takes about 20 MiB of WordprocessingML


FOOTNOTE = Part("footnote", "footnotes")
ENDNOTE = Part("endnote", "endnotes")
TEXT_BOX = Part("text box", "text boxes")
HEADER = Part("header", "headers")
FOOTER = Part("footer", "footers")
COMMENT = Part("comment", "comments")
DELETED = Part("deleted passage", "deleted passages")
HIDDEN = Part("hidden passage", "hidden passages")
EQUATION = Part("equation", "equations")
EMBEDDED = Part("embedded document", "embedded documents")

_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
# Parts of the package beside the body: what their relationship is called, and what one of them, or of the elements in
# them, is.
_BESIDE = (
    ("footnotes", f"{W}footnote", FOOTNOTE),
    ("endnotes", f"{W}endnote", ENDNOTE),
    ("header", f"{W}hdr", HEADER),
    ("footer", f"{W}ftr", FOOTER),
    ("comments", f"{W}comment", COMMENT),
)
_INSIDE = (
    (f"{W}txbxContent", f"{W}t", TEXT_BOX),
    (f"{W}del", f"{W}delText", DELETED),
    (f"{W}moveFrom", f"{W}t", DELETED),
    (f"{_M}oMath", f"{_M}t", EQUATION),
)


@dataclass(frozen=True, slots=True)
class Run:
    """A run of the document and where its characters begin on the document's axis.

    The axis is all characters of all read runs, one after the other.
    """

    element: _Element
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Axis:
    """The audited text, and the runs it was taken from."""

    offset_map: OffsetMap
    runs: tuple[Run, ...]


def read(data: bytes, *, name: str, language: str = "en") -> Document:
    """Read the body of a Word document."""
    document = unpack(data, name=name)
    text = axis(document).offset_map.text
    notes = left_out.note(_left_out(document))
    if not text:
        raise InputError(f"{name} holds no text in its body; there is nothing to audit.")
    return admit(segmentation.document(text, name=name, language=language, notes=notes))


def unpack(data: bytes, *, name: str) -> WordDocument:
    """Open a Word document.

    Raises:
        InputError: it is no Word document, it is encrypted or in the format before 2007, or unpacks to too much.
    """
    library = need("docx", package="python-docx", purpose="read Word documents")
    if data.startswith(_OLE):
        raise InputError(f"{name} is encrypted or in Word's format before 2007; save it as .docx without a password.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(item.file_size for item in archive.infolist())
            names = set(archive.namelist())
            is_strict = "_rels/.rels" in names and _STRICT in archive.read("_rels/.rels")
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise _damaged(name, "it is cut off, or was changed on the way") from error
    if "[Content_Types].xml" not in names:
        raise InputError(f"{name} is a zip archive, not a Word document; unpack it and audit the files inside.")
    if size > _LARGEST:
        raise InputError(
            f"{name} unpacks to {size / 2**20:.0f} MiB, more than {_LARGEST // 2**20}; remove its pictures."
        )
    if is_strict:
        raise InputError(f"{name} is in Word's strict format; save it as a plain Word document (.docx).")
    try:
        document: WordDocument = library.Document(io.BytesIO(data))
        _ = document.element.body
    except SyntaxError as error:  # lxml's errors are
        raise _damaged(name, xml_text.complaint(error)) from error
    except (KeyError, ValueError, AttributeError, zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise _damaged(name, "a part of it is missing or cannot be unpacked") from error
    return document


def _damaged(name: str, reason: str) -> InputError:
    return InputError(f"{name} is damaged or no Word document: {reason}; open it in Word and save it again.")


def axis(document: WordDocument) -> Axis:
    """Return the text of the body with its runs."""
    runs: list[Run] = []
    blocks: list[list[Piece]] = []
    position = 0
    for paragraph in document.element.body.iter(f"{W}p"):
        if _is_gone(paragraph, document.element.body):
            continue
        blocks.append([])
        for element in _runs(paragraph):
            characters = characters_of(element)
            runs.append(Run(element, position, position + len(characters)))
            for line in characters.splitlines(keepends=True):
                blocks[-1].append(Piece(line, Span(position, position + len(line))))
                position += len(line)
                if line.endswith("\n"):
                    blocks.append([])
    return Axis(join_blocks(blocks), tuple(runs))


def characters_of(run: _Element) -> str:
    """Return the characters of a run, a tab or line break one each, as its children are in order."""
    return "".join(child_characters(child) for child in run)


def child_characters(child: _Element) -> str:
    """Return the characters that a child of a run shows."""
    if child.tag == f"{W}t":
        return (child.text or "").translate(_LINE_SEPARATORS)
    return _CHARACTERS.get(str(child.tag), "")


def _left_out(document: WordDocument) -> Counter[Part]:
    """Count what the document holds beside the text of its body."""
    counts: Counter[Part] = Counter()
    body = document.element.body
    for tag, text, part in _INSIDE:
        counts[part] += sum(_has_text(element, text) and not _is_fallback(element) for element in body.iter(tag))
    counts[EMBEDDED] += sum(1 for _ in body.iter(f"{W}altChunk"))
    counts[HIDDEN] += sum(_is_hidden(run) and _has_text(run, f"{W}t") for run in body.iter(f"{W}r"))
    etree = need("lxml.etree", package="lxml", purpose="read Word documents")
    for relation in document.part.rels.values():
        for kind, tag, part in _BESIDE:
            if relation.reltype == f"{_RELATED}{kind}" and not relation.is_external:
                root = etree.fromstring(relation.target_part.blob)
                counts[part] += sum(_has_words(element) for element in root.iter(tag))
    return counts


def _has_text(element: _Element, tag: str) -> bool:
    return any((node.text or "").strip() for node in element.iter(tag))


def _has_words(element: _Element) -> bool:
    """Tell whether there is more than a line or the number of the page."""
    return any(any(map(str.isalpha, node.text or "")) for node in element.iter(f"{W}t"))


def _is_fallback(element: _Element) -> bool:
    """Tell whether an element is the copy that Word writes for its versions before 2010."""
    return any(parent.tag == _FALLBACK for parent in element.iterancestors())


def _is_hidden(run: _Element) -> bool:
    vanish = run.find(f"{W}rPr/{W}vanish")
    return vanish is not None and vanish.get(f"{W}val") not in {"0", "false", "off"}


def _runs(paragraph: _Element) -> Iterator[_Element]:
    """Yield the visible runs of a paragraph, inside hyperlinks, insertions and content controls too."""
    for run in paragraph.iter(f"{W}r"):
        if not _is_hidden(run) and not _is_gone(run, paragraph):
            yield run


def _is_gone(element: _Element, root: _Element) -> bool:
    """Tell whether the element stands, below `root`, in something that is not part of the text as it reads."""
    parent = element.getparent()
    while parent is not None and parent is not root:
        if parent.tag in _GONE:
            return True
        parent = parent.getparent()
    return False
