"""SARIF 2.1.0, which code hosts and editors read; columns count code points."""

from __future__ import annotations

import bisect
import json
from collections.abc import Iterable
from urllib.parse import quote

from auditor.reports.file_positions import FilePosition, locator
from auditor.review import fingerprints
from auditor.values import Audit, Finding, Severity

SUFFIX = ".sarif"

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.MINOR: "note", Severity.MAJOR: "warning", Severity.CRITICAL: "error"}


def render(audit: Audit, *, original: bytes | None = None) -> bytes:
    """Write the findings as one run of SARIF.

    Args:
        audit: the audit.
        original: the bytes of the file, with which findings are found in its markup, or in no line where it has none.
    """
    locate = locator(audit, original)
    uri = quote(audit.document.name.encode(errors="surrogateescape"))
    rules = sorted({finding.mechanism for finding in audit.findings})
    identities = fingerprints.take(audit.document, audit.findings)
    results: list[dict[str, object]] = []
    for finding, identity in zip(audit.findings, identities, strict=True):
        result = _result(audit, finding, locate(finding.span), uri)
        results.append(result | {"partialFingerprints": {"auditorContent/v1": identity.hash}})
    log = {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": _driver(rules, audit.signature)},
                "columnKind": "unicodeCodePoints",
                "artifacts": [{"location": {"uri": uri}, "sourceLanguage": audit.document.language}],
                "properties": {"score": audit.score, "interval": list(audit.interval), "signature": audit.signature},
                "results": results,
            }
        ],
    }
    return json.dumps(log, ensure_ascii=False, indent=1).encode(errors="backslashreplace")


def _driver(rules: Iterable[str], signature: str) -> dict[str, object]:
    """Name the tool by the version in the signature."""
    version = next((part.removeprefix("auditor:") for part in signature.split("|") if part.startswith("auditor:")), "")
    listed = [{"id": rule, "help": {"text": f"To read about it, run: auditor explain {rule}"}} for rule in rules]
    return {"name": "auditor", **({"version": version} if version else {}), "rules": listed}


def _result(audit: Audit, finding: Finding, position: FilePosition | None, uri: str) -> dict[str, object]:
    text = finding.span.of(audit.document.text)
    message = " ".join([f"{finding.message}.", *finding.evidence])
    physical = {"artifactLocation": {"uri": uri}, **({"region": _region(position, text)} if position else {})}
    suggestions = dict.fromkeys(finding.suggestions) if position else ()  # each once
    return {
        "ruleId": finding.mechanism,
        "level": _LEVELS[finding.severity],
        "rank": round(100 * finding.probability, 1),
        "message": {"text": message},
        "locations": [{"physicalLocation": physical, **({} if position else _named(audit, finding))}],
        "fixes": [_fix(suggestion, position, uri) for suggestion in suggestions if position],
        "properties": {"kind": finding.kind.value, **_weighed(finding), "tags": [finding.kind.value]},
    }


def _weighed(finding: Finding) -> dict[str, float]:
    """Return the chance of the error, and the points of the document's score that it costs."""
    cost = {} if finding.cost is None else {"cost": finding.cost}
    return {"probability": finding.probability, **cost}


def _named(audit: Audit, finding: Finding) -> dict[str, object]:
    """Name a finding by its paragraph, in a file that has no lines."""
    starts = [paragraph.span.start for paragraph in audit.paragraphs]
    return {"logicalLocations": [{"name": f"paragraph {bisect.bisect_right(starts, finding.span.start)}"}]}


def _region(position: FilePosition, snippet: str) -> dict[str, object]:
    return {
        "startLine": position.line,
        "startColumn": position.column,
        "endLine": position.end_line,
        "endColumn": position.end_column,
        "charOffset": position.offset,
        "charLength": position.length,
        "snippet": {"text": snippet},
    }


def _fix(suggestion: str, position: FilePosition, uri: str) -> dict[str, object]:
    deleted = {
        "startLine": position.line,
        "startColumn": position.column,
        "endLine": position.end_line,
        "endColumn": position.end_column,
    }
    replacement = {"deletedRegion": deleted, "insertedContent": {"text": suggestion}}
    change = {"artifactLocation": {"uri": uri}, "replacements": [replacement]}
    return {
        "description": {"text": f"Replace by “{suggestion}”" if suggestion else "Delete"},
        "artifactChanges": [change],
    }
