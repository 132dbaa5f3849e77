"""A first look at a text: which of its words deserve a closer one.

Most of an audit's time goes into the round trip and into pricing what might have been meant. Both are spent only where
what costs little to know (the quality estimator, how the language model read the words, what its inner states and the
document tell) leaves a doubt; a sentence without a doubtful word is not translated.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Sequence

from auditor.detection import features
from auditor.detection.calibration import Profile
from auditor.detection.features import NAMES
from auditor.repairs.noisy_channel import WIDE
from auditor.text.english import FUNCTION_WORDS
from auditor.values import Candidate, Measurements, Sentence, Span, Word

GROUPS = ("quality-estimation", "fluency", "probe", "document")
"""The columns of `auditor.detection.features` that are known at a first look."""
ODD_NATS = 6.0
"""The surprisal from which a small word is odd: of clean news 4 % of the words are (36 stories, SmolLM2-135M)."""


def doubtful(measurements: Measurements, sentences: Sequence[Sentence], profile: Profile) -> frozenset[int]:
    """Return the start offsets of the words of the sentences that are worth a closer look.

    Without a quality estimator, or a profile that was fitted for this, they are all.
    """
    if not (profile.glance.columns and measurements.quality_estimates):
        return frozenset(word.span.start for word in features.words_of(sentences))
    chances = profile.glance.probabilities(features.describe(measurements, (), sentences), NAMES)
    return at_bar(chances, profile.glance_bar, measurements, sentences)


def at_bar(
    chances: Sequence[float], bar: float, measurements: Measurements, sentences: Sequence[Sentence]
) -> frozenset[int]:
    """Return the start offsets of the words whose chance reaches the bar, of odd small words, and of those beside them.

    Raters seldom mark a small word, so chances learned from them are low even for one that nobody would write there.
    """
    words = features.words_of(sentences)
    found = [
        at
        for at, (chance, word) in enumerate(zip(chances, words, strict=True))
        if chance >= bar or (word.text.lower() in FUNCTION_WORDS and _surprise(word, measurements) >= ODD_NATS)
    ]
    return frozenset(words[near].span.start for at in found for near in range(max(0, at - 1), min(at + 2, len(words))))


def _surprise(word: Word, measurements: Measurements) -> float:
    return measurements.surprisals.get(word.span.start, 0.0)


def in_doubt(sentences: Sequence[Sentence], doubted: Collection[int]) -> list[Sentence]:
    """Return the sentences with a doubtful word."""
    return [sentence for sentence in sentences if any(word.span.start in doubted for word in sentence.words)]


def worth_pricing(
    candidates: Sequence[Candidate], sentences: Sequence[Sentence], doubted: Collection[int]
) -> list[Candidate]:
    """Return the candidates that touch a doubtful word, and those of rules, which know what no first look sees."""
    words = features.words_of(sentences)

    @functools.cache
    def touched(span: Span) -> bool:
        return any(words[at].span.start in doubted for at in features.covered(words, span))

    return [candidate for candidate in candidates if candidate.mechanism not in WIDE or touched(candidate.span)]
