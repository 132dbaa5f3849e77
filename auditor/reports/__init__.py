"""Reports: an Audit to bytes. One file each, with

    SUFFIX: str                        the file ending it writes
    render(audit: Audit) -> bytes      pure; terminal adds keyword-only options for width and colour
"""

from __future__ import annotations

from auditor.tables import Table

REPORTS = Table("report format", {"terminal": "auditor.reports.terminal", "json": "auditor.reports.json", "html": "auditor.reports.html"})
