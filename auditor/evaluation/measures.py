"""Measures: numbers from gold and predicted values. Higher values are more suspect, True is BAD, everywhere.

Each measure takes weights (how often a resample holds a document), so that one pass serves the point and its bootstrap.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from sklearn.metrics import average_precision_score, roc_auc_score

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]
Counts = tuple[float, float, float, float]
"""True positives, false positives, false negatives, true negatives."""

CUTS = 200
"""Thresholds tried when looking for the best one."""


def mcc(counts: Counts) -> float:
    """Return Matthews' correlation; 0 where all words, or none, are flagged or wrong (as scikit-learn does)."""
    tp, fp, fn, tn = counts
    product = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
    return float((tp * tn - fp * fn) / np.sqrt(product)) if product > 0 else 0.0


def f1_bad(counts: Counts) -> float:
    """Return the F1 of the flagged words; 0 where nothing is flagged or wrong."""
    tp, fp, fn, _ = counts
    return 2 * tp / (2 * tp + fp + fn) if tp + fp + fn else 0.0


def f1_ok(counts: Counts) -> float:
    """Return the F1 of the words left alone."""
    tp, fp, fn, tn = counts
    return f1_bad((tn, fn, fp, tp))


def average_precision(wrong: Flags, values: Floats, weights: Floats) -> float:
    """Return scikit-learn's average precision, weighed; 0 where nothing is wrong."""
    if not weights[wrong].any():
        return 0.0
    return float(average_precision_score(wrong, values, sample_weight=weights))


def best_threshold(wrong: Flags, values: Floats) -> float:
    """Return the threshold (value >= threshold is flagged) with the highest MCC among quantiles of the values."""
    if not len(values):
        return 0.0
    cuts = np.unique(np.quantile(values, np.linspace(0, 1, CUTS + 1)))
    order = np.argsort(values, kind="stable")
    ranked, bad = values[order], np.append(0, np.cumsum(wrong[order]))
    starts = np.searchsorted(ranked, cuts, side="left")
    all_bad, size = float(bad[-1]), float(len(values))
    results: list[float] = []
    for start, below in zip(starts.tolist(), bad[starts].tolist(), strict=True):
        flagged_bad = all_bad - below
        results.append(mcc((flagged_bad, size - start - flagged_bad, float(below), start - float(below))))
    return float(cuts[int(np.argmax(results))])


def cross_fitted_flags(wrong: Flags, values: Floats, halves: Flags) -> Flags:
    """Flag the words of each half of the documents by the best threshold of the other half."""
    flagged = np.zeros(len(values), dtype=bool)
    for half in (halves, ~halves):
        flagged[half] = values[half] >= best_threshold(wrong[~half], values[~half])
    return flagged


def calibration_error(wrong: Flags | Floats, probabilities: Floats, weights: Floats, *, bins: int = 10) -> float:
    """Return the expected calibration error over bins of equal width; `wrong` may be shares (0-1) of raters.

    Source: Naeini, Cooper and Hauskrecht (2015), Obtaining well calibrated probabilities using Bayesian binning.
    """
    where = np.minimum((probabilities * bins).astype(int), bins - 1)
    total = weights.sum()
    gaps = 0.0
    for number in range(bins):
        inside = where == number
        gaps += abs(float((weights[inside] * (wrong[inside] - probabilities[inside])).sum()))
    return float(gaps / total) if total else 0.0


def correlations(gold: Floats, predicted: Floats) -> tuple[float, float, float]:
    """Return Spearman, Pearson and Kendall (tau-b); 0 where one side never changes."""
    if len(gold) < 3 or np.ptp(gold) == 0 or np.ptp(predicted) == 0:
        return 0.0, 0.0, 0.0
    return (
        float(stats.spearmanr(gold, predicted).statistic),
        float(stats.pearsonr(gold, predicted).statistic),
        float(stats.kendalltau(gold, predicted).statistic),
    )


def within_items(gold: Floats, predicted: Floats, items: Ints) -> tuple[Ints, Floats]:
    """Correlate inside each source item with at least three translations that differ in gold.

    An item on which the predictions do not differ counts as 0: it was not ranked.

    Returns:
        A row of each such item, and its Spearman, Pearson and Kendall (tau-b), shape (items, 3).
    """
    first: list[int] = []
    found: list[tuple[float, float, float]] = []
    order = np.argsort(items, kind="stable")
    edges = np.flatnonzero(np.diff(items[order])) + 1
    for rows in np.split(order, edges):
        if len(rows) >= 3 and np.ptp(gold[rows]) > 0:
            first.append(int(rows[0]))
            found.append(correlations(gold[rows], predicted[rows]))
    return np.array(first, dtype=np.int64), np.array(found).reshape(-1, 3)


def character_credit(
    gold: Sequence[tuple[int, int, int]], predicted: Sequence[tuple[int, int, int]], length: int
) -> tuple[float, int, int]:
    """Return the credit of the predicted characters, their number, and that of the gold ones.

    Each span is (start, end, level), level 1 minor and 2 major; an empty one is an omission and counts as the one
    character at its place, which may be that after the last. A character found at a right level counts 1, at the wrong
    one .5; where a minor and a major error overlap, both levels are right.

    Source: the organisers' scorer of error spans at WMT23 (qe-eval-scripts, task2_evaluate.py), whose weighing WMT25
    kept.
    """
    levels = np.zeros((2, length + 1), dtype=np.int8)
    for side, spans in enumerate((gold, predicted)):
        for start, end, level in spans:
            levels[side, start : max(end, start + 1)] |= level
    found = (levels[0] > 0) & (levels[1] > 0)
    credit = float(found.sum()) - 0.5 * float((found & (levels[0] & levels[1] == 0)).sum())
    return credit, int((levels[1] > 0).sum()), int((levels[0] > 0).sum())


def character_f1(credit: float, predicted: float, gold: float) -> float:
    """Return the F1 of summed credits; 1 where there was nothing to find and nothing was flagged."""
    return 2 * credit / (predicted + gold) if predicted + gold else 1.0


def span_credits(spans: Sequence[tuple[int, int, int]], others: Sequence[tuple[int, int, int]]) -> list[float]:
    """Return, a span, the share (0-1) of its characters that `others` cover, half as much where the level is another.

    Spans and levels are those of `character_credit`. The mean over the predicted spans of a set is a precision, over
    the gold ones a recall, and every span counts once however long it is.

    Source: micro-averaged matching with partial overlap and partial credit, arXiv 2603.19921.
    """
    credits: list[float] = []
    for start, end, level in spans:
        last = max(end, start + 1)
        characters = np.zeros(last - start)
        for other_start, other_end, other_level in others:
            low, high = max(start, other_start), min(last, max(other_end, other_start + 1))
            if low < high:
                worth = 1.0 if level == other_level else 0.5
                characters[low - start : high - start] = np.maximum(characters[low - start : high - start], worth)
        credits.append(float(characters.mean()))
    return credits


def auc(wrong: Flags, suspicion: Floats, weights: Floats) -> float:
    """Return the chance that what is wrong is more suspect than what is not, a tie counting half.

    It is .5 where all is wrong, or nothing.
    """
    bad, sound = weights[wrong].sum(), weights[~wrong].sum()
    if bad == 0 or sound == 0:
        return 0.5
    return float(roc_auc_score(wrong, suspicion, sample_weight=weights))


def interval(estimates: Sequence[float]) -> tuple[float, float]:
    """Return the middle 95 % of bootstrap estimates."""
    low, high = np.quantile(np.asarray(estimates), [0.025, 0.975]) if len(estimates) else (0.0, 0.0)
    return float(low), float(high)


def bootstrap_counts(units: int, *, count: int, seed: int) -> NDArray[np.float64]:
    """Return how often each resample with replacement holds each unit (a document), (count, units)."""
    chance = np.random.default_rng(seed)
    return chance.multinomial(units, np.full(units, 1 / units), size=count).astype(np.float64)
