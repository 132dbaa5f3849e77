"""How well sentence scores agree with the gold ones, over all translations and between those of one source."""

from __future__ import annotations

import functools
import math
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from auditor.evaluation import measures
from auditor.evaluation.estimates import Drawing, Estimate
from auditor.evaluation.gold import GoldRow
from auditor.evaluation.measures import Flags, Floats, Ints
from auditor.evaluation.systems import Prediction
from auditor.evaluation.word_measures import FEW, in_first_half, of_counts, outcomes

NAMES = ("Spearman", "Pearson", "Kendall")
CRITICAL = "ced_ok"
"""The scale of files that say of each translation only whether it has a critical error: 1 without, 0 with one."""


def measure_sentences(
    rows: Sequence[GoldRow], predictions: Sequence[Prediction], drawing: Drawing
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
    gold = np.array(
        [np.mean([score for at in members if (score := rows[at].score) is not None]) for members in groups.values()]
    )
    predicted = np.array([predictions[at].score for at in first])
    estimates = _pooled(gold, predicted, drawing, first) | _within(rows, gold, predicted, drawing, first)
    if all(rows[at].score_type == CRITICAL for at in first):
        estimates |= _critical(gold, predicted, drawing, first, np.array(in_first_half([rows[at] for at in first])))
    return estimates


def _pooled(gold: Floats, predicted: Floats, drawing: Drawing, first: Ints) -> dict[str, Estimate]:
    units = drawing.units[first]
    samples = [np.repeat(np.arange(len(units)), each[units].astype(int)) for each in drawing.weights[:FEW]]
    drawn = [measures.correlations(gold[at], predicted[at]) for at in samples]
    whole = measures.correlations(gold, predicted)
    return {
        name: Estimate(whole[column], *measures.interval([each[column] for each in drawn]))
        for column, name in enumerate(NAMES)
    }


def _within(
    rows: Sequence[GoldRow], gold: Floats, predicted: Floats, drawing: Drawing, first: Ints
) -> dict[str, Estimate]:
    """Return the mean correlations within source items; an item is drawn with its document."""
    keys = {item: number for number, item in enumerate(dict.fromkeys(rows[at].item for at in first))}
    members, found = measures.within_items(gold, predicted, np.array([keys[rows[at].item] for at in first]))
    if not len(members):
        return {}
    sums = drawing.summed(np.hstack([found, np.ones((len(found), 1))]), first[members])

    def mean(weights: Floats, column: int) -> float:
        totals = weights @ sums
        return float(totals[column] / max(1.0, totals[-1]))

    return {
        f"{name} within items": drawing.estimate(functools.partial(mean, column=column))
        for column, name in enumerate(NAMES)
    }


def _critical(gold: Floats, predicted: Floats, drawing: Drawing, first: Ints, halves: Flags) -> dict[str, Estimate]:
    """Return the average precision and the MCC (crossed threshold) of finding critical errors by a low score."""
    wrong, suspicion = gold < 0.5, -predicted
    counts = drawing.summed(outcomes(wrong, measures.crossed_flags(wrong, suspicion, halves)), first)
    units = drawing.units[first]
    return {
        "critical errors MCC crossed": drawing.estimate(of_counts(counts, measures.mcc)),
        "critical errors AP": drawing.estimate(
            lambda w: measures.average_precision(wrong, suspicion, w[units]), most=FEW
        ),
    }
