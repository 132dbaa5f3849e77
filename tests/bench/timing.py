"""Clocks, and ratios one can trust on a machine that others use too."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

Work = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Cost:
    """What a piece of work took: seconds on the wall clock, and seconds of processor time of all threads together."""

    wall: float
    processor: float


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of some repeats, with the least and the most."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Describe at least one value."""
        return cls(statistics.median(values), min(values), max(values))


def cost(work: Callable[[], object]) -> Cost:
    """Do the work once and clock it."""
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return Cost(time.perf_counter() - wall, time.process_time() - processor)


def interleaved(works: Mapping[str, Callable[[], object]], *, repeats: int) -> dict[str, list[Cost]]:
    """Do every work once as a warm-up, then all of them in turn `repeats` times."""
    for work in works.values():
        work()
    costs: dict[str, list[Cost]] = {name: [] for name in works}
    for _ in range(repeats):
        for name, work in works.items():
            costs[name].append(cost(work))
    return costs


def ratio(slower: Sequence[Cost], faster: Sequence[Cost]) -> Spread:
    """Return how many times the processor time of `faster` the work `slower` took, round by round.

    Processor time, because a machine's other users stretch the wall clock of whoever happens to run.
    """
    return Spread.of([s.processor / f.processor for s, f in zip(slower, faster, strict=True)])
