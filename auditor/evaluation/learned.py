"""What was fitted on human judgements, as systems to evaluate: the quality estimator and the language model's probe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from auditor.engines import factory
from auditor.errors import SettingsError
from auditor.evaluation.systems import Options, Prediction, Request
from auditor.protocols import LanguageModel, Pair, QualityEstimator
from auditor.values import QualityEstimate, Span

MARKED_THRESHOLD = 0.6
"""2.1 false alarms per 1,000 words of 5,791 words of clean news from development documents (`auditor evaluate` on
clean_news.parquet, --rows 300, --source none); .5 makes 4.3."""
POST_EDITED = "da_z_mean"
"""The annotation scheme of gold that is made of post-editors' changes."""


@dataclass(frozen=True, slots=True)
class QualityEstimation:
    """The quality estimator: post-editors' changes where the gold is made of them, raters' marks elsewhere."""

    estimator: QualityEstimator
    gives_probabilities: bool = True
    threshold: float | None = MARKED_THRESHOLD

    @property
    def name(self) -> str:
        """The weights' own name."""
        return self.estimator.name

    def predict(self, requests: Sequence[Request]) -> list[Prediction]:
        """Judge each request; a text that several raters judged is read once."""
        pairs = [Pair(request.row.target, request.row.words, request.source) for request in requests]
        unique = list(dict.fromkeys(pairs))
        estimates = dict(zip(unique, self.estimator.estimate(unique), strict=True))
        return [
            _prediction(estimates[pair], request.annotation_scheme)
            for pair, request in zip(pairs, requests, strict=True)
        ]


def _prediction(estimate: QualityEstimate, annotation_scheme: str) -> Prediction:
    major = tuple(major > minor for minor, major in zip(estimate.minor, estimate.major, strict=True))
    if annotation_scheme == POST_EDITED:
        official = (*estimate.edited_gaps, estimate.edited_end)
        return Prediction(estimate.edited, official, major, estimate.assessment)
    return Prediction(estimate.marked, (*estimate.marked, estimate.marked_end), major, estimate.mqm)


@dataclass(frozen=True, slots=True)
class Probed:
    """The probe, which sees no source; the end of the sentence is as suspect as its least suspect word."""

    model: LanguageModel
    gives_probabilities: bool = True
    threshold: float | None = None

    @property
    def name(self) -> str:
        """The language model's name, which tells the probe's."""
        return self.model.name

    def predict(self, requests: Sequence[Request]) -> list[Prediction]:
        """Judge each request; a text that several raters judged is read once."""
        asked = {(request.row.target, request.row.words): request for request in requests}
        known = {key: self._answers(*key) for key in asked}
        return [self._prediction(known[request.row.target, request.row.words], request) for request in requests]

    def _answers(self, text: str, words: tuple[Span, ...]) -> list[tuple[float, ...]]:
        found: dict[int, tuple[float, ...]] = {}
        for passage in self.model.read(text, [Span(0, len(text))]):
            inside = [word for word in words if passage.span.contains(word)]
            found |= zip((word.start for word in inside), passage.probe([inside]), strict=True)
        return [found.get(word.start, (0.0, 0.0)) for word in words]

    def _prediction(self, answers: Sequence[tuple[float, ...]], request: Request) -> Prediction:
        values = tuple(edited if request.annotation_scheme == POST_EDITED else marked for marked, edited in answers)
        official = (*values, min(values, default=0.0))
        return Prediction(values, official, tuple(value >= 0.5 for value in values), -fmean(values or [0.0]))


def open_probe(options: Options) -> Probed:
    """Open the language model with the probe that was fitted on it.

    Raises:
        SettingsError: the settings name another language model, for which there is none.
    """
    if options.settings.fluency_model:
        raise SettingsError("there is a probe for the embedded fluency model alone; leave out the other one")
    return Probed(factory.load_language_model(options.settings))


def open_quality_estimation(options: Options) -> QualityEstimation:
    """Open the quality estimator, with the weights that ship or those of the folder in the settings."""
    return QualityEstimation(factory.load_quality_estimator(options.settings))
