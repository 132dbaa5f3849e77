"""What was fitted on human judgements, as systems to evaluate: the encoder, the language model's probe, and both."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from statistics import fmean

from auditor.engines import opening
from auditor.engines.causal_lm import CausalLM
from auditor.engines.pair_probes import Heard, PairProbes, held
from auditor.engines.protocols import Detector, LanguageModel, Pair
from auditor.errors import SettingsError
from auditor.evaluation.systems import Options, Prediction, Request
from auditor.features import log_odds
from auditor.values import Judgement, Span

MARKED_THRESHOLD = 0.6
"""2.1 false alarms per 1,000 words of 5,791 words of clean news from development documents (`auditor evaluate` on
clean_news.parquet, --rows 300, --source none); .5 makes 4.3."""
BLENDED_THRESHOLD = 0.4
"""2.2 false alarms per 1,000 of the same words; .44 makes 1.0."""


POST_EDITED = "da_z_mean"
"""The convention of gold that is made of post-editors' changes."""


@dataclass(frozen=True, slots=True)
class Blend:
    """What the log-odds of the encoder and of a pair's probe count, and the same of their scores.

    The sum is moved by `bias`.
    """

    encoder: float
    probe: float
    bias: float
    score: float
    """The probe's share of the score."""


BLENDS = {
    (True, True): Blend(0.61, 0.45, -0.05, 0.45),
    (True, False): Blend(0.28, 0.81, -0.05, 0.7),
    (False, True): Blend(0.42, 0.34, -0.04, 0.5),
    (False, False): Blend(0.31, 0.41, -0.1, 0.45),
}
"""By (made of post-edits, the source is known); `python -m models.train.blend` fits them on development rows."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The encoder: post-editors' changes where the gold is made of them, raters' marks elsewhere."""

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
    if convention == POST_EDITED:
        official = (*judgement.edited_gaps, judgement.edited_end)
        return Prediction(judgement.edited, official, major, judgement.assessment)
    return Prediction(judgement.marked, (*judgement.marked, judgement.marked_end), major, judgement.mqm)


@dataclass(frozen=True, slots=True)
class Together:
    """The detector: the encoder, and the probe of the row's language pair, which sees no source; log-odds are added."""

    encoder: Judged
    model: CausalLM
    probes: PairProbes
    gives_probabilities: bool = True
    threshold: float | None = BLENDED_THRESHOLD
    heard: dict[tuple[object, ...], Heard | None] = field(default_factory=dict, repr=False, compare=False)
    """What was said before: with the source, without it and with another's, the probe says the same."""

    @property
    def name(self) -> str:
        """The names of all weights."""
        return f"{self.encoder.name}+{self.model.name}+{self.probes.name}"

    def predict(self, requests: Sequence[Request]) -> list[Prediction]:
        """Judge each request; a text that several raters judged is read once."""
        heard = self.hear(requests)
        judged = self.encoder.predict(requests)
        return [
            _blended(prediction, said, BLENDS[request.convention == POST_EDITED, bool(request.source)])
            for prediction, said, request in zip(judged, heard, requests, strict=True)
        ]

    def hear(self, requests: Sequence[Request]) -> list[Heard | None]:
        """Return what the probe of its pair says of each translation; None of empty ones."""
        for request in requests:
            key = _key(request)
            if key not in self.heard:
                self.heard[key] = self._hear(request)
        return [self.heard[_key(request)] for request in requests]

    def _hear(self, request: Request) -> Heard | None:
        states = held(self.model, request.row.target, request.row.words)
        marked = request.convention != POST_EDITED
        return self.probes.hear(states, pair=request.row.pair, marked=marked) if len(states) else None


def _key(request: Request) -> tuple[object, ...]:
    return request.row.pair, request.convention, request.row.target, request.row.words


def _blended(prediction: Prediction, said: Heard | None, blend: Blend) -> Prediction:
    if said is None:
        return prediction
    return replace(
        prediction,
        words=_mixed(prediction.words, said.words, blend),
        official=_mixed(prediction.official, said.official, blend),
        score=(1 - blend.score) * prediction.score + blend.score * said.score,
    )


def _mixed(chances: Sequence[float], said: Sequence[float], blend: Blend) -> tuple[float, ...]:
    return tuple(
        1 / (1 + math.exp(-(blend.encoder * log_odds(chance) + blend.probe * each + blend.bias)))
        for chance, each in zip(chances, said, strict=False)  # `said.words` has one more, the end
    )


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
        values = tuple(edited if request.convention == POST_EDITED else marked for marked, edited in answers)
        official = (*values, min(values, default=0.0))
        return Prediction(values, official, tuple(value >= 0.5 for value in values), -fmean(values or [0.0]))


def open_probe(options: Options) -> Probed:
    """Open the language model with the probe that was fitted on it.

    Raises:
        SettingsError: the settings name another language model, for which there is none.
    """
    if options.settings.fluency_model:
        raise SettingsError("there is a probe for the embedded fluency model alone; leave out the other one")
    return Probed(opening.open_language_model(options.settings))


def open_encoder(options: Options) -> Judged:
    """Open the encoder, with the weights that ship or those of the folder in the settings."""
    return Judged(opening.open_detector(options.settings))


def open_detector(options: Options) -> Judged | Together:
    """Open the encoder and the probes of language pairs; the encoder alone beside another fluency model."""
    encoder = open_encoder(options)
    return encoder if options.settings.fluency_model else Together(encoder, *opening.open_listener(options.settings))
