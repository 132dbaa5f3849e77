"""Values with their bootstrap intervals, and the resamples that these rest on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from auditor.evaluation import measures
from auditor.evaluation.gold import GoldRow
from auditor.evaluation.measures import Floats, Ints

FEWEST = 5
"""Documents below which source segments are resampled instead: one or two documents give no interval."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A measure's value with the middle 95 % of its bootstrap."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


@dataclass(frozen=True, slots=True)
class Resamples:
    """Bootstrap resamples: the unit of each row, as a number, and how often each resample holds each unit.

    `name` says what a unit is ("documents" or "segments"). `weights` has shape (resamples, units).
    """

    name: str
    units: Ints
    weights: Floats

    @property
    def whole(self) -> Floats:
        """The weights of the set as it is."""
        return np.ones(self.weights.shape[1])

    def estimate(self, measure: Callable[[Floats], float], *, most: int | None = None) -> Estimate:
        """Return the measure of the set as it is, and its interval over at most `most` of the resamples."""
        low, high = measures.interval([measure(each) for each in self.weights[:most]])
        return Estimate(measure(self.whole), low, high)

    def summed(self, values: Floats, rows: Ints) -> Floats:
        """Add up values (rows, columns) by the unit of each row, (units, columns)."""
        sums = np.zeros((self.weights.shape[1], values.shape[1]))
        np.add.at(sums, self.units[rows], values)
        return sums


def unit(rows: Sequence[GoldRow]) -> str:
    """Say what is resampled: documents, or source segments where the documents are too few."""
    return "documents" if len({row.document for row in rows}) >= FEWEST else "segments"


def resample(rows: Sequence[GoldRow], *, count: int, seed: int) -> Resamples:
    """Resample whole documents (or source segments) with replacement, `count` times."""
    name = unit(rows)
    keys = [row.document if name == "documents" else (row.document, row.segment, row.source) for row in rows]
    distinct = dict.fromkeys(keys)
    numbers = {key: number for number, key in enumerate(distinct)}
    units = np.array([numbers[key] for key in keys], dtype=np.int64)
    return Resamples(name, units, measures.bootstrap_counts(len(numbers), count=count, seed=seed))
