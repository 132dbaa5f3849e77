"""The findings as CSV, one row each, for spreadsheets.

UTF-8 with a byte order mark, without which Excel misreads it. A cell that a spreadsheet would take for a formula is
given an apostrophe before it, so that a hostile text cannot run anything (OWASP, "CSV Injection").
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from auditor.reports import rows
from auditor.reports.rows import FindingRow
from auditor.values import Audit

SUFFIX = ".csv"

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def render(audit: Audit) -> bytes:
    """Write the findings as CSV with a header."""
    return table(FindingRow._fields, rows.findings(audit))


def table(header: Sequence[str], lines: Iterable[Sequence[object]]) -> bytes:
    """Write a table as CSV; every cell of text is harmless."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(header)
    for line in lines:
        writer.writerow([cell(value) for value in line])
    return stream.getvalue().encode("utf-8-sig", errors="replace")


def cell(value: object) -> object:
    """Return what may stand in a cell: numbers and harmless text as they are, formulas disarmed."""
    if not isinstance(value, str):
        return value
    value = value.replace("\x00", "\N{REPLACEMENT CHARACTER}")  # spreadsheets end a cell there
    return f"'{value}" if value.startswith(_FORMULA) else value
