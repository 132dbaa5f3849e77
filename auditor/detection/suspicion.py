"""Suspicion: how likely each word is part of an error that nothing is reported of.

What it measures:
    For each word the chance, in percent, that it is part of an error: by what the detector makes of all that was
    measured of it, or by the likeliest repair that would change it. A word on which something is reported at the
    default threshold has 0 here: the finding speaks for it.

Why it suggests an error:
    Most errors of a translation are not sure enough to be reported, one by one. Many small chances in one paragraph
    are: of ten words that are each wrong with a chance of 20 %, two are wrong.

Known problems:
    It knows no more than the detector: what reads well and means something else is not suspected.

Example:
    In "The Ministry of the Health said that the campaign it will begin", nothing may be sure enough to be reported, and
    every third word is suspected.

Source:
    Fitted with the detector; what a paragraph's suspicion costs its score is fitted to raters' penalties: see
    `auditor explain score`.
"""

from __future__ import annotations

from auditor.detection import features
from auditor.detection.candidate_spans import DetectorInput, candidate_spans
from auditor.detection.detector import uncalibrated
from auditor.detection.parameters import DetectorParameters
from auditor.values import Numbers, Per

UNIT = "chance, %, 0 where something is reported"
_DIGITS = 1  # of a percentage: beyond them nobody reads, and no score changes


def measure(given: DetectorInput, parameters: DetectorParameters) -> Numbers:
    """Return the suspicion of each word that begins in the range that is tagged."""
    by_trees = uncalibrated(given, parameters)
    chances = of_words(given, by_trees, parameters)
    values: dict[int, float] = {}
    for word, chance in zip(given.words, chances, strict=True):
        if given.within.start <= word.span.start < given.within.end:
            values[word.span.start] = percent(chance)
    return Numbers(UNIT, Per.WORD, values)


def percent(chance: float) -> float:
    """Return a chance as it is told."""
    return round(100 * chance, _DIGITS)


def of_words(given: DetectorInput, by_trees: tuple[float, ...], parameters: DetectorParameters) -> list[float]:
    """Return, a word, the chance (0-1) that it is part of an error, 0 where something is reported by default."""
    chances = parameters.curves.word.of_all(by_trees)
    reported: list[int] = []
    for span in candidate_spans(given, by_trees, parameters, tagging=True):
        affected = features.affected_words(given.words, span.span, clause_level=span.is_clause_level)
        if span.probability >= parameters.minimum_probability:
            reported += affected
        elif span.repair:
            for at in affected:
                chances[at] = max(chances[at], span.probability)
    for at in reported:
        chances[at] = 0.0
    return chances
