"""Baselines without a model: what knowing nothing, and what knowing another rater, is worth."""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from auditor.evaluation.gold import GoldRow
from auditor.evaluation.systems import Options, Prediction, Request


@dataclass(frozen=True, slots=True)
class Plain:
    """A system that looks at each row by itself."""

    name: str
    predict_row: Callable[[GoldRow], Prediction]
    gives_probabilities: bool = True
    threshold: float | None = 0.5

    def predict(self, requests: Sequence[Request]) -> list[Prediction]:
        """See `System.predict`."""
        return [self.predict_row(request.row) for request in requests]


def open_constant(options: Options) -> Plain:
    """Open the baseline that flags nothing."""
    return Plain("constant", lambda row: _same(row, 0.0))


def open_flag_all(options: Options) -> Plain:
    """Open the baseline that flags every word."""
    return Plain("flag-all", lambda row: _same(row, 1.0))


def open_random(options: Options) -> Plain:
    """Open the baseline that throws dice; the same row always gets the same throw."""
    return Plain(f"random-{options.seed}", lambda row: _dice(row, options.seed))


def _same(row: GoldRow, value: float) -> Prediction:
    count = len(row.words)
    return Prediction((value,) * count, (value,) * (count + 1), (True,) * count, 0.0)


def _dice(row: GoldRow, seed: int) -> Prediction:
    count = len(row.words)
    throws = [_unit(f"{seed}|{row.id}|{number}") for number in range(count + 2)]
    return Prediction(tuple(throws[:count]), tuple(throws[: count + 1]), (False,) * count, throws[-1])


def _unit(text: str) -> float:
    """Return a number in [0, 1) that depends on the text alone."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6]) / 2**48


@dataclass(frozen=True, slots=True)
class OtherRater:
    """Judges a translation by what the next rater said of the same text: how far people agree."""

    name: str = "other-rater"
    gives_probabilities: bool = False
    threshold: float | None = 0.5

    def predict(self, requests: Sequence[Request]) -> list[Prediction]:
        """Take the tags of the next rater; where there is none, say nothing."""
        groups: dict[tuple[str, str, str, str], list[GoldRow]] = defaultdict(list)
        for request in requests:
            groups[_translation(request.row)].append(request.row)
        return [self._predict_row(request.row, groups[_translation(request.row)]) for request in requests]

    def _predict_row(self, row: GoldRow, raters: Sequence[GoldRow]) -> Prediction:
        place = next(number for number, other in enumerate(raters) if other.id == row.id)
        other = raters[(place + 1) % len(raters)]
        if other.id == row.id or other.tags is None or other.official is None:
            return replace(_same(row, math.nan), score=math.nan)
        major = [error.span for error in other.errors or () if error.severity == "major"]
        flags: list[bool] = []
        for word in row.words:
            flags.append(any(word.overlaps(span) for span in major))
        # The gold score averages the raters, this one among them: there is no score.
        return Prediction(tuple(map(float, other.tags)), tuple(map(float, other.official)), tuple(flags), math.nan)


def _translation(row: GoldRow) -> tuple[str, str, str, str]:
    return (row.document, row.segment, row.system, row.target)


def open_other_rater(options: Options) -> OtherRater:
    """Open the human level: another rater of the same translation."""
    return OtherRater()
