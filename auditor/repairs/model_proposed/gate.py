"""Where model-proposed mechanisms look: at words that surprise the language model and that the post-editor doubts."""

from __future__ import annotations

from auditor.values import Measurements, Sentence

SUSPICION_NATS = 7.0
"""How much a word and its right neighbour together must surprise the language model before a mechanism looks there.

The floor dropped 39 % of the positions for 3 of 109 true repairs (ten stories, SmolLM2-135M). Below it, down to 2.5,
12,254 words of zh-en hold two repairs that reach their threshold, 11,293 of clean news two as well.
"""
DOUBT = -4.5
"""The post-editor's log-odds, of a word or a neighbour, that it is wrong or one is missing before it, from which a
mechanism looks there. Of clean news 68 % of the words reach it, of zh-en news 94 %; of the 412 right repairs of the
eight mechanisms in 54,000 words of the detector's fit 99.5 % stand there, and 96 % of the wrong ones."""


def is_suspicious(sentence: Sentence, measurements: Measurements, index: int) -> bool:
    """Tell whether a word of a sentence deserves a look, as far as the two models were asked."""
    return _is_surprising(sentence, measurements, index) and _is_doubted(sentence, measurements, index)


def _is_surprising(sentence: Sentence, measurements: Measurements, index: int) -> bool:
    """Tell whether the word and its right neighbour surprise the language model."""
    surprisals = measurements.surprisals
    if not surprisals:
        return True
    total = 0.0
    for word in sentence.words[index : index + 2]:
        total += surprisals.get(word.span.start, 0.0)
    return total >= SUSPICION_NATS


def _is_doubted(sentence: Sentence, measurements: Measurements, index: int) -> bool:
    """Tell whether the post-editor doubts the word or one beside it; a word that it did not read counts as doubted."""
    edits = measurements.post_edits.get(sentence.span.start)
    if edits is None:
        return True
    near = slice(max(0, index - 1), index + 2)
    for wrong, (_, missing) in zip(edits.wrong[near], edits.missing[near], strict=True):
        if not max(wrong, missing) < DOUBT:  # neither is a number where the word was not read
            return True
    return False
