"""Baselines with a model: how surprising a word is, how ill its translation predicts it, how a round trip changes it.

None of them says how probable an error is, so they have no calibration error and no default threshold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean

import sacrebleu

from auditor.engines.factory import load_back_translator, load_language_model, load_translators
from auditor.engines.translation.round_trip import PivotBackTranslator
from auditor.evaluation.systems import Options, Prediction, Request
from auditor.protocols import BackTranslator, LanguageModel, Translator
from auditor.values import BackTranslation, Span, TokenScores

MAJOR_NATS = 12.0
"""From here on a word counts as a major error: three times what an ordinary word of news costs."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A system that turns a batch of requests into values a word and a score a sentence."""

    name: str
    measure: Callable[[Sequence[Request]], Iterator[tuple[list[float], float]]]
    gives_probabilities: bool = False
    threshold: float | None = None

    def predict(self, requests: Sequence[Request]) -> list[Prediction]:
        """Judge each request, same order; the end of the sentence is never suspect."""
        predictions: list[Prediction] = []
        for values, score in self.measure(requests):
            official = (*values, min(values, default=0.0))
            major = tuple(value >= MAJOR_NATS for value in values)
            predictions.append(Prediction(tuple(values), official, major, score))
        return predictions


def open_surprisal(options: Options) -> Measured:
    """Open the language model: a word's value is its surprisal in nats, a sentence's score minus the mean."""
    model = load_language_model(options.settings)
    return Measured(model.name, lambda requests: (_surprisal(model, request) for request in requests))


def open_translation(options: Options) -> Measured:
    """Open the translation models: a word's value is minus its log-probability when forced from its source.

    Where there is no source, or one in a language that the models do not read, the sentence is forced from its own
    translation into their language.
    """
    out, home = load_translators(options.settings)
    models = PivotBackTranslator(out, home)

    def measure(requests: Sequence[Request]) -> Iterator[tuple[list[float], float]]:
        for request in requests:
            if _reads(home, request):
                yield _forced_from_source(home, request)
            else:
                (trip,) = _round_trips(models, [request])
                yield _forced(trip)

    return Measured(models.name, measure)


def open_round_trip(options: Options) -> Measured:
    """Open the translation models: a word is suspect if the round trip lost it; the score is sacreBLEU's chrF."""
    return _round_trip(options, "chrF2", lambda trip, text: float(sacrebleu.sentence_chrf(trip, [text]).score))


def open_round_trip_bleu(options: Options) -> Measured:
    """Open the same with sacreBLEU's BLEU of the sentence (smoothed, 13a) as the score."""
    return _round_trip(options, "BLEU", lambda trip, text: float(sacrebleu.sentence_bleu(trip, [text]).score))


def _round_trip(options: Options, name: str, score: Callable[[str, str], float]) -> Measured:
    models = load_back_translator(options.settings)

    def measure(requests: Sequence[Request]) -> Iterator[tuple[list[float], float]]:
        for request, trip in zip(requests, _round_trips(models, requests), strict=True):
            yield _lost(request, trip), score(trip.round_trip, request.row.target)

    return Measured(f"{models.name}|{name}-sacrebleu-{sacrebleu.__version__}", measure)


def _surprisal(model: LanguageModel, request: Request) -> tuple[list[float], float]:
    text = request.row.target
    values = [0.0] * len(request.row.words)
    tokens = 0
    for passage in model.read(text, [Span(0, len(text))]):
        spread(passage.tokens, request.row.words, values)
        tokens += len(passage.tokens.log_probs)
    return values, -sum(values) / max(1, tokens)


def spread(tokens: TokenScores, words: Sequence[Span], values: list[float]) -> None:
    """Add the surprisal of each token to the first word it touches; both are in order."""
    at = 0
    for span, log_prob in zip(tokens.spans, tokens.log_probs, strict=True):
        while at < len(words) and words[at].end <= span.start:
            at += 1
        if at < len(words) and words[at].overlaps(span):
            values[at] -= log_prob


def _round_trips(models: BackTranslator, requests: Sequence[Request]) -> list[BackTranslation]:
    return models.measure([request.row.target for request in requests], [request.row.words for request in requests])


def _reads(home: Translator, request: Request) -> bool:
    pair = "-".join(home.pair)
    return bool(request.source) and pair == request.row.pair and home.fits(request.source or "", request.row.target)


def _forced_from_source(home: Translator, request: Request) -> tuple[list[float], float]:
    (tokens,) = home.force([request.source or ""], [request.row.target])
    values = [0.0] * len(request.row.words)
    spread(tokens, request.row.words, values)
    return values, fmean(tokens.log_probs or [0.0])


def _forced(trip: BackTranslation) -> tuple[list[float], float]:
    values = [-log_prob for log_prob in trip.log_probs]
    return values, -fmean(values or [0.0])


def _lost(request: Request, trip: BackTranslation) -> list[float]:
    kept = set(trip.round_trip.casefold().split())
    words = [word.of(request.row.target).casefold() for word in request.row.words]
    bare = {token.strip(".,;:!?\"'()") for token in kept} | kept
    return [0.0 if word in bare or not word[:1].isalnum() else 1.0 for word in words]
