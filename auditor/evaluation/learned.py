"""The detector and the whole audit, as systems to evaluate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from auditor import segment
from auditor.engines.protocols import Detector, Judgement, Pair
from auditor.evaluation.systems import Options, Prediction, Request
from auditor.signals import adequacy
from auditor.values import Document, Finding, Severity, Span

if TYPE_CHECKING:
    from auditor.audit import Auditor


MARKED_THRESHOLD = 0.3
"""1.5 false alarms per 1,000 words of 2,692 words of clean news from development documents (`auditor evaluate` on
clean_news.parquet, --rows 150); .25 makes 3.0."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The detector: post-editors' changes where the gold is made of them, raters' marks elsewhere."""

    detector: Detector
    gives_probabilities: bool = True
    threshold: float | None = MARKED_THRESHOLD

    @property
    def name(self) -> str:
        """The weights' own name."""
        return self.detector.name

    def predict(self, requests: Sequence[Request]) -> list[Prediction]:
        """Judge each request; a text that several raters judged is read once."""
        pairs = [Pair(request.row.target, request.row.words, request.source) for request in requests]
        unique = list(dict.fromkeys(pairs))
        judged = dict(zip(unique, self.detector.judge(unique), strict=True))
        return [_prediction(judged[pair], request.convention) for pair, request in zip(pairs, requests, strict=True)]


def _prediction(judgement: Judgement, convention: str) -> Prediction:
    major = tuple(major > minor for minor, major in zip(judgement.minor, judgement.major, strict=True))
    if convention == "da_z_mean":
        official = (*judgement.edited_gaps, judgement.edited_end)
        return Prediction(judgement.edited, official, major, judgement.assessment)
    return Prediction(judgement.marked, (*judgement.marked, judgement.marked_end), major, judgement.mqm)


def open_detector(options: Options) -> Judged:
    """Open the detector, with the weights that ship or those of the folder in the options."""
    from auditor.engines.encoder import open_embedded

    folder = Path(options.detector) if options.detector else None
    return Judged(open_embedded(options.settings, detector=folder))


@dataclass(frozen=True, slots=True)
class Audited:
    """The whole audit: a word is as suspect as the surest finding on it."""

    auditor: Auditor
    gives_probabilities: bool = True

    @property
    def name(self) -> str:
        """The audit's own signature."""
        return self.auditor.signature

    @property
    def threshold(self) -> float | None:
        """What is told by default is flagged."""
        return 1e-6

    def predict(self, requests: Sequence[Request]) -> list[Prediction]:
        """Audit each text as a document of its own."""
        return [self._predict(request) for request in requests]

    def _predict(self, request: Request) -> Prediction:
        audit = self.auditor.audit(_document(request))
        values = _values(audit.findings, request.row.words)
        grave = [finding for finding in audit.findings if finding.severity is not Severity.MINOR]
        major = tuple(any(word.overlaps(finding.span) for finding in grave) for word in request.row.words)
        return Prediction(tuple(values), (*values, 0.0), major, audit.score)


def _document(request: Request) -> Document:
    document = segment.document(request.row.target, name=request.row.id)
    if request.source is None:
        return document
    return adequacy.with_source(document, [request.source])


def _values(findings: Sequence[Finding], words: Sequence[Span]) -> list[float]:
    return [
        max((finding.probability for finding in findings if finding.span.overlaps(word)), default=0.0) for word in words
    ]


def open_audit(options: Options) -> Audited:
    """Open the whole audit with the given settings."""
    from auditor.audit import Auditor

    # A threshold of the evaluation's own is not the user's: everything the judge believes possible is asked for.
    return Audited(Auditor(replace(options.settings)))
