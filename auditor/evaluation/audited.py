"""The whole audit as a system to evaluate: rows are put together to documents, audited, and taken apart again.

The document goes through the pipeline that users get, passage by passage and with the settings' own threshold, so that
what is measured is what an editor is shown.
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import regex

from auditor.evaluation.systems import Options, Prediction, Reported, Request
from auditor.pipeline import Auditor
from auditor.signals import quality_estimation
from auditor.text import segmentation
from auditor.values import Audit, Document, Found, Severity, Span

_BELOW = 1e-6
_LINE_BREAK = regex.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Audited:
    """The whole audit: a word is as suspect as the detector finds it, a sentence as good as its paragraph."""

    auditor: Auditor
    gives_probabilities: bool = True

    @property
    def name(self) -> str:
        """The audit's own signature."""
        return self.auditor.signature

    @property
    def threshold(self) -> float:
        """What an audit reports is flagged."""
        chosen = self.auditor.settings.minimum_probability
        return self.auditor.parameters.minimum_probability if chosen is None else chosen

    def predict(self, requests: Sequence[Request]) -> list[Prediction]:
        """Audit the documents that the requests, all of a document side by side, make up."""
        predictions: list[Prediction] = []
        for _, group in itertools.groupby(requests, key=_text):
            predictions += self._predict(list(group))
        return predictions

    def audit(self, document: Document) -> tuple[Audit, dict[int, float]]:
        """Audit a document; return also the chance (0-1) that each word is wrong, by its start offset."""
        parts: list[Found] = []
        probabilities: dict[int, float] = {}
        for passage in self.auditor.stream_passages(document):
            parts.append(passage.found)
            probabilities |= passage.probabilities
        return self.auditor.conclude(document, Found.joined(parts)), probabilities

    def _predict(self, requests: Sequence[Request]) -> Iterator[Prediction]:
        document, offsets = assemble(requests)
        audit, probabilities = self.audit(document)
        for request, offset in zip(requests, offsets, strict=True):
            words = [Span(word.start + offset, word.end + offset) for word in request.row.words]
            values = word_values(audit, probabilities, words, threshold=self.threshold)
            yield Prediction(
                words=tuple(values),
                official=(*values, 0.0),
                major=tuple(_is_major(audit, words)),
                score=_score(audit, offset),
                reported=tuple(_reported(audit, offset, len(request.row.target))),
            )


def _text(request: Request) -> tuple[str, str]:
    return request.row.document, request.row.system


def word_values(
    audit: Audit, probabilities: Mapping[int, float], words: Sequence[Span], *, threshold: float
) -> list[float]:
    """Return how likely each of `words` (ranges of the document) is wrong.

    It is what the detector gives the document's words there (`probabilities`, by their start offsets, in order), but at
    least the threshold where a finding is reported and less than it elsewhere, so that who counts from the threshold on
    counts what an editor sees. A mark of punctuation, which belongs to no word, is as suspect as the surest finding on
    it.
    """
    own = [word.span for word in audit.document.words]
    values: list[float] = []
    for word in words:
        reported = max((finding.probability for finding in audit.findings if finding.span.overlaps(word)), default=0.0)
        first = bisect.bisect_right(own, word.start, key=_end)
        last = bisect.bisect_left(own, word.end, key=_start)
        value = max((probabilities[span.start] for span in own[first:last]), default=reported)
        values.append(max(value, threshold) if reported >= threshold else min(value, threshold - _BELOW))
    return values


def _start(span: Span) -> int:
    return span.start


def _end(span: Span) -> int:
    return span.end


def assemble(requests: Sequence[Request]) -> tuple[Document, list[int]]:
    """Put the document of the requests together, a paragraph a segment, in the order of their numbers.

    Raters of one text share its place; other texts of the same segment (sentences of a paragraph) follow each other.

    Returns:
        The document, with its sources where there are any, and where in it each request's text begins.
    """
    text = ""
    before = None
    places: dict[tuple[str, str], int] = {}
    sources: list[str | None] = []
    for request in sorted(requests, key=_order):
        row = request.row
        if (row.segment, row.target) not in places:
            text += "" if before is None else " " if before == row.segment else "\n\n"
            places[row.segment, row.target] = len(text)
            sources.append(request.source)
            text += _LINE_BREAK.sub(" ", row.target)  # a line break would begin a paragraph
            before = row.segment
    document = segmentation.document(text, name=requests[0].row.document)
    if any(sources):
        starts = list(places.values())
        own: list[str] = []
        for paragraph in document.paragraphs:
            own.append(sources[bisect.bisect_right(starts, paragraph.span.start) - 1] or "")
        document = quality_estimation.with_source(document, own)
        document = replace(document, source_language=requests[0].row.pair.partition("-")[0])
    return document, [places[request.row.segment, request.row.target] for request in requests]


def _order(request: Request) -> tuple[int, str]:
    number = request.row.segment
    return (int(number), "") if number.isdecimal() else (0, number)


def _is_major(audit: Audit, words: Sequence[Span]) -> list[bool]:
    grave = [finding.span for finding in audit.findings if finding.severity is not Severity.MINOR]
    flags: list[bool] = []
    for word in words:
        flags.append(any(span.overlaps(word) for span in grave))
    return flags


def _reported(audit: Audit, offset: int, length: int) -> Iterator[Reported]:
    """Yield what is reported of the text of `length` code points that begins at an offset of the document.

    Of a finding that reaches beyond it the part inside, without the wordings, which are for all of it.
    """
    text = Span(offset, offset + length)
    for finding in audit.findings:
        if text.overlaps(finding.span):
            start, end = max(finding.span.start, text.start), min(finding.span.end, text.end)
            suggestions = finding.suggestions[:3] if text.contains(finding.span) else ()
            yield Reported(Span(start - offset, end - offset), finding.severity is not Severity.MINOR, suggestions)


def _score(audit: Audit, offset: int) -> float:
    """Return the score of the paragraph at an offset."""
    return next((part.score for part in audit.paragraphs if part.span.end > offset), audit.score)


def open_audit(options: Options) -> Audited:
    """Open the whole audit, as the settings say: its findings are those of `auditor check`."""
    return Audited(Auditor(options.settings))
