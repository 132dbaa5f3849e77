"""Rows for Google's MQM Viewer (Marot): an error a row, `<v>` and `</v>` around the marked words of the sentence.

Columns, header line and the "no-error" row of a clean sentence are those of its README; categories are MQM's, by the
names of Freitag et al. (2021), "Experts, Errors, and Context".
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator

from auditor.reports.marking import shown
from auditor.values import Audit, Finding, Kind, Sentence, Span

SUFFIX = ".tsv"

COLUMNS = (
    *("system", "doc", "docSegId", "globalSegId", "rater", "source", "target", "category", "severity"),
    "metadata",
)
SYSTEM = "translation"
RATER = "auditor"

_CATEGORIES = {
    Kind.MISTRANSLATION: "Accuracy/Mistranslation",
    Kind.OMISSION: "Accuracy/Omission",
    Kind.ADDITION: "Accuracy/Addition",
    Kind.UNTRANSLATED: "Accuracy/Untranslated text",
    Kind.TERMINOLOGY: "Terminology/Inappropriate for context",
    Kind.GRAMMAR: "Fluency/Grammar",
    Kind.PUNCTUATION: "Fluency/Punctuation",
    Kind.SPELLING: "Fluency/Spelling",
    Kind.AWKWARD: "Style/Awkward",
    Kind.INCONSISTENCY: "Fluency/Inconsistency",
    Kind.NUMBER: "Accuracy/Number",
    Kind.NAME: "Accuracy/Name",
}


def render(audit: Audit) -> bytes:
    """Write the sentences and their errors as tab-separated rows with a header."""
    lines = ["\t".join(COLUMNS)]
    waiting = deque(audit.findings)
    sentences = audit.document.sentences
    for number, sentence in enumerate(sentences, start=1):
        following = sentences[number].span.start if number < len(sentences) else len(audit.document.text) + 1
        inside = []
        while waiting and waiting[0].span.start < following:
            inside.append(waiting.popleft())
        for row in _rows(audit, number, sentence, inside):
            lines.append("\t".join(map(_cell, row)))
    return ("\n".join(lines) + "\n").encode(errors="replace")


def _rows(audit: Audit, number: int, sentence: Sentence, findings: list[Finding]) -> Iterator[tuple[str, ...]]:
    text = audit.document.text
    start = (SYSTEM, audit.document.name, str(number), str(number), RATER, _plain(sentence.source or ""))
    if not findings:
        yield (*start, _plain(sentence.span.of(text)), "no-error", "no-error", "{}")
    for finding in findings:
        category, severity = _CATEGORIES[finding.kind], finding.severity.value.capitalize()
        yield (*start, _marked(text, sentence.span, finding.span), category, severity, _metadata(finding))


def _marked(text: str, sentence: Span, span: Span) -> str:
    """Return the sentence with the marks around the part of the finding that is inside it."""
    first = min(max(span.start, sentence.start), sentence.end)
    last = min(max(span.end, first), sentence.end)
    before, inside, after = text[sentence.start : first], text[first:last], text[last : sentence.end]
    return f"{_plain(before)}<v>{_plain(inside)}</v>{_plain(after)}"


def _plain(text: str) -> str:
    """Return text that cannot be taken for a mark."""
    return text.replace("<v>", "‹v›").replace("</v>", "‹/v›")


def _metadata(finding: Finding) -> str:
    note: dict[str, object] = {"note": finding.message, "suggestions": list(finding.suggestions)}
    note |= {"probability": finding.probability, "cost": finding.cost}
    return json.dumps(note, ensure_ascii=False)


def _cell(text: str) -> str:
    """Return text that stays in its cell: no tab, no line break."""
    return shown(text.replace("\t", " "))
