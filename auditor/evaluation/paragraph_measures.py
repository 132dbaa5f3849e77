"""How well paragraphs are ranked, told from their sound twins, and cleared: what an editor need not read.

A paragraph is all that is one segment of a document and system: its sentences, and what each rater said of it.
"""

from __future__ import annotations

import functools
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from auditor.evaluation import measures
from auditor.evaluation.estimates import Estimate, Resamples
from auditor.evaluation.found_measures import reported_places
from auditor.evaluation.gold import GoldRow
from auditor.evaluation.measures import Flags, Floats
from auditor.evaluation.systems import Prediction
from auditor.evaluation.word_measures import FEW
from auditor.scoring import DEFAULT_PENALTIES
from auditor.values import Severity

ORIGINAL = "original"
"""The name of the "system" whose texts are the native originals of the others: sound twins, paragraph by paragraph."""


@dataclass(frozen=True, slots=True)
class JudgedParagraph:
    """A paragraph: one of its rows, whose system it is, its penalty points a word, its score, what is reported of it.

    `penalty` is the mean of its raters. `is_flagged` tells whether anything is reported.
    """

    number: int
    twin: tuple[str, str]
    system: str
    text: str
    penalty: float
    score: float
    is_flagged: bool


def judged_paragraphs(
    rows: Sequence[GoldRow], predictions: Sequence[Prediction], threshold: float | None
) -> list[JudgedParagraph]:
    """Put the rows of each paragraph together; one that nobody marked, or without a word, is left out."""
    groups: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        if row.errors is not None and not predictions[number].is_silent:
            groups[row.document, row.segment, row.system].append(number)
    paragraphs: list[JudgedParagraph] = []
    for (document, segment, system), members in groups.items():
        texts: dict[str, list[float]] = defaultdict(list)
        for at in members:
            texts[rows[at].target].append(_points(rows[at]))
        words = sum(len(text.split()) for text in texts)
        if not words:
            continue
        flagged = threshold is not None and any(reported_places(rows[at], predictions[at], threshold) for at in members)
        penalty = sum(sum(points) / len(points) for points in texts.values()) / words
        scores = [predictions[at].score for at in members]
        paragraphs.append(
            JudgedParagraph(
                number=members[0],
                twin=(document, segment),
                system=system,
                text=" ".join(texts),
                penalty=penalty,
                score=sum(scores) / len(scores),
                is_flagged=flagged,
            )
        )
    return paragraphs


def _points(row: GoldRow) -> float:
    """Return the penalty points of a rater's marks; a slip of punctuation that is minor counts a tenth."""
    points = 0.0
    for error in row.errors or ():
        if error.severity is Severity.MINOR and "punctuation" in error.category.casefold():
            points += DEFAULT_PENALTIES["minor-punctuation"]
        elif error.severity:
            points += DEFAULT_PENALTIES[error.severity]
    return points


def measure_paragraphs(
    rows: Sequence[GoldRow], predictions: Sequence[Prediction], resamples: Resamples, threshold: float | None
) -> dict[str, Estimate]:
    """Return how paragraphs rank by their scores, how they are told from sound twins, and what is rightly cleared."""
    paragraphs = judged_paragraphs(rows, predictions, threshold)
    if len(paragraphs) < 3:
        return {}
    estimates: dict[str, Estimate] = {}
    has_errors = any(paragraph.penalty for paragraph in paragraphs)
    if has_errors and not any(math.isnan(paragraph.score) for paragraph in paragraphs):
        estimates |= _ranked(paragraphs, resamples) | _told_apart(paragraphs, resamples)
    return estimates if threshold is None else estimates | _cleared(paragraphs, resamples)


def _units(paragraphs: Sequence[JudgedParagraph], resamples: Resamples) -> measures.Ints:
    units: measures.Ints = resamples.units[np.array([paragraph.number for paragraph in paragraphs])]
    return units


def _ranked(paragraphs: Sequence[JudgedParagraph], resamples: Resamples) -> dict[str, Estimate]:
    penalties = np.array([paragraph.penalty for paragraph in paragraphs])
    suspicion = -np.array([paragraph.score for paragraph in paragraphs])
    units = _units(paragraphs, resamples)

    def spearman(weights: Floats) -> float:
        at = np.repeat(np.arange(len(units)), weights[units].astype(int))
        return measures.correlations(penalties[at], suspicion[at])[0]

    return {"paragraph Spearman": resamples.estimate(spearman, most=FEW)}


def _told_apart(paragraphs: Sequence[JudgedParagraph], resamples: Resamples) -> dict[str, Estimate]:
    """Return the AUC of broken paragraphs against all sound twins, where the set has any."""
    sound = {paragraph.twin for paragraph in paragraphs if paragraph.system == ORIGINAL}
    chosen: list[JudgedParagraph] = []
    for paragraph in paragraphs:
        is_broken = paragraph.penalty > 0 and paragraph.twin in sound
        if paragraph.system == ORIGINAL or is_broken:
            chosen.append(paragraph)
    wrong = np.array([paragraph.system != ORIGINAL for paragraph in chosen], dtype=bool)
    if not sound or not wrong.any():
        return {}
    suspicion = -np.array([paragraph.score for paragraph in chosen])
    units = _units(chosen, resamples)

    def told(weights: Floats) -> float:
        return measures.auc(wrong, suspicion, weights[units])

    return {"paragraph AUC": resamples.estimate(told, most=FEW)}


def _cleared(paragraphs: Sequence[JudgedParagraph], resamples: Resamples) -> dict[str, Estimate]:
    """Return how many sound paragraphs have no finding, and how many of those without a finding are sound."""
    sound = np.array([paragraph.penalty == 0 for paragraph in paragraphs])
    clear = np.array([not paragraph.is_flagged for paragraph in paragraphs])
    units = _units(paragraphs, resamples)

    def share(of: Flags, weights: Floats) -> float:
        whole = weights[units][of].sum()
        return float(weights[units][of & sound & clear].sum() / whole) if whole else 0.0

    cleared = {"sound paragraphs cleared": resamples.estimate(functools.partial(share, sound))}
    if not sound.all():
        cleared["cleared paragraphs sound"] = resamples.estimate(functools.partial(share, clear))
    return cleared if sound.any() else {}
