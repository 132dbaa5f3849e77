"""What is reported of the marked errors: spans with partial credit, each kind's recall, the right wording, paragraphs.

A system that gives values a word alone reports its runs of flagged words, without a wording.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from auditor.evaluation import measures
from auditor.evaluation.estimates import Estimate, Resamples
from auditor.evaluation.gold import GoldRow, MarkedError
from auditor.evaluation.measures import Floats
from auditor.evaluation.span_measures import MAJOR, flagged_spans
from auditor.evaluation.systems import Prediction, Reported
from auditor.values import Span

FIRST = 3  # suggestions that are looked at


@dataclass(frozen=True, slots=True)
class Judged:
    """A row that somebody marked: its number, its errors that cost something, and what a system reports there."""

    number: int
    text: str
    errors: tuple[MarkedError, ...]
    reported: tuple[Reported, ...]


def judged(rows: Sequence[GoldRow], predictions: Sequence[Prediction], threshold: float) -> list[Judged]:
    """Return the marked rows of which a system says something; an error that costs nothing ("neutral") is none."""
    found: list[Judged] = []
    for number, (row, prediction) in enumerate(zip(rows, predictions, strict=True)):
        if row.errors is not None and not prediction.is_silent:
            errors = tuple(error for error in row.errors if error.severity)
            found.append(Judged(number, row.target, errors, reported_places(row, prediction, threshold)))
    return found


def reported_places(row: GoldRow, prediction: Prediction, threshold: float) -> tuple[Reported, ...]:
    """Return what a system reports of a text."""
    if prediction.reported is not None:
        return prediction.reported
    runs = flagged_spans(row, prediction, threshold)
    return tuple(Reported(Span(start, end), level == 2) for start, end, level in runs)


def measure_found(
    rows: Sequence[GoldRow], predictions: Sequence[Prediction], resamples: Resamples, threshold: float | None
) -> dict[str, Estimate]:
    """Return precision, recall and F1 of spans, the recall of each kind, and the share of right wordings."""
    marked = [] if threshold is None else judged(rows, predictions, threshold)
    if not any(each.errors for each in marked):
        return {}
    return _spans(marked, resamples) | _kinds(marked, resamples) | _wordings(marked, resamples)


def _spans(marked: Sequence[Judged], resamples: Resamples) -> dict[str, Estimate]:
    credits: list[tuple[float, float, float, float]] = []
    for each in marked:
        gold = [(error.span.start, error.span.end, _level(error.severity in MAJOR)) for error in each.errors]
        ours = [(place.span.start, place.span.end, _level(place.is_major)) for place in each.reported]
        right, heard = measures.span_credits(ours, gold), measures.span_credits(gold, ours)
        credits.append((sum(right), len(ours), sum(heard), len(gold)))
    sums = resamples.summed(np.array(credits), np.array([each.number for each in marked]))
    return {
        "span precision": resamples.estimate(functools.partial(_share, sums[:, :2])),
        "span recall": resamples.estimate(functools.partial(_share, sums[:, 2:])),
        "span F1": resamples.estimate(functools.partial(_harmonic, sums)),
    }


def _level(is_major: bool) -> int:  # noqa: FBT001 (a level of two)
    return 2 if is_major else 1


def _share(sums: Floats, weights: Floats) -> float:
    """Return the first column's part of the second; 0 of nothing."""
    part, whole = (weights @ sums).tolist()
    return float(part / whole) if whole else 0.0


def _harmonic(sums: Floats, weights: Floats) -> float:
    precision, recall = _share(sums[:, :2], weights), _share(sums[:, 2:], weights)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _kinds(marked: Sequence[Judged], resamples: Resamples) -> dict[str, Estimate]:
    """Return, a kind of error as the raters call it and over all, the share of the errors that something touches."""
    by_kind: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for each in marked:
        for error in each.errors:
            hit = float(any(touches(place.span, error.span) for place in each.reported))
            for name in ("recall", f"recall of {error.category}"):
                by_kind[name].append((each.number, hit))
    estimates: dict[str, Estimate] = {}
    for name, hits in sorted(by_kind.items()):
        table = np.array([(hit, 1.0) for _, hit in hits])
        sums = resamples.summed(table, np.array([number for number, _ in hits]))
        estimates[name] = resamples.estimate(functools.partial(_share, sums))
    return estimates


def touches(place: Span, error: Span) -> bool:
    """Tell whether a place shares a character with an error; an omission is touched where it lies or ends."""
    return place.overlaps(error) if len(error) else place.start <= error.start <= place.end


def _wordings(marked: Sequence[Judged], resamples: Resamples) -> dict[str, Estimate]:
    """Return the share of all errors whose intended wording is known that have it among the first suggestions."""
    numbers: list[int] = []
    right: list[tuple[float, float]] = []
    for each in marked:
        for error in each.errors:
            if error.wording is not None:
                numbers.append(each.number)
                right.append((float(any(is_right(each.text, error, place) for place in each.reported)), 1.0))
    if not right:
        return {}
    sums = resamples.summed(np.array(right), np.array(numbers))
    return {"right wording": resamples.estimate(functools.partial(_share, sums))}


def is_right(text: str, error: MarkedError, place: Reported) -> bool:
    """Tell whether one of a place's first suggestions makes of the text what the error's wording makes of it.

    Only what either changes is compared, without capitals and by its words: a suggestion may take in a neighbour.
    """
    if error.wording is None or not touches(place.span, error.span):
        return False
    start, end = min(error.span.start, place.span.start), max(error.span.end, place.span.end)
    meant = text[start : error.span.start] + error.wording + text[error.span.end : end]
    for suggestion in place.suggestions[:FIRST]:
        ours = text[start : place.span.start] + suggestion + text[place.span.end : end]
        if ours.casefold().split() == meant.casefold().split():
            return True
    return False
