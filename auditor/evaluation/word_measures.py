"""How well the values of words tell wrong words from right ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from auditor.evaluation import measures
from auditor.evaluation.estimates import Estimate, Resamples
from auditor.evaluation.gold import GoldRow
from auditor.evaluation.measures import Flags, Floats, Ints
from auditor.evaluation.systems import Prediction, System

FEW = 200
"""Resamples for measures that sort the words or sweep them: a thousand buy no sharper interval."""


@dataclass(frozen=True, slots=True)
class Words:
    """All tagged words of a set in a row: whether wrong, how suspect, of which row, and in which half of the set."""

    wrong: Flags
    values: Floats
    rows: Ints
    halves: Flags


def measure_words(
    rows: Sequence[GoldRow], predictions: Sequence[Prediction], resamples: Resamples, system: System
) -> tuple[dict[str, Estimate], dict[str, float]]:
    """Measure words, in WMT22's counting ("official": with gaps and the end of the sentence) and alone.

    Returns:
        Estimates and the thresholds they flag by. "cross-fitted" takes for each half of the sources the best threshold
        of the other half, "best" the best of the set itself, "fixed" the system's own.
    """
    estimates: dict[str, Estimate] = {}
    thresholds: dict[str, float] = {}
    for prefix in ("official ", ""):
        words = _words(rows, predictions, official=bool(prefix))
        if len(words.wrong):
            found, cuts = _measure(words, resamples, system)
            estimates |= {prefix + name: estimate for name, estimate in found.items()}
            thresholds |= {prefix + name: cut for name, cut in cuts.items()}
    return estimates, thresholds


def _words(rows: Sequence[GoldRow], predictions: Sequence[Prediction], *, official: bool) -> Words:
    wrong: list[bool] = []
    values: list[float] = []
    where: list[int] = []
    halves: list[bool] = []
    first = in_first_half(rows)
    for number, (row, prediction) in enumerate(zip(rows, predictions, strict=True)):
        tags = row.official if official else row.tags
        if tags is None or prediction.is_silent:
            continue
        wrong.extend(tags)
        values.extend(prediction.official if official else prediction.words)
        where.extend([number] * len(tags))
        halves.extend([first[number]] * len(tags))
    return Words(
        np.array(wrong, dtype=bool), np.array(values), np.array(where, dtype=np.int64), np.array(halves, dtype=bool)
    )


def in_first_half(rows: Sequence[GoldRow]) -> list[bool]:
    """Tell in which half of the set each row is: half of the sources, drawn by their texts, each with all its rows."""
    sources = sorted({row.source for row in rows}, key=lambda source: sha256(f"half {source}".encode()).digest())
    first = set(sources[: len(sources) // 2])
    return [row.source in first for row in rows]


def _measure(words: Words, resamples: Resamples, system: System) -> tuple[dict[str, Estimate], dict[str, float]]:
    best = measures.best_threshold(words.wrong, words.values)
    flags = {"best": words.values >= best}
    if words.halves.any() and not words.halves.all():
        flags["cross-fitted"] = measures.cross_fitted_flags(words.wrong, words.values, words.halves)
    cuts = {"best": best}
    if system.threshold is not None:
        flags["fixed"] = words.values >= system.threshold
        cuts["fixed"] = system.threshold
    estimates: dict[str, Estimate] = {}
    for name, flagged in flags.items():
        counts = resamples.summed(outcomes(words.wrong, flagged), words.rows)
        for label, score in (("MCC", measures.mcc), ("F1-BAD", measures.f1_bad), ("F1-OK", measures.f1_ok)):
            estimates[f"{label} {name}"] = resamples.estimate(of_counts(counts, score))
    units = resamples.units[words.rows]
    estimates["AP"] = resamples.estimate(
        lambda w: measures.average_precision(words.wrong, words.values, w[units]), most=FEW
    )
    if system.gives_probabilities:
        estimates["ECE"] = resamples.estimate(
            lambda w: measures.calibration_error(words.wrong, words.values, w[units]), most=FEW
        )
    return estimates, cuts


def of_counts(counts: Floats, score: Callable[[measures.Counts], float]) -> Callable[[Floats], float]:
    """Return the score of the counts of resampled units, summed."""

    def of(weights: Floats) -> float:
        tp, fp, fn, tn = (weights @ counts).tolist()
        return score((tp, fp, fn, tn))

    return of


def outcomes(wrong: Flags, flagged: Flags) -> Floats:
    """Return, a word, whether it is a true positive, a false one, a false negative, a true one: (words, 4)."""
    return np.stack([wrong & flagged, ~wrong & flagged, wrong & ~flagged, ~wrong & ~flagged], axis=1).astype(float)
