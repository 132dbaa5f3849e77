"""A detector of one tree, and a sentence for it."""

from __future__ import annotations

from auditor.detection import detector
from auditor.detection.boosted_trees import BoostedTrees, Tree
from auditor.detection.candidate_spans import DetectorInput
from auditor.detection.parameters import DetectorParameters
from auditor.text import segmentation
from auditor.values import (
    Candidate,
    Finding,
    Kind,
    Knowledge,
    Measurements,
    QualityEstimate,
    Repair,
    Settings,
    Severity,
    Span,
)

TEXT = "He said the politic of the ministers was good, and then the talks ended."
SUSPECT = Tree((0, -1, -1), (0.0, 0.0, 0.0), (True, True, True), (1, 0, 0), (2, 0, 0), (0.0, -3.0, 3.0))
"""Of words that quality estimation gives more than even odds, it makes 0.95; of others, and without it, 0.05."""
PARAMETERS = DetectorParameters(
    thresholds={"inflections": 3.0},
    trees=BoostedTrees(("tagged",), 0.0, (SUSPECT,)),
    repair_weights={"intercept": -2.0, "model_value": 1.5},
    minimum_probability=0.5,
)


def measurements(quotations: tuple[Span, ...] = (), *, marked: dict[str, float] | None = None) -> Measurements:
    """Measure the text by a quality estimator that gives some words a chance of being marked as major errors."""
    document = segmentation.document(TEXT, name="test")
    chances = [(marked or {}).get(word.text, 0.01) for word in document.words]
    zeros = (0.0,) * len(chances)
    estimate = QualityEstimate(
        minor=zeros,
        major=tuple(chances),
        marked_end=0.0,
        edited=zeros,
        edited_gaps=zeros,
        edited_end=0.0,
        kinds=(Kind.TERMINOLOGY,) * len(chances),
        assessment=0.0,
        mqm=0.0,
    )
    estimates = {} if marked is None else {0: estimate}
    return Measurements(
        document, Knowledge({}, {}, quotations), {TEXT.index("politic"): 12.0}, quality_estimates=estimates
    )


def found(
    repairs: list[Repair],
    measurements: Measurements,
    settings: Settings = Settings(),  # noqa: B008 (frozen)
) -> tuple[Finding, ...]:
    """Return what the detector finds in the text."""
    return detector.detect(DetectorInput.whole(measurements, repairs), PARAMETERS, settings)


def repair(wrong: str, right: str, value: float, *, mechanism: str = "inflections", shown: bool = True) -> Repair:
    """Return a repair of the first such words, worth so many nats."""
    start = TEXT.index(wrong)
    span = Span(start, start + len(wrong))
    candidate = Candidate(span, right, mechanism, Kind.GRAMMAR, Severity.MINOR, "the wrong form", shown)
    return Repair(candidate, value + 2.0, None, value)
