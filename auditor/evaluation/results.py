"""One cell of the table: a system on a data set, every measure with its bootstrap interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from auditor.evaluation.estimates import Estimate, resample
from auditor.evaluation.found_measures import measure_found
from auditor.evaluation.gold import GoldRow
from auditor.evaluation.paragraph_measures import measure_paragraphs
from auditor.evaluation.sentence_measures import measure_sentences
from auditor.evaluation.span_measures import count_false_alarms, measure_characters
from auditor.evaluation.systems import Prediction, System
from auditor.evaluation.word_measures import measure_words


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


def measure(
    gold: Gold,
    predictions: Sequence[Prediction],
    system: System,
    *,
    signature: str,
    names: tuple[str, str],
    bootstrap: tuple[int, int],
) -> Result:
    """Measure everything that the gold allows; `bootstrap` is the number of resamples and their seed."""
    rows = gold.rows
    resamples = resample(rows, count=bootstrap[0], seed=bootstrap[1])
    estimates: dict[str, Estimate] = {}
    thresholds: dict[str, float] = {}
    if gold.is_clean:
        estimates |= count_false_alarms(rows, predictions, resamples, system.threshold)
        estimates |= measure_paragraphs(rows, predictions, resamples, system.threshold)
    else:
        estimates, thresholds = measure_words(rows, predictions, resamples, system)
        cut = system.threshold if system.threshold is not None else thresholds.get("best")
        estimates |= measure_characters(rows, predictions, resamples, cut)
        estimates |= measure_found(rows, predictions, resamples, cut)
        estimates |= measure_paragraphs(rows, predictions, resamples, cut)
        estimates |= measure_sentences(rows, predictions, resamples)
    words = 0
    for row, prediction in zip(rows, predictions, strict=True):
        if row.tags is not None and not prediction.is_silent:
            words += len(row.words)
    return Result(names[0], names[1], gold.name, words, estimates, thresholds, signature)
