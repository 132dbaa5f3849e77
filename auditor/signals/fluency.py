"""How well each word reads, by a causal language model.

What it measures:
    The surprisal of each word in nats: minus the natural logarithm of its probability given all the text to its left,
    earlier paragraphs included. 0 is certain; ordinary words of news stand near 4, a surprising one above 10.

Why it suggests an error:
    Machine translation picks words that no native writer would put there ("realized by a small company"), and a
    language model that has read a great deal of English is surprised by exactly those.

Known problems:
    Names and rare words are surprising too, so surprisal alone never makes a finding: it decides where repairs are
    sought, and the gain of a repair decides the rest. The first words of a story lack context.

Example:
    In "the choir sang in the old stone formula until midnight" the word "formula" costs 13 nats, "church" 1.

Source:
    Hale (2001), A probabilistic Earley parser as a psycholinguistic model; the embedded model is SmolLM2-135M.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from auditor.protocols import Engines, Excerpt, Passage
from auditor.values import Measurements, Sentence, TokenScores, Word

SURPRISING_NATS = 7.0  # from here on a word's own surprisal makes it worth asking what was expected
_PREDICTIONS = 20


def measure(excerpt: Excerpt, context: Measurements, engines: Engines) -> Measurements:
    """Add the surprisal of each word, how unsure the model was before it, and what it expected in its place."""
    del engines  # the language model has opened the passage
    excerpt.report("reading")
    words: list[Word] = []
    for sentence in excerpt.sentences:
        words += sentence.words
    tokens = excerpt.passage.tokens
    surprisals = by_word(words, tokens)
    return replace(
        context,
        surprisals=surprisals,
        entropies=entropies(words, tokens),
        predictions=predict(excerpt.passage, excerpt.sentences, surprisals),
    )


def predict(
    passage: Passage, sentences: Iterable[Sentence], surprisals: Mapping[int, float]
) -> dict[int, tuple[str, ...]]:
    """Ask what the model expected in the place of each surprising word of the passage, keyed by its start offset."""
    starts: list[int] = []
    for sentence in sentences:
        starts += [word.span.start for word in sentence.words if passage.span.contains(word.span)]
    surprising = [start for start in starts if surprisals.get(start, 0.0) >= SURPRISING_NATS]
    return dict(zip(surprising, passage.predict(surprising, best=_PREDICTIONS), strict=True))


def by_word(words: Sequence[Word], tokens: TokenScores) -> dict[int, float]:
    """Sum the surprisal of the tokens that begin inside each word, keyed by the word's start offset.

    A word that no token begins in (one token covers it and its left neighbour) is left at 0.
    """
    starts = [word.span.start for word in words]
    values: dict[int, float] = {}
    for span, log_prob in zip(tokens.spans, tokens.log_probs, strict=True):
        index = bisect.bisect_right(starts, span.start) - 1
        if index >= 0 and span.start < words[index].span.end:
            values[starts[index]] = values.get(starts[index], 0.0) - log_prob
        elif index + 1 < len(words) and starts[index + 1] < span.end:  # a token that opens with a quote or a bracket
            values[starts[index + 1]] = values.get(starts[index + 1], 0.0) - log_prob
    return _complete(values, tokens, starts)


def entropies(words: Sequence[Word], tokens: TokenScores) -> dict[int, float]:
    """Return how unsure the model was before the first token of each word (nats), keyed by the word's start offset."""
    starts = [word.span.start for word in words]
    found: dict[int, float] = {}
    for span, entropy in zip(tokens.spans, tokens.entropies, strict=True):
        index = bisect.bisect_left(starts, span.end) - 1  # the last word that begins before the token ends
        if index >= 0 and starts[index] >= span.start:
            found.setdefault(starts[index], entropy)
    return found


def _complete(values: dict[int, float], tokens: TokenScores, starts: list[int]) -> dict[int, float]:
    if not tokens.spans:
        return values
    low = bisect.bisect_left(starts, tokens.spans[0].start)
    high = bisect.bisect_left(starts, tokens.spans[-1].end)
    covered: Iterable[int] = starts[low:high]
    return {start: values.get(start, 0.0) for start in covered} | values
