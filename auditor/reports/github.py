"""Annotations for GitHub Actions: a workflow command a finding, which marks the line in the pull request.

Line breaks, percent signs and separators are escaped, so that no text can issue a command of its own.
"""

from __future__ import annotations

from auditor.reports.file_positions import FilePosition, locator
from auditor.reports.marking import costs, quoted, shortened, shown
from auditor.values import Audit, Finding, Severity

SUFFIX = ".github.txt"

_COMMANDS = {Severity.MINOR: "notice", Severity.MAJOR: "warning", Severity.CRITICAL: "error"}


def render(audit: Audit, *, original: bytes | None = None) -> bytes:
    """Write a command a line.

    Args:
        audit: the audit.
        original: the bytes of the file, with which findings are found in its markup, or in no line where it has none.
    """
    locate = locator(audit, original)
    lines = []
    for finding in audit.findings:
        properties = {
            "file": audit.document.name,
            **_lines(locate(finding.span)),
            "title": f"{finding.kind.value} ({finding.probability:.0%})",
        }
        listed = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
        lines.append(f"::{_COMMANDS[finding.severity]} {listed}::{_data(_message(finding))}\n")
    return "".join(lines).encode(errors="replace")


def _lines(at: FilePosition | None) -> dict[str, int]:
    if at is None:
        return {}
    lines = {"line": at.line, "endLine": at.end_line}
    if at.line != at.end_line:  # columns only mean something on one line
        return lines
    return {**lines, "col": at.column, "endColumn": max(at.column, at.end_column - 1)}  # the last one is inclusive


def _message(finding: Finding) -> str:
    parts = [f"{finding.message}."]
    if finding.suggestions:
        parts.append(f"Suggestion: {', or '.join(quoted(shortened(one)) for one in finding.suggestions)}.")
    parts += finding.evidence
    if finding.cost is not None:
        parts.append(f"It {costs(finding)} of the score.")
    return "\n".join(map(shown, parts))


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
