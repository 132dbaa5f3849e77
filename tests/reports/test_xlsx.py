"""The audit as an Excel workbook."""

from __future__ import annotations

import io
import zipfile

import openpyxl
from hypothesis import given, settings
from openpyxl.utils import get_column_letter

from auditor.reports import rows, xlsx
from auditor.values import Audit
from tests.reports.audits import audits
from tests.reports.golden import golden


def test_golden(audit: Audit) -> None:
    """What the cells hold, and how they are filled, is what a person last looked at."""
    lines = []
    for sheet in openpyxl.load_workbook(io.BytesIO(xlsx.render(audit))):
        lines.append(f"# {sheet.title}")
        for row in sheet.iter_rows():
            lines.append("\t".join("" if cell.value is None else repr(cell.value) for cell in row))
            fills = [cell.fill.start_color.rgb for cell in row if cell.fill.fill_type]
            lines += [f"  filled {', '.join(map(str, fills))}"] if fills else []
    written = "".join(f"{line}\n" for line in lines).encode()

    assert golden("audit.xlsx.txt", written) == written


def test_a_sheet_a_level(audit: Audit) -> None:
    """Findings, paragraphs and the document have a sheet each, with a header and a row each."""
    book = openpyxl.load_workbook(io.BytesIO(xlsx.render(audit)))

    assert book.sheetnames == ["Findings", "Paragraphs", "Document"]
    assert [row[8] for row in book["Findings"].iter_rows(min_row=2, values_only=True)] == [
        finding.span.of(audit.document.text) for finding in audit.findings
    ]
    assert [row[4] for row in book["Paragraphs"].iter_rows(min_row=2, values_only=True)] == [
        paragraph.score for paragraph in audit.paragraphs
    ]
    assert ("score", 52.5) in list(book["Document"].iter_rows(values_only=True))


def test_sheets_print_as_wide_as_the_page(audit: Audit) -> None:
    """In landscape, the header on each page, however many pages; offsets are there, folded away."""
    for sheet in openpyxl.load_workbook(io.BytesIO(xlsx.render(audit))):
        assert (sheet.page_setup.orientation, sheet.print_title_rows) == ("landscape", "$1:$1")
        assert sheet.sheet_properties.pageSetUpPr is not None
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
        header = enumerate(next(sheet.iter_rows(max_row=1, values_only=True)), start=1)
        folded = {name for n, name in header if sheet.column_dimensions[get_column_letter(n)].hidden}
        assert not folded & {"text", "message", "score", "value"}
        assert ("start" in folded) == (sheet.title != "Document")


@settings(max_examples=40)
@given(audits())
def test_hostile_text_is_only_text(audit: Audit) -> None:
    """Whatever the text, the workbook opens, its text is text and never a formula, and a row is a finding."""
    book = openpyxl.load_workbook(io.BytesIO(xlsx.render(audit)))

    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {"s", "n", "b"} >= {cell.data_type for cell in cells}
    assert [cell.value for cell in book["Findings"]["C"][1:]] == [row.start for row in rows.findings(audit)]


def test_the_same_audit_gives_the_same_bytes(audit: Audit) -> None:
    """No time of writing is left in the file."""
    assert xlsx.render(audit) == xlsx.render(audit)
    assert b"1980-01-01T00:00:00Z" in _core(xlsx.render(audit))


def _core(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {item.date_time[0] for item in archive.infolist()} == {1980}
        return archive.read("docProps/core.xml")
