"""An audit as rows: one a finding, one a paragraph; what every table of an audit is made of."""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from auditor.values import Audit, Finding, Sentence, Span


class FindingRow(NamedTuple):
    """A finding; offsets are code points of the audited text, `paragraph` counts from 1, `sentence` is its context.

    `cost` is what it takes from the document's score, in points, None before that was scored.
    """

    document: str
    paragraph: int
    start: int
    end: int
    severity: str
    kind: str
    probability: float
    cost: float | None
    text: str
    suggestion_1: str
    suggestion_2: str
    suggestion_3: str
    message: str
    evidence: str
    mechanism: str
    in_quotation: bool
    sentence: str
    sentence_start: int


class ParagraphRow(NamedTuple):
    """A paragraph; `low` and `high` bound the score's 90 % interval.

    `sound` is the chance (0-1) that it is free of errors, None where that was not estimated; `unread` tells whether it
    may be left unread: nothing is found in it, and that chance is high.
    """

    document: str
    paragraph: int
    start: int
    end: int
    score: float
    low: float
    high: float
    findings: int
    sound: float | None
    unread: bool
    text: str


def findings(audit: Audit) -> Iterator[FindingRow]:
    """Yield a row for every finding, in the order of the text."""
    sentences = audit.document.sentences
    starts = [sentence.span.start for sentence in sentences]
    for number, paragraph in enumerate(audit.paragraphs, start=1):
        for finding in paragraph.findings:
            yield _finding_row(audit, number, finding, context(finding.span, sentences, starts))


def paragraphs(audit: Audit) -> Iterator[ParagraphRow]:
    """Yield a row for every paragraph, in the order of the text."""
    for number, paragraph in enumerate(audit.paragraphs, start=1):
        yield ParagraphRow(
            document=audit.document.name,
            paragraph=number,
            start=paragraph.span.start,
            end=paragraph.span.end,
            score=round(paragraph.score, 1),
            low=round(paragraph.interval[0], 1),
            high=round(paragraph.interval[1], 1),
            findings=len(paragraph.findings),
            sound=None if paragraph.sound is None else round(paragraph.sound, 3),
            unread=paragraph.may_be_left_unread,
            text=paragraph.span.of(audit.document.text),
        )


def context(span: Span, sentences: Sequence[Sentence], starts: Sequence[int]) -> Span:
    """Return the range of the sentence in which `span` begins, lengthened to hold all of it."""
    index = bisect.bisect_right(starts, span.start) - 1
    if index < 0:
        return span
    sentence = sentences[index].span
    return Span(min(sentence.start, span.start), max(sentence.end, span.end))


def _finding_row(audit: Audit, number: int, finding: Finding, sentence: Span) -> FindingRow:
    suggestions = [text or "(delete)" for text in finding.suggestions[:3]]
    first, second, third = (*suggestions, "", "", "")[:3]
    text = audit.document.text
    return FindingRow(
        document=audit.document.name,
        paragraph=number,
        start=finding.span.start,
        end=finding.span.end,
        severity=finding.severity.value,
        kind=finding.kind.value,
        probability=round(finding.probability, 3),
        cost=None if finding.cost is None else round(finding.cost, 2),
        text=finding.span.of(text),
        suggestion_1=first,
        suggestion_2=second,
        suggestion_3=third,
        message=finding.message,
        evidence=" ".join(finding.evidence),
        mechanism=finding.mechanism,
        in_quotation=finding.in_quotation,
        sentence=sentence.of(text),
        sentence_start=sentence.start,
    )
