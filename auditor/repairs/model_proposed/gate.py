"""Where the model-proposed mechanisms look: at the words that surprise the language model."""

from __future__ import annotations

from collections.abc import Sequence

from auditor.values import Measurements, Word

SUSPICION_NATS = 7.0
"""How much a word and its right neighbour together must surprise the language model before a mechanism looks there.

The floor dropped 39 % of the positions for 3 of 109 true repairs (ten stories, SmolLM2-135M). Below it, down to 2.5,
12,254 words of zh-en hold two repairs that reach their threshold, 11,293 of clean news two as well.
"""


def is_suspicious(measurements: Measurements, words: Sequence[Word], index: int) -> bool:
    """Tell whether `words[index]` and its right neighbour surprise the language model; True when no model was asked."""
    surprisals = measurements.surprisals
    if not surprisals:
        return True
    total = surprisals.get(words[index].span.start, 0.0)
    if index + 1 < len(words):
        total += surprisals.get(words[index + 1].span.start, 0.0)
    return total >= SUSPICION_NATS
