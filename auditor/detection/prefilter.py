"""The prefilter: which words of a text deserve a closer look.

Most of an audit's time goes into the round trip and into rescoring what might have been meant. Both are spent only
where what costs little to know (the quality estimator, how the language model read the words, what its inner states,
the post-editor and the document say) leaves a doubt: wordings are tried at a doubtful word, and its sentence is
translated.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from auditor.detection import features
from auditor.detection.parameters import DetectorParameters
from auditor.repairs.traits import traits_of
from auditor.text.english import FUNCTION_WORDS
from auditor.values import Candidate, Measurements, Sentence, Span, Word

GROUPS = ("quality-estimation", "fluency", "probe", "post-editing", "document")
"""The groups of columns of `auditor.detection.features` that are known before anything is translated or rescored."""
NAMES = tuple(itertools.chain.from_iterable(features.GROUPS[group] for group in GROUPS))
ODD_NATS = 6.0
"""The surprisal from which a function word is odd: of clean news 4 % of the words are (36 stories, SmolLM2-135M)."""


@dataclass(frozen=True, slots=True)
class CloserLook:
    """What deserves a closer look: words at which wordings are tried, by their start offsets, and whole sentences."""

    words: frozenset[int]
    sentences: tuple[Sentence, ...]


def closer_look(
    measurements: Measurements, sentences: Sequence[Sentence], parameters: DetectorParameters
) -> CloserLook:
    """Return what is worth a closer look of some sentences.

    Without a quality estimator, or parameters that were fitted for this, it is all of them.
    """
    words = features.words_of(sentences)
    trees = parameters.prefilter_trees
    if not (trees.columns and measurements.quality_estimates):
        return CloserLook(frozenset(word.span.start for word in words), tuple(sentences))
    rows = features.of_words(measurements, (), sentences, groups=GROUPS)
    return at_threshold(trees.probabilities(rows, NAMES), parameters.prefilter_threshold, measurements, sentences)


def at_threshold(
    probabilities: Sequence[float], threshold: float, measurements: Measurements, sentences: Sequence[Sentence]
) -> CloserLook:
    """Return the words whose probability reaches the threshold, with their neighbours, and their sentences.

    An odd function word counts as well: raters seldom mark one, so probabilities learned from them are low even for one
    that nobody would write there. It is no reason to translate its sentence.
    """
    words = features.words_of(sentences)
    doubtful: set[int] = set()
    suspect: set[int] = set()
    for at, (probability, word) in enumerate(zip(probabilities, words, strict=True)):
        if probability >= threshold or _is_odd(word, measurements):
            doubtful.update(neighbour.span.start for neighbour in words[max(0, at - 1) : at + 2])
        if probability >= threshold:
            suspect.add(word.span.start)
    chosen = tuple(sentence for sentence in sentences if _is_doubtful(sentence.words, suspect))
    return CloserLook(frozenset(doubtful), chosen)


def select_candidates(
    candidates: Sequence[Candidate], sentences: Sequence[Sentence], doubtful: Collection[int]
) -> list[Candidate]:
    """Return the rule-based candidates, which know what no prefilter sees, and those that affect a doubtful word."""
    words = features.words_of(sentences)

    @functools.cache  # many candidates share a span
    def is_doubtful(span: Span) -> bool:
        affected = features.affected_words(words, span)
        return _is_doubtful(words[affected.start : affected.stop], doubtful)

    selected: list[Candidate] = []
    for candidate in candidates:
        if not traits_of(candidate.mechanism).is_model_proposed or is_doubtful(candidate.span):
            selected.append(candidate)
    return selected


def _is_doubtful(words: Iterable[Word], doubtful: Collection[int]) -> bool:
    return any(word.span.start in doubtful for word in words)


def _is_odd(word: Word, measurements: Measurements) -> bool:
    is_surprising = measurements.surprisals.get(word.span.start, 0.0) >= ODD_NATS
    return is_surprising and word.text.lower() in FUNCTION_WORDS
