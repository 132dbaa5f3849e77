"""How well sentence scores agree with the gold ones, over all translations and between those of one source."""

from __future__ import annotations

import functools
import math
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from auditor.evaluation import measures
from auditor.evaluation.estimates import Estimate, Resamples
from auditor.evaluation.gold import GoldRow
from auditor.evaluation.measures import Flags, Floats, Ints
from auditor.evaluation.systems import Prediction
from auditor.evaluation.word_measures import FEW, in_first_half, of_counts, outcomes

NAMES = ("Spearman", "Pearson", "Kendall")
CRITICAL = "ced_ok"
"""The scale of files that say of each translation only whether it has a critical error: 1 without, 0 with one."""


def measure_sentences(
    rows: Sequence[GoldRow], predictions: Sequence[Prediction], resamples: Resamples
) -> dict[str, Estimate]:
    """Return correlations over translations (raters averaged), pooled and within source items.

    Where the gold only says whether there is a critical error, also how well the score finds those that have one.
    """
    groups: dict[tuple[str, str, str, str], list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        if row.score is not None:
            groups[row.document, row.segment, row.system, row.target].append(number)
    if len(groups) < 3 or any(math.isnan(prediction.score) for prediction in predictions):
        return {}
    first = np.array([members[0] for members in groups.values()])
    gold = np.array([_mean_score(rows, members) for members in groups.values()])
    predicted = np.array([predictions[at].score for at in first])
    estimates = _pooled(gold, predicted, resamples, first) | _within(rows, gold, predicted, resamples, first)
    if all(rows[at].score_type == CRITICAL for at in first):
        estimates |= _critical(gold, predicted, resamples, first, np.array(in_first_half([rows[at] for at in first])))
    return estimates


def _mean_score(rows: Sequence[GoldRow], members: Sequence[int]) -> float:
    """Return the mean of what the raters of one translation gave it."""
    scores = [score for at in members if (score := rows[at].score) is not None]
    return float(np.mean(scores))


def _pooled(gold: Floats, predicted: Floats, resamples: Resamples, first: Ints) -> dict[str, Estimate]:
    units = resamples.units[first]
    resampled: list[tuple[float, ...]] = []
    for weights in resamples.weights[:FEW]:
        at = np.repeat(np.arange(len(units)), weights[units].astype(int))
        resampled.append(measures.correlations(gold[at], predicted[at]))
    whole = measures.correlations(gold, predicted)
    estimates: dict[str, Estimate] = {}
    for column, name in enumerate(NAMES):
        low, high = measures.interval([each[column] for each in resampled])
        estimates[name] = Estimate(whole[column], low, high)
    return estimates


def _within(
    rows: Sequence[GoldRow], gold: Floats, predicted: Floats, resamples: Resamples, first: Ints
) -> dict[str, Estimate]:
    """Return the mean correlations within source items; an item is resampled with its document."""
    items = [rows[at].item for at in first]
    numbers = {item: number for number, item in enumerate(dict.fromkeys(items))}
    members, found = measures.within_items(gold, predicted, np.array([numbers[item] for item in items]))
    if not len(members):
        return {}
    sums = resamples.summed(np.hstack([found, np.ones((len(found), 1))]), first[members])

    def mean(weights: Floats, column: int) -> float:
        totals = weights @ sums
        return float(totals[column] / max(1.0, totals[-1]))

    estimates: dict[str, Estimate] = {}
    for column, name in enumerate(NAMES):
        estimates[f"{name} within items"] = resamples.estimate(functools.partial(mean, column=column))
    return estimates


def _critical(gold: Floats, predicted: Floats, resamples: Resamples, first: Ints, halves: Flags) -> dict[str, Estimate]:
    """Return the average precision and the MCC (cross-fitted threshold) of finding critical errors by a low score."""
    wrong, suspicion = gold < 0.5, -predicted
    counts = resamples.summed(outcomes(wrong, measures.cross_fitted_flags(wrong, suspicion, halves)), first)
    units = resamples.units[first]
    return {
        "critical errors MCC cross-fitted": resamples.estimate(of_counts(counts, measures.mcc)),
        "critical errors AP": resamples.estimate(
            lambda w: measures.average_precision(wrong, suspicion, w[units]), most=FEW
        ),
    }
