"""Reports: an Audit to bytes. One file and one line here each.

A report has `SUFFIX: str`, the file ending it writes, and `render(audit: Audit) -> bytes`, which is pure; terminal adds
keyword-only options for width and colour. Those in `WITH_ORIGINAL` also take `original: bytes | None`, the file that
was audited: the Word report puts its comments into it, the others give lines and columns of it.
"""

from __future__ import annotations

from auditor.registry import Table

REPORTS = Table(
    "report format",
    {
        "terminal": "auditor.reports.terminal",
        "json": "auditor.reports.json",
        "html": "auditor.reports.html",
        "csv": "auditor.reports.csv",
        "xlsx": "auditor.reports.xlsx",
        "docx": "auditor.reports.word",
        "sarif": "auditor.reports.sarif",
        "github": "auditor.reports.github",
        "mqm": "auditor.reports.mqm",
    },
)

WITH_ORIGINAL = frozenset({"docx", "sarif", "github"})
