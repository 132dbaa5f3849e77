"""Word documents: the paragraphs of the body and its tables; headers, footers, notes and comments are left alone.

Deleted and moved-away text of tracked changes, hidden text and text boxes are left out; inserted text is read.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.errors import InputError
from auditor.readers.checks import admit
from auditor.readers.extras import need
from auditor.readers.offset_map import Piece, Woven, weave
from auditor.text import segmentation
from auditor.values import Document, Span

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from lxml.etree import _Element

SUFFIXES = (".docx",)

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_GONE = frozenset({f"{W}del", f"{W}moveFrom", f"{W}txbxContent", f"{W}pict"})
_CHARACTERS = {f"{W}tab": "\t", f"{W}br": "\n", f"{W}cr": "\n", f"{W}noBreakHyphen": "‑"}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LARGEST = 256 * 2**20  # bytes unpacked; the text of a thousand-page book takes about 20 MiB of WordprocessingML


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

    woven: Woven
    runs: tuple[Run, ...]


def read(data: bytes, *, name: str, language: str = "en") -> Document:
    """Read the body of a Word document."""
    text = axis(unpack(data, name=name)).woven.text
    if not text:
        raise InputError(f"{name} holds no text in its body; there is nothing to audit.")
    return admit(segmentation.document(text, name=name, language=language))


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
    except zipfile.BadZipFile as error:
        raise InputError(f"{name} is damaged or no Word document: {error}.") from error
    if "[Content_Types].xml" not in names:
        raise InputError(f"{name} is a zip archive, not a Word document; unpack it and audit the files inside.")
    if size > _LARGEST:
        raise InputError(
            f"{name} unpacks to {size / 2**20:.0f} MiB, more than {_LARGEST // 2**20}; remove its pictures."
        )
    try:
        document: WordDocument = library.Document(io.BytesIO(data))
    except (KeyError, ValueError, SyntaxError, zipfile.BadZipFile) as error:  # lxml's XML errors are SyntaxErrors
        raise InputError(f"{name} is damaged or no Word document: {error}.") from error
    return document


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
    return Axis(weave(blocks), tuple(runs))


def characters_of(run: _Element) -> str:
    """Return the characters of a run, a tab or line break one each, as its children are in order."""
    return "".join(child_characters(child) for child in run)


def child_characters(child: _Element) -> str:
    """Return the characters that a child of a run shows."""
    if child.tag == f"{W}t":
        # Line separators of other systems inside a text node are white space to Word.
        return "".join(
            " " if character in "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029" else character for character in child.text or ""
        )
    return _CHARACTERS.get(str(child.tag), "")


def _runs(paragraph: _Element) -> Iterator[_Element]:
    """Yield the visible runs of a paragraph, inside hyperlinks, insertions and content controls too."""
    for run in paragraph.iter(f"{W}r"):
        hidden = run.find(f"{W}rPr/{W}vanish")
        shown = hidden is None or hidden.get(f"{W}val") in {"0", "false", "off"}
        if shown and not _is_gone(run, paragraph):
            yield run


def _is_gone(element: _Element, root: _Element) -> bool:
    """Tell whether the element stands, below `root`, in something that is not part of the text as it reads."""
    parent = element.getparent()
    while parent is not None and parent is not root:
        if parent.tag in _GONE:
            return True
        parent = parent.getparent()
    return False
