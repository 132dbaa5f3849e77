"""One cell of the table: a system on a data set, every measure with its bootstrap interval."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

import numpy as np

from auditor.evaluation import measures
from auditor.evaluation.gold import GoldRow
from auditor.evaluation.measures import Flags, Floats, Ints
from auditor.evaluation.systems import Prediction, System
from auditor.values import Severity, Span

MAJOR = (Severity.MAJOR, Severity.CRITICAL)


class Gold(Protocol):
    """What is measured against."""

    @property
    def name(self) -> str:
        """What the signature calls it."""

    @property
    def rows(self) -> tuple[GoldRow, ...]:
        """The judged rows."""

    @property
    def is_clean(self) -> bool:
        """Whether nothing in it is wrong."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A measure's value with the middle 95 % of its bootstrap."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


@dataclass(frozen=True, slots=True)
class Result:
    """A cell of the table; `estimates` has what could be measured there."""

    system: str
    source: str
    gold: str
    words: int
    estimates: dict[str, Estimate]
    thresholds: dict[str, float]
    signature: str

    def record(self) -> dict[str, object]:
        """Return the cell as JSON holds it."""
        return {
            "system": self.system,
            "source": self.source,
            "gold": self.gold,
            "words": self.words,
            "measures": {name: {"value": e.value, "low": e.low, "high": e.high} for name, e in self.estimates.items()},
            "thresholds": self.thresholds,
            "signature": self.signature,
        }


@dataclass(frozen=True, slots=True)
class Words:
    """All words of a set in a row: whether wrong, how suspect, and in which document (a number)."""

    wrong: Flags
    values: Floats
    documents: Ints
    halves: Flags


def measure(
    gold: Gold,
    predictions: Sequence[Prediction],
    system: System,
    *,
    signature: str,
    names: tuple[str, str],
    draws: tuple[int, int],
) -> Result:
    """Measure everything that the gold allows; `draws` is the number of bootstrap draws and their seed."""
    rows = gold.rows
    numbers = {name: number for number, name in enumerate(dict.fromkeys(row.document for row in rows))}
    documents = np.array([numbers[row.document] for row in rows])
    weights = measures.draws(len(numbers), count=draws[0], seed=draws[1])
    plain = _words(rows, predictions, documents, official=False)
    estimates: dict[str, Estimate] = {}
    thresholds: dict[str, float] = {}
    if len(plain.wrong) and gold.is_clean:
        estimates |= _false_alarms(rows, predictions, documents, weights, system.threshold)
    elif len(plain.wrong):
        official = _words(rows, predictions, documents, official=True)
        for prefix, words in (("official ", official), ("", plain)):
            found, cuts = _word_measures(words, weights, system)
            estimates |= {prefix + name: estimate for name, estimate in found.items()}
            thresholds |= {prefix + name: cut for name, cut in cuts.items()}
        cut = system.threshold if system.threshold is not None else thresholds["best"]
        estimates |= _character_measures(rows, predictions, documents, weights, cut)
    if not gold.is_clean:
        estimates |= _sentence_measures(rows, predictions, documents, weights)
    return Result(names[0], names[1], gold.name, len(plain.wrong), estimates, thresholds, signature)


def _words(rows: Sequence[GoldRow], predictions: Sequence[Prediction], documents: Ints, *, official: bool) -> Words:
    wrong: list[bool] = []
    values: list[float] = []
    where: list[int] = []
    halves: list[bool] = []
    for row, prediction, number in zip(rows, predictions, documents.tolist(), strict=True):
        tags = row.official if official else row.tags
        if tags is None:
            continue
        wrong.extend(tags)
        values.extend(prediction.official if official else prediction.words)
        where.extend([number] * len(tags))
        # Half of the rows of a file without documents would be one document: those are parted row by row.
        halves.extend([_half(row)] * len(tags))
    return Words(
        np.array(wrong, dtype=bool), np.array(values), np.array(where, dtype=np.int64), np.array(halves, dtype=bool)
    )


def _half(row: GoldRow) -> bool:
    return sha256(f"half {row.source}".encode()).digest()[0] % 2 == 0


def _estimate(draw: Callable[[Floats], float], weights: Floats, whole: Floats) -> Estimate:
    """Return the measure of the set as it is, and the interval over drawn documents."""
    low, high = measures.interval([draw(each) for each in weights])
    return Estimate(draw(whole), low, high)


def _word_measures(words: Words, weights: Floats, system: System) -> tuple[dict[str, Estimate], dict[str, float]]:
    best = measures.best_threshold(words.wrong, words.values)
    flags = {
        "best": words.values >= best,
        "crossed": measures.crossed_flags(words.wrong, words.values, words.halves),
    }
    cuts = {"best": best}
    if system.threshold is not None:
        flags["fixed"] = words.values >= system.threshold
        cuts["fixed"] = system.threshold
    estimates: dict[str, Estimate] = {}
    for name, flagged in flags.items():
        counts = _counts(words, flagged, weights.shape[1])
        for label, score in (("MCC", measures.mcc), ("F1-BAD", measures.f1_bad), ("F1-OK", measures.f1_ok)):
            estimates[f"{label} {name}"] = _estimate(_summed(counts, score), weights, np.ones(weights.shape[1]))
    few, ones = weights[:200], np.ones(weights.shape[1])  # sorting words a thousand times buys no sharper interval
    estimates["AP"] = _estimate(
        lambda w: measures.average_precision(words.wrong, words.values, w[words.documents]), few, ones
    )
    if system.gives_probabilities:
        estimates["ECE"] = _estimate(
            lambda w: measures.calibration_error(words.wrong, words.values, w[words.documents]), few, ones
        )
    return estimates, cuts


def _summed(counts: Floats, score: Callable[[measures.Counts], float]) -> Callable[[Floats], float]:
    """Return the score of the counts of drawn documents, summed."""

    def draw(weights: Floats) -> float:
        tp, fp, fn, tn = (weights @ counts).tolist()
        return score((tp, fp, fn, tn))

    return draw


def _counts(words: Words, flagged: Flags, documents: int) -> Floats:
    """Return true positives, false positives, false negatives and true negatives a document, (documents, 4)."""
    kinds = np.select([words.wrong & flagged, ~words.wrong & flagged, words.wrong & ~flagged], [0, 1, 2], default=3)
    counts = np.zeros((documents, 4))
    np.add.at(counts, (words.documents, kinds), 1.0)
    return counts


def _false_alarms(
    rows: Sequence[GoldRow],
    predictions: Sequence[Prediction],
    documents: Ints,
    weights: Floats,
    threshold: float | None,
) -> dict[str, Estimate]:
    """Return false alarms per 1,000 clean words; flagged words side by side are one alarm."""
    if threshold is None:
        return {}
    alarms, words = np.zeros(weights.shape[1]), np.zeros(weights.shape[1])
    for row, prediction, number in zip(rows, predictions, documents.tolist(), strict=True):
        alarms[number] += len(spans(row, prediction, threshold))
        words[number] += len(row.words)
    rate = _estimate(
        lambda w: float(1000 * (w @ alarms) / np.maximum(1.0, w @ words)), weights, np.ones(weights.shape[1])
    )
    return {"false alarms per 1,000 words": rate}


def spans(row: GoldRow, prediction: Prediction, threshold: float) -> list[tuple[int, int, int]]:
    """Return the runs of flagged words as (start, end, level): 2 if most of the run's words are major, else 1."""
    runs: list[list[int]] = []
    for number, value in enumerate(prediction.words):
        if value < threshold:
            continue
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return [
        (
            row.words[run[0]].start,
            row.words[run[-1]].end,
            2 if 2 * sum(prediction.major[number] for number in run) >= len(run) else 1,
        )
        for run in runs
    ]


def _character_measures(
    rows: Sequence[GoldRow], predictions: Sequence[Prediction], documents: Ints, weights: Floats, threshold: float
) -> dict[str, Estimate]:
    """Return the character F1 with severity credit, where raters marked spans."""
    sums = np.zeros((weights.shape[1], 3))
    seen = False
    for row, prediction, number in zip(rows, predictions, documents.tolist(), strict=True):
        if row.errors is None:
            continue
        seen = True
        gold = [_level(error.span, error.severity) for error in row.errors if error.severity is not None]
        sums[number] += measures.character_credit(gold, spans(row, prediction, threshold), len(row.target))
    if not seen:
        return {}
    return {
        "character F1": _estimate(
            lambda w: measures.character_f1(*(w @ sums).tolist()), weights, np.ones(weights.shape[1])
        )
    }


def _level(span: Span, severity: Severity | None) -> tuple[int, int, int]:
    return span.start, span.end, 2 if severity in MAJOR else 1


def _sentence_measures(
    rows: Sequence[GoldRow], predictions: Sequence[Prediction], documents: Ints, weights: Floats
) -> dict[str, Estimate]:
    """Return correlations over translations (raters averaged), pooled and within source items."""
    groups: dict[tuple[str, str, str, str], list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        if row.score is not None:
            groups[row.document, row.segment, row.system, row.target].append(number)
    if len(groups) < 3 or any(math.isnan(prediction.score) for prediction in predictions):
        return {}
    first = [members[0] for members in groups.values()]
    gold = np.array(
        [np.mean([score for at in members if (score := rows[at].score) is not None]) for members in groups.values()]
    )
    predicted = np.array([predictions[at].score for at in first])
    where = documents[first]
    few = weights[:200]
    samples = [np.repeat(np.arange(len(where)), each[where].astype(int)) for each in few]
    drawn = [measures.correlations(gold[at], predicted[at]) for at in samples]
    whole = measures.correlations(gold, predicted)
    estimates = {
        name: Estimate(whole[column], *measures.interval([each[column] for each in drawn]))
        for column, name in enumerate(("Spearman", "Pearson", "Kendall"))
    }
    return estimates | _within(rows, first, gold, predicted, few)


def _within(
    rows: Sequence[GoldRow], first: Sequence[int], gold: Floats, predicted: Floats, weights: Floats
) -> dict[str, Estimate]:
    """Return the mean Kendall within source items, its interval by drawing items."""
    keys = {item: number for number, item in enumerate(dict.fromkeys(rows[at].item for at in first))}
    taus = measures.within_items(gold, predicted, np.array([keys[rows[at].item] for at in first]))
    if not len(taus):
        return {}
    items = measures.draws(len(taus), count=len(weights), seed=1)
    return {"Kendall within items": _estimate(lambda w: float(w @ taus / w.sum()), items, np.ones(len(taus)))}
