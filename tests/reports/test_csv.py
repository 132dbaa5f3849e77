"""The findings as CSV."""

from __future__ import annotations

import csv as library
import io

import pytest
from hypothesis import given

from auditor.reports import csv
from auditor.reports.rows import FindingRow
from auditor.values import Audit
from tests.reports.audits import audits
from tests.reports.golden import golden


def _lines(written: bytes) -> list[list[str]]:
    return list(library.reader(io.StringIO(written.decode("utf-8-sig"), newline="")))


def test_golden(audit: Audit) -> None:
    """The table is what a person last looked at."""
    written = csv.render(audit)

    assert golden("audit.csv", written) == written


@given(audits())
def test_hostile_text_stays_in_its_cell(audit: Audit) -> None:
    """Whatever the text, there is a row a finding, a cell a column, and no cell begins a formula."""
    header, *lines = _lines(csv.render(audit))

    assert list(FindingRow._fields) == header
    assert [str(finding.span.start) for finding in audit.findings] == [line[2] for line in lines]
    assert all(len(line) == len(header) for line in lines)
    assert not [cell for line in lines for cell in line if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", '=HYPERLINK("http://example.org")'])
def test_a_formula_is_disarmed(text: str) -> None:
    """A text that a spreadsheet would run is given an apostrophe; a number is not text."""
    assert csv.cell(text) == f"'{text}"
    assert csv.cell(-1) == -1
