"""The whole audit as a system to evaluate: rows are put together to documents, audited, and taken apart again."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import regex

from auditor.detection import detector
from auditor.evaluation.systems import Options, Prediction, Request
from auditor.pipeline import Auditor
from auditor.signals import quality_estimation
from auditor.text import segmentation
from auditor.values import Audit, Document, Severity, Span

_BELOW = 1e-6
_LINE_BREAK = regex.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Audited:
    """The whole audit: a word is as suspect as the judge finds it, a sentence as good as its paragraph."""

    auditor: Auditor
    gives_probabilities: bool = True

    @property
    def name(self) -> str:
        """The audit's own signature."""
        return self.auditor.signature

    @property
    def threshold(self) -> float | None:
        """What is told by default is flagged."""
        return self.auditor.profile.minimum_probability

    def predict(self, requests: Sequence[Request]) -> list[Prediction]:
        """Audit the documents that the requests, all of a document side by side, make up."""
        groups = itertools.groupby(requests, key=lambda request: (request.row.document, request.row.system))
        return [prediction for _, group in groups for prediction in self._predict(list(group))]

    def _predict(self, requests: Sequence[Request]) -> Iterator[Prediction]:
        document, offsets = assemble(requests)
        measurements, repairs = self.auditor.examine(document)
        reading = detector.Reading.whole(measurements, repairs, self.auditor.profile)
        audit = self.auditor.conclude(document, detector.findings(reading, self.auditor.settings))
        chances = [(word.span, p) for word, p in zip(document.words, detector.suspicion(reading), strict=True)]
        for request, offset in zip(requests, offsets, strict=True):
            words = [Span(word.start + offset, word.end + offset) for word in request.row.words]
            values = suspicions(audit, chances, words, bar=self.threshold or 0.0)
            yield Prediction(tuple(values), (*values, 0.0), tuple(_grave(audit, words)), _score(audit, offset))


def suspicions(
    audit: Audit, chances: Sequence[tuple[Span, float]], words: Sequence[Span], *, bar: float
) -> list[float]:
    """Return how likely each of `words` (ranges of the document) is wrong.

    It is what the judge gives the words of the document there (`chances`, in their order), but at least the bar where a
    finding is told and less than it elsewhere, so that who counts from the bar on counts what an editor sees. A mark of
    punctuation, which belongs to no word, is as suspect as the surest finding on it.
    """
    found: list[float] = []
    for word in words:
        first = bisect.bisect_right(chances, word.start, key=lambda chance: chance[0].end)
        last = bisect.bisect_left(chances, word.end, key=lambda chance: chance[0].start)
        told = max((finding.probability for finding in audit.findings if finding.span.overlaps(word)), default=0.0)
        own = max((chance for _, chance in chances[first:last]), default=told)
        found.append(max(own, bar) if told >= bar else min(own, bar - _BELOW))
    return found


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
    for request in sorted(requests, key=lambda request: _order(request.row.segment)):
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
        theirs = [sources[bisect.bisect_right(starts, part.span.start) - 1] for part in document.paragraphs]
        document = quality_estimation.with_source(document, [source or "" for source in theirs])
        document = replace(document, source_language=requests[0].row.pair.partition("-")[0])
    return document, [places[request.row.segment, request.row.target] for request in requests]


def _order(number: str) -> tuple[int, str]:
    return (int(number), "") if number.isdecimal() else (0, number)


def _grave(audit: Audit, words: Sequence[Span]) -> list[bool]:
    grave = [finding.span for finding in audit.findings if finding.severity is not Severity.MINOR]
    return [any(span.overlaps(word) for span in grave) for word in words]


def _score(audit: Audit, offset: int) -> float:
    """Return the score of the paragraph at an offset."""
    return next((part.score for part in audit.paragraphs if part.span.end > offset), audit.score)


def open_audit(options: Options) -> Audited:
    """Open the whole audit; findings below the default bar are asked for too, so that any threshold can be tried."""
    return Audited(Auditor(replace(options.settings, minimum_probability=0.0)))
