"""The detector: from numbers and repairs to findings."""

from __future__ import annotations

from dataclasses import replace

from auditor.detection import features
from auditor.detection.candidate_spans import DetectorInput, candidate_spans
from auditor.detection.messages import report
from auditor.detection.parameters import DetectorParameters
from auditor.signals.quality_estimation import SIGNAL
from auditor.values import Finding, Kind, Settings


def detect(given: DetectorInput, parameters: DetectorParameters, settings: Settings) -> tuple[Finding, ...]:
    """Choose the places to report and put them into words.

    Returns:
        Findings and doubts, sorted by span; those of one level, clause or word, do not overlap. A lower minimum never
        yields fewer, and doubts do not move with it.
    """
    minimum = settings.minimum_probability
    threshold = parameters.minimum_probability if minimum is None else minimum
    least = min(threshold, parameters.doubtful_probability)
    tagging = settings.mechanisms is None or SIGNAL in settings.mechanisms
    found: list[Finding] = []
    for span in candidate_spans(given, uncalibrated(given, parameters), parameters, tagging=tagging):
        if span.probability < least:
            continue
        finding = replace(report(span, given), is_doubt=span.probability < threshold)
        if _is_asked_for(finding.kind, settings):
            found.append(finding)
    return tuple(sorted(found, key=lambda finding: finding.span))


def uncalibrated(given: DetectorInput, parameters: DetectorParameters) -> tuple[float, ...]:
    """Return, a word, the uncalibrated probability (0-1) that it is part of an error, by the trees."""
    return parameters.trees.probabilities(given.rows, features.NAMES)


def word_probabilities(given: DetectorInput, parameters: DetectorParameters) -> tuple[float, ...]:
    """Return, a word of the sentences, the calibrated probability (0-1) that it is part of an error.

    It is the greater of what the trees say of the word and of the probability of a repair that would change it.
    """
    by_trees = uncalibrated(given, parameters)
    probabilities = parameters.curves.word.of_all(by_trees)
    for span in candidate_spans(given, by_trees, parameters, tagging=False):
        affected = features.affected_words(given.words, span.span, clause_level=span.is_clause_level)
        for at in affected:
            probabilities[at] = max(probabilities[at], span.probability)
    return tuple(probabilities)


def _is_asked_for(kind: Kind, settings: Settings) -> bool:
    return kind not in settings.ignore and (not settings.only or kind in settings.only)
