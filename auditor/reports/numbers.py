"""What signals measured of each sentence, as reports show it."""

from __future__ import annotations

from collections.abc import Mapping

from auditor.values import Numbers, Per, Sentence

Value = float | list[float | None]
"""A number of a sentence, or one a word of it, None for a word that was not measured."""


def of_sentence(numbers: Mapping[str, Numbers], sentence: Sentence) -> dict[str, Value]:
    """Return what was measured of a sentence, by the names of the numbers; what was not measured is left out."""
    known: dict[str, Value] = {}
    for name, own in numbers.items():
        if own.per is Per.SENTENCE:
            if sentence.span.start in own.values:
                known[name] = own.values[sentence.span.start]
            continue
        by_word = [own.values.get(word.span.start) for word in sentence.words]
        if any(value is not None for value in by_word):
            known[name] = by_word
    return known
