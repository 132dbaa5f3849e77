"""What lets a reader of the HTML report decide: the audit as data for the page's script, and the controls it fills.

Without scripts the controls stay hidden. The script writes a file of decisions, as `auditor.corrections.decisions`
reads it: a baseline that also holds corrections.
"""

from __future__ import annotations

import html
import json

from auditor.review import fingerprints
from auditor.text.edits import Correction, edits
from auditor.values import Audit, Finding

_KEYS = (
    ("n, p", "the next, the previous finding"),
    ("a", "accept the first suggestion"),
    ("1, 2, 3", "accept that suggestion"),
    ("t", "type your own wording; Enter takes it"),
    ("d", "dismiss it, it is no error: say why; Enter dismisses"),
    ("u", "undo the last decision"),
    ("c", "copy the corrected text"),
    ("s", "download the decisions"),
    ("Escape", "back from a field to the finding"),
    ("?", "show or hide these keys"),
)


def controls(audit: Audit) -> str:
    """Return the controls, hidden until the script shows them; nothing where there is nothing to decide."""
    if not audit.findings:
        return ""
    keys = "".join(f"<dt><kbd>{keys}</kbd></dt><dd>{what}</dd>" for keys, what in _KEYS)
    return (
        f'<aside id="desk" aria-label="Decisions" hidden data-audit="{html.escape(_data(audit), quote=True)}">'
        '<p class="about"></p><p class="why"></p><p class="choices"></p>'
        '<p class="own"><label>own wording <input name="wording" autocomplete="off"></label> '
        '<button type="button" data-do="use">use it</button> '
        '<label>no error, because <input name="reason" autocomplete="off"></label> '
        '<button type="button" data-do="dismiss">dismiss</button></p>'
        '<p class="rest"><button type="button" data-do="previous">previous</button> '
        '<button type="button" data-do="next">next</button> <button type="button" data-do="undo">undo</button> '
        '<button type="button" data-do="copy">copy corrected text</button> '
        '<button type="button" data-do="download">download decisions</button> '
        '<label><input type="checkbox" name="keys" checked> keys</label></p>'
        f'<details><summary>What the keys do</summary><dl class="keys">{keys}</dl></details>'
        '<p class="said" role="status"></p>'
        '<textarea class="corrected" aria-label="The corrected text" readonly hidden></textarea></aside>'
    )


def _data(audit: Audit) -> str:
    """Return the audited text and its findings as JSON, in ASCII; offsets are code points."""
    prints = fingerprints.take(audit.document, audit.findings)
    findings: list[dict[str, object]] = []
    for finding, found in zip(audit.findings, prints, strict=True):
        findings.append(
            {
                "kind": found.kind,
                "text": found.text,
                "before": found.before,
                "after": found.after,
                "words": finding.span.of(audit.document.text),
                "start": finding.span.start,
                "end": finding.span.end,
                "quoted": finding.in_quotation,
                "choices": _choices(audit.document.text, finding),
            }
        )
    return json.dumps({"document": audit.document.name, "text": audit.document.text, "findings": findings})


def _choices(text: str, finding: Finding) -> list[dict[str, object]]:
    """Return each suggestion with what it changes: [start, end, what is put there]."""
    choices: list[dict[str, object]] = []
    for suggestion in finding.suggestions:
        changes = edits(text, Correction(finding.span, suggestion))
        spelt = [[change.span.start, change.span.end, change.replacement] for change in changes]
        choices.append({"wording": suggestion if suggestion.strip() else "", "edits": spelt})
    return choices
