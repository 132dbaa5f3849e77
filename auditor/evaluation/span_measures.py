"""How well flagged runs of words cover marked errors, and how many runs there are where nothing is wrong."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from auditor.evaluation import measures
from auditor.evaluation.estimates import Estimate, Resamples
from auditor.evaluation.gold import GoldRow
from auditor.evaluation.systems import Prediction
from auditor.values import Severity, Span

MAJOR = (Severity.MAJOR, Severity.CRITICAL)


def flagged_spans(row: GoldRow, prediction: Prediction, threshold: float) -> list[tuple[int, int, int]]:
    """Return the runs of flagged words as (start, end, level): 2 if most of the run's words are major, else 1."""
    runs: list[list[int]] = []
    for number, value in enumerate(prediction.words):
        if value < threshold:
            continue
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    spans: list[tuple[int, int, int]] = []
    for run in runs:
        major = sum(prediction.major[number] for number in run)
        level = 2 if 2 * major >= len(run) else 1
        spans.append((row.words[run[0]].start, row.words[run[-1]].end, level))
    return spans


def count_false_alarms(
    rows: Sequence[GoldRow], predictions: Sequence[Prediction], resamples: Resamples, threshold: float | None
) -> dict[str, Estimate]:
    """Return false alarms per 1,000 clean words; flagged words side by side are one alarm."""
    if threshold is None or all(prediction.is_silent for prediction in predictions):
        return {}
    counts: list[tuple[int, int]] = []
    for row, prediction in zip(rows, predictions, strict=True):
        counts.append((len(flagged_spans(row, prediction, threshold)), len(row.words)))
    sums = resamples.summed(np.array(counts, dtype=float), np.arange(len(rows)))

    def rate(weights: measures.Floats) -> float:
        alarms, words = (weights @ sums).tolist()
        return float(1000 * alarms / max(1.0, words))

    return {"false alarms per 1,000 words": resamples.estimate(rate)}


def measure_characters(
    rows: Sequence[GoldRow], predictions: Sequence[Prediction], resamples: Resamples, threshold: float | None
) -> dict[str, Estimate]:
    """Return the character F1 with severity credit where raters marked spans, of all characters and a mean by segment.

    An error that costs nothing ("neutral") is none.
    """
    marked = [number for number, row in enumerate(rows) if row.errors is not None and not predictions[number].is_silent]
    if not marked or threshold is None:
        return {}
    credits = []
    for number in marked:
        gold = [_level(error.span, error.severity) for error in rows[number].errors or () if error.severity]
        found = flagged_spans(rows[number], predictions[number], threshold)
        credit = measures.character_credit(gold, found, len(rows[number].target))
        credits.append((*credit, measures.character_f1(*credit), 1.0))
    sums = resamples.summed(np.array(credits, dtype=float), np.array(marked))

    def together(weights: measures.Floats) -> float:
        return measures.character_f1(*(weights @ sums[:, :3]).tolist())

    def by_segment(weights: measures.Floats) -> float:
        total, count = (weights @ sums[:, 3:]).tolist()
        return float(total / max(1.0, count))

    return {
        "character F1": resamples.estimate(together),
        "character F1 by segment": resamples.estimate(by_segment),
    }


def _level(span: Span, severity: Severity | None) -> tuple[int, int, int]:
    return span.start, span.end, 2 if severity in MAJOR else 1
