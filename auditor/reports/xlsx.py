"""The audit as an Excel workbook: a sheet of findings, one of paragraphs, one of the document.

Text is stored as text, never as a formula, whatever it begins with. What only programs need, such as offsets, stands in
columns that are folded away; a sheet prints in landscape, as wide as the page, with its header on each page.
"""

from __future__ import annotations

import io
import math
import re
import zipfile
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from auditor.readers.extras import need
from auditor.reports import rows
from auditor.reports.packing import repack
from auditor.reports.rows import FindingRow, ParagraphRow
from auditor.values import Audit, Severity

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell, MergedCell
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

SUFFIX = ".xlsx"

_FILLS = {Severity.MINOR: "FFF4CE", Severity.MAJOR: "FFD8B5", Severity.CRITICAL: "F8C4C4"}  # black on each: over 12:1
_WIDE = {"text": 22, "suggestion_1": 18, "suggestion_2": 16, "suggestion_3": 16, "message": 34, "evidence": 44}
_WIDTHS = {**_WIDE, "document": 24, "sentence": 50, "kind": 15, "mechanism": 22}
_FOLDED = frozenset({"document", "start", "end", "mechanism", "in_quotation", "sentence_start"})
_NARROW = 11  # characters of a column that holds a number
_FILLED = 0.85  # share of a line of wrapped text that is filled before a word is too long for it
_HIGHEST = 409.0  # points, Excel's own limit
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")  # what XML 1.0 cannot hold
_LONGEST = 32_767  # characters a cell, Excel's own limit
_MODIFIED = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")


def render(audit: Audit) -> bytes:
    """Write the workbook; the same audit gives the same bytes."""
    library = need("openpyxl", package="openpyxl", purpose="write Excel workbooks")
    book: Workbook = library.Workbook()
    book.remove(book.worksheets[0])
    found = list(rows.findings(audit))
    sheet = _sheet(book, "Findings", FindingRow._fields, found)
    for line, row in enumerate(found, start=2):
        _fill(sheet, line, FindingRow._fields.index("severity") + 1, _FILLS[Severity(row.severity)])
    paragraphs = list(rows.paragraphs(audit))
    _sheet(book, "Paragraphs", ParagraphRow._fields, paragraphs, widths={"text": 100})
    _sheet(book, "Document", ("item", "value"), _document(audit), widths={"item": 16, "value": 100})
    stream = io.BytesIO()
    book.save(stream)
    return _undated(stream.getvalue())


def _document(audit: Audit) -> list[tuple[str, object]]:
    low, high = audit.interval
    return [
        ("document", audit.document.name),
        ("score", round(audit.score, 1)),
        ("low", round(low, 1)),
        ("high", round(high, 1)),
        ("words", len(audit.document.words)),
        ("findings", len(audit.findings)),
        *(("note", note) for note in audit.notes),
        ("signature", audit.signature),
    ]


def _sheet(
    book: Workbook,
    title: str,
    header: Sequence[str],
    lines: Iterable[Sequence[object]],
    *,
    widths: dict[str, int] = _WIDTHS,
) -> Worksheet:
    styles = need("openpyxl.styles", package="openpyxl", purpose="write Excel workbooks")
    letters = need("openpyxl.utils", package="openpyxl", purpose="write Excel workbooks")
    sheet: Worksheet = book.create_sheet(title)
    top = styles.Alignment(vertical="top", wrap_text=True)
    for row, line in enumerate([header, *lines], start=1):
        for column, value in enumerate(line, start=1):
            cell = sheet.cell(row, column)
            _put(cell, value)
            cell.alignment = top
            if row == 1:
                cell.font = styles.Font(bold=True)
        sheet.row_dimensions[row].height = _height(header, line, widths)
    for column, name in enumerate(header, start=1):
        shape = sheet.column_dimensions[letters.get_column_letter(column)]
        shape.width = widths.get(name, _NARROW)
        if name in _FOLDED:
            shape.outlineLevel, shape.hidden = 1, True
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    _set_up_print(sheet)
    return sheet


def _height(header: Sequence[str], line: Sequence[object], widths: dict[str, int]) -> float:
    """Return how high a row must be, in points: not every program finds out for itself what wrapped text takes."""
    shown = (
        len(str(value)) / (_FILLED * widths.get(name, _NARROW))
        for name, value in zip(header, line, strict=True)
        if name not in _FOLDED
    )
    return min(_HIGHEST, 15.0 * max(1, *map(math.ceil, shown)))


def _set_up_print(sheet: Worksheet) -> None:
    sheet.print_title_rows = "1:1"
    sheet.print_options.gridLines = True
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0  # as many pages down as it takes
    properties = need("openpyxl.worksheet.properties", package="openpyxl", purpose="write Excel workbooks")
    sheet.sheet_properties.pageSetUpPr = properties.PageSetupProperties(fitToPage=True)
    sheet.page_margins.left = sheet.page_margins.right = 0.4  # inches
    if sheet.oddFooter is not None:
        sheet.oddFooter.left.text, sheet.oddFooter.right.text = "&A", "&P / &N"


def _put(cell: Cell | MergedCell, value: object) -> None:
    if not isinstance(value, str):
        cell.value = value  # type: ignore[assignment]  # numbers and truth values, by the rows' types
        return
    if not value:
        return
    cell.value = _ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", value)[:_LONGEST]
    cell.data_type = "s"  # not a formula, not an error value
    cell.quotePrefix = value.startswith(("=", "+", "-", "@"))  # and it stays text when an editor edits it


def _fill(sheet: Worksheet, row: int, column: int, color: str) -> None:
    styles = need("openpyxl.styles", package="openpyxl", purpose="write Excel workbooks")
    sheet.cell(row, column).fill = styles.PatternFill("solid", start_color=color)


def _undated(data: bytes) -> bytes:
    """Take the time of writing out of the workbook."""
    name = "docProps/core.xml"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        core = archive.read(name)
    return repack(data, members={name: _MODIFIED.sub(rb"\g<1>1980-01-01T00:00:00Z", core)})
