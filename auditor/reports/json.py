"""The audit as JSON: everything there is to know, for programs; `parse` brings back the same Audit.

The form is written down in `audit.schema.json` beside this file. The first part of `schema_version` goes up when a
reader of the old form would misread the new one, the second part when something is added.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from auditor.errors import InputError
from auditor.reports.numbers import of_sentence
from auditor.values import (
    Audit,
    Document,
    Finding,
    Kind,
    Numbers,
    Paragraph,
    ParagraphAudit,
    Per,
    Price,
    Sentence,
    Severity,
    Span,
    Word,
)

SUFFIX = ".json"
SCHEMA_VERSION = "1.3"

_ROW = re.compile(r"\[\n\s*((?:[0-9.e+-]+|null)(?:,\n\s*(?:[0-9.e+-]+|null))*)\n\s*\]")
_BREAK = re.compile(r",\n\s*")
_Object = Mapping[str, Any]


def render(audit: Audit) -> bytes:
    """Write the audit as one JSON object in UTF-8; offsets are code points of `document.text`, half-open."""
    document = audit.document
    written = {
        "schema_version": SCHEMA_VERSION,
        "signature": audit.signature,
        "score": audit.score,
        "interval": audit.interval,
        "notes": audit.notes,
        "numbers": {name: {"unit": own.unit, "per": own.per.value} for name, own in audit.numbers.items()},
        "document": {
            "name": document.name,
            "language": document.language,
            "source_language": document.source_language,
            "notes": document.notes,
            "text": document.text,
        },
        "paragraphs": [
            _paragraph(audit, paragraph, audited)
            for paragraph, audited in zip(document.paragraphs, audit.paragraphs, strict=True)
        ],
    }
    # A raw line break stands in no JSON string, so only rows of numbers are pulled onto one line.
    text = _ROW.sub(_on_one_line, json.dumps(written, ensure_ascii=False, allow_nan=False, indent=1))
    # A file name that is no UTF-8 has lone surrogates; written as \\udcXX they are JSON's own escapes.
    return text.encode("utf-8", errors="backslashreplace") + b"\n"


def parse(data: bytes) -> Audit:
    """Read what `render` wrote.

    Raises:
        InputError: it is no report of this form.
    """
    try:
        return _audit(json.loads(data))
    except (ValueError, TypeError, KeyError) as error:
        raise InputError(f"this is not a JSON report of auditor, form {SCHEMA_VERSION}: {error}.") from error


def _on_one_line(row: re.Match[str]) -> str:
    return f"[{_BREAK.sub(', ', row[1])}]"


def _paragraph(audit: Audit, paragraph: Paragraph, audited: ParagraphAudit) -> dict[str, object]:
    text = audit.document.text
    return {
        **_range(paragraph.span),
        "text": paragraph.span.of(text),
        "score": audited.score,
        "interval": audited.interval,
        "findings": [_finding(text, finding) for finding in audited.findings],
        "doubts": [_finding(text, finding) for finding in audited.doubts],
        "rest": audited.rest,
        "sound": audited.sound,
        "sentences": [_sentence(audit, sentence) for sentence in paragraph.sentences],
    }


def _sentence(audit: Audit, sentence: Sentence) -> dict[str, object]:
    return {
        **_range(sentence.span),
        "source": sentence.source,
        "words": [(word.span.start, word.span.end) for word in sentence.words],
        "numbers": of_sentence(audit.numbers, sentence),
    }


def _finding(text: str, finding: Finding) -> dict[str, object]:
    return {
        **_range(finding.span),
        "text": finding.span.of(text),
        "kind": finding.kind.value,
        "severity": finding.severity.value,
        "probability": finding.probability,
        "mechanism": finding.mechanism,
        "message": finding.message,
        "suggestions": finding.suggestions,
        "evidence": finding.evidence,
        "in_quotation": finding.in_quotation,
        "cost": finding.cost,
        "price": None if finding.price is None else asdict(finding.price),
    }


def _range(span: Span) -> dict[str, int]:
    return {"start": span.start, "end": span.end}


def _audit(read: _Object) -> Audit:
    version = str(read["schema_version"])
    if version.split(".")[0] != SCHEMA_VERSION.split(".")[0]:
        raise ValueError(f"its schema_version is {version}")
    about = read["document"]
    document = Document(
        name=about["name"],
        language=about["language"],
        text=about["text"],
        paragraphs=tuple(_read_paragraph(about["text"], paragraph) for paragraph in read["paragraphs"]),
        source_language=about["source_language"],
        notes=tuple(about["notes"]),
    )
    return Audit(
        document=document,
        score=read["score"],
        interval=_read_interval(read),
        paragraphs=tuple(_read_audited(paragraph) for paragraph in read["paragraphs"]),
        signature=read["signature"],
        notes=tuple(read["notes"]),
        numbers=_read_numbers(read, document),
    )


def _read_numbers(read: _Object, document: Document) -> dict[str, Numbers]:
    """Return the numbers of an audit; a report of form 1.0 has none."""
    declared: _Object = read.get("numbers", {})
    values: dict[str, dict[int, float]] = {name: {} for name in declared}
    written: list[_Object] = []
    for paragraph in read["paragraphs"]:
        written += paragraph["sentences"]
    for sentence, own in zip(document.sentences, written, strict=True):
        for name, value in own.get("numbers", {}).items():
            if declared[name]["per"] == Per.SENTENCE:
                values[name][sentence.span.start] = value
                continue
            for word, number in zip(sentence.words, value, strict=True):
                if number is not None:
                    values[name][word.span.start] = number
    return {name: Numbers(about["unit"], Per(about["per"]), values[name]) for name, about in declared.items()}


def _read_audited(read: _Object) -> ParagraphAudit:
    findings = tuple(_read_finding(finding) for finding in read["findings"])
    # A report before form 1.3 has no doubts.
    doubts = tuple(replace(_read_finding(doubt), is_doubt=True) for doubt in read.get("doubts", ()))
    audited = ParagraphAudit(_read_span(read), read["score"], _read_interval(read), findings, doubts)
    return replace(audited, rest=read.get("rest", 0.0), sound=read.get("sound"))


def _read_paragraph(text: str, read: _Object) -> Paragraph:
    return Paragraph(_read_span(read), tuple(_read_sentence(text, sentence) for sentence in read["sentences"]))


def _read_sentence(text: str, read: _Object) -> Sentence:
    words = tuple(Word(Span(start, end), text[start:end]) for start, end in read["words"])
    return Sentence(_read_span(read), words, read["source"])


def _read_finding(read: _Object) -> Finding:
    return Finding(
        span=_read_span(read),
        kind=Kind(read["kind"]),
        severity=Severity(read["severity"]),
        probability=read["probability"],
        mechanism=read["mechanism"],
        message=read["message"],
        suggestions=tuple(read["suggestions"]),
        evidence=tuple(read["evidence"]),
        in_quotation=read["in_quotation"],
        price=_read_price(read.get("price")),
        cost=read.get("cost"),
    )


def _read_price(read: _Object | None) -> Price | None:
    """Return what a repair was priced at; a report before form 1.2 does not say."""
    return None if read is None else Price(read["gain_nats"], read["meaning_nats"], read["value_nats"])


def _read_span(read: _Object) -> Span:
    return Span(read["start"], read["end"])


def _read_interval(read: _Object) -> tuple[float, float]:
    low, high = read["interval"]
    return low, high
