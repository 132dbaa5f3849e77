"""The detector as a system to evaluate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from auditor.engines import opening
from auditor.engines.protocols import Detector, Pair
from auditor.evaluation.systems import Options, Prediction, Request
from auditor.values import Judgement

MARKED_THRESHOLD = 0.6
"""2.1 false alarms per 1,000 words of 5,791 words of clean news from development documents (`auditor evaluate` on
clean_news.parquet, --rows 300); .5 makes 4.3."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The detector: post-editors' changes where the gold is made of them, raters' marks elsewhere."""

    detector: Detector
    gives_probabilities: bool = True
    threshold: float | None = MARKED_THRESHOLD

    @property
    def name(self) -> str:
        """The weights' own name."""
        return self.detector.name

    def predict(self, requests: Sequence[Request]) -> list[Prediction]:
        """Judge each request; a text that several raters judged is read once."""
        pairs = [Pair(request.row.target, request.row.words, request.source) for request in requests]
        unique = list(dict.fromkeys(pairs))
        judged = dict(zip(unique, self.detector.judge(unique), strict=True))
        return [_prediction(judged[pair], request.convention) for pair, request in zip(pairs, requests, strict=True)]


def _prediction(judgement: Judgement, convention: str) -> Prediction:
    major = tuple(major > minor for minor, major in zip(judgement.minor, judgement.major, strict=True))
    if convention == "da_z_mean":
        official = (*judgement.edited_gaps, judgement.edited_end)
        return Prediction(judgement.edited, official, major, judgement.assessment)
    return Prediction(judgement.marked, (*judgement.marked, judgement.marked_end), major, judgement.mqm)


def open_detector(options: Options) -> Judged:
    """Open the detector, with the weights that ship or those of the folder in the settings."""
    return Judged(opening.open_detector(options.settings))
